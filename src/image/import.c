#include "image/import.h"

#include <string.h>

#include "base/cleanup.h"
#include "binary/bzimage.h"
#include "binary/pe.h"
#include "binary/zbin.h"
#include "ipxe/plant.h"

enum {
	/* The packed block is for one image: speed counts, thirty kilobytes do not. */
	PACK_PRESET = 0,
	PARAGRAPH = 16,
};

static const char *const stubs[BF_ARCH_COUNT] = {
	[BF_ARCH_BIOS] = "lkrn.stub",
	[BF_ARCH_X86_64] = "efi-x86_64.stub",
	[BF_ARCH_ARM64] = "efi-arm64.stub",
	[BF_ARCH_RISCV64] = "efi-riscv64.stub",
};

/* ---- Slots ---- */

static int plant(const struct bf_bundle *bundle, enum bf_arch arch,
		 struct bf_buffer *file, struct bf_error *reterr)
{
	struct bf_view stub;
	int err = bf_bundle_file(bundle, stubs[arch], &stub, reterr);
	if (err)
		return err;
	return (arch == BF_ARCH_BIOS ? bf_plant_lkrn : bf_plant_efi)(
		bf_buffer_view(file), stub, BF_SLOT_SIZE, file, reterr);
}

/* A slot that was compiled in does not know where it is: from here on it does. */
static int declare_offset(struct bf_buffer *file, struct bf_slot *slot,
			  struct bf_error *reterr)
{
	if (slot->declared_offset == slot->offset)
		return BF_OK;
	if (slot->declared_offset != BF_SLOT_OFFSET_UNKNOWN)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "the script slot at offset %zu says it is at %u",
			       slot->offset, slot->declared_offset);
	slot->declared_offset = (uint32_t)slot->offset;
	struct bf_view old = bf_view(file->data + slot->offset, slot->size);
	struct bf_view body = bf_slot_body(old);
	bf_cleanup(bf_buffer_free) struct bf_buffer copy = {0};
	if (bf_buffer_append(&copy, body.data, body.size))
		return bf_fail_nomem(reterr);
	return bf_slot_format(file->data + slot->offset, slot->size,
			      slot->declared_offset, bf_buffer_view(&copy), reterr);
}

/* Linkers leave CheckSum empty; a template counts on it. */
static int set_checksum(struct bf_buffer *file, struct bf_error *reterr)
{
	struct bf_pe pe;
	int err = bf_pe_parse(bf_buffer_view(file), &pe, reterr);
	if (!err)
		bf_pe_set_checksum(&pe, file->data);
	return err;
}

/* Whether the lkrn has its slot, which was compiled in, in the packed block. */
static int find_packed(struct bf_bundle_ipxe *ipxe, struct bf_error *reterr)
{
	struct bf_bzimage image;
	bf_cleanup(bf_buffer_free) struct bf_buffer unpacked = {0};
	int err = bf_bzimage_parse(bf_buffer_view(&ipxe->owned), &image, reterr);
	if (!err)
		err = bf_zbin_unpack_last(image.payload, &unpacked, reterr);
	if (!err)
		err = bf_slot_find(bf_buffer_view(&unpacked), &ipxe->slot, reterr);
	ipxe->slot_is_packed = !err;
	return err == BF_ERR_NO_SLOT ? BF_OK : err;
}

static int give_slot(const struct bf_bundle *bundle, enum bf_arch arch,
		     struct bf_bundle_ipxe *ipxe, struct bf_error *reterr)
{
	struct bf_slot slot = {0};
	int found = bf_slot_next(bf_buffer_view(&ipxe->owned), 0, &slot, reterr);
	int err = found < 0 ? found : BF_OK;
	if (found == 0 && arch == BF_ARCH_BIOS)
		err = find_packed(ipxe, reterr);
	if (!err && found == 0 && !ipxe->slot_is_packed)
		err = plant(bundle, arch, &ipxe->owned, reterr);
	if (!err && !ipxe->slot_is_packed)
		err = bf_slot_find(bf_buffer_view(&ipxe->owned), &ipxe->slot, reterr);
	if (!err && !ipxe->slot_is_packed)
		err = declare_offset(&ipxe->owned, &ipxe->slot, reterr);
	if (!err && arch != BF_ARCH_BIOS)
		err = set_checksum(&ipxe->owned, reterr);
	return err;
}

