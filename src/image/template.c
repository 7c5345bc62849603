/* SPDX-License-Identifier: GPL-3.0-only */
#include "image/template.h"

#include <string.h>

#include "base/cleanup.h"

/* Keep the El Torito UEFI image under 32 MiB: larger ones fail on real firmware. */
static const uint64_t esp_limit = 31u << 20;

static const char lkrn_path[] = "/boot/ipxe.lkrn";
static const char esp_path[] = "/boot/esp.img";
static const char isolinux_path[] = "/isolinux/isolinux.bin";

static const char isolinux_cfg[] = "DEFAULT ipxe\n"
				   "PROMPT 0\n"
				   "NOESCAPE 1\n"
				   "LABEL ipxe\n"
				   "  KERNEL /boot/ipxe.lkrn\n";

static const char *const format_names[BF_FORMAT_COUNT] = {
	[BF_FORMAT_ISO] = "iso",
	[BF_FORMAT_EFI] = "efi",
	[BF_FORMAT_LKRN] = "lkrn",
	[BF_FORMAT_ESP] = "esp",
};

const char *bf_format_name(enum bf_format format)
{
	return format_names[format];
}

/* What images are made of. */
struct parts {
	const struct bf_bundle *bundle;
	const struct bf_binaries *binaries;
};

/* What goes into the image, gathered before anything is laid out. */
struct layout {
	struct bf_fat_file esp_files[BF_ARCH_COUNT];
	enum bf_arch esp_archs[BF_ARCH_COUNT]; /* of the files at the same index */
	struct bf_fat_image esp;
	const struct bf_iso_file *lkrn_file, *esp_file;
	struct bf_piece pieces[BF_ISO_FILES_MAX]; /* of files that are one piece */
	struct bf_iso_file files[BF_ISO_FILES_MAX];
	struct bf_iso_request request;
};

static void layout_free(struct layout *layout)
{
	bf_fat_free(&layout->esp);
}

static const struct bf_iso_file *add_file(struct layout *layout, struct bf_iso_file file)
{
	size_t n = layout->request.n_files++;
	layout->files[n] = file;
	return &layout->files[n];
}

static const struct bf_iso_file *add_bytes(struct layout *layout, const char *path,
					   struct bf_view bytes)
{
	struct bf_piece *piece = &layout->pieces[layout->request.n_files];
	*piece = (struct bf_piece){.bytes = bytes};
	return add_file(layout, (struct bf_iso_file){.path = path,
						     .pieces = piece,
						     .n_pieces = 1,
						     .size = bytes.size});
}

static int add_bios(struct layout *layout, const struct parts *parts,
		    struct bf_error *reterr)
{
	struct bf_view isolinux, ldlinux;
	int err = bf_bundle_file(parts->bundle, "isolinux.bin", &isolinux, reterr);
	if (!err)
		err = bf_bundle_file(parts->bundle, "ldlinux.c32", &ldlinux, reterr);
	if (!err)
		err = bf_bundle_file(parts->bundle, "isohdpfx.bin",
				     &layout->request.mbr_code, reterr);
	if (err)
		return err;
	add_bytes(layout, isolinux_path, isolinux);
	add_bytes(layout, "/isolinux/ldlinux.c32", ldlinux);
	add_bytes(layout, "/isolinux/isolinux.cfg",
		  bf_view(isolinux_cfg, sizeof(isolinux_cfg) - 1));
	layout->lkrn_file =
		add_bytes(layout, lkrn_path, parts->binaries->of[BF_ARCH_BIOS].bytes);
	layout->request.bios_path = isolinux_path;
	return BF_OK;
}

/*
 * Rufus, and whoever copies the files to a stick instead of writing the image there, looks
 * for what UEFI starts in the ISO 9660 tree.
 */
static void add_esp_files(struct layout *layout, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add_file(layout,
			 (struct bf_iso_file){.path = layout->esp_files[i].path,
					      .size = layout->esp_files[i].bytes.size,
					      .within = layout->esp_file,
					      .offset = layout->esp.file_offset[i]});
}

