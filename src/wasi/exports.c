/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * What the page's script calls. Texts go in as addresses of bytes that end in zero, in memory
 * of allocate(); what a call has to say comes out as text() and text_size(), and is a sentence
 * where it returned something else than zero. One page has one form: all of it works on one
 * struct bf_web.
 */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "wasi/digester.h"
#include "wasi/files.h"
#include "web/web.h"

#define EXPORT(type, name, ...)                                                          \
	__attribute__((export_name(#name))) type bf_export_##name(__VA_ARGS__);          \
	type bf_export_##name(__VA_ARGS__)

static struct bf_web web;
static struct bf_buffer said;
static const struct bf_pieces *result; /* the last image made or changed */

/* What a call comes to: what it said, or why it failed. */
static int finish(int err, const struct bf_error *error)
{
	if (!err)
		return BF_OK;
	said.size = 0;
	return bf_buffer_append(&said, error->text, strlen(error->text)) ? BF_ERR_NOMEM
									 : err;
}

EXPORT(void *, allocate, size_t size)
{
	return malloc(size ? size : 1);
}

EXPORT(void, release, void *memory)
{
	free(memory);
}

EXPORT(const uint8_t *, text, void)
{
	return said.data;
}

EXPORT(size_t, text_size, void)
{
	return said.size;
}

/* ---- Files ---- */

/* The bytes are of allocate(), and become the file's. */
EXPORT(int, put_file, const char *name, uint8_t *bytes, size_t size)
{
	return bf_files_put(name, (struct bf_buffer){.data = bytes, .size = size});
}

EXPORT(void, drop_file, const char *name)
{
	bf_files_drop(name);
}

/* ---- Settings ---- */

EXPORT(void, reset, void)
{
	result = NULL;
	bf_web_reset(&web);
}

EXPORT(int, set, const char *name, const char *value)
{
	struct bf_error error;
	said.size = 0;
	return finish(bf_web_set(&web, name, value, &error), &error);
}

/* ---- Images ---- */

EXPORT(int, preview, void)
{
	struct bf_error error;
	said.size = 0;
	return finish(bf_web_preview(&web, &said, &error), &error);
}

/* now is in seconds since 1970 UTC. */
EXPORT(int, make, double now)
{
	struct bf_error error;
	said.size = 0;
	result = &web.image.pieces;
	return finish(bf_web_make(&web, (int64_t)now, &said, &error), &error);
}

static int find(const char *name, struct bf_view *ret, struct bf_error *reterr)
{
	if (bf_files_find(name, ret))
		return BF_OK;
	return bf_fail(reterr, BF_ERR_IO, "there is no such file");
}

EXPORT(int, inspect, const char *name)
{
	struct bf_error error;
	struct bf_view image;
	said.size = 0;
	int err = find(name, &image, &error);
	if (!err)
		err = bf_web_inspect(name, image, &said, &error);
	return finish(err, &error);
}

EXPORT(int, repoint, const char *name)
{
	struct bf_error error;
	struct bf_view image;
	said.size = 0;
	result = &web.changed;
	int err = find(name, &image, &error);
	if (!err)
		err = bf_web_repoint(&web, name, image, &said, &error);
	return finish(err, &error);
}

/* ---- Lists ---- */

EXPORT(int, plan, const char *hosts, const char *name)
{
	struct bf_error error;
	said.size = 0;
	result = &web.image.pieces;
	return finish(bf_web_plan(&web, hosts, name, &said, &error), &error);
}

EXPORT(int, make_row, size_t row)
{
	struct bf_error error;
	said.size = 0;
	return finish(bf_web_row(&web, row, &error), &error);
}

/* ---- Bytes ---- */

/*
 * The pieces of the result, and for a row those of the template and of what is laid over it:
 * each is 16 bytes, the offset (8), the address (4) and the size (4).
 */
EXPORT(const struct bf_piece *, pieces, void)
{
	return result->items;
}

EXPORT(size_t, n_pieces, void)
{
	return result->n_items;
}

EXPORT(const struct bf_piece *, template_pieces, void)
{
	return web.maker.tmpl.image.pieces.items;
}

EXPORT(size_t, n_template_pieces, void)
{
	return web.maker.tmpl.image.pieces.n_items;
}

EXPORT(const struct bf_piece *, patches, void)
{
	return web.image.patches.pieces;
}

EXPORT(size_t, n_patches, void)
{
	return web.image.patches.n_pieces;
}

/* Of the result, as text. */
EXPORT(int, sha256, void)
{
	uint8_t digest[BF_SHA256_SIZE];
	char hex[BF_SHA256_HEX_SIZE];
	struct bf_digester digester;
	said.size = 0;
	bf_digester_init(&digester);
	for (size_t i = 0; i < result->n_items; i++)
		bf_digester_add(&digester, result->items[i].bytes);
	bf_digester_finish(&digester, digest);
	bf_hex(bf_view(digest, sizeof(digest)), hex);
	return bf_buffer_append(&said, hex, strlen(hex));
}

EXPORT(uint32_t, crc32, void)
{
	uLong crc = 0;
	for (size_t i = 0; i < result->n_items; i++) {
		struct bf_view bytes = result->items[i].bytes;
		crc = crc32(crc, bytes.data, (uInt)bytes.size);
	}
	return (uint32_t)crc;
}