/* ---- Files ---- */

static int check(struct bf_view file, const struct bf_ipxe *ipxe, struct bf_error *reterr)
{
	struct bf_pe pe;
	if (ipxe->arch != BF_ARCH_BIOS) {
		int err = bf_pe_parse(file, &pe, reterr);
		if (err)
			return err;
		if (pe.has_signature)
			return bf_fail(reterr, BF_ERR_SIGNED,
				       "it is signed, and a script put into it would "
				       "break the signature: bring it unsigned and sign "
				       "the result");
	}
	if (ipxe->embedded_script)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "a script is compiled into it, which would win over ours: "
			       "build it without EMBED=, or embed what boots-from "
			       "--print-slot prints");
	if (!ipxe->has_command_line)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "this iPXE is too old: it cannot run a script from its "
			       "command line");
	return BF_OK;
}

static int take(struct bf_bundle *bundle, struct bf_buffer *file, struct bf_error *reterr)
{
	struct bf_ipxe identity;
	int err = bf_ipxe_identify(bf_buffer_view(file), &identity, reterr);
	if (!err)
		err = check(bf_buffer_view(file), &identity, reterr);
	if (err)
		return err;
	struct bf_bundle_ipxe *place = &bundle->ipxe[identity.arch];
	if (place->owned.data)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "there is another --ipxe for %s already",
			       bf_arch_name(identity.arch));

	struct bf_bundle_ipxe ipxe = {.present = true, .owned = *file};
	err = give_slot(bundle, identity.arch, &ipxe, reterr);
	*file = ipxe.owned;
	if (err)
		return err;
	memcpy(ipxe.schemes, identity.schemes, sizeof(ipxe.schemes));
	ipxe.binary = bf_buffer_view(file);
	*place = ipxe;
	*file = (struct bf_buffer){0};
	return BF_OK;
}

static int import_file(struct bf_bundle *bundle, const char *path,
		       struct bf_error *reterr)
{
	char name[256];
	bf_cleanup(bf_buffer_free) struct bf_buffer file = {0};
	int err = bf_buffer_read_file(path, BF_BUNDLE_FILE_SIZE_MAX, &file, reterr);
	if (!err) {
		err = take(bundle, &file, reterr);
		if (err)
			bf_error_prefix(reterr, "'%s'",
					bf_printable(path, name, sizeof(name)));
	}
	return err;
}

/* ---- Packed slots ---- */

static int fill(struct bf_buffer *unpacked, struct bf_view script,
		struct bf_error *reterr)
{
	struct bf_slot slot;
	int err = bf_slot_find(bf_buffer_view(unpacked), &slot, reterr);
	return err ? err
		   : bf_slot_format(unpacked->data + slot.offset, slot.size,
				    slot.declared_offset, script, reterr);
}

static int fill_packed(struct bf_buffer *file, struct bf_view script,
		       struct bf_error *reterr)
{
	struct bf_bzimage image;
	bf_cleanup(bf_buffer_free) struct bf_buffer unpacked = {0};
	bf_cleanup(bf_buffer_free) struct bf_buffer payload = {0};
	bf_cleanup(bf_buffer_free) struct bf_buffer out = {0};
	int err = bf_bzimage_parse(bf_buffer_view(file), &image, reterr);
	if (!err)
		err = bf_zbin_unpack_last(image.payload, &unpacked, reterr);
	if (!err)
		err = fill(&unpacked, script, reterr);
	if (!err)
		err = bf_zbin_pack_last(image.payload, bf_buffer_view(&unpacked),
					PACK_PRESET, &payload, reterr);
	if (err)
		return err;
	if (bf_buffer_append(&out, file->data, image.payload_offset) ||
	    bf_buffer_append(&out, payload.data, payload.size))
		return bf_fail_nomem(reterr);
	bf_put_le32(out.data + BF_BZIMAGE_SYSSIZE,
		    (uint32_t)(bf_align(payload.size, PARAGRAPH) / PARAGRAPH));
	bf_buffer_free(file);
	*file = out;
	out = (struct bf_buffer){0};
	return BF_OK;
}

