/*
 * The Linux boot protocol's bzImage (Documentation/arch/x86/boot.rst), as far as iPXE's
 * ipxe.lkrn uses it: setup sectors in real mode, then a payload.
 */
#ifndef BF_BZIMAGE_H
#define BF_BZIMAGE_H

#include "base/bytes.h"

struct bf_bzimage {
	struct bf_view file;
	unsigned setup_sects;  /* setup sectors after the boot sector, 512 bytes each */
	uint16_t version;      /* boot protocol, 0x207 is 2.07 */
	uint32_t syssize;      /* payload in 16-byte paragraphs */
	size_t setup_entry;    /* where the jump at 0x200 leads */
	size_t payload;        /* first byte after the setup sectors */
	size_t kernel_version; /* offset of the version text, 0 if there is none */
};

/* Parse the setup header and check it against the file. */
int bf_bzimage_parse(struct bf_view file, struct bf_bzimage *ret,
		     struct bf_error *reterr);

#endif
