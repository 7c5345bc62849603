/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * iPXE's only root of trust is a SHA-256 fingerprint inside the binary. Putting another
 * certificate's fingerprint in its place pins that certificate: it is good and, if it is a
 * CA's, so are those it signed; all others are not.
 */
#ifndef BF_PIN_H
#define BF_PIN_H

#include "base/bytes.h"
#include "base/sha256.h"

/* The bundle's file with a checkpoint (zbin_patch.h) of ipxe.lkrn's last block. */
#define BF_PIN_CHECKPOINT "ipxe.lkrn.checkpoint"

/*
 * Make a copy of a PE, or of a bzImage, with another fingerprint in it; CheckSum, or length,
 * CRC and syssize, follow. BF_ERR_UNSUPPORTED for a binary that does not have the stock
 * fingerprint exactly once, BF_ERR_SIGNED for a signed PE. The result was read back before it
 * replaces ret.
 *
 * checkpoint is for a bzImage, and may be empty or of another file: then it is made, in a
 * tenth of a second.
 */
bf_must_check int bf_pin(struct bf_view binary, struct bf_view checkpoint,
			 const uint8_t fingerprint[BF_SHA256_SIZE], struct bf_buffer *ret,
			 struct bf_error *reterr);

/* Make the checkpoint for an ipxe.lkrn, and prove that pinning with it works. */
bf_must_check int bf_pin_checkpoint(struct bf_view binary, struct bf_buffer *ret,
				    struct bf_error *reterr);

#endif
