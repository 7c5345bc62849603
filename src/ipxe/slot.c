/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/slot.h"

#include <stdio.h>
#include <string.h>

static const char sentinel[] = BF_SLOT_SENTINEL;
static const char marker_format[] = BF_SLOT_SENTINEL "v1 size=0x%08x offset=0x%08x\n";

/* The fixed-width "0x" number at p, lower case only, so that one value has one spelling. */
static bool read_hex(const uint8_t *p, uint32_t *ret)
{
	uint32_t value = 0;
	for (int i = 0; i < 8; i++) {
		uint8_t c = p[i];
		if (c >= '0' && c <= '9')
			value = value << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (uint32_t)(c - 'a' + 10);
		else
			return false;
	}
	*ret = value;
	return true;
}

static void write_header(char out[BF_SLOT_HEADER_SIZE + 1], uint32_t size,
			 uint32_t offset)
{
	snprintf(out, BF_SLOT_HEADER_SIZE + 1, marker_format, size, offset);
}

/* Parse by writing the header anew and comparing, so that no field can hide a stray byte. */
static bool read_header(struct bf_view at, struct bf_slot *ret)
{
	static const size_t size_field = 34;
	static const size_t offset_field = 52;
	char again[BF_SLOT_HEADER_SIZE + 1];

	if (at.size < BF_SLOT_HEADER_SIZE ||
	    !read_hex(at.data + size_field, &ret->size) ||
	    !read_hex(at.data + offset_field, &ret->declared_offset))
		return false;
	write_header(again, ret->size, ret->declared_offset);
	return memcmp(again, at.data, BF_SLOT_HEADER_SIZE) == 0;
}

static int check_size(const struct bf_slot *slot, uint32_t max, struct bf_error *reterr)
{
	if (slot->size >= BF_SLOT_SIZE_MIN && slot->size <= max)
		return BF_OK;
	return bf_fail(reterr, BF_ERR_FORMAT,
		       "the script slot at offset %zu claims %u bytes, not %d to %u",
		       slot->offset, slot->size, BF_SLOT_SIZE_MIN, max);
}

int bf_slot_next(struct bf_view bytes, size_t from, struct bf_slot *ret,
		 struct bf_error *reterr)
{
	struct bf_slot slot = {0};
	if (!bf_view_find(bytes, from, bf_view(sentinel, sizeof(sentinel) - 1),
			  &slot.offset))
		return 0;
	if (!read_header(bf_view_part(bytes, slot.offset, bytes.size - slot.offset),
			 &slot))
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "the script slot at offset %zu has a damaged marker",
			       slot.offset);
	int err = check_size(&slot, BF_SLOT_LOOSE_SIZE_MAX, reterr);
	if (err)
		return err;
	if (!bf_view_has(bytes, slot.offset, slot.size))
		return bf_fail(
			reterr, BF_ERR_FORMAT,
			"the script slot at offset %zu claims %u bytes, %zu are there",
			slot.offset, slot.size, bytes.size - slot.offset);
	*ret = slot;
	return 1;
}

int bf_slot_find(struct bf_view binary, struct bf_slot *ret, struct bf_error *reterr)
{
	struct bf_slot first, second;
	int found = bf_slot_next(binary, 0, &first, reterr);
	if (found < 0)
		return found;
	if (found == 0)
		return bf_fail(reterr, BF_ERR_NO_SLOT, "no script slot");
	found = bf_slot_next(binary, first.offset + BF_SLOT_HEADER_SIZE, &second, reterr);
	if (found < 0)
		return found;
	if (found > 0)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "two script slots, at offsets %zu and %zu", first.offset,
			       second.offset);
	*ret = first;
	return check_size(&first, BF_SLOT_SIZE_MAX, reterr);
}

size_t bf_slot_capacity(uint32_t size)
{
	return size < BF_SLOT_HEADER_SIZE ? 0 : size - BF_SLOT_HEADER_SIZE;
}

int bf_slot_check_body(uint32_t size, size_t body_size, struct bf_error *reterr)
{
	if (body_size > bf_slot_capacity(size))
		return bf_fail(reterr, BF_ERR_TOO_BIG,
			       "the script is %zu bytes, the slot takes %zu", body_size,
			       bf_slot_capacity(size));
	return BF_OK;
}

void bf_slot_format_body(uint8_t *out, size_t capacity, struct bf_view body)
{
	if (body.size)
		memcpy(out, body.data, body.size);
	memset(out + body.size, '\n', capacity - body.size);
}

int bf_slot_format(uint8_t *out, uint32_t size, uint32_t declared_offset,
		   struct bf_view body, struct bf_error *reterr)
{
	char header[BF_SLOT_HEADER_SIZE + 1];
	int err = bf_slot_check_body(size, body.size, reterr);
	if (err)
		return err;
	write_header(header, size, declared_offset);
	memcpy(out, header, BF_SLOT_HEADER_SIZE);
	bf_slot_format_body(out + BF_SLOT_HEADER_SIZE, bf_slot_capacity(size), body);
	return BF_OK;
}

struct bf_view bf_slot_body(struct bf_view slot)
{
	size_t end = slot.size;
	while (end > BF_SLOT_HEADER_SIZE && slot.data[end - 1] == '\n')
		end--;
	/* The last line keeps its newline: what was put in comes out. */
	if (end > BF_SLOT_HEADER_SIZE && end < slot.size)
		end++;
	return bf_view_part(slot, BF_SLOT_HEADER_SIZE, end - BF_SLOT_HEADER_SIZE);
}

static struct bf_view without_newlines(struct bf_view body)
{
	while (body.size && body.data[body.size - 1] == '\n')
		body.size--;
	return body;
}

bool bf_slot_is_same_body(struct bf_view one, struct bf_view other)
{
	one = without_newlines(one);
	other = without_newlines(other);
	return one.size == other.size &&
	       (one.size == 0 || memcmp(one.data, other.data, one.size) == 0);
}

int bf_slot_print_script(struct bf_buffer *ret, struct bf_view body)
{
	static const char first[] = BF_SLOT_FIRST_LINE;
	int err = bf_buffer_append(ret, first, sizeof(first) - 1);
	return err ? err : bf_buffer_append(ret, body.data, body.size);
}
