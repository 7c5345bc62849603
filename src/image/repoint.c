/* SPDX-License-Identifier: GPL-3.0-only */
#include "image/repoint.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/inplace.h"
#include "inspect/scan.h"
#include "ipxe/loose.h"
#include "ipxe/rootcert.h"

/* ---- Finding the slots ---- */

static bool is_known(const struct bf_repoint *repoint, uint64_t offset)
{
	for (size_t i = 0; i < repoint->n_sites; i++)
		if (repoint->sites[i].binary_offset == offset)
			return true;
	return false;
}

/* Take the size bytes at offset, a boot program or a file that is a slot. */
static int add_site(struct bf_repoint *repoint, const struct bf_source *image,
		    const struct bf_bundle *bundle, uint64_t offset, uint64_t size,
		    struct bf_error *reterr)
{
	struct bf_site *site = &repoint->sites[repoint->n_sites];
	struct bf_repoint_file *file = &repoint->files[repoint->n_sites];
	repoint->n_sites++;
	*site = (struct bf_site){
		.arch = BF_ARCH_COUNT, .binary_offset = offset, .binary_size = size};
	int err = bf_repoint_file_init(file, image, bundle, site, reterr);
	if (err || bf_site_is_loose(site) || file->is_of_shim)
		return err;
	struct bf_capabilities can = bf_repoint_file_is_bundled(file)
					     ? bundle->ipxe[site->arch].can
					     : file->ipxe.identity.can;
	can.slot_size = file->is_led ? BF_SLOT_LOOSE_SIZE_MAX : site->slot.size;
	bf_capability_set_add(&repoint->can, site->arch, &can);
	return BF_OK;
}

static int add_file(struct bf_repoint *repoint, const struct bf_source *image,
		    const struct bf_bundle *bundle, const struct bf_scan_file *file,
		    struct bf_error *reterr)
{
	if (bf_scan_is_certificate(file->path))
		return bf_repoint_certificates_add(&repoint->certificates, file, reterr);
	if (is_known(repoint, file->offset))
		return BF_OK;
	if (repoint->n_sites == BF_SITES_MAX)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "more than %d boot programs: this is no image of ours",
			       BF_SITES_MAX);
	const char *path = bf_printable(file->path, repoint->files[repoint->n_sites].path,
					BF_REPOINT_PATH_SIZE);
	int err = file->is_contiguous ? add_site(repoint, image, bundle, file->offset,
						 file->size, reterr)
				      : bf_fail(reterr, BF_ERR_UNSUPPORTED,
						"it lies in several pieces");
	return err ? bf_fail_in(reterr, err, "%s", path) : BF_OK;
}

static int add_whole(struct bf_repoint *repoint, const struct bf_source *image,
		     const struct bf_bundle *bundle, struct bf_error *reterr)
{
	strcpy(repoint->files[0].path, "the file");
	return add_site(repoint, image, bundle, 0, image->size, reterr);
}

/* Damage is in the way: what was not found would keep its old script. */
static int check_scan(const struct bf_scan *scan, struct bf_error *reterr)
{
	if (scan->n_problems)
		return bf_fail(reterr, BF_ERR_FORMAT, "%s", scan->problems[0].text);
	return BF_OK;
}

static int check_any(const struct bf_repoint *repoint, struct bf_error *reterr)
{
	for (size_t i = 0; i < repoint->n_sites; i++)
		if (!repoint->files[i].is_of_shim)
			return BF_OK;
	return bf_fail(reterr, BF_ERR_NO_SLOT,
		       "it holds no %s: it was not made by boots-from",
		       repoint->n_sites ? "boot program but a shim" : "boot program");
}

/* The size of the smallest loose slot, 0 if there is none. */
static uint32_t loose_size(const struct bf_repoint *repoint)
{
	uint32_t size = 0;
	for (size_t i = 0; i < repoint->n_sites; i++) {
		const struct bf_site *site = &repoint->sites[i];
		if (bf_site_is_loose(site) && (!size || site->slot.size < size))
			size = site->slot.size;
	}
	return size;
}

static int check_led(const struct bf_repoint *repoint, struct bf_error *reterr)
{
	for (size_t i = 0; i < repoint->n_sites; i++) {
		const struct bf_site *site = &repoint->sites[i];
		bool has_slot = site->slot.size || site->arch == BF_ARCH_BIOS;
		if (repoint->files[i].is_led && !loose_size(repoint))
			return bf_fail(reterr, BF_ERR_NO_SLOT,
				       has_slot
					       ? "%s runs the script that is in a file "
						 "of its own, autoexec.ipxe, and that "
						 "is not there"
					       : "%s has no script slot, and there is no "
						 "autoexec.ipxe that is one: it was not "
						 "made by boots-from",
				       repoint->files[i].path);
	}
	return BF_OK;
}

int bf_repoint_open(const struct bf_source *image, const struct bf_bundle *bundle,
		    struct bf_repoint *ret, struct bf_error *reterr)
{
	struct bf_scan *scan = NULL;
	memset(ret, 0, sizeof(*ret));
	if (bf_scan_new(image, &scan))
		return bf_fail_nomem(reterr);
	const struct bf_source *source = &scan->source; /* it has a budget */
	int err = scan->kind == BF_SCAN_KIND_FILE ? add_whole(ret, source, bundle, reterr)
						  : check_scan(scan, reterr);
	for (size_t i = 0; !err && i < scan->n_files; i++)
		err = add_file(ret, source, bundle, &scan->files[i], reterr);
	bf_scan_free(scan);
	if (!err)
		err = check_any(ret, reterr);
	return err ? err : check_led(ret, reterr);
}

