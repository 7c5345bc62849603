/* SPDX-License-Identifier: GPL-3.0-only */
/* The kinds of machine an image can boot, under the names of their standards. */
#ifndef BF_ARCH_H
#define BF_ARCH_H

#include "base/bytes.h"

enum bf_arch {
	BF_ARCH_BIOS, /* ipxe.lkrn */
	BF_ARCH_X86_64,
	BF_ARCH_ARM64,
	BF_ARCH_RISCV64,
	BF_ARCH_COUNT,
};

enum {
	BF_ARCH_BIOS_ONLY = 1u << BF_ARCH_BIOS,
	BF_ARCH_ALL = (1u << BF_ARCH_COUNT) - 1,
	BF_ARCH_LIST_SIZE = 160, /* bytes of any list made here, with the NUL */
};

/*
 * Everything there is to say about one; a new architecture is a new row, a value of the
 * enumeration and the compiler's flags for its stub (prebuilt/stub).
 */
struct bf_arch_row {
	const char *name;       /* "x86_64": in options and reports */
	const char *spelled;    /* "x86-64": in sentences */
	const char *aliases;    /* other people's names for it, lower case, with spaces */
	bool is_default;        /* in an image that nobody asked anything special of */
	uint16_t machine;       /* PE Format, "Machine Types"; 0 for BIOS */
	const char *efi_path;   /* what UEFI starts from removable media (UEFI 2.10,
				   3.5.1.1); NULL for BIOS */
	const char *stock_name; /* the file in Debian's package */
	const char *name_in_bundle;
	const char *stub_name; /* what is planted with the slot, in the bundle */
};

/* The row of an architecture; for BF_ARCH_COUNT one of the name "unknown". */
const struct bf_arch_row *bf_arch_row(enum bf_arch arch);

/* "bios", "x86_64", "arm64", "riscv64". */
const char *bf_arch_name(enum bf_arch arch);

/* By its name, or by another one in any case; BF_ARCH_COUNT for what is none. */
enum bf_arch bf_arch_from_name(struct bf_view name);

/* Of a PE's machine type; BF_ARCH_COUNT for one we have not. */
enum bf_arch bf_arch_from_machine(uint16_t machine);

/* See efi_path. */
const char *bf_arch_efi_path(enum bf_arch arch);

/* The set of 1u << enum bf_arch of an image that nobody asked anything special of. */
unsigned bf_arch_defaults(void);

/* The names of a set with ", " between them; those in sentences end in " and " the last. */
const char *bf_arch_list(unsigned archs, char ret[BF_ARCH_LIST_SIZE]);
const char *bf_arch_list_spelled(unsigned archs, const char *last,
				 char ret[BF_ARCH_LIST_SIZE]);

#endif
