#include "image/repoint.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "binary/bzimage.h"
#include "binary/pe.h"
#include "inspect/examine.h"
#include "inspect/scan.h"
#include "ipxe/schemes.h"

/* ---- The bundle's own binaries ---- */

/*
 * Most images hold what the bundle holds. A binary that is the bundle's but for the script
 * needs no other check and no memory.
 */
static int match_bundled(const struct bf_source *image, const struct bf_bundle *bundle,
			 struct bf_site *site, struct bf_repoint_file *file,
			 struct bf_error *reterr)
{
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++) {
		const struct bf_bundle_ipxe *ipxe = &bundle->ipxe[arch];
		char digest[BF_DIGEST_HEX_SIZE];
		struct bf_site found;
		if (!ipxe->present || ipxe->binary.size != site->binary_size)
			continue;
		int err = bf_site_init(&found, arch, site->binary_offset, ipxe->binary,
				       ipxe->slot, reterr);
		if (!err)
			err = bf_site_digest(&found, image, digest, reterr);
		if (err)
			return err;
		if (strcmp(digest, ipxe->digest) == 0) {
			*site = found;
			file->binary = ipxe->binary;
			return BF_OK;
		}
	}
	return BF_OK;
}

static bool is_bundled(const struct bf_repoint_file *file)
{
	return file->binary.data && !file->owned.data;
}

/* ---- Others ---- */

static bool slot_is_packed(struct bf_view file)
{
	bf_cleanup(bf_binary_free) struct bf_binary binary = {0};
	return bf_binary_examine(file, &binary) == BF_OK && binary.slot_is_packed;
}

static int find_slot(struct bf_view binary, struct bf_slot *ret, struct bf_error *reterr)
{
	int err = bf_slot_find(binary, ret, reterr);
	if (err == BF_ERR_NO_SLOT && slot_is_packed(binary))
		return bf_fail(reterr, err,
			       "its script slot is in the packed part, which can only be "
			       "packed anew with the whole image: make a new one");
	if (err == BF_ERR_NO_SLOT)
		return bf_fail(reterr, err,
			       "it has no script slot: it was not made by boots-from");
	if (!err && ret->declared_offset != ret->offset)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "its script slot is at offset %zu and says %u",
			       ret->offset, ret->declared_offset);
	return err;
}

static int check_pe(struct bf_buffer *file, enum bf_arch *ret_arch,
		    struct bf_error *reterr)
{
	struct bf_pe pe;
	int err = bf_pe_parse(bf_buffer_view(file), &pe, reterr);
	if (err)
		return err;
	if (pe.has_signature)
		return bf_fail(reterr, BF_ERR_SIGNED,
			       "it is signed, and another script would break the "
			       "signature");
	*ret_arch = bf_arch_from_machine(pe.machine);
	if (*ret_arch == BF_ARCH_COUNT)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED, "PE machine type 0x%04x",
			       pe.machine);
	/* An interrupted run may have left a checksum that is not the script's. */
	bf_pe_set_checksum(&pe, file->data);
	return BF_OK;
}

/* The file is loaded: what is it, and where is its slot? */
static int check_loaded(struct bf_repoint_file *file, struct bf_site *site,
			struct bf_error *reterr)
{
	enum bf_arch arch = BF_ARCH_COUNT;
	struct bf_view bytes = bf_buffer_view(&file->owned);
	struct bf_bzimage image;
	struct bf_slot slot;
	int err = BF_OK;
	file->binary = bytes;
	if (bf_view_has(bytes, 0, 2) && memcmp(bytes.data, "MZ", 2) == 0) {
		err = check_pe(&file->owned, &arch, reterr);
	} else if (bf_bzimage_probe(bytes)) {
		arch = BF_ARCH_BIOS;
		err = bf_bzimage_parse(bytes, &image, reterr);
	}
	if (!err)
		err = find_slot(bytes, &slot, reterr);
	return err ? err
		   : bf_site_init(site, arch, site->binary_offset, bytes, slot, reterr);
}

