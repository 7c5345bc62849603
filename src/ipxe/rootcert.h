/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * iPXE's trusted root certificates: SHA-256 fingerprints in the binary, one in a stock
 * build. Found through `struct x509_root { ...; struct digest_algorithm *digest; unsigned
 * int count; const void *fingerprints; }`, so that they are found whatever they are.
 */
#ifndef BF_ROOTCERT_H
#define BF_ROOTCERT_H

#include "base/sha256.h"
#include "ipxe/program.h"

enum { BF_ROOTCERT_MAX = 16 };

struct bf_rootcert {
	size_t offset; /* of the first fingerprint in the program's bytes */
	uint32_t count;
};

/* The fingerprint of iPXE's own root certificate, which every stock build trusts. */
extern const uint8_t bf_rootcert_stock[BF_SHA256_SIZE];

/* False when there is no such structure: an iPXE without TLS, or not one we know. */
bool bf_rootcert_find(const struct bf_program *program, struct bf_rootcert *ret);

/* Whether the certificate of this fingerprint is the only root of those found. */
bool bf_rootcert_is_only(const struct bf_program *program,
			 const struct bf_rootcert *roots,
			 const uint8_t sha256[BF_SHA256_SIZE]);

#endif
