/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * shim, the boot program that vendors have signed by Microsoft: it starts another one from
 * the folder it is in, which has to be signed by its vendor or by an owner of the machine.
 */
#ifndef BF_SHIM_H
#define BF_SHIM_H

#include "binary/pe.h"

enum { BF_SHIM_NAME_SIZE = 64 };

/*
 * Names of files in shim's own folder, as they are in the shim; empty if it has none or more
 * than one that could be meant.
 */
struct bf_shim {
	char loader[BF_SHIM_NAME_SIZE]; /* what it starts: "grubx64.efi" */
	char mok_manager
		[BF_SHIM_NAME_SIZE]; /* what it starts when it may not: "mmx64.efi" */
	/* What it starts first, if it is there, when it is /EFI/BOOT/BOOT*.EFI itself. */
	char fallback[BF_SHIM_NAME_SIZE]; /* "fbx64.efi" */
};

/*
 * Tell a shim from every other program, by its vendor's certificate in it, and read the
 * names. MokManager and fallback, which come with it, are no shims.
 */
bool bf_shim_read(const struct bf_pe *pe, struct bf_shim *ret);

/* Whether it is MokManager, by a line of its menu. */
bool bf_shim_is_mok_manager(const struct bf_pe *pe);

#endif