static int load(const struct bf_source *image, struct bf_site *site,
		struct bf_repoint_file *file, struct bf_error *reterr)
{
	if (site->binary_size > BF_BINARY_SIZE_MAX)
		return bf_fail(reterr, BF_ERR_TOO_BIG, "%llu bytes, the limit is %d",
			       (unsigned long long)site->binary_size, BF_BINARY_SIZE_MAX);
	int err = bf_source_load(image, site->binary_offset, (size_t)site->binary_size,
				 &file->owned, reterr);
	return err ? err : check_loaded(file, site, reterr);
}

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
	int err = match_bundled(image, bundle, site, file, reterr);
	return err || is_bundled(file) ? err : load(image, site, file, reterr);
}

static int add_file(struct bf_repoint *repoint, const struct bf_source *image,
		    const struct bf_bundle *bundle, const struct bf_scan_file *file,
		    struct bf_error *reterr)
{
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
	if (scan->n_files == 0)
		return bf_fail(reterr, BF_ERR_NO_SLOT,
			       "it holds no boot program: it was not made by boots-from");
	return BF_OK;
}

int bf_repoint_open(const struct bf_source *image, const struct bf_bundle *bundle,
		    struct bf_repoint *ret, struct bf_error *reterr)
{
	struct bf_scan *scan = NULL;
	memset(ret, 0, sizeof(*ret));
	if (bf_scan_new(image, &scan))
		return bf_fail_nomem(reterr);
	int err = scan->kind == BF_SCAN_KIND_FILE ? add_whole(ret, image, bundle, reterr)
						  : check_scan(scan, reterr);
	for (size_t i = 0; !err && i < scan->n_files; i++)
		err = add_file(ret, image, bundle, &scan->files[i], reterr);
	bf_scan_free(scan);
	return err;
}

void bf_repoint_free(struct bf_repoint *repoint)
{
	for (size_t i = 0; i < repoint->n_sites; i++)
		bf_buffer_free(&repoint->files[i].owned);
	bf_patches_free(&repoint->patches);
	repoint->n_sites = 0;
}

/* ---- What the binaries can do ---- */

static int identify(const struct bf_repoint_file *file, const struct bf_bundle_ipxe *ipxe,
		    struct bf_ipxe *ret, struct bf_error *reterr)
{
	if (is_bundled(file)) {
		memcpy(ret->schemes, ipxe->schemes, sizeof(ret->schemes));
		memcpy(ret->algorithms, ipxe->algorithms, sizeof(ret->algorithms));
		return BF_OK;
	}
	int err = bf_ipxe_identify(file->binary, ret, reterr);
	return err ? bf_fail_in(reterr, err, "%s", file->path) : BF_OK;
}

/* Of several binaries for one architecture, what all of them can do. */
static void merge(const struct bf_ipxe *found, const struct bf_slot *slot,
		  struct bf_bundle_ipxe *merged)
{
	if (!merged->present) {
		memcpy(merged->schemes, found->schemes, sizeof(merged->schemes));
		memcpy(merged->algorithms, found->algorithms, sizeof(merged->algorithms));
		merged->slot = *slot;
		merged->present = true;
		return;
	}
	bf_schemes_intersect(merged->schemes, found->schemes);
	if (slot->size < merged->slot.size)
		merged->slot = *slot;
}

static void replace(const struct bf_bundle_ipxe *merged, struct bf_bundle_ipxe *ipxe)
{
	memcpy(ipxe->schemes, merged->schemes, sizeof(ipxe->schemes));
	memcpy(ipxe->algorithms, merged->algorithms, sizeof(ipxe->algorithms));
	ipxe->slot = merged->slot;
	ipxe->present = true;
}

