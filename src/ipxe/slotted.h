/* SPDX-License-Identifier: GPL-3.0-only */
/* An iPXE that can take a script: with the slot it had, or with one planted. */
#ifndef BF_SLOTTED_H
#define BF_SLOTTED_H

#include "ipxe/ipxe.h"

struct bf_slotted {
	struct bf_buffer file;
	struct bf_slot slot; /* in the file, or in an lkrn's unpacked block */
	/* It takes its script by bf_slotted_fill_packed(), which changes the file's length. */
	bool is_packed;
};

/*
 * Make a copy of an iPXE that has a slot which knows its place, and a right CheckSum. stub is
 * what is planted where there is none, see bf_plant(). Release ret with bf_slotted_free().
 */
bf_must_check int bf_slotted_make(const struct bf_ipxe *ipxe, struct bf_view stub,
				  struct bf_slotted *ret, struct bf_error *reterr);
void bf_slotted_free(struct bf_slotted *slotted);

/*
 * Put the body of a slot into a file whose slot is packed, replacing file. BF_ERR_TOO_BIG
 * names both sizes.
 */
bf_must_check int bf_slotted_fill_packed(struct bf_buffer *file, struct bf_view body,
					 struct bf_error *reterr);

#endif
