/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * The Linux boot protocol's bzImage (Documentation/arch/x86/boot.rst), as far as iPXE's
 * ipxe.lkrn uses it: setup sectors in real mode, then a payload.
 */
#ifndef BF_BZIMAGE_H
#define BF_BZIMAGE_H

#include "base/bytes.h"

/* Offsets of the setup header's fields, named as in boot.rst. */
enum {
	BF_BZIMAGE_SETUP_SECTS = 0x1f1,    /* u8, 512-byte sectors after the first */
	BF_BZIMAGE_SYSSIZE = 0x1f4,        /* u32, payload in 16-byte paragraphs */
	BF_BZIMAGE_BOOT_FLAG = 0x1fe,      /* u16, 0xaa55 */
	BF_BZIMAGE_JUMP = 0x200,           /* a short jump */
	BF_BZIMAGE_HEADER = 0x202,         /* "HdrS" */
	BF_BZIMAGE_VERSION = 0x206,        /* u16 */
	BF_BZIMAGE_KERNEL_VERSION = 0x20e, /* u16, less 0x200 */
	BF_BZIMAGE_CMD_LINE_PTR = 0x228,   /* u32, linear address */

	BF_BZIMAGE_SECTOR = 512,
	BF_BZIMAGE_SETUP_SECTS_MAX = 64, /* what loaders make room for */
};

struct bf_bzimage {
	struct bf_view file;
	unsigned setup_sects;        /* setup sectors after the boot sector */
	uint16_t version;            /* boot protocol, 0x207 is 2.07 */
	uint32_t syssize;            /* payload in 16-byte paragraphs */
	size_t setup_entry;          /* where the jump at 0x200 leads, 0x281 at most */
	struct bf_view payload;      /* what follows the setup, syssize long at most */
	size_t payload_offset;       /* of the payload in the file */
	struct bf_view version_text; /* kernel_version without its NUL; may be empty */
};

/*
 * Parse the setup header and check it against the file. BF_ERR_UNSUPPORTED for what is not
 * a bzImage of boot protocol 2.04 (the first with a 32-bit syssize) or later, BF_ERR_FORMAT
 * for one that is damaged or cut short.
 */
bf_must_check int bf_bzimage_parse(struct bf_view file, struct bf_bzimage *ret,
				   struct bf_error *reterr);

/*
 * Make ret the same file with another payload, and syssize after it; what followed the old
 * payload is gone. The result was parsed again before it replaces ret.
 */
bf_must_check int bf_bzimage_replace_payload(const struct bf_bzimage *image,
					     struct bf_view payload,
					     struct bf_buffer *ret,
					     struct bf_error *reterr);

/* Whether the file claims to be a bzImage: the boot flag and "HdrS" are there. */
bool bf_bzimage_probe(struct bf_view file);

#endif
