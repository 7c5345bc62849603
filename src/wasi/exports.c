/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * What the page's script calls of the module that makes images. One page has one form: all of
 * it works on one struct bf_web.
 */
#include <string.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "wasi/calls.h"
#include "wasi/digester.h"
#include "wasi/files.h"
#include "web/web.h"

static struct bf_web web;
static const struct bf_pieces *result; /* the last image made or changed */

/* ---- Settings ---- */

EXPORT(void, reset, void)
{
	result = NULL;
	bf_web_reset(&web);
}

EXPORT(int, set, const char *name, const char *value)
{
	struct bf_error error;
	bf_said.size = 0;
	return bf_calls_finish(bf_web_set(&web, name, value, &error), &error);
}

/* ---- Images ---- */

EXPORT(int, preview, void)
{
	struct bf_error error;
	bf_said.size = 0;
	return bf_calls_finish(bf_web_preview(&web, &bf_said, &error), &error);
}

/* Which certificate the images will trust, in a line; nothing where none is set. */
EXPORT(int, trust, void)
{
	struct bf_error error;
	bf_said.size = 0;
	return bf_calls_finish(bf_web_trust(&web, &bf_said, &error), &error);
}

/* now is in seconds since 1970 UTC. */
EXPORT(int, make, double now)
{
	struct bf_error error;
	bf_said.size = 0;
	result = &web.image.pieces;
	return bf_calls_finish(bf_web_make(&web, (int64_t)now, &bf_said, &error), &error);
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
	bf_said.size = 0;
	int err = find(name, &image, &error);
	if (!err)
		err = bf_web_inspect(name, image, &bf_said, &error);
	return bf_calls_finish(err, &error);
}

EXPORT(int, repoint, const char *name)
{
	struct bf_error error;
	struct bf_view image;
	bf_said.size = 0;
	result = &web.changed;
	int err = find(name, &image, &error);
	if (!err)
		err = bf_web_repoint(&web, name, image, &bf_said, &error);
	return bf_calls_finish(err, &error);
}

/* ---- Lists ---- */

EXPORT(int, plan, const char *hosts, const char *name)
{
	struct bf_error error;
	bf_said.size = 0;
	result = &web.image.pieces;
	return bf_calls_finish(bf_web_plan(&web, hosts, name, &bf_said, &error), &error);
}

EXPORT(int, make_row, size_t row)
{
	struct bf_error error;
	bf_said.size = 0;
	return bf_calls_finish(bf_web_row(&web, row, &error), &error);
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
	bf_said.size = 0;
	bf_digester_init(&digester);
	for (size_t i = 0; i < result->n_items; i++)
		bf_digester_add(&digester, result->items[i].bytes);
	bf_digester_finish(&digester, digest);
	bf_hex(bf_view(digest, sizeof(digest)), hex);
	return bf_buffer_append(&bf_said, hex, strlen(hex));
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
