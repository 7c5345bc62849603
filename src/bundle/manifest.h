/* SPDX-License-Identifier: GPL-3.0-only */
/* MANIFEST, the bundle's table of contents; bundle.h describes its lines. */
#ifndef BF_MANIFEST_H
#define BF_MANIFEST_H

#include "bundle/bundle.h"

/* What the lines say, with no file looked at yet. */
struct bf_manifest_file {
	char name[BF_BUNDLE_NAME_SIZE];
	char sha256[BF_SHA256_HEX_SIZE];
	uint64_t size;
};

struct bf_manifest_ipxe {
	char name[BF_BUNDLE_NAME_SIZE]; /* empty where the bundle has none */
	uint64_t slot_offset;
	uint64_t slot_size;
	char schemes[BF_WORD_LIST_SIZE];
	char algorithms[BF_ALGORITHMS_SIZE];
	char digest[BF_DIGEST_HEX_SIZE];
};

struct bf_manifest {
	struct bf_manifest_file files[BF_BUNDLE_FILES_MAX];
	size_t n_files;
	struct bf_manifest_ipxe ipxe[BF_ARCH_COUNT];
	struct bf_bundle_package packages[BF_BUNDLE_PACKAGES_MAX];
	size_t n_packages;
	int64_t time;
};

/*
 * Parse; a line that is not understood is BF_ERR_FORMAT with its number, and ret has what
 * the lines before it say.
 */
bf_must_check int bf_manifest_parse(struct bf_view text, struct bf_manifest *ret,
				    struct bf_error *reterr);

#endif
