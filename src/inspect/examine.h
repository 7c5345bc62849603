/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Everything there is to tell about one boot program: an iPXE, or what else is found where
 * an iPXE could be.
 */
#ifndef BF_EXAMINE_H
#define BF_EXAMINE_H

#include "base/budget.h"
#include "binary/sbat.h"
#include "binary/shim.h"
#include "ipxe/ipxe.h"
#include "ipxe/rootcert.h"
#include "ipxe/slot.h"
#include "sign/signature.h"

enum { BF_EXAMINE_SIZE_MAX = 64 << 20 };

enum bf_examined_kind {
	BF_EXAMINED_IPXE,
	BF_EXAMINED_OTHER,   /* a PE or a bzImage that is not iPXE */
	BF_EXAMINED_DAMAGED, /* neither, or one that is cut short or broken */
};

enum bf_slot_state {
	BF_SLOT_NONE,
	BF_SLOT_FILLED,
	BF_SLOT_PLACEHOLDER, /* nothing was put in yet */
	BF_SLOT_HANDOVER,    /* the script is in a loose slot, to which this one leads */
	BF_SLOT_DAMAGED,     /* problem says how */
};

struct bf_examined {
	enum bf_examined_kind kind;
	bool is_pe, is_bzimage; /* one, neither, or a kernel that is both */
	char name[96];    /* "iPXE", "GRUB", "Linux kernel 6.1.0", ...; "" if unknown */
	const char *arch; /* "x86_64", ..., "bios"; "" if unknown */
	uint64_t size, unpacked_size; /* the latter of an lkrn's last block, else 0 */
	struct bf_ipxe_identity ipxe; /* of an iPXE */

	uint32_t checksum, checksum_computed; /* of a PE */
	bool has_signature;
	struct bf_signatures signatures;
	struct bf_sbat sbat;
	bool is_shim;
	struct bf_shim shim;

	enum bf_slot_state slot_state;
	struct bf_slot slot;
	bool slot_is_packed;     /* it stands in the lkrn's packed block */
	struct bf_buffer script; /* "#!ipxe" and the slot's lines after the marker */

	uint32_t n_roots; /* trusted root certificates; 0 where none were found */
	uint8_t roots[BF_ROOTCERT_MAX][BF_SHA256_SIZE];

	struct bf_error problem; /* empty if nothing is wrong */
};

/*
 * Draw the work that opening or examining a file takes, BF_ERR_WORK if there is not enough.
 * ret_spare is what may be put back when it turns out to unpack to nothing.
 */
bf_must_check int bf_examine_draw(struct bf_view file, struct bf_budget *budget,
				  uint64_t *ret_spare, struct bf_error *reterr);

/*
 * Examine a whole file. What is wrong with it goes into ret->problem; BF_ERR_NOMEM is a
 * failure, and BF_ERR_WORK when the budget, which may be NULL, does not allow for it. Release
 * ret with bf_examined_free().
 */
bf_must_check int bf_examine(struct bf_view file, struct bf_budget *budget,
			     struct bf_examined *ret, struct bf_error *reterr);
void bf_examined_free(struct bf_examined *binary);

/* Whether the one root this iPXE trusts is its makers' own, as in every stock build. */
bool bf_examined_trust_is_stock(const struct bf_examined *binary);

#endif