int bf_repoint_describe(const struct bf_repoint *repoint, struct bf_bundle *bundle,
			unsigned *ret_archs, struct bf_error *reterr)
{
	struct bf_bundle_ipxe merged[BF_ARCH_COUNT] = {0};
	for (size_t i = 0; i < repoint->n_sites; i++) {
		const struct bf_site *site = &repoint->sites[i];
		struct bf_ipxe found;
		if (site->arch == BF_ARCH_COUNT)
			continue;
		int err = identify(&repoint->files[i], &bundle->ipxe[site->arch], &found,
				   reterr);
		if (err)
			return err;
		merge(&found, &site->slot, &merged[site->arch]);
	}
	*ret_archs = 0;
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++) {
		if (!merged[arch].present)
			continue;
		replace(&merged[arch], &bundle->ipxe[arch]);
		*ret_archs |= 1u << arch;
	}
	return BF_OK;
}

/* An iPXE without a root has no TLS: it trusts nobody, and needs nobody. */
static int check_trust(struct bf_view file, const uint8_t *sha256,
		       struct bf_error *reterr)
{
	bf_cleanup(bf_binary_free) struct bf_binary binary = {0};
	if (bf_binary_examine(file, &binary))
		return bf_fail_nomem(reterr);
	if (!sha256) {
		if (binary.n_roots == 0 || bf_binary_trust_is_stock(&binary))
			return BF_OK;
		return bf_fail(reterr, BF_ERR_INPUT,
			       "it trusts a certificate of its own: give that one again, "
			       "with --trust CERT");
	}
	if (binary.n_roots == 1 && memcmp(binary.roots[0], sha256, BF_SHA256_SIZE) == 0)
		return BF_OK;
	return bf_fail(
		reterr, BF_ERR_INPUT,
		"it does not trust the certificate of --trust: what an image trusts "
		"cannot be changed in place, make a new one");
}

int bf_repoint_check_trust(const struct bf_repoint *repoint, const uint8_t *sha256,
			   struct bf_error *reterr)
{
	for (size_t i = 0; i < repoint->n_sites; i++) {
		const struct bf_repoint_file *file = &repoint->files[i];
		if (repoint->sites[i].arch == BF_ARCH_COUNT)
			continue;
		/* The common case, told apart without unpacking anything. */
		if (!sha256 && is_bundled(file))
			continue;
		int err = check_trust(file->binary, sha256, reterr);
		if (err)
			return bf_fail_in(reterr, err, "%s", file->path);
	}
	return BF_OK;
}

/* ---- Changing them ---- */

int bf_repoint_fill(struct bf_repoint *repoint, struct bf_view script,
		    struct bf_error *reterr)
{
	for (size_t i = 0; i < repoint->n_sites; i++) {
		int err = bf_slot_check_body(repoint->sites[i].slot.size, script, reterr);
		if (err)
			return bf_fail_in(reterr, err, "%s", repoint->files[i].path);
	}
	return bf_sites_patch(repoint->sites, repoint->n_sites, script, &repoint->patches,
			      reterr);
}

static int write_piece(const struct bf_piece *piece, int fd, struct bf_error *reterr)
{
	for (size_t at = 0; at < piece->bytes.size;) {
		size_t left = piece->bytes.size - at;
		ssize_t done = pwrite(fd, piece->bytes.data + at, left,
				      (off_t)(piece->offset + at));
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return bf_fail(reterr, BF_ERR_IO,
				       "cannot write %zu bytes at offset %llu: %s", left,
				       (unsigned long long)(piece->offset + at),
				       strerror(done ? errno : ENOSPC));
		at += (size_t)done;
	}
	return BF_OK;
}

int bf_repoint_write(const struct bf_repoint *repoint, int fd, struct bf_error *reterr)
{
	int err = BF_OK;
	for (size_t i = 0; !err && i < repoint->patches.n_pieces; i++)
		err = write_piece(&repoint->patches.pieces[i], fd, reterr);
	/* Only bytes have changed, and no size: the times of the file may follow later. */
	if (!err && fdatasync(fd) < 0)
		err = bf_fail(reterr, BF_ERR_IO, "cannot write: %s", strerror(errno));
	return err;
}
