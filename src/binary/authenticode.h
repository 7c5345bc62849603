/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Which bytes of a PE an Authenticode signature is of, and where the signatures stand
 * (Windows Authenticode Portable Executable Signature Format; PE Format, "The Attribute
 * Certificate Table"). Nothing here is hashed, signed or verified.
 */
#ifndef BF_AUTHENTICODE_H
#define BF_AUTHENTICODE_H

#include "binary/pe.h"

enum {
	/* The header in three parts, each section, and what stands behind them. */
	BF_AUTHENTICODE_PARTS_MAX = BF_PE_MAX_SECTIONS + 4,
	BF_AUTHENTICODE_ALIGNMENT = 8, /* of the table and of each entry */

	/* The wRevision and wCertificateType that firmware reads. */
	BF_CERTIFICATE_REVISION_2 = 0x0200,
	BF_CERTIFICATE_PKCS_SIGNED_DATA = 2,
};

/*
 * The bytes that are hashed, in this order: all but CheckSum, the Certificate Table's data
 * directory and the table. A file that is not signed counts as padded with zeros to where
 * its table would start.
 */
struct bf_authenticode_parts {
	struct bf_view parts[BF_AUTHENTICODE_PARTS_MAX];
	size_t n;
	size_t padding; /* zeros behind the last part, less than BF_AUTHENTICODE_ALIGNMENT */
};

void bf_authenticode_parts(const struct bf_pe *pe, struct bf_authenticode_parts *ret);

/* One entry of the table (WIN_CERTIFICATE); data is its bCertificate. */
struct bf_pe_certificate {
	uint16_t revision;
	uint16_t type;
	struct bf_view data;
};

/*
 * Check what firmware wants of the table as a whole: that it starts at a multiple of eight
 * behind everything that is hashed, and ends where the file does. BF_ERR_FORMAT if not.
 */
bf_must_check int bf_authenticode_check_table(const struct bf_pe *pe,
					      struct bf_error *reterr);

/*
 * Step through the table; *at is 0 before the first entry. Returns 1 and the entry, 0 after
 * the last one and for a PE without a table, or BF_ERR_FORMAT for an entry that does not fit.
 */
bf_must_check int bf_authenticode_next(const struct bf_pe *pe, size_t *at,
				       struct bf_pe_certificate *ret,
				       struct bf_error *reterr);

/*
 * Make a PE say that it has no table, in a file just parsed. What was in the table stays where
 * it is, as data behind the sections; CheckSum is the caller's.
 */
void bf_authenticode_drop(const struct bf_pe *pe, uint8_t *file);

/* Where the Certificate Table's data directory is, in a PE that has one. */
struct bf_view bf_authenticode_directory(const struct bf_pe *pe);

/*
 * Give a PE without a table one with a single entry, of PKCS #7, whose data is size zeros, and
 * which starts at *ret in the file: the place of a signature. CheckSum is the caller's.
 * BF_ERR_SIGNED for a PE with a table, BF_ERR_UNSUPPORTED for one without a directory for it,
 * BF_ERR_TOO_BIG if a 32-bit field would overflow. On failure the file is unchanged.
 */
bf_must_check int bf_authenticode_reserve(struct bf_buffer *file, size_t size,
					  size_t *ret, struct bf_error *reterr);

#endif
