#include "image/repoint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "formats/bzimage.h"
#include "formats/pe.h"
#include "image/binary.h"
#include "image/scan.h"
#include "image/schemes.h"

enum { CHECKSUM_SIZE = 4 };

/* ---- Finding the slots ---- */

static bool machine_arch(uint16_t machine, enum bf_arch *ret)
{
	*ret = machine == BF_PE_MACHINE_AMD64     ? BF_ARCH_X86_64
	       : machine == BF_PE_MACHINE_ARM64   ? BF_ARCH_ARM64
	       : machine == BF_PE_MACHINE_RISCV64 ? BF_ARCH_RISCV64
						  : BF_ARCH_COUNT;
	return *ret != BF_ARCH_COUNT;
}

static int check_pe(struct bf_repoint_site *site, struct bf_error *reterr)
{
	struct bf_pe pe;
	int err = bf_pe_parse(bf_buffer_view(&site->file), &pe, reterr);
	if (err)
		return err;
	if (pe.has_signature)
		return bf_fail(reterr, BF_ERR_SIGNED,
			       "it is signed, and another script would break the "
			       "signature");
	if (!machine_arch(pe.machine, &site->arch))
		return bf_fail(reterr, BF_ERR_UNSUPPORTED, "PE machine type 0x%04x",
			       pe.machine);
	site->checksum = pe.checksum;
	return BF_OK;
}

static int check_slot(struct bf_repoint_site *site, struct bf_error *reterr)
{
	int err = bf_slot_find(bf_buffer_view(&site->file), &site->slot, reterr);
	if (err == BF_ERR_NO_SLOT)
		return bf_fail(reterr, err,
			       "it has no script slot: the image was not made by "
			       "boots-from, or the slot is packed, and a new image is "
			       "needed");
	if (!err && site->slot.declared_offset != site->slot.offset)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "its script slot is at offset %zu and says %u",
			       site->slot.offset, site->slot.declared_offset);
	if (!err && site->slot.offset < site->checksum + CHECKSUM_SIZE && site->checksum)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "its script slot at offset %zu is in the PE headers",
			       site->slot.offset);
	return err;
}

/* The file is loaded: what is it, and where is its slot? */
static int check_site(struct bf_repoint_site *site, struct bf_error *reterr)
{
	struct bf_view file = bf_buffer_view(&site->file);
	struct bf_bzimage image;
	int err = BF_OK;
	site->arch = BF_ARCH_COUNT;
	if (bf_view_has(file, 0, 2) && memcmp(file.data, "MZ", 2) == 0) {
		err = check_pe(site, reterr);
	} else if (bf_bzimage_probe(file)) {
		site->arch = BF_ARCH_BIOS;
		err = bf_bzimage_parse(file, &image, reterr);
	}
	return err ? err : check_slot(site, reterr);
}

static bool is_known(const struct bf_repoint *repoint, uint64_t offset)
{
	for (size_t i = 0; i < repoint->n_sites; i++)
		if (repoint->sites[i].offset == offset)
			return true;
	return false;
}

static struct bf_repoint_site *new_site(struct bf_repoint *repoint, const char *path,
					uint64_t offset)
{
	struct bf_repoint_site *site = &repoint->sites[repoint->n_sites++];
	bf_printable(path, site->path, sizeof(site->path));
	site->offset = offset;
	return site;
}

static int add_file(struct bf_repoint *repoint, struct bf_scan *scan,
		    const struct bf_scan_file *file, struct bf_error *reterr)
{
	if (is_known(repoint, file->offset))
		return BF_OK;
	if (repoint->n_sites == BF_REPOINT_SITES_MAX)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "more than %d boot programs: this is no image of ours",
			       BF_REPOINT_SITES_MAX);
	struct bf_repoint_site *site = new_site(repoint, file->path, file->offset);
	int err = BF_OK;
	if (!file->is_contiguous)
		err = bf_fail(reterr, BF_ERR_UNSUPPORTED, "it lies in several pieces");
	if (!err)
		err = bf_scan_load(scan, file, BF_BINARY_SIZE_MAX, &site->file, reterr);
	if (!err)
		err = check_site(site, reterr);
	return err ? bf_fail_in(reterr, err, "%s", site->path) : BF_OK;
}

