/* SPDX-License-Identifier: GPL-3.0-only */
#include "serve/served.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* Piece by piece, then over the pieces' hashes: the image need not be put together. */
int bf_served_hash_template(const struct bf_template *tmpl, uint8_t ret[BF_SHA256_SIZE],
			    struct bf_error *reterr)
{
	const struct bf_pieces *pieces = &tmpl->image.pieces;
	bf_cleanup(bf_buffer_free) struct bf_buffer hashes = {0};
	for (size_t i = 0; i < pieces->n_items; i++) {
		uint8_t hash[BF_SHA256_SIZE];
		if (bf_sha256(pieces->items[i].bytes, hash) ||
		    bf_buffer_append(&hashes, hash, sizeof(hash)))
			return bf_fail_nomem(reterr);
	}
	return bf_sha256(bf_buffer_view(&hashes), ret) ? bf_fail_nomem(reterr) : BF_OK;
}

/* The template, the script and the signatures, if any, decide every byte. */
static int make_etag(const uint8_t template_hash[BF_SHA256_SIZE],
		     const struct bf_image *image, char ret[BF_SERVED_ETAG_SIZE])
{
	char hex[BF_SHA256_HEX_SIZE];
	const struct bf_buffer *script = &image->script;
	const struct bf_buffer *signatures = &image->patches.signatures;
	bf_cleanup(bf_buffer_free) struct bf_buffer all = {0};
	int err = bf_buffer_append(&all, template_hash, BF_SHA256_SIZE);
	if (!err)
		err = bf_buffer_append(&all, script->data, script->size);
	if (!err)
		err = bf_buffer_append(&all, signatures->data, signatures->size);
	if (!err)
		err = bf_sha256_hex(bf_buffer_view(&all), hex);
	if (!err)
		snprintf(ret, BF_SERVED_ETAG_SIZE, "\"%.32s\"", hex);
	return err;
}

int bf_served_new(const struct bf_maker *maker,
		  const uint8_t template_hash[BF_SHA256_SIZE],
		  const struct bf_served_key *key, const struct bf_target *target,
		  struct bf_served **ret, struct bf_error *reterr)
{
	struct bf_served *served = calloc(1, sizeof(*served));
	if (!served)
		return bf_fail_nomem(reterr);
	atomic_init(&served->holders, 1);
	snprintf(served->host, sizeof(served->host), "%s", key->host);
	int err = bf_buffer_append(&served->settings, key->settings.data,
				   key->settings.size);
	err = err ? bf_fail_nomem(reterr)
		  : bf_image_make(maker, target, &served->image, reterr);
	if (!err && make_etag(template_hash, &served->image, served->etag))
		err = bf_fail_nomem(reterr);
	if (err) {
		bf_served_release(served);
		return err;
	}
	*ret = served;
	return BF_OK;
}

bool bf_served_is(const struct bf_served *served, const struct bf_served_key *key)
{
	return strcmp(served->host, key->host) == 0 &&
	       served->settings.size == key->settings.size &&
	       (key->settings.size == 0 ||
		memcmp(served->settings.data, key->settings.data, key->settings.size) ==
			0);
}

void bf_served_hold(struct bf_served *served)
{
	atomic_fetch_add_explicit(&served->holders, 1, memory_order_relaxed);
}

void bf_served_release(struct bf_served *served)
{
	if (!served || atomic_fetch_sub(&served->holders, 1) > 1)
		return;
	bf_image_free(&served->image);
	bf_buffer_free(&served->settings);
	free(served);
}
