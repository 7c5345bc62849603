/* SPDX-License-Identifier: GPL-3.0-only */
/* MANIFEST: names that lead nowhere else, and text that ends where its place does. */
#include <string.h>

#include "bundle/manifest.h"
#include "fuzz.h"

#define CHECK_TEXT(field) fuzz_require(memchr((field), '\0', sizeof(field)))

static void check_name(const char name[BF_BUNDLE_NAME_SIZE])
{
	fuzz_require(memchr(name, '\0', BF_BUNDLE_NAME_SIZE));
	fuzz_require(*name && *name != '.' && !strchr(name, '/'));
}

static void check(const struct bf_manifest *manifest)
{
	fuzz_require(manifest->n_files <= BF_BUNDLE_FILES_MAX);
	for (size_t i = 0; i < manifest->n_files; i++) {
		check_name(manifest->files[i].name);
		fuzz_require(strlen(manifest->files[i].sha256) == BF_SHA256_HEX_SIZE - 1);
	}
	fuzz_require(manifest->n_packages <= BF_BUNDLE_PACKAGES_MAX);
	for (size_t i = 0; i < manifest->n_packages; i++) {
		CHECK_TEXT(manifest->packages[i].name);
		CHECK_TEXT(manifest->packages[i].version);
		CHECK_TEXT(manifest->packages[i].suite);
	}
	for (size_t i = 0; i < BF_ARCH_COUNT; i++) {
		if (manifest->ipxe[i].name[0])
			check_name(manifest->ipxe[i].name);
		CHECK_TEXT(manifest->ipxe[i].schemes);
		CHECK_TEXT(manifest->ipxe[i].algorithms);
		CHECK_TEXT(manifest->ipxe[i].digest);
	}
	fuzz_require(manifest->time >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bf_manifest manifest, again;
	struct bf_error error = {""};
	if (fuzz_try(bf_manifest_parse(bf_view(data, size), &manifest, &error), &error))
		return 0;
	check(&manifest);
	memset(&again, 0xff, sizeof(again));
	fuzz_require(!bf_manifest_parse(bf_view(data, size), &again, NULL));
	fuzz_require(!memcmp(&manifest, &again, sizeof(again)));
	return 0;
}
