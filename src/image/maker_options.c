/* SPDX-License-Identifier: GPL-3.0-only */
#include "image/maker_options.h"

#include <string.h>

struct bf_maker_options bf_maker_options_default(void)
{
	return (struct bf_maker_options){.layout = bf_template_options_default()};
}

static int add_file(struct bf_maker_files *files, const char *path,
		    struct bf_error *reterr)
{
	if (files->n == BF_MAKER_FILES_MAX)
		return bf_fail(reterr, BF_ERR_USAGE, "more than %d files",
			       BF_MAKER_FILES_MAX);
	files->all[files->n++] = path;
	return BF_OK;
}

/* iPXE has room for one fingerprint, and on BIOS no byte that is provably unused. */
static int set_trust(struct bf_maker_options *options, const char *path,
		     struct bf_error *reterr)
{
	char first[256], second[256];
	if (options->trust)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "'%s' and '%s': iPXE trusts one certificate, give that of "
			       "a CA which signed all others",
			       bf_printable(options->trust, first, sizeof(first)),
			       bf_printable(path, second, sizeof(second)));
	options->trust = path;
	return BF_OK;
}

/* Where the name of a file is kept of which the last one counts; or NULL. */
static const char **find_file(struct bf_maker_options *options, const char *name)
{
	if (strcmp(name, "prebuilt") == 0)
		return &options->prebuilt;
	if (strcmp(name, "sign-key") == 0)
		return &options->sign_key;
	if (strcmp(name, "sign-cert") == 0)
		return &options->sign_cert;
	return strcmp(name, "sign-passphrase") == 0 ? &options->sign_passphrase : NULL;
}

/* The same of one file for each architecture. */
static struct bf_maker_files *find_files(struct bf_maker_options *options,
					 const char *name)
{
	if (strcmp(name, "ipxe") == 0)
		return &options->ipxe;
	if (strcmp(name, "shim") == 0)
		return &options->shim;
	return strcmp(name, "mokmanager") == 0 ? &options->mok_manager : NULL;
}

int bf_maker_options_set(struct bf_maker_options *options, const char *name,
			 const char *value, struct bf_error *reterr)
{
	bool is_trust = strcmp(name, "trust") == 0;
	struct bf_maker_files *files = find_files(options, name);
	const char **file = find_file(options, name);
	if (!files && !is_trust && !file)
		return bf_template_options_set(&options->layout, name, value, reterr);
	if (!*value)
		return bf_fail(reterr, BF_ERR_USAGE, "the file name is empty");
	if (files)
		return add_file(files, value, reterr);
	if (is_trust)
		return set_trust(options, value, reterr);
	*file = value;
	return BF_OK;
}
