/* SPDX-License-Identifier: GPL-3.0-only */
#include "page/zlib_stream.h"

#include <pthread.h>
#define ZLIB_CONST
#include <zlib.h>

enum {
	PARTS = 4,
	/* Takes a third of what the usual one does and leaves 4 % more: iPXE is packed already. */
	LEVEL = 2,
	RAW = -MAX_WBITS, /* deflate (RFC 1951) alone */
	FLUSH_ROOM = 16,  /* bytes: what ends a part that is not the last */
};

struct part {
	struct bf_view bytes;
	bool is_last;
	struct bf_buffer deflated;
	uLong adler32;
	int err;
	pthread_t thread;
	bool is_running;
};

static int deflate_bytes(z_stream *z, struct part *part)
{
	const size_t room = deflateBound(z, (uLong)part->bytes.size) + FLUSH_ROOM;
	if (bf_buffer_reserve(&part->deflated, room))
		return BF_ERR_NOMEM;
	z->next_in = part->bytes.data;
	z->avail_in = (uInt)part->bytes.size;
	z->next_out = part->deflated.data;
	z->avail_out = (uInt)room;
	/* Flushed, a part ends with a whole byte, and the next one may begin. */
	int result = deflate(z, part->is_last ? Z_FINISH : Z_SYNC_FLUSH);
	part->deflated.size = z->total_out;
	bool is_whole = result == (part->is_last ? Z_STREAM_END : Z_OK);
	return is_whole && z->avail_in == 0 && z->avail_out > 0 ? BF_OK : BF_ERR_NOMEM;
}

static void *deflate_part(void *argument)
{
	struct part *part = argument;
	z_stream z = {0};
	part->adler32 =
		adler32_z(adler32(0, NULL, 0), part->bytes.data, part->bytes.size);
	part->err =
		deflateInit2(&z, LEVEL, Z_DEFLATED, RAW, 8, Z_DEFAULT_STRATEGY) == Z_OK
			? deflate_bytes(&z, part)
			: BF_ERR_NOMEM;
	deflateEnd(&z);
	return NULL;
}

/* The last part is the caller's, and so is one that no thread can be had for. */
static void deflate_all(struct part parts[PARTS])
{
	for (size_t i = 0; i < PARTS - 1; i++)
		parts[i].is_running = pthread_create(&parts[i].thread, NULL, deflate_part,
						     &parts[i]) == 0;
	for (size_t i = PARTS; i-- > 0;)
		if (!parts[i].is_running)
			deflate_part(&parts[i]);
	for (size_t i = 0; i < PARTS - 1; i++)
		if (parts[i].is_running)
			pthread_join(parts[i].thread, NULL);
}

static int append_all(struct bf_buffer *stream, const struct part parts[PARTS])
{
	static const uint8_t head[] = {0x78, 0x01}; /* deflate, 32 KiB window; fastest */
	uint8_t check[4];
	uLong adler = adler32(0, NULL, 0);
	int err = bf_buffer_append(stream, head, sizeof(head));
	for (size_t i = 0; !err && i < PARTS; i++) {
		adler = adler32_combine(adler, parts[i].adler32,
					(z_off_t)parts[i].bytes.size);
		err = parts[i].err ? parts[i].err
				   : bf_buffer_append(stream, parts[i].deflated.data,
						      parts[i].deflated.size);
	}
	bf_put_be32(check, (uint32_t)adler);
	return err ? err : bf_buffer_append(stream, check, sizeof(check));
}

int bf_zlib_stream_append(struct bf_buffer *stream, struct bf_view bytes)
{
	struct part parts[PARTS] = {0};
	const size_t size = bytes.size / PARTS;
	if (bytes.size > INT32_MAX)
		return BF_ERR_NOMEM;
	for (size_t i = 0; i < PARTS; i++) {
		parts[i].is_last = i == PARTS - 1;
		parts[i].bytes = bf_view_part(
			bytes, i * size, parts[i].is_last ? bytes.size - i * size : size);
	}
	deflate_all(parts);
	int err = append_all(stream, parts);
	for (size_t i = 0; i < PARTS; i++)
		bf_buffer_free(&parts[i].deflated);
	return err;
}
