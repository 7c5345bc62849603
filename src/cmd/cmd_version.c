/* SPDX-License-Identifier: GPL-3.0-only */
#include <stdio.h>

#include "bundle/bundle.h"
#include "cmd/arguments.h"
#include "cmd/commit.h"

/* So many digits are the same for no two bundles, and can be read out over the telephone. */
enum { DIGITS = 16 };

static int print_bundle(const struct bf_bundle *bundle, struct bf_error *reterr)
{
	char digest[BF_SHA256_HEX_SIZE];
	int err = bf_bundle_digest(bundle, digest, reterr);
	if (err)
		return err;
	printf("boots-from %s (%s)\n", BF_VERSION, bf_commit);
	printf("bundle %.*s\n", DIGITS, digest);
	for (size_t i = 0; i < bundle->n_packages; i++)
		printf("%s %s (%s)\n", bundle->packages[i].name,
		       bundle->packages[i].version, bundle->packages[i].suite);
	return BF_OK;
}

int bf_cmd_version(struct bf_arguments *arguments, struct bf_error *reterr)
{
	struct bf_bundle *bundle = NULL;
	int err = bf_bundle_load(arguments->made_from.prebuilt, &bundle, reterr);
	if (!err)
		err = print_bundle(bundle, reterr);
	bf_bundle_free(bundle);
	return err;
}
