/* SPDX-License-Identifier: GPL-3.0-only */
#include "image/boot_paths.h"

#include <stdbool.h>

enum { BIOS = BF_ARCH_BIOS_ONLY };

static bool is_one(unsigned archs)
{
	return archs && !(archs & (archs - 1));
}

/* What is meant when nothing is said: a binary that was brought along is to be used. */
static unsigned default_archs(enum bf_format format, unsigned imported)
{
	unsigned efi = imported & ~(unsigned)BIOS;
	if (format == BF_FORMAT_LKRN)
		return BIOS;
	if (format == BF_FORMAT_EFI)
		return is_one(efi) ? efi : 1u << BF_ARCH_X86_64;
	if (format == BF_FORMAT_ESP)
		return (bf_arch_defaults() & ~(unsigned)BIOS) | efi;
	return bf_arch_defaults() | imported;
}

static int check_format(enum bf_format format, unsigned archs, struct bf_error *reterr)
{
	char list[BF_ARCH_LIST_SIZE];
	if (format == BF_FORMAT_LKRN && archs != BIOS)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "format lkrn is for BIOS alone: arch must be bios");
	if (format == BF_FORMAT_EFI && (archs & BIOS || !is_one(archs)))
		return bf_fail(reterr, BF_ERR_USAGE,
			       "format efi is one file for one UEFI architecture: arch "
			       "must be one of %s",
			       bf_arch_list(BF_ARCH_ALL & ~(unsigned)BIOS, list));
	if (format == BF_FORMAT_ESP && archs & BIOS)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "format esp is for UEFI alone: arch must leave bios out");
	return BF_OK;
}

int bf_boot_paths_settle(struct bf_template_options *options,
			 const struct bf_binaries *binaries, struct bf_error *reterr)
{
	unsigned imported = bf_binaries_imported(binaries);
	if (!options->archs)
		options->archs = default_archs(options->format, imported);
	int err = check_format(options->format, options->archs, reterr);
	if (err)
		return err;
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++)
		if (imported & ~options->archs & 1u << arch)
			return bf_fail(reterr, BF_ERR_USAGE,
				       "ipxe brings one for %s, which this image is not "
				       "for: see arch and format",
				       bf_arch_name(arch));
	return BF_OK;
}
