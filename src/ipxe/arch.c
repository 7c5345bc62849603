/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/arch.h"

#include <string.h>
#include <strings.h>

#include "binary/pe.h"

static const struct bf_arch_row archs[BF_ARCH_COUNT + 1] = {
	[BF_ARCH_BIOS] = {.name = "bios",
			  .spelled = "BIOS",
			  .aliases = "pcbios i386-pc",
			  .is_default = true,
			  .stock_name = "ipxe.lkrn",
			  .name_in_bundle = "ipxe.lkrn",
			  .stub_name = "lkrn.stub"},
	[BF_ARCH_X86_64] = {.name = "x86_64",
			    .spelled = "x86-64",
			    .aliases = "x86-64 amd64 x64",
			    .is_default = true,
			    .machine = BF_PE_MACHINE_AMD64,
			    .efi_path = "/EFI/BOOT/BOOTX64.EFI",
			    .stock_name = "ipxe-amd64.efi",
			    .name_in_bundle = "ipxe-x86_64.efi",
			    .stub_name = "efi-x86_64.stub"},
	[BF_ARCH_ARM64] = {.name = "arm64",
			   .spelled = "arm64",
			   .aliases = "aarch64",
			   .is_default = true,
			   .machine = BF_PE_MACHINE_ARM64,
			   .efi_path = "/EFI/BOOT/BOOTAA64.EFI",
			   .stock_name = "ipxe-arm64.efi",
			   .name_in_bundle = "ipxe-arm64.efi",
			   .stub_name = "efi-arm64.stub"},
	[BF_ARCH_RISCV64] = {.name = "riscv64",
			     .spelled = "riscv64",
			     .aliases = "",
			     .machine = BF_PE_MACHINE_RISCV64,
			     .efi_path = "/EFI/BOOT/BOOTRISCV64.EFI",
			     .stock_name = "ipxe-riscv64.efi",
			     .name_in_bundle = "ipxe-riscv64.efi",
			     .stub_name = "efi-riscv64.stub"},
	[BF_ARCH_COUNT] = {.name = "unknown", .spelled = "unknown", .aliases = ""},
};

const struct bf_arch_row *bf_arch_row(enum bf_arch arch)
{
	return &archs[arch < BF_ARCH_COUNT ? arch : BF_ARCH_COUNT];
}

const char *bf_arch_name(enum bf_arch arch)
{
	return bf_arch_row(arch)->name;
}

const char *bf_arch_efi_path(enum bf_arch arch)
{
	return bf_arch_row(arch)->efi_path;
}

static bool is_word(struct bf_view name, const char *word, size_t size)
{
	return name.size == size && strncasecmp((const char *)name.data, word, size) == 0;
}

static bool is_alias(struct bf_view name, const char *aliases)
{
	for (const char *word = aliases; *word; word += *word == ' ') {
		size_t size = strcspn(word, " ");
		if (is_word(name, word, size))
			return true;
		word += size;
	}
	return false;
}

enum bf_arch bf_arch_from_name(struct bf_view name)
{
	enum bf_arch arch = 0;
	while (arch < BF_ARCH_COUNT &&
	       !is_word(name, archs[arch].name, strlen(archs[arch].name)) &&
	       !is_alias(name, archs[arch].aliases))
		arch++;
	return arch;
}

enum bf_arch bf_arch_from_machine(uint16_t machine)
{
	enum bf_arch arch = BF_ARCH_BIOS + 1;
	while (arch < BF_ARCH_COUNT && archs[arch].machine != machine)
		arch++;
	return arch;
}

unsigned bf_arch_defaults(void)
{
	unsigned set = 0;
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++)
		if (archs[arch].is_default)
			set |= 1u << arch;
	return set;
}

static const char *list(unsigned set, bool spelled, const char *last,
			char ret[BF_ARCH_LIST_SIZE])
{
	char *out = ret;
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++) {
		if (!(set & 1u << arch))
			continue;
		if (out != ret)
			out = stpcpy(out, set >> (arch + 1) ? ", " : last);
		out = stpcpy(out, spelled ? archs[arch].spelled : archs[arch].name);
	}
	*out = '\0';
	return ret;
}

const char *bf_arch_list(unsigned set, char ret[BF_ARCH_LIST_SIZE])
{
	return list(set, false, ", ", ret);
}

const char *bf_arch_list_spelled(unsigned set, const char *last,
				 char ret[BF_ARCH_LIST_SIZE])
{
	return list(set, true, last, ret);
}
