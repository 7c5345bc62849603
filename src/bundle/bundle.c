/* SPDX-License-Identifier: GPL-3.0-only */
#include "bundle/bundle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "binary/pe.h"
#include "bundle/embedded.h"
#include "bundle/manifest.h"
#include "ipxe/site.h"

static int read_from_folder(const char *folder, const char *name, size_t limit,
			    struct bf_buffer *ret, struct bf_error *reterr)
{
	char *path;
	if (asprintf(&path, "%s/%s", folder, name) < 0)
		return bf_fail_nomem(reterr);
	int err = bf_buffer_read_file(path, limit, ret, reterr);
	free(path);
	return err;
}

static int check_hash(const struct bf_manifest_file *wanted, struct bf_view bytes,
		      struct bf_error *reterr)
{
	char sha256[BF_SHA256_HEX_SIZE];
	if (bf_sha256_hex(bytes, sha256))
		return bf_fail_nomem(reterr);
	if (strcmp(sha256, wanted->sha256) != 0)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "'%s' has sha256 %.16s..., MANIFEST says %.16s...: it is "
			       "damaged or from another bundle",
			       wanted->name, sha256, wanted->sha256);
	return BF_OK;
}

static int load_file(const char *folder, const struct bf_manifest_file *wanted,
		     struct bf_bundle_file *ret, struct bf_error *reterr)
{
	int err = BF_OK;
	memcpy(ret->name, wanted->name, sizeof(ret->name));
	memcpy(ret->sha256, wanted->sha256, sizeof(ret->sha256));
	if (!folder) {
		ret->bytes = bf_embedded_file(wanted->name);
	} else {
		err = read_from_folder(folder, wanted->name, BF_BUNDLE_FILE_SIZE_MAX,
				       &ret->owned, reterr);
		ret->bytes = bf_buffer_view(&ret->owned);
	}
	if (!err && ret->bytes.size != wanted->size)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "'%s' has %zu bytes, MANIFEST says %llu", wanted->name,
			       ret->bytes.size, (unsigned long long)wanted->size);
	if (!err && folder)
		err = check_hash(wanted, ret->bytes, reterr);
	return err;
}

/* A binary is used only if its slot is where both MANIFEST and the slot itself say. */
static int check_slot(struct bf_view binary, const struct bf_slot *wanted,
		      struct bf_error *reterr)
{
	struct bf_slot slot;
	int err = bf_slot_find(binary, &slot, reterr);
	if (err)
		return err;
	if (slot.offset != wanted->offset || slot.size != wanted->size ||
	    slot.declared_offset != slot.offset)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "the script slot is %u bytes at offset %zu, MANIFEST says "
			       "%u at %zu",
			       slot.size, slot.offset, wanted->size, wanted->offset);
	return BF_OK;
}

static int check_pe(struct bf_view binary, struct bf_error *reterr)
{
	struct bf_pe pe;
	int err = bf_pe_parse(binary, &pe, reterr);
	if (err)
		return err;
	if (pe.has_signature)
		return bf_fail(
			reterr, BF_ERR_SIGNED,
			"it is signed, and patching the slot would break the signature");
	if (bf_pe_checksum(&pe) != bf_pe_stored_checksum(&pe))
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "its PE checksum is 0x%08x, it should be 0x%08x",
			       bf_pe_stored_checksum(&pe), bf_pe_checksum(&pe));
	return BF_OK;
}

static int check_digest(enum bf_arch arch, const struct bf_bundle_ipxe *ipxe,
			struct bf_error *reterr)
{
	char digest[BF_DIGEST_HEX_SIZE];
	struct bf_source source = bf_source_view(ipxe->binary);
	struct bf_site site;
	int err = bf_site_init(&site, arch, 0, ipxe->binary, ipxe->slot, reterr);
	if (!err)
		err = bf_site_digest(&site, &source, digest, reterr);
	if (!err && strcmp(digest, ipxe->digest) != 0)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "its digest is %s, MANIFEST says %s", digest,
			       ipxe->digest);
	return err;
}

/*
 * What the build has proved of the binaries inside the executable (one slot, in its place,
 * a right checksum, no signature, the digest) has to be looked for in a folder's: reading
 * all of a binary takes as long as writing it to an image.
 */
static int check_stranger(enum bf_arch arch, const struct bf_bundle_ipxe *ipxe,
			  struct bf_error *reterr)
{
	int err = check_slot(ipxe->binary, &ipxe->slot, reterr);
	if (!err && arch != BF_ARCH_BIOS)
		err = check_pe(ipxe->binary, reterr);
	if (!err && ipxe->digest[0])
		err = check_digest(arch, ipxe, reterr);
	return err;
}

