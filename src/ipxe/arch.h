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

/* "bios", "x86_64", "arm64", "riscv64"; BF_ARCH_COUNT for any other name. */
const char *bf_arch_name(enum bf_arch arch);
enum bf_arch bf_arch_from_name(struct bf_view name);

/* Of a PE's machine type, PE Format "Machine Types"; BF_ARCH_COUNT for one we have not. */
enum bf_arch bf_arch_from_machine(uint16_t machine);

/*
 * What UEFI starts from removable media, "/EFI/BOOT/BOOTX64.EFI" (UEFI 2.10, 3.5.1.1); NULL
 * for BIOS.
 */
const char *bf_arch_efi_path(enum bf_arch arch);

#endif
