/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * The bundle: what images are made of, produced at package time. Slot-carrying iPXE
 * binaries, ISOLINUX, the stubs for planting, and MANIFEST, which lists every file.
 *
 * MANIFEST is lines of words separated by one space; "#" starts a comment line:
 *
 *     boots-from-bundle 1
 *     package NAME VERSION SUITE
 *     time SECONDS                   time stamp of everything in an image, since 1970
 *     input SHA256 SIZE NAME         what a file was made from; for the record
 *     file SHA256 SIZE NAME          a file of the bundle
 *     ipxe NAME ARCH SLOT-OFFSET SLOT-SIZE SCHEME,SCHEME,...
 *     algorithms ARCH ALGORITHM,...  of public keys, see algorithms.h
 *     digest ARCH XXH128             of the binary but for CheckSum and script, see site.h
 */
#ifndef BF_BUNDLE_H
#define BF_BUNDLE_H

#include "base/bytes.h"
#include "base/digest.h"
#include "base/sha256.h"
#include "ipxe/capabilities.h"
#include "ipxe/slot.h"

enum {
	BF_BUNDLE_FILES_MAX = 32,
	BF_BUNDLE_FILE_SIZE_MAX = 64 << 20,
	BF_BUNDLE_MANIFEST_SIZE_MAX = 64 << 10,
	BF_BUNDLE_NAME_SIZE = 64,
	BF_BUNDLE_PACKAGES_MAX = 8,
};

struct bf_bundle_file {
	char name[BF_BUNDLE_NAME_SIZE];
	char sha256[BF_SHA256_HEX_SIZE];
	struct bf_view bytes;
	struct bf_buffer owned; /* what bytes points to, unless it is in the executable */
};

/* An iPXE binary with its slot; present is false where the bundle has none. */
struct bf_bundle_ipxe {
	bool present;
	struct bf_view binary;
	struct bf_slot slot; /* in the binary */
	struct bf_capabilities can;
	char digest[BF_DIGEST_HEX_SIZE]; /* bf_site_digest(); empty if not known */
};

struct bf_bundle_package {
	char name[32];
	char version[64];
	char suite[32];
};

struct bf_bundle {
	struct bf_bundle_file files[BF_BUNDLE_FILES_MAX];
	size_t n_files;
	struct bf_bundle_package packages[BF_BUNDLE_PACKAGES_MAX];
	size_t n_packages;
	struct bf_bundle_ipxe ipxe[BF_ARCH_COUNT];
	int64_t time;
	struct bf_view manifest;         /* MANIFEST as it stands */
	struct bf_buffer manifest_owned; /* what it points to, unless in the executable */
};

/*
 * Load the bundle from a folder, or the one inside the executable when folder is NULL. A
 * folder's files must have the sizes and hashes that MANIFEST gives; those inside the
 * executable were checked when it was built. Every iPXE binary is checked for its one
 * slot. Once loaded it never changes. Release it with bf_bundle_free().
 */
bf_must_check int bf_bundle_load(const char *folder, struct bf_bundle **ret,
				 struct bf_error *reterr);
void bf_bundle_free(struct bf_bundle *bundle);

/* The bytes of a file by its name; BF_ERR_FORMAT when the bundle has none. */
bf_must_check int bf_bundle_file(const struct bf_bundle *bundle, const char *name,
				 struct bf_view *ret, struct bf_error *reterr);

/*
 * The SHA-256 of MANIFEST in hex. That has those of all files in it: where it is the same, the
 * bundles are.
 */
bf_must_check int bf_bundle_digest(const struct bf_bundle *bundle,
				   char ret[BF_SHA256_HEX_SIZE], struct bf_error *reterr);

/* The version of a package the bundle was made from, NULL when it is not listed. */
const char *bf_bundle_version(const struct bf_bundle *bundle, const char *package);

#endif
