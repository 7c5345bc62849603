#include "bundle/embedded.h"

#include <string.h>

/*
 * BF_BUNDLE_DIR is the bundle's folder in the build tree; the assembler copies the files.
 * They are aligned so that copying out of them starts at a cache line.
 */
#define EMBED(symbol, file)                                                              \
	__asm__(".pushsection .rodata, \"a\"\n"                                          \
		".balign 64\n"                                                           \
		".local bf_embedded_" #symbol "\n"                                       \
		"bf_embedded_" #symbol ":\n"                                             \
		".incbin \"" BF_BUNDLE_DIR "/" file "\"\n"                               \
		".local bf_embedded_" #symbol "_end\n"                                   \
		"bf_embedded_" #symbol "_end:\n"                                         \
		".byte 0\n"                                                              \
		".popsection\n");                                                        \
	extern const uint8_t bf_embedded_##symbol[], bf_embedded_##symbol##_end[]

#define ENTRY(symbol, file)                                                              \
	{                                                                                \
		file, bf_embedded_##symbol, bf_embedded_##symbol##_end                   \
	}

EMBED(manifest, "MANIFEST");
EMBED(lkrn, "ipxe.lkrn");
EMBED(lkrn_checkpoint, "ipxe.lkrn.checkpoint");
EMBED(x86_64, "ipxe-x86_64.efi");
EMBED(arm64, "ipxe-arm64.efi");
EMBED(riscv64, "ipxe-riscv64.efi");
EMBED(isolinux, "isolinux.bin");
EMBED(ldlinux, "ldlinux.c32");
EMBED(isohdpfx, "isohdpfx.bin");
EMBED(stub_lkrn, "lkrn.stub");
EMBED(stub_x86_64, "efi-x86_64.stub");
EMBED(stub_arm64, "efi-arm64.stub");
EMBED(stub_riscv64, "efi-riscv64.stub");

static const struct {
	const char *name;
	const uint8_t *start, *end;
} files[] = {
	ENTRY(manifest, "MANIFEST"),
	ENTRY(lkrn, "ipxe.lkrn"),
	ENTRY(x86_64, "ipxe-x86_64.efi"),
	ENTRY(arm64, "ipxe-arm64.efi"),
	ENTRY(riscv64, "ipxe-riscv64.efi"),
	ENTRY(isolinux, "isolinux.bin"),
	ENTRY(ldlinux, "ldlinux.c32"),
	ENTRY(isohdpfx, "isohdpfx.bin"),
	ENTRY(stub_lkrn, "lkrn.stub"),
	ENTRY(stub_x86_64, "efi-x86_64.stub"),
	ENTRY(stub_arm64, "efi-arm64.stub"),
	ENTRY(stub_riscv64, "efi-riscv64.stub"),
	ENTRY(lkrn_checkpoint, "ipxe.lkrn.checkpoint"),
};

struct bf_view bf_embedded_file(const char *name)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (strcmp(files[i].name, name) == 0)
			return bf_view(files[i].start,
				       (size_t)(files[i].end - files[i].start));
	return bf_view(NULL, 0);
}