int bf_import_fill_packed(struct bf_bundle *bundle, struct bf_view script,
			  struct bf_error *reterr)
{
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++) {
		struct bf_bundle_ipxe *ipxe = &bundle->ipxe[arch];
		if (!ipxe->slot_is_packed)
			continue;
		int err = fill_packed(&ipxe->owned, script, reterr);
		if (err)
			return err;
		ipxe->binary = bf_buffer_view(&ipxe->owned);
	}
	return BF_OK;
}

/* ---- Boot paths ---- */

enum { BIOS = 1u << BF_ARCH_BIOS };

static unsigned imported_archs(const struct bf_bundle *bundle)
{
	unsigned archs = 0;
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++)
		if (bundle->ipxe[arch].owned.data)
			archs |= 1u << arch;
	return archs;
}

static bool is_one(unsigned archs)
{
	return archs && !(archs & (archs - 1));
}

/* What is meant without --arch: a binary that was brought along is to be used. */
static unsigned default_archs(enum bf_format format, unsigned imported)
{
	unsigned efi = imported & ~(unsigned)BIOS;
	if (format == BF_FORMAT_LKRN)
		return BIOS;
	if (format == BF_FORMAT_EFI)
		return is_one(efi) ? efi : 1u << BF_ARCH_X86_64;
	if (format == BF_FORMAT_ESP)
		return (BF_TEMPLATE_DEFAULT_ARCHS & ~(unsigned)BIOS) | efi;
	return BF_TEMPLATE_DEFAULT_ARCHS | imported;
}

static int check_format(enum bf_format format, unsigned archs, struct bf_error *reterr)
{
	if (format == BF_FORMAT_LKRN && archs != BIOS)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "--format lkrn is for BIOS alone: --arch must be bios");
	if (format == BF_FORMAT_EFI && (archs & BIOS || !is_one(archs)))
		return bf_fail(reterr, BF_ERR_USAGE,
			       "--format efi is one file for one UEFI architecture: "
			       "--arch must be x86_64, arm64 or riscv64");
	if (format == BF_FORMAT_ESP && archs & BIOS)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "--format esp is for UEFI alone: --arch must leave bios "
			       "out");
	return BF_OK;
}

static int settle(const struct bf_bundle *bundle, struct bf_template_options *options,
		  struct bf_error *reterr)
{
	unsigned imported = imported_archs(bundle);
	if (!options->archs)
		options->archs = default_archs(options->format, imported);
	int err = check_format(options->format, options->archs, reterr);
	if (err)
		return err;
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++)
		if (imported & ~options->archs & 1u << arch)
			return bf_fail(reterr, BF_ERR_USAGE,
				       "--ipxe brings one for %s, which this image is "
				       "not for: see --arch and --format",
				       bf_arch_name(arch));
	return BF_OK;
}

int bf_import_bundle(const char *prebuilt, const char *const *ipxe, size_t n_ipxe,
		     struct bf_template_options *options, struct bf_bundle **ret,
		     struct bf_error *reterr)
{
	struct bf_bundle *bundle = NULL;
	int err = bf_bundle_load(prebuilt, &bundle, reterr);
	for (size_t i = 0; !err && i < n_ipxe; i++)
		err = import_file(bundle, ipxe[i], reterr);
	if (!err)
		err = settle(bundle, options, reterr);
	if (err) {
		bf_bundle_free(bundle);
		return err;
	}
	*ret = bundle;
	return BF_OK;
}
