/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/base64.h"

static const char digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The four digits of three bytes, of which n are there and the rest are padding. */
static void put_group(uint8_t *out, const uint8_t *bytes, size_t n)
{
	uint32_t group = (uint32_t)bytes[0] << 16;
	if (n > 1)
		group |= (uint32_t)bytes[1] << 8;
	if (n > 2)
		group |= bytes[2];
	out[0] = (uint8_t)digits[group >> 18];
	out[1] = (uint8_t)digits[group >> 12 & 63];
	out[2] = (uint8_t)(n > 1 ? digits[group >> 6 & 63] : '=');
	out[3] = (uint8_t)(n > 2 ? digits[group & 63] : '=');
}

int bf_base64_append(struct bf_buffer *text, struct bf_view bytes)
{
	if (bytes.size > SIZE_MAX / 2 || bf_buffer_reserve(text, bytes.size / 3 * 4 + 4))
		return BF_ERR_NOMEM;
	for (size_t i = 0; i < bytes.size; i += 3) {
		size_t left = bytes.size - i;
		put_group(text->data + text->size, bytes.data + i, left < 3 ? left : 3);
		text->size += 4;
	}
	return BF_OK;
}
