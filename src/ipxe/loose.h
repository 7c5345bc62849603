/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * The loose slot: one without a binary around it, a file of the image. It has room for a
 * script that the slots in iPXE have not, and can be changed where iPXE may not be.
 *
 * iPXE for UEFI looks for /autoexec.ipxe on the file system it was started from, and runs it
 * instead of its own slot. iPXE for BIOS knows no file systems: a boot loader hands the file
 * over as the initrd, and the slot of the lkrn runs that. So where there is a loose slot, the
 * slots hold a handover and never change.
 */
#ifndef BF_LOOSE_H
#define BF_LOOSE_H

#include "ipxe/slot.h"

#define BF_LOOSE_PATH "/autoexec.ipxe" /* in the ESP and in the ISO 9660 tree */

enum {
	BF_LOOSE_STEP = 64 << 10,
	BF_LOOSE_SPARE = 8 << 10, /* at least, for the next script to be a longer one */
};

/* The size of a loose slot for scripts of so many bytes, 0 if they are too large for any. */
uint32_t bf_loose_size(size_t script_size);

/* Make ret a loose slot of this size without a script: all newlines after its header. */
bf_must_check int bf_loose_make(uint32_t size, struct bf_buffer *ret,
				struct bf_error *reterr);

/*
 * The slot that a file is. BF_ERR_NO_SLOT when it does not start with one, BF_ERR_FORMAT when
 * the slot is damaged, says that it stands elsewhere, or is not alone.
 */
bf_must_check int bf_loose_find(struct bf_view file, struct bf_slot *ret,
				struct bf_error *reterr);

/* Whether an iPXE, of a PE or of an unpacked lkrn, runs a script that is in a loose slot. */
bool bf_loose_can_run(struct bf_view program, bool is_pe);

/* The body of a slot that leads to the loose one, and whether a body is one, of any version. */
struct bf_view bf_loose_handover(void);
bool bf_loose_is_handover(struct bf_view body);

/* What a script in the loose slot starts with. */
struct bf_view bf_loose_preamble(void);

#endif
