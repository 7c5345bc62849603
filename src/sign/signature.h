/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Reading the Authenticode signatures of a PE: who made each, and whether it is one of
 * these bytes. Whether somebody trusts who made it is not asked: that is in the machine.
 */
#ifndef BF_SIGNATURE_H
#define BF_SIGNATURE_H

#include "base/sha256.h"
#include "binary/authenticode.h"

enum {
	BF_SIGNATURES_MAX = 8,
	BF_SIGNATURE_SIZE_MAX = 1 << 20, /* bytes of one; a real one has some kilobytes */
	BF_SIGNATURE_ISSUERS_MAX = 4,
	BF_SIGNATURE_NAME_SIZE = 128,
	BF_SIGNATURE_PROBLEM_SIZE = 256,
};

/* In front of a name that is a common name. */
#define BF_SIGNATURE_COMMON_NAME "CN="

enum bf_signature_state {
	BF_SIGNATURE_GOOD,    /* made of these bytes, with the signer's key */
	BF_SIGNATURE_BROKEN,  /* of other bytes, by another key, or damaged */
	BF_SIGNATURE_UNKNOWN, /* of a kind that firmware does not read */
};

/*
 * Names are "CN=..." where there is a common name, or else the whole subject, in printable
 * ASCII, cut if need be; empty if it is not known.
 */
struct bf_signature {
	enum bf_signature_state state;
	char signer[BF_SIGNATURE_NAME_SIZE];
	/*
	 * Upwards from the signer's own issuer, as far as the signature has certificates, and
	 * the one it names last. To enrol any of them lets the machine take the program.
	 */
	char issuers[BF_SIGNATURE_ISSUERS_MAX][BF_SIGNATURE_NAME_SIZE];
	size_t n_issuers;
	char problem[BF_SIGNATURE_PROBLEM_SIZE]; /* why it is not good */
};

struct bf_signatures {
	uint8_t sha256
		[BF_SHA256_SIZE]; /* the program's Authenticode digest, signed or not */
	struct bf_signature all[BF_SIGNATURES_MAX];
	size_t n;
	struct bf_error problem; /* of the table they stand in; empty if it is in order */
};

/*
 * Read all signatures; none for a PE that has none. Whatever is wrong with them is in ret:
 * the only failure is BF_ERR_NOMEM. In a table that firmware does not take
 * (bf_authenticode_check_table()) no signature is good.
 */
bf_must_check int bf_signatures_read(const struct bf_pe *pe, struct bf_signatures *ret);

/* The common name in a name of a signature; empty if it has none. */
const char *bf_signature_common_name(const char *name);

#endif
