/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pages.h"

bool bf_view_find(struct bf_view view, size_t from, struct bf_view needle,
		  size_t *ret_offset)
{
	if (from > view.size || needle.size > view.size - from)
		return false;
	const uint8_t *hit =
		memmem(view.data + from, view.size - from, needle.data, needle.size);
	if (!hit)
		return false;
	*ret_offset = (size_t)(hit - view.data);
	return true;
}

void bf_hex(struct bf_view bytes, char *ret)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < bytes.size; i++) {
		*ret++ = digits[bytes.data[i] >> 4];
		*ret++ = digits[bytes.data[i] & 15];
	}
	*ret = '\0';
}

int bf_buffer_reserve(struct bf_buffer *buffer, size_t more)
{
	if (more <= buffer->capacity - buffer->size)
		return BF_OK;
	if (more > SIZE_MAX / 2 - buffer->size)
		return BF_ERR_NOMEM;
	size_t capacity = buffer->capacity < 128 ? 256 : buffer->capacity * 2;
	if (capacity < buffer->size + more)
		capacity = buffer->size + more;
	uint8_t *data = realloc(buffer->data, capacity);
	if (!data)
		return BF_ERR_NOMEM;
	buffer->data = data;
	buffer->capacity = capacity;
	return BF_OK;
}

int bf_buffer_zero(struct bf_buffer *buffer, size_t size)
{
	uint8_t *data = calloc(1, size ? size : 1);
	if (!data)
		return BF_ERR_NOMEM;
	bf_pages_populate(data, size);
	free(buffer->data);
	*buffer = (struct bf_buffer){.data = data, .size = size, .capacity = size};
	return BF_OK;
}

int bf_buffer_append(struct bf_buffer *buffer, const void *data, size_t size)
{
	if (size == 0)
		return BF_OK;
	int err = bf_buffer_reserve(buffer, size);
	if (err)
		return err;
	memcpy(buffer->data + buffer->size, data, size);
	buffer->size += size;
	return BF_OK;
}

int bf_buffer_print(struct bf_buffer *buffer, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0)
		return BF_ERR_NOMEM;

	/* vsnprintf() writes a NUL; it is room we reserve but do not count. */
	int err = bf_buffer_reserve(buffer, (size_t)length + 1);
	if (err)
		return err;
	va_start(args, format);
	vsnprintf((char *)buffer->data + buffer->size, (size_t)length + 1, format, args);
	va_end(args);
	buffer->size += (size_t)length;
	return BF_OK;
}

void bf_buffer_free(struct bf_buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct bf_buffer){0};
}

void bf_buffer_wipe(struct bf_buffer *buffer)
{
	if (buffer->data)
		explicit_bzero(buffer->data, buffer->capacity);
	bf_buffer_free(buffer);
}
