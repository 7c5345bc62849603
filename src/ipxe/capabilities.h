/* SPDX-License-Identifier: GPL-3.0-only */
/* What an iPXE can do, and what the several in one image can do together. */
#ifndef BF_CAPABILITIES_H
#define BF_CAPABILITIES_H

#include "ipxe/algorithms.h"
#include "ipxe/arch.h"
#include "ipxe/word_list.h"

struct bf_capabilities {
	/* URL schemes that chain and sanboot can open, sorted: "aoe,http,https". */
	char schemes[BF_WORD_LIST_SIZE];
	bool algorithms_known;               /* else a certificate is given the benefit */
	char algorithms[BF_ALGORITHMS_SIZE]; /* of public keys, see algorithms.h */
	uint32_t slot_size;                  /* in bytes, the header included */
};

/* A zeroed struct is of no iPXE yet. */
struct bf_capability_set {
	unsigned archs; /* set of 1u << enum bf_arch: those that are there */
	struct bf_capabilities of[BF_ARCH_COUNT];
};

/* One more iPXE: of several for one architecture, what all of them can do. */
void bf_capability_set_add(struct bf_capability_set *set, enum bf_arch arch,
			   const struct bf_capabilities *can);

/* The URL schemes that every iPXE of the set can open. */
void bf_capability_set_schemes(const struct bf_capability_set *set,
			       char ret[BF_WORD_LIST_SIZE]);

/* BF_ERR_TOO_BIG, naming both sizes, for a slot's body that one of them cannot take. */
bf_must_check int bf_capability_set_check_body(const struct bf_capability_set *set,
					       size_t body_size, struct bf_error *reterr);

#endif
