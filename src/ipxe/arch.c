#include "ipxe/arch.h"

#include <string.h>

#include "binary/pe.h"

static const struct {
	const char *name;
	uint16_t machine;
	const char *efi_path;
} archs[BF_ARCH_COUNT] = {
	[BF_ARCH_BIOS] = {"bios", 0, NULL},
	[BF_ARCH_X86_64] = {"x86_64", BF_PE_MACHINE_AMD64, "/EFI/BOOT/BOOTX64.EFI"},
	[BF_ARCH_ARM64] = {"arm64", BF_PE_MACHINE_ARM64, "/EFI/BOOT/BOOTAA64.EFI"},
	[BF_ARCH_RISCV64] = {"riscv64", BF_PE_MACHINE_RISCV64,
			     "/EFI/BOOT/BOOTRISCV64.EFI"},
};

const char *bf_arch_name(enum bf_arch arch)
{
	return arch < BF_ARCH_COUNT ? archs[arch].name : "unknown";
}

enum bf_arch bf_arch_from_name(struct bf_view name)
{
	enum bf_arch arch = 0;
	while (arch < BF_ARCH_COUNT &&
	       (strlen(archs[arch].name) != name.size ||
		memcmp(archs[arch].name, name.data, name.size) != 0))
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

const char *bf_arch_efi_path(enum bf_arch arch)
{
	return archs[arch].efi_path;
}
