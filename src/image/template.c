/* SPDX-License-Identifier: GPL-3.0-only */
#include "image/template.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/pages.h"
#include "image/contents.h"
#include "ipxe/loose.h"

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

static int check_archs(const struct bf_parts *parts, unsigned archs,
		       struct bf_error *reterr)
{
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++)
		if (archs & 1u << arch && !parts->binaries->of[arch].is_present)
			return bf_fail(reterr, BF_ERR_UNSUPPORTED,
				       "the bundle has no iPXE for %s",
				       bf_arch_name(arch));
	return BF_OK;
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
	if (binary->is_sealed || bf_binary_needs_script_first(binary))
		return BF_OK;
	struct bf_site *site = &tmpl->sites[tmpl->n_sites++];
	int err = bf_site_init(site, arch, offset, bytes, binary->slot, reterr);
	site->is_blank = bf_site_is_loose(site);
	if (!err)
		err = check_site(tmpl, site, bytes, reterr);
	if (!err && binary->signature_offset)
		err = bf_signing_add(&tmpl->signing, tmpl->sites, tmpl->n_sites - 1,
				     bytes, binary->signature_offset, reterr);
	return err;
}

static uint64_t offset_in_image(const struct bf_template *tmpl,
				const struct bf_contents *contents,
				const struct bf_iso_file *file)
{
	return tmpl->image.file_offset[file - contents->files];
}

/* esp is where the file system starts. The loose slot is the last of its programs. */
static int locate_esp_sites(struct bf_template *tmpl, const struct bf_contents *contents,
			    const struct bf_parts *parts, uint64_t esp,
			    struct bf_error *reterr)
{
	int err = BF_OK;
	for (size_t i = 0; !err && i < contents->n_esp_programs; i++)
		err = add_site(tmpl, contents->esp_archs[i],
			       esp + contents->esp.file_offset[i],
			       bf_parts_binary(parts, contents->esp_archs[i]), reterr);
	return err;
}

static int locate_sites(struct bf_template *tmpl, const struct bf_contents *contents,
			const struct bf_parts *parts, struct bf_error *reterr)
{
	int err = BF_OK;
	if (contents->lkrn_file)
		err = add_site(tmpl, BF_ARCH_BIOS,
			       offset_in_image(tmpl, contents, contents->lkrn_file),
			       &parts->binaries->of[BF_ARCH_BIOS], reterr);
	if (!err && contents->loose_file)
		err = add_site(tmpl, BF_ARCH_COUNT,
			       offset_in_image(tmpl, contents, contents->loose_file),
			       &parts->loose, reterr);
	if (!err && contents->esp_file)
		err = locate_esp_sites(
			tmpl, contents, parts,
			offset_in_image(tmpl, contents, contents->esp_file), reterr);
	return err;
}

static int new_iso(const struct bf_parts *parts,
		   const struct bf_template_options *options,
		   struct bf_contents *contents, struct bf_template *made,
		   struct bf_error *reterr)
{
	int err = bf_contents_gather(contents, parts, options, reterr);
	if (!err)
		err = bf_iso_build(&contents->request, &made->image, reterr);
	return err ? err : locate_sites(made, contents, parts, reterr);
}