static int load_ipxe(const char *folder, const struct bf_bundle *bundle,
		     enum bf_arch arch, const struct bf_manifest_ipxe *wanted,
		     struct bf_bundle_ipxe *ret, struct bf_error *reterr)
{
	int err = bf_bundle_file(bundle, wanted->name, &ret->binary, reterr);
	if (err)
		return err;
	ret->slot = (struct bf_slot){.offset = (size_t)wanted->slot_offset,
				     .size = (uint32_t)wanted->slot_size,
				     .declared_offset = (uint32_t)wanted->slot_offset};
	memcpy(ret->can.schemes, wanted->schemes, sizeof(ret->can.schemes));
	memcpy(ret->can.algorithms, wanted->algorithms, sizeof(ret->can.algorithms));
	ret->can.algorithms_known = wanted->algorithms[0];
	ret->can.slot_size = ret->slot.size;
	memcpy(ret->digest, wanted->digest, sizeof(ret->digest));
	if (folder)
		err = check_stranger(arch, ret, reterr);
	if (err)
		return bf_fail_in(reterr, err, "'%s'", wanted->name);
	ret->present = true;
	return BF_OK;
}

static int load_contents(const char *folder, const struct bf_manifest *manifest,
			 struct bf_bundle *bundle, struct bf_error *reterr)
{
	memcpy(bundle->packages, manifest->packages, sizeof(bundle->packages));
	bundle->n_packages = manifest->n_packages;
	bundle->time = manifest->time;
	for (size_t i = 0; i < manifest->n_files; i++) {
		bundle->n_files++;
		int err =
			load_file(folder, &manifest->files[i], &bundle->files[i], reterr);
		if (err)
			return err;
	}
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++) {
		if (!manifest->ipxe[arch].name[0])
			continue;
		int err = load_ipxe(folder, bundle, arch, &manifest->ipxe[arch],
				    &bundle->ipxe[arch], reterr);
		if (err)
			return err;
	}
	return BF_OK;
}

static int load_manifest(const char *folder, struct bf_bundle *bundle,
			 struct bf_manifest *ret, struct bf_error *reterr)
{
	int err = BF_OK;
	if (!folder) {
		bundle->manifest = bf_embedded_file("MANIFEST");
	} else {
		err = read_from_folder(folder, "MANIFEST", BF_BUNDLE_MANIFEST_SIZE_MAX,
				       &bundle->manifest_owned, reterr);
		bundle->manifest = bf_buffer_view(&bundle->manifest_owned);
	}
	return err ? err : bf_manifest_parse(bundle->manifest, ret, reterr);
}

static int load(const char *folder, struct bf_bundle *bundle, struct bf_error *reterr)
{
	struct bf_manifest manifest;
	int err = load_manifest(folder, bundle, &manifest, reterr);
	return err ? err : load_contents(folder, &manifest, bundle, reterr);
}

int bf_bundle_load(const char *folder, struct bf_bundle **ret, struct bf_error *reterr)
{
	char name[256];
	struct bf_bundle *bundle = calloc(1, sizeof(*bundle));
	int err = bundle ? load(folder, bundle, reterr) : bf_fail_nomem(reterr);
	if (err) {
		bf_bundle_free(bundle);
		return bf_fail_in(reterr, err, "bundle %s",
				  folder ? bf_printable(folder, name, sizeof(name))
					 : "inside the executable");
	}
	*ret = bundle;
	return BF_OK;
}

void bf_bundle_free(struct bf_bundle *bundle)
{
	if (!bundle)
		return;
	for (size_t i = 0; i < bundle->n_files; i++)
		bf_buffer_free(&bundle->files[i].owned);
	bf_buffer_free(&bundle->manifest_owned);
	free(bundle);
}

int bf_bundle_file(const struct bf_bundle *bundle, const char *name, struct bf_view *ret,
		   struct bf_error *reterr)
{
	for (size_t i = 0; i < bundle->n_files; i++)
		if (strcmp(bundle->files[i].name, name) == 0) {
			*ret = bundle->files[i].bytes;
			return BF_OK;
		}
	return bf_fail(reterr, BF_ERR_FORMAT, "MANIFEST lists no file '%s'", name);
}

int bf_bundle_digest(const struct bf_bundle *bundle, char ret[BF_SHA256_HEX_SIZE],
		     struct bf_error *reterr)
{
	return bf_sha256_hex(bundle->manifest, ret) ? bf_fail_nomem(reterr) : BF_OK;
}

const char *bf_bundle_version(const struct bf_bundle *bundle, const char *package)
{
	for (size_t i = 0; i < bundle->n_packages; i++)
		if (strcmp(bundle->packages[i].name, package) == 0)
			return bundle->packages[i].version;
	return NULL;
}
