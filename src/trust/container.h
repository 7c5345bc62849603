/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * What a file of certificates holds: PEM (RFC 7468) or DER, of single certificates or of
 * PKCS #7 messages full of them (RFC 2315). Of anything else, what it is.
 */
#ifndef BF_CONTAINER_H
#define BF_CONTAINER_H

#include <openssl/x509.h>

#include "base/bytes.h"

enum { BF_CONTAINER_CERTIFICATES_MAX = 1000 };

struct bf_container {
	STACK_OF(X509) * certificates; /* in the file's order; NULL for a damaged one */
	unsigned keys, requests, others;
	char other[32];      /* the label of the first other block */
	bool is_pkcs12;      /* RFC 7292: nothing can be read without its password */
	bool is_old_pkcs12;  /* and its ciphers are those OpenSSL 3 calls legacy */
	bool is_joined;      /* PEM without its line ends: no block begins a line */
	bool is_bare_base64; /* PEM without the lines around it */
};

/*
 * Read a file's bytes. BF_ERR_TOO_BIG for more certificates than the limit. Release ret with
 * bf_container_free(), also after a failure.
 */
bf_must_check int bf_container_read(struct bf_view bytes, struct bf_container *ret,
				    struct bf_error *reterr);
void bf_container_free(struct bf_container *container);

/* The number of certificates, damaged ones included, and one of them, from 0. */
size_t bf_container_size(const struct bf_container *container);
X509 *bf_container_at(const struct bf_container *container, size_t index);

#endif
