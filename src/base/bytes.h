/* SPDX-License-Identifier: GPL-3.0-only */
/* Views of bytes, growing buffers, and integers in the byte order of file formats. */
#ifndef BF_BYTES_H
#define BF_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Bytes that belong to somebody else. */
struct bf_view {
	const uint8_t *data;
	size_t size;
};

/* Bytes of our own; a zeroed struct is an empty buffer. */
struct bf_buffer {
	uint8_t *data;
	size_t size;
	size_t capacity;
};

/* Bytes that stand at an offset of something larger (an image, a file). */
struct bf_piece {
	uint64_t offset;
	struct bf_view bytes;
};

static inline struct bf_view bf_view(const void *data, size_t size)
{
	return (struct bf_view){.data = data, .size = size};
}

/* A view of a string literal, without its NUL, to initialise tables with. */
#define BF_LITERAL(text)                                                                 \
	{                                                                                \
		.data = (const uint8_t *)(text), .size = sizeof(text) - 1                \
	}

/* Whether [offset, offset + length) lies inside the view; never overflows. */
static inline bool bf_view_has(struct bf_view view, uint64_t offset, uint64_t length)
{
	return offset <= view.size && length <= view.size - offset;
}

/* The part [offset, offset + length); the caller has checked it with bf_view_has(). */
static inline struct bf_view bf_view_part(struct bf_view view, size_t offset,
					  size_t length)
{
	return bf_view(view.data + offset, length);
}

/* First place of needle at or after from; false if there is none. */
bool bf_view_find(struct bf_view view, size_t from, struct bf_view needle,
		  size_t *ret_offset);

/* Two lower-case digits for every byte and a NUL, for which there is room. */
void bf_hex(struct bf_view bytes, char *ret);

/* Little- and big-endian integers. The caller has checked the bounds. */
static inline uint16_t bf_le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t bf_le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

static inline uint64_t bf_le64(const uint8_t *p)
{
	return bf_le32(p) | (uint64_t)bf_le32(p + 4) << 32;
}

static inline uint32_t bf_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline void bf_put_le16(uint8_t *p, uint16_t value)
{
	p[0] = (uint8_t)value;
	p[1] = (uint8_t)(value >> 8);
}

static inline void bf_put_le32(uint8_t *p, uint32_t value)
{
	bf_put_le16(p, (uint16_t)value);
	bf_put_le16(p + 2, (uint16_t)(value >> 16));
}

static inline void bf_put_le64(uint8_t *p, uint64_t value)
{
	bf_put_le32(p, (uint32_t)value);
	bf_put_le32(p + 4, (uint32_t)(value >> 32));
}

static inline void bf_put_be32(uint8_t *p, uint32_t value)
{
	p[0] = (uint8_t)(value >> 24);
	p[1] = (uint8_t)(value >> 16);
	p[2] = (uint8_t)(value >> 8);
	p[3] = (uint8_t)value;
}

/* value rounded up to a multiple of unit, a power of two; the caller rules out overflow. */
static inline uint64_t bf_align(uint64_t value, uint64_t unit)
{
	return (value + unit - 1) & ~(unit - 1);
}

static inline struct bf_view bf_buffer_view(const struct bf_buffer *buffer)
{
	return bf_view(buffer->data, buffer->size);
}

/* Make size bytes, all zero, replacing what was there. */
int bf_buffer_zero(struct bf_buffer *buffer, size_t size);

/* Make room for so many bytes more. BF_ERR_NOMEM leaves the buffer as it was. */
bf_must_check int bf_buffer_reserve(struct bf_buffer *buffer, size_t more);

/* Append bytes, or formatted text without its NUL. On failure the buffer is unchanged. */
int bf_buffer_append(struct bf_buffer *buffer, const void *data, size_t size);
int bf_buffer_print(struct bf_buffer *buffer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Release the memory; the buffer is empty afterwards. Wiping it leaves no trace of its bytes. */
void bf_buffer_free(struct bf_buffer *buffer);
void bf_buffer_wipe(struct bf_buffer *buffer);

#endif
