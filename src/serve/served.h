/* SPDX-License-Identifier: GPL-3.0-only */
/* One host's image as it is served: the template's bytes with the host's laid over them. */
#ifndef BF_SERVED_H
#define BF_SERVED_H

#include <stdatomic.h>
#include <stdbool.h>

#include "image/image.h"
#include "link/path.h"

enum {
	/* 128 bits of a hash, in hexadecimal, with the quotes and the NUL. */
	BF_SERVED_ETAG_SIZE = 2 + 32 + 1,
};

/* Never changes once made; many answers may be sending it, and each holds it. */
struct bf_served {
	atomic_uint holders;
	char host[BF_PATH_HOST_SIZE];
	struct bf_buffer
		settings; /* that a link brought, see link/token.h; mostly none */
	char etag[BF_SERVED_ETAG_SIZE]; /* strong: the same for the same bytes only */
	struct bf_image image;
};

/* Which image it is. */
struct bf_served_key {
	const char *host;
	struct bf_view settings;
};

/*
 * Make an image, held once. template_hash stands for the template's bytes, see
 * bf_served_hash_template(). The maker must outlive it.
 */
bf_must_check int bf_served_new(const struct bf_maker *maker,
				const uint8_t template_hash[BF_SHA256_SIZE],
				const struct bf_served_key *key,
				const struct bf_target *target, struct bf_served **ret,
				struct bf_error *reterr);

bool bf_served_is(const struct bf_served *served, const struct bf_served_key *key);

void bf_served_hold(struct bf_served *served);
/* Let go of it; the last holder frees it. NULL is fine. */
void bf_served_release(struct bf_served *served);

/* A hash of everything in the template. */
bf_must_check int bf_served_hash_template(const struct bf_template *tmpl,
					  uint8_t ret[BF_SHA256_SIZE],
					  struct bf_error *reterr);

#endif