static int add_whole(struct bf_repoint *repoint, const struct bf_source *image,
		     struct bf_error *reterr)
{
	if (image->size > BF_BINARY_SIZE_MAX)
		return bf_fail(reterr, BF_ERR_TOO_BIG, "%llu bytes, the limit is %d",
			       (unsigned long long)image->size, BF_BINARY_SIZE_MAX);
	struct bf_repoint_site *site = new_site(repoint, "the file", 0);
	int err = bf_source_load(image, 0, (size_t)image->size, &site->file, reterr);
	return err ? err : check_site(site, reterr);
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

int bf_repoint_open(const struct bf_source *image, struct bf_repoint *ret,
		    struct bf_error *reterr)
{
	struct bf_scan *scan = NULL;
	*ret = (struct bf_repoint){.n_sites = 0};
	if (bf_scan_new(image, &scan))
		return bf_fail_nomem(reterr);
	int err = BF_OK;
	if (scan->kind == BF_SCAN_KIND_FILE)
		err = add_whole(ret, image, reterr);
	else
		err = check_scan(scan, reterr);
	for (size_t i = 0; !err && i < scan->n_files; i++)
		err = add_file(ret, scan, &scan->files[i], reterr);
	bf_scan_free(scan);
	return err;
}

void bf_repoint_free(struct bf_repoint *repoint)
{
	for (size_t i = 0; i < repoint->n_sites; i++)
		bf_buffer_free(&repoint->sites[i].file);
	repoint->n_sites = 0;
}

/* ---- What the binaries can do ---- */

static bool same_range(struct bf_view a, struct bf_view b, size_t start, size_t end)
{
	return start <= end && end <= a.size && end <= b.size &&
	       memcmp(a.data + start, b.data + start, end - start) == 0;
}

/* Whether it is the bundle's binary but for the script, so that its schemes are known. */
static bool is_bundled(const struct bf_repoint_site *site,
		       const struct bf_bundle_ipxe *ipxe)
{
	struct bf_view file = bf_buffer_view(&site->file);
	size_t headers = site->checksum ? site->checksum + CHECKSUM_SIZE : 0;
	return ipxe->present && ipxe->binary.size == file.size &&
	       ipxe->slot.offset == site->slot.offset &&
	       ipxe->slot.size == site->slot.size &&
	       same_range(file, ipxe->binary, 0, site->checksum) &&
	       same_range(file, ipxe->binary, headers, site->slot.offset) &&
	       same_range(file, ipxe->binary, site->slot.offset + site->slot.size,
			  file.size);
}

int bf_repoint_describe(struct bf_repoint *repoint, struct bf_bundle *bundle,
			unsigned *ret_archs, struct bf_error *reterr)
{
	unsigned archs = 0;
	for (size_t i = 0; i < repoint->n_sites; i++) {
		struct bf_repoint_site *site = &repoint->sites[i];
		if (site->arch == BF_ARCH_COUNT)
			continue;
		struct bf_bundle_ipxe *ipxe = &bundle->ipxe[site->arch];
		struct bf_ipxe found = {0};
		site->is_bundled = is_bundled(site, ipxe);
		if (site->is_bundled) {
			memcpy(found.schemes, ipxe->schemes, sizeof(found.schemes));
		} else {
			int err = bf_ipxe_identify(bf_buffer_view(&site->file), &found,
						   reterr);
			if (err)
				return bf_fail_in(reterr, err, "%s", site->path);
			memcpy(ipxe->algorithms, found.algorithms,
			       sizeof(ipxe->algorithms));
		}
		bool is_first = !(archs & 1u << site->arch);
		archs |= 1u << site->arch;
		if (is_first)
			memcpy(ipxe->schemes, found.schemes, sizeof(ipxe->schemes));
		else
			bf_schemes_intersect(ipxe->schemes, found.schemes);
		if (is_first || site->slot.size < ipxe->slot.size)
			ipxe->slot = site->slot;
		ipxe->present = true;
	}
	*ret_archs = archs;
	return BF_OK;
}

/* An iPXE without a root has no TLS: it trusts nobody, and needs nobody. */
static int check_trust(const struct bf_repoint_site *site, const uint8_t *sha256,
		       struct bf_error *reterr)
{
	bf_cleanup(bf_binary_free) struct bf_binary binary = {0};
	if (bf_binary_examine(bf_buffer_view(&site->file), &binary))
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
		const struct bf_repoint_site *site = &repoint->sites[i];
		if (site->arch == BF_ARCH_COUNT)
			continue;
		/* The common case, told apart without unpacking anything. */
		if (!sha256 && site->is_bundled)
			continue;
		int err = check_trust(site, sha256, reterr);
		if (err)
			return bf_fail_in(reterr, err, "%s", site->path);
	}
	return BF_OK;
}

/* ---- Changing them ---- */

static int fill(struct bf_repoint_site *site, struct bf_view script,
		struct bf_error *reterr)
{
	struct bf_pe pe;
	int err = bf_slot_format(site->file.data + site->slot.offset, site->slot.size,
				 site->slot.declared_offset, script, reterr);
	if (err || !site->checksum)
		return err;
	err = bf_pe_parse(bf_buffer_view(&site->file), &pe, reterr);
	if (!err)
		bf_pe_set_checksum(&pe, site->file.data);
	return err;
}

int bf_repoint_fill(struct bf_repoint *repoint, struct bf_view script,
		    struct bf_error *reterr)
{
	for (size_t i = 0; i < repoint->n_sites; i++) {
		struct bf_repoint_site *site = &repoint->sites[i];
		int err = fill(site, script, reterr);
		if (err)
			return bf_fail_in(reterr, err, "%s", site->path);
	}
	return BF_OK;
}

static int write_range(const struct bf_repoint_site *site, int fd, size_t start,
		       size_t size, struct bf_error *reterr)
{
	while (size) {
		ssize_t done = pwrite(fd, site->file.data + start, size,
				      (off_t)(site->offset + start));
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return bf_fail(reterr, BF_ERR_IO,
				       "cannot write %zu bytes at offset %llu: %s", size,
				       (unsigned long long)(site->offset + start),
				       strerror(done ? errno : ENOSPC));
		start += (size_t)done;
		size -= (size_t)done;
	}
	return BF_OK;
}

int bf_repoint_write(const struct bf_repoint *repoint, int fd, struct bf_error *reterr)
{
	int err = BF_OK;
	for (size_t i = 0; !err && i < repoint->n_sites; i++) {
		const struct bf_repoint_site *site = &repoint->sites[i];
		err = write_range(site, fd, site->slot.offset, site->slot.size, reterr);
		if (!err && site->checksum)
			err = write_range(site, fd, site->checksum, CHECKSUM_SIZE,
					  reterr);
	}
	if (!err && fsync(fd) < 0)
		err = bf_fail(reterr, BF_ERR_IO, "cannot write: %s", strerror(errno));
	return err;
}
