/* SPDX-License-Identifier: GPL-3.0-only */
/* The private key programs are signed with. */
#ifndef BF_KEY_H
#define BF_KEY_H

#include "base/bytes.h"

enum {
	BF_KEY_FILE_MAX =
		1 << 18, /* bytes; some files have certificates beside the key */
	BF_PASSPHRASE_SIZE = 1024, /* with the NUL */
};

/* Where the passphrase comes from when a key turns out to be encrypted. */
struct bf_passphrase {
	/* Write it into text; path is the key's file. Or fail with a whole sentence. */
	int (*ask)(void *context, const char *path, char text[BF_PASSPHRASE_SIZE],
		   struct bf_error *reterr);
	void *context;
};

struct bf_key {
	struct evp_pkey_st *pkey; /* of libcrypto: RSA of 2048, 3072 or 4096 bits */
	bool is_open;             /* its file can be read by a group or by everybody */
};

/*
 * Read a key: PEM or DER, of PKCS #8 (RFC 5958), encrypted or not, or of PKCS #1 (RFC 8017).
 * passphrase is asked at most once; without one, NULL, an encrypted key is refused. BF_ERR_INPUT
 * for what is no key, saying what it is instead, for a wrong passphrase, and for a key UEFI
 * firmware does not take. The sentence names the file. The file's bytes and the passphrase are
 * wiped from memory. Release ret with bf_key_free().
 */
bf_must_check int bf_key_read(const char *path, const struct bf_passphrase *passphrase,
			      struct bf_key *ret, struct bf_error *reterr);
void bf_key_free(struct bf_key *key);

#endif
