/* SPDX-License-Identifier: GPL-3.0-only */
/* The X.509 certificate (RFC 5280) somebody wants an image to trust. */
#ifndef BF_CERTIFICATE_H
#define BF_CERTIFICATE_H

#include "base/bytes.h"
#include "base/sha256.h"

enum {
	BF_CERTIFICATE_FILE_MAX = 1
				  << 20, /* bytes; a bundle of all public CAs has less */
	BF_CERTIFICATE_NUMBER_MAX = 999999,
	BF_CERTIFICATE_NAME_SIZE = 160,
	BF_CERTIFICATE_DATE_SIZE = 16,
};

struct bf_certificate {
	struct bf_buffer der;
	uint8_t sha256[BF_SHA256_SIZE];         /* of der: its fingerprint */
	char subject[BF_CERTIFICATE_NAME_SIZE]; /* printable ASCII, cut if need be */
	char issuer[BF_CERTIFICATE_NAME_SIZE];
	char expires[BF_CERTIFICATE_DATE_SIZE]; /* not_after as 2031-12-24, UTC */
	int64_t not_before, not_after;          /* seconds since 1970 UTC */
	bool is_ca;                             /* may sign other certificates */
	bool is_root;                           /* and is signed by none of those */
	/* What it takes to read it, as in algorithms.h. */
	const char *key;       /* "rsa" or "ecdsa" */
	const char *curve;     /* "p256", "p384"; NULL for rsa */
	const char *signature; /* "rsa" or "ecdsa" */
};

/*
 * Take a certificate out of a file's bytes: the one with this number, from 1, or the only one
 * for 0. PEM or DER, alone or in PKCS #7 (see container.h). name is what the file is called in
 * advice. BF_ERR_INPUT for what is not a certificate, saying what it is instead, where the
 * number is missing or too large, with a list of what is there (see choice.h), and for keys
 * and signatures no iPXE can use. Release ret with bf_certificate_free().
 */
bf_must_check int bf_certificate_parse(struct bf_view bytes, const char *name,
				       unsigned number, struct bf_certificate *ret,
				       struct bf_error *reterr);
void bf_certificate_free(struct bf_certificate *certificate);

/*
 * The same for a file, "ca.pem", or for one certificate of it, "fullchain.pem#2". A file that
 * is really called so goes first. The sentence names the file.
 */
bf_must_check int bf_certificate_read(const char *path, struct bf_certificate *ret,
				      struct bf_error *reterr);

#endif
