/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/base85.h"

#include <string.h>

enum { BYTES = 4, DIGITS = 5 };

static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
			     "XYZ.-:+=^!/*?~_>()[]{}@%$#";

static void put_group(uint8_t out[DIGITS], const uint8_t bytes[BYTES])
{
	uint32_t group = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
			 (uint32_t)bytes[2] << 8 | bytes[3];
	for (int i = DIGITS - 1; i >= 0; i--) {
		out[i] = (uint8_t)digits[group % 85];
		group /= 85;
	}
}

int bf_base85_append(struct bf_buffer *text, struct bf_view bytes)
{
	uint8_t last[BYTES] = {0}, group[DIGITS];
	size_t whole = bytes.size / BYTES * BYTES, left = bytes.size - whole;
	if (bytes.size > SIZE_MAX / 2 ||
	    bf_buffer_reserve(text, whole / BYTES * DIGITS + DIGITS))
		return BF_ERR_NOMEM;
	for (size_t i = 0; i < whole; i += BYTES, text->size += DIGITS)
		put_group(text->data + text->size, bytes.data + i);
	if (left == 0)
		return BF_OK;
	memcpy(last, bytes.data + whole, left);
	put_group(group, last);
	memcpy(text->data + text->size, group, left + 1);
	text->size += left + 1;
	return BF_OK;
}