void bf_repoint_free(struct bf_repoint *repoint)
{
	for (size_t i = 0; i < repoint->n_sites; i++)
		bf_repoint_file_free(&repoint->files[i]);
	bf_renderer_free(&repoint->renderer);
	bf_certificate_free(&repoint->certificate);
	bf_signer_free(&repoint->signer);
	bf_patches_free(&repoint->patches);
	repoint->n_sites = 0;
}

/* ---- Trust ---- */

/* An iPXE without a root has no TLS: it trusts nobody, and needs nobody. */
static int check_trust(const struct bf_ipxe *ipxe, const uint8_t *sha256,
		       struct bf_error *reterr)
{
	struct bf_program program = bf_ipxe_program(ipxe);
	struct bf_rootcert roots;
	bool has_roots = bf_rootcert_find(&program, &roots);
	if (sha256 && has_roots && bf_rootcert_is_only(&program, &roots, sha256))
		return BF_OK;
	if (sha256)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "it does not trust the certificate: what an image trusts "
			       "cannot be changed in place, make a new one");
	if (!has_roots || bf_rootcert_is_only(&program, &roots, bf_rootcert_stock))
		return BF_OK;
	return bf_fail(
		reterr, BF_ERR_INPUT,
		"it trusts a certificate of its own: give that one again, as trust");
}

static int check_file(const struct bf_repoint_file *file, const uint8_t *sha256,
		      struct bf_error *reterr)
{
	bf_cleanup(bf_ipxe_close) struct bf_ipxe ipxe = {0};
	if (!bf_repoint_file_is_bundled(file))
		return check_trust(&file->ipxe, sha256, reterr);
	/* The common case, told apart without unpacking anything. */
	if (!sha256)
		return BF_OK;
	int err = bf_ipxe_open(file->binary, &ipxe, reterr);
	return err ? err : check_trust(&ipxe, sha256, reterr);
}

int bf_repoint_trust(struct bf_repoint *repoint, const char *path,
		     struct bf_error *reterr)
{
	int err = path ? bf_certificate_read(path, &repoint->certificate, reterr) : BF_OK;
	if (err)
		return bf_fail_in(reterr, err, "trust");
	repoint->has_certificate = path;
	const struct bf_certificate *certificate = path ? &repoint->certificate : NULL;
	for (size_t i = 0; i < repoint->n_sites; i++) {
		const struct bf_repoint_file *file = &repoint->files[i];
		if (bf_site_is_loose(&repoint->sites[i]) || file->is_of_shim)
			continue;
		err = check_file(file, certificate ? certificate->sha256 : NULL, reterr);
		if (err)
			return bf_fail_in(reterr, err, "%s", file->path);
	}
	err = bf_renderer_init(&repoint->renderer, &repoint->can, certificate, reterr);
	repoint->renderer.loose_size = loose_size(repoint);
	repoint->renderer.advice =
		loose_size(repoint) ? ": make the image anew with this script"
				    : ": a larger one goes into a file, for which the "
				      "image must be made anew with this script";
	return err;
}

/* ---- Changing them ---- */

/* What leads to the script, or comes before it. */
static bool stays(const struct bf_repoint_file *file)
{
	return file->is_led || file->is_of_shim;
}

/* All that takes nothing but another script, and a checksum. */
static int patch_scripts(struct bf_repoint *repoint, struct bf_view script,
			 const struct bf_resign *resign, struct bf_error *reterr)
{
	struct bf_site changed[BF_SITES_MAX];
	size_t n = 0;
	for (size_t i = 0; i < repoint->n_sites; i++) {
		const struct bf_repoint_file *file = &repoint->files[i];
		const struct bf_site *site = &repoint->sites[i];
		if (stays(file) || bf_resign_is_needed(resign, file, site))
			continue;
		int err = bf_slot_check_body(site->slot.size, script.size, reterr);
		if (err)
			return bf_fail_in(reterr, err, "%s", file->path);
		changed[n++] = *site;
	}
	repoint->n_changed = n;
	return bf_sites_patch(changed, n, script, &repoint->patches, reterr);
}

int bf_repoint_fill(struct bf_repoint *repoint, struct bf_view script,
		    const struct bf_resign *resign, struct bf_error *reterr)
{
	repoint->n_signed = repoint->n_unsigned = 0;
	int err = patch_scripts(repoint, script, resign, reterr);
	for (size_t i = 0; !err && i < repoint->n_sites; i++) {
		struct bf_repoint_file *file = &repoint->files[i];
		const struct bf_site *site = &repoint->sites[i];
		if (stays(file) || !bf_resign_is_needed(resign, file, site))
			continue;
		err = bf_resign(resign, file, site, script, &repoint->patches, reterr);
		if (err)
			return bf_fail_in(reterr, err, "%s", file->path);
		repoint->n_changed++;
		repoint->n_signed += resign->signer != NULL;
		repoint->n_unsigned += file->is_signed && !resign->signer;
	}
	if (!err && repoint->n_signed)
		err = bf_repoint_certificates_patch(&repoint->certificates,
						    resign->signer, &repoint->patches,
						    reterr);
	return err;
}

int bf_repoint_write(const struct bf_repoint *repoint, const struct bf_source *image,
		     struct bf_error *reterr)
{
	return bf_inplace_write(image, repoint->patches.pieces, repoint->patches.n_pieces,
				reterr);
}