static int add_esp(struct layout *layout, const struct parts *parts, unsigned archs,
		   struct bf_error *reterr)
{
	size_t n = 0;
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++) {
		const char *path = bf_arch_efi_path(arch);
		if (!path || !(archs & 1u << arch))
			continue;
		layout->esp_archs[n] = arch;
		layout->esp_files[n++] = (struct bf_fat_file){
			.path = path, .bytes = parts->binaries->of[arch].bytes};
	}
	if (n == 0)
		return BF_OK;
	struct bf_fat_request request = {
		.files = layout->esp_files,
		.n_files = n,
		.label = "BOOTS-FROM",
		.serial = (uint32_t)parts->bundle->time,
		.time = parts->bundle->time,
		.limit = esp_limit,
	};
	int err = bf_fat_build(&request, &layout->esp, reterr);
	if (err)
		return err;
	layout->esp_file =
		add_file(layout, (struct bf_iso_file){.path = esp_path,
						      .pieces = layout->esp.pieces,
						      .n_pieces = layout->esp.n_pieces,
						      .size = layout->esp.size});
	layout->request.efi_path = esp_path;
	add_esp_files(layout, n);
	return BF_OK;
}

static int check_archs(const struct parts *parts, unsigned archs, struct bf_error *reterr)
{
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++)
		if (archs & 1u << arch && !parts->binaries->of[arch].is_present)
			return bf_fail(reterr, BF_ERR_UNSUPPORTED,
				       "the bundle has no iPXE for %s",
				       bf_arch_name(arch));
	return BF_OK;
}

static int fill_layout(struct layout *layout, const struct parts *parts,
		       const struct bf_template_options *options, struct bf_error *reterr)
{
	layout->request = (struct bf_iso_request){
		.files = layout->files,
		.layout = options->layout,
		.label = options->label,
		.time = parts->bundle->time,
	};
	int err = BF_OK;
	if (options->archs & 1u << BF_ARCH_BIOS)
		err = add_bios(layout, parts, reterr);
	if (!err)
		err = add_esp(layout, parts, options->archs, reterr);
	return err;
}

/* The last look before it is used: the image holds the binary where we believe. */
static int check_site(const struct bf_template *tmpl, const struct bf_site *site,
		      struct bf_view binary, struct bf_error *reterr)
{
	const struct bf_pieces *pieces = &tmpl->image.pieces;
	uint8_t marker[BF_SLOT_HEADER_SIZE];
	if (site->binary_offset > pieces->size ||
	    binary.size > pieces->size - site->binary_offset ||
	    bf_pieces_read(pieces, site->binary_offset + site->slot.offset, marker,
			   sizeof(marker)) != sizeof(marker) ||
	    memcmp(marker, binary.data + site->slot.offset, sizeof(marker)) != 0)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "the image does not hold iPXE for %s at offset %llu",
			       bf_arch_name(site->arch),
			       (unsigned long long)site->binary_offset);
	return BF_OK;
}

static int add_site(struct bf_template *tmpl, enum bf_arch arch, uint64_t offset,
		    const struct bf_binary *binary, struct bf_error *reterr)
{
	struct bf_view bytes = binary->bytes;
	/* Whatever is made of the template reads all of it. */
	bf_view_populate(bytes);
	if (bf_binary_needs_script_first(binary))
		return BF_OK;
	struct bf_site *site = &tmpl->sites[tmpl->n_sites++];
	int err = bf_site_init(site, arch, offset, bytes, binary->slot, reterr);
	return err ? err : check_site(tmpl, site, bytes, reterr);
}

static uint64_t offset_in_image(const struct bf_template *tmpl,
				const struct layout *layout,
				const struct bf_iso_file *file)
{
	return tmpl->image.file_offset[file - layout->files];
}

