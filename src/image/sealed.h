/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * A sealed iPXE: one that somebody else signed, and of which not a byte is changed. UEFI's
 * iPXE looks for its script in a file beside it, which is a loose slot (see ipxe/loose.h); or
 * it was signed with the script in its own slot.
 */
#ifndef BF_SEALED_H
#define BF_SEALED_H

#include "ipxe/ipxe.h"
#include "sign/signature.h"

struct bf_sealed {
	char signer[BF_SIGNATURE_NAME_SIZE];
	/* The body of the slot it was signed with, in its bytes; empty if that is a file. */
	struct bf_view script;
	uint32_t slot_size; /* of that slot */
};

/* Whether an iPXE is signed, well or not. */
bool bf_sealed_is(const struct bf_ipxe *ipxe);

/*
 * Look whether an iPXE that is signed can be used as it is. BF_ERR_SIGNED if no signature is
 * one of its bytes, or its slot was signed before there was a script in it; BF_ERR_UNSUPPORTED
 * if it has no slot and does not look for a file.
 */
bf_must_check int bf_sealed_read(const struct bf_ipxe *ipxe, struct bf_sealed *ret,
				 struct bf_error *reterr);

/*
 * Whether a sealed iPXE trusts the certificate of this fingerprint and no other, which cannot
 * be changed: BF_ERR_SIGNED if not.
 */
bf_must_check int bf_sealed_check_trust(struct bf_view binary,
					const uint8_t sha256[BF_SHA256_SIZE],
					struct bf_error *reterr);

#endif