/* The binary itself; archs has one architecture. */
static int new_binary(const struct bf_parts *parts,
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

static int new_esp(const struct bf_parts *parts,
		   const struct bf_template_options *options,
		   struct bf_contents *contents, struct bf_template *made,
		   struct bf_error *reterr)
{
	struct bf_pieces *pieces = &made->image.pieces;
	int err = bf_contents_gather_esp(contents, parts, options->archs, reterr);
	if (err)
		return err;
	for (size_t i = 0; i < contents->esp.n_pieces; i++) {
		const struct bf_piece *piece = &contents->esp.pieces[i];
		if (bf_pieces_append_zeros(pieces, piece->offset - pieces->size) ||
		    bf_pieces_append(pieces, piece->bytes))
			return bf_fail_nomem(reterr);
	}
	if (bf_pieces_append_zeros(pieces, contents->esp.size - pieces->size))
		return bf_fail_nomem(reterr);
	return locate_esp_sites(made, contents, parts, 0, reterr);
}

/* ---- All of it ---- */

static int make_loose(const struct bf_template_options *options, struct bf_parts *parts,
		      struct bf_template *made, struct bf_error *reterr)
{
	uint32_t size = options->loose_size;
	if (!size)
		return BF_OK;
	int err = bf_loose_make(size, &made->loose, reterr);
	parts->loose = (struct bf_binary){.is_present = true,
					  .bytes = bf_buffer_view(&made->loose),
					  .slot = {.size = size}};
	return err;
}

/* Where there is a loose slot, which is the last site, the others lead to it in all images. */
static int lead_to_loose(struct bf_template *tmpl, struct bf_error *reterr)
{
	struct bf_pieces *pieces = &tmpl->image.pieces;
	struct bf_pieces led = {0};
	size_t n = tmpl->n_sites - 1;
	tmpl->led = calloc(1, sizeof(*tmpl->led));
	if (!tmpl->led)
		return bf_fail_nomem(reterr);
	int err = bf_sites_patch(tmpl->sites, n, bf_loose_handover(), tmpl->led, reterr);
	if (!err)
		err = bf_signing_patch(&tmpl->signing, tmpl->sites, tmpl->led, reterr);
	if (!err)
		err = bf_pieces_overlay(pieces, tmpl->led->pieces, tmpl->led->n_pieces,
					&led, reterr);
	if (err)
		return err;
	bf_signing_free(&tmpl->signing);
	bf_pieces_free(pieces);
	*pieces = led;
	tmpl->sites[0] = tmpl->sites[n];
	tmpl->n_sites = 1;
	return BF_OK;
}

int bf_template_init(struct bf_template *ret, const struct bf_bundle *bundle,
		     const struct bf_binaries *binaries,
		     const struct bf_template_options *options, struct bf_error *reterr)
{
	bf_cleanup(bf_contents_free) struct bf_contents contents = {0};
	struct bf_parts parts = {
		.bundle = bundle,
		.binaries = binaries,
		.shims = options->shims,
		.certificate = options->signer ? bf_buffer_view(&options->signer->der)
					       : bf_view(NULL, 0),
	};
	struct bf_template made = {.signing.signer = options->signer};
	int err = check_archs(&parts, options->archs, reterr);
	if (!err)
		err = make_loose(options, &parts, &made, reterr);
	if (!err && options->format == BF_FORMAT_ISO)
		err = new_iso(&parts, options, &contents, &made, reterr);
	else if (!err && options->format == BF_FORMAT_ESP)
		err = new_esp(&parts, options, &contents, &made, reterr);
	else if (!err)
		err = new_binary(&parts, options, &made, reterr);
	if (!err && parts.loose.is_present)
		err = lead_to_loose(&made, reterr);
	if (err) {
		bf_template_free(&made);
		return err;
	}
	made.esp = contents.esp;
	contents.esp = (struct bf_fat_image){0};
	*ret = made;
	return BF_OK;
}

void bf_template_free(struct bf_template *tmpl)
{
	bf_signing_free(&tmpl->signing);
	bf_iso_image_free(&tmpl->image);
	bf_fat_free(&tmpl->esp);
	if (tmpl->led)
		bf_patches_free(tmpl->led);
	free(tmpl->led);
	bf_buffer_free(&tmpl->loose);
	*tmpl = (struct bf_template){0};
}

int bf_template_patch(const struct bf_template *tmpl, struct bf_view script,
		      struct bf_patches *ret, struct bf_error *reterr)
{
	int err = bf_sites_patch(tmpl->sites, tmpl->n_sites, script, ret, reterr);
	return err ? err : bf_signing_patch(&tmpl->signing, tmpl->sites, ret, reterr);
}

int bf_template_overlay(const struct bf_template *tmpl, const struct bf_patches *patches,
			struct bf_pieces *ret, struct bf_error *reterr)
{
	return bf_pieces_overlay(&tmpl->image.pieces, patches->pieces, patches->n_pieces,
				 ret, reterr);
}