static int locate_sites(struct bf_template *tmpl, const struct layout *layout,
			const struct parts *parts, struct bf_error *reterr)
{
	int err = BF_OK;
	if (layout->lkrn_file)
		err = add_site(tmpl, BF_ARCH_BIOS,
			       offset_in_image(tmpl, layout, layout->lkrn_file),
			       &parts->binaries->of[BF_ARCH_BIOS], reterr);
	if (err || !layout->esp_file)
		return err;
	uint64_t esp = offset_in_image(tmpl, layout, layout->esp_file);
	for (size_t i = 0; !err && layout->esp_files[i].path; i++)
		err = add_site(tmpl, layout->esp_archs[i],
			       esp + layout->esp.file_offset[i],
			       &parts->binaries->of[layout->esp_archs[i]], reterr);
	return err;
}

static int new_iso(const struct parts *parts, const struct bf_template_options *options,
		   struct layout *layout, struct bf_template *made,
		   struct bf_error *reterr)
{
	int err = fill_layout(layout, parts, options, reterr);
	if (!err)
		err = bf_iso_build(&layout->request, &made->image, reterr);
	return err ? err : locate_sites(made, layout, parts, reterr);
}

/* The binary itself; archs has one architecture. */
static int new_binary(const struct parts *parts,
		      const struct bf_template_options *options, struct bf_template *made,
		      struct bf_error *reterr)
{
	enum bf_arch arch = 0;
	while (options->archs != 1u << arch)
		arch++;
	if (bf_pieces_append(&made->image.pieces, parts->binaries->of[arch].bytes))
		return bf_fail_nomem(reterr);
	return add_site(made, arch, 0, &parts->binaries->of[arch], reterr);
}

static int new_esp(const struct parts *parts, const struct bf_template_options *options,
		   struct layout *layout, struct bf_template *made,
		   struct bf_error *reterr)
{
	struct bf_pieces *pieces = &made->image.pieces;
	int err = add_esp(layout, parts, options->archs, reterr);
	if (err)
		return err;
	for (size_t i = 0; i < layout->esp.n_pieces; i++) {
		const struct bf_piece *piece = &layout->esp.pieces[i];
		if (bf_pieces_append_zeros(pieces, piece->offset - pieces->size) ||
		    bf_pieces_append(pieces, piece->bytes))
			return bf_fail_nomem(reterr);
	}
	if (bf_pieces_append_zeros(pieces, layout->esp.size - pieces->size))
		return bf_fail_nomem(reterr);
	for (size_t i = 0; !err && layout->esp_files[i].path; i++)
		err = add_site(made, layout->esp_archs[i], layout->esp.file_offset[i],
			       &parts->binaries->of[layout->esp_archs[i]], reterr);
	return err;
}

int bf_template_init(struct bf_template *ret, const struct bf_bundle *bundle,
		     const struct bf_binaries *binaries,
		     const struct bf_template_options *options, struct bf_error *reterr)
{
	bf_cleanup(layout_free) struct layout layout = {0};
	const struct parts parts = {.bundle = bundle, .binaries = binaries};
	struct bf_template made = {0};
	int err = check_archs(&parts, options->archs, reterr);
	if (!err && options->format == BF_FORMAT_ISO)
		err = new_iso(&parts, options, &layout, &made, reterr);
	else if (!err && options->format == BF_FORMAT_ESP)
		err = new_esp(&parts, options, &layout, &made, reterr);
	else if (!err)
		err = new_binary(&parts, options, &made, reterr);
	if (err) {
		bf_template_free(&made);
		return err;
	}
	made.esp = layout.esp;
	layout.esp = (struct bf_fat_image){0};
	*ret = made;
	return BF_OK;
}

void bf_template_free(struct bf_template *tmpl)
{
	bf_iso_image_free(&tmpl->image);
	bf_fat_free(&tmpl->esp);
	*tmpl = (struct bf_template){0};
}

int bf_template_patch(const struct bf_template *tmpl, struct bf_view script,
		      struct bf_patches *ret, struct bf_error *reterr)
{
	return bf_sites_patch(tmpl->sites, tmpl->n_sites, script, ret, reterr);
}

int bf_template_overlay(const struct bf_template *tmpl, const struct bf_patches *patches,
			struct bf_pieces *ret, struct bf_error *reterr)
{
	return bf_pieces_overlay(&tmpl->image.pieces, patches->pieces, patches->n_pieces,
				 ret, reterr);
}
