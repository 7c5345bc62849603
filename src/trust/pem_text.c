/* SPDX-License-Identifier: GPL-3.0-only */
#include "trust/pem_text.h"

#include <string.h>

static bool starts_with(struct bf_view bytes, const char *start, size_t size)
{
	return bytes.size >= size && memcmp(bytes.data, start, size) == 0;
}

/* Nothing that matters in PEM is outside ASCII. */
static int read_utf16(struct bf_view bytes, bool is_big_endian, struct bf_buffer *ret)
{
	int err = bf_buffer_zero(ret, bytes.size / 2);
	for (size_t i = 0; !err && i < ret->size; i++) {
		uint8_t high = bytes.data[2 * i + !is_big_endian];
		uint8_t low = bytes.data[2 * i + is_big_endian];
		ret->data[i] = high || low > 0x7e ? '?' : low;
	}
	return err;
}

static int read_characters(struct bf_view bytes, struct bf_buffer *ret)
{
	if (starts_with(bytes, "\xff\xfe", 2) || starts_with(bytes, "\xfe\xff", 2))
		return read_utf16(bf_view_part(bytes, 2, bytes.size - 2),
				  bytes.data[0] == 0xfe, ret);
	if (starts_with(bytes, "\xef\xbb\xbf", 3))
		bytes = bf_view_part(bytes, 3, bytes.size - 3);
	return bf_buffer_append(ret, bytes.data, bytes.size);
}

/* Each line without the blanks in front of it, and LF at its end. */
static void straighten(struct bf_buffer *text)
{
	bool in_front = true;
	size_t size = 0;
	for (size_t i = 0; i < text->size; i++) {
		uint8_t byte = text->data[i];
		if (byte == '\r' && i + 1 < text->size && text->data[i + 1] == '\n')
			continue;
		if (byte == '\r')
			byte = '\n';
		if (in_front && (byte == ' ' || byte == '\t'))
			continue;
		in_front = byte == '\n';
		text->data[size++] = byte;
	}
	text->size = size;
}

int bf_pem_text_read(struct bf_view bytes, struct bf_buffer *ret)
{
	int err = read_characters(bytes, ret);
	if (!err)
		straighten(ret);
	return err;
}

bool bf_pem_text_has_block(struct bf_view text)
{
	static const char begin[] = "-----BEGIN ";
	size_t at;
	return bf_view_find(text, 0, bf_view(begin, sizeof(begin) - 1), &at);
}

/* A DER sequence of more than 255 bytes in base64, or "-----BEGIN" once more in it. */
bool bf_pem_text_is_bare(struct bf_view text)
{
	return starts_with(text, "MII", 3) || starts_with(text, "LS0tLS1CRUdJTi", 14);
}
