/* SPDX-License-Identifier: GPL-3.0-only */
#include <stdio.h>

#include "bundle/bundle.h"
#include "cmd/arguments.h"

int bf_cmd_version(struct bf_arguments *arguments, struct bf_error *reterr)
{
	struct bf_bundle *bundle = NULL;
	int err = bf_bundle_load(arguments->made_from.prebuilt, &bundle, reterr);
	if (err)
		return err;
	printf("boots-from %s\n", BF_VERSION);
	for (size_t i = 0; i < bundle->n_packages; i++)
		printf("%s %s (%s)\n", bundle->packages[i].name,
		       bundle->packages[i].version, bundle->packages[i].suite);
	bf_bundle_free(bundle);
	return BF_OK;
}
