/* SPDX-License-Identifier: GPL-3.0-only */
/* Who signs the programs of an image: a private key and the certificate that goes with it. */
#ifndef BF_SIGNER_H
#define BF_SIGNER_H

#include "sign/key.h"
#include "trust/certificate.h"

/*
 * Where an image has the signer's certificate, for machines to enrol. EDK2's set-up takes a file
 * whose name ends in ".cer" and none that ends in ".CER", and MokManager takes both.
 */
#define BF_SIGNER_CERTIFICATE_PATH "/enroll.cer"

/* Once read it is only read: threads may share it, and sign with it at the same time. */
struct bf_signer {
	struct bf_key key;
	/* What goes into a signature: the signer's own, then its issuers upwards. */
	struct stack_st_X509 *certificates; /* of libcrypto */
	struct bf_buffer
		der; /* the signer's certificate, as MokManager and firmware enrol it */
	char subject[BF_CERTIFICATE_NAME_SIZE];
	char not_before_day[BF_CERTIFICATE_DATE_SIZE]; /* as 2031-12-24, UTC */
	char not_after_day[BF_CERTIFICATE_DATE_SIZE];
	int64_t not_before, not_after; /* seconds since 1970 UTC */
	size_t signature_size;
	bool is_for_modules;     /* the certificate is one for modules of Linux */
	bool is_passphrase_open; /* set by who read it from a file that others can read */
};

enum { BF_SIGNER_CERTIFICATES_MAX = 8 };

/*
 * Read the key, see bf_key_read(), and its certificate out of a file of certificates, see
 * bf_container_read(). The certificate is the one that the key belongs to, wherever it stands;
 * of the others those are taken that lead from it upwards, but for a root, which nobody needs,
 * and for more than BF_SIGNER_CERTIFICATES_MAX, which no chain has.
 * Something is signed and verified for a trial. BF_ERR_INPUT says which file is wrong, and how.
 * Release ret with bf_signer_free().
 */
bf_must_check int bf_signer_read(const char *key_path, const char *certificate_path,
				 const struct bf_passphrase *passphrase,
				 struct bf_signer *ret, struct bf_error *reterr);
void bf_signer_free(struct bf_signer *signer);

enum { BF_SIGNER_WARNINGS_MAX = 4 };

/* Sentences about what works now, or not everywhere, and will be a surprise later. */
struct bf_signer_warnings {
	char texts[BF_SIGNER_WARNINGS_MAX][512];
	size_t n;
};

/* now is in seconds since 1970 UTC. */
void bf_signer_warn(const struct bf_signer *signer, const char *key_path, int64_t now,
		    struct bf_signer_warnings *ret);

/* Bytes of each signature it makes, known in advance. */
size_t bf_signer_signature_size(const struct bf_signer *signer);

/*
 * Write the signature, a PKCS #7 message of just that size, of a program with this digest
 * (bf_image_sha256()). The same digest gives the same bytes.
 */
bf_must_check int bf_signer_sign(const struct bf_signer *signer,
				 const uint8_t sha256[BF_SHA256_SIZE], uint8_t *ret,
				 struct bf_error *reterr);

#endif
