/* SPDX-License-Identifier: GPL-3.0-only */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "lib/private.h"

_Static_assert((int)BF_BOOT_NOMEM == (int)BF_ERR_NOMEM &&
		       (int)BF_BOOT_USAGE == (int)BF_ERR_USAGE,
	       "the public codes are the internal ones");
_Static_assert(sizeof(struct bf_boot_error) >= sizeof(struct bf_error),
	       "the public sentence has room for any");

int bf_lib_report(int err, const struct bf_error *error, struct bf_boot_error *reterr)
{
	if (err && reterr)
		memcpy(reterr->text, error->text, strlen(error->text) + 1);
	return err;
}

const char *bf_boot_version(void)
{
	return BF_VERSION;
}

struct bf_boot_options *bf_boot_options_new(void)
{
	struct bf_boot_options *options = calloc(1, sizeof(*options));
	if (options)
		options->made_from = bf_maker_options_default();
	return options;
}

void bf_boot_options_free(struct bf_boot_options *options)
{
	if (!options)
		return;
	for (size_t i = 0; i < options->n_texts; i++)
		free(options->texts[i]);
	free(options->texts);
	free(options);
}

/* A copy of the text that lives as long as the options; NULL if there is no memory. */
static const char *keep(struct bf_boot_options *options, const char *text)
{
	char **texts = realloc(options->texts, (options->n_texts + 1) * sizeof(*texts));
	if (!texts)
		return NULL;
	options->texts = texts;
	texts[options->n_texts] = strdup(text);
	return texts[options->n_texts] ? texts[options->n_texts++] : NULL;
}

static int set_option(struct bf_boot_options *options, const char *name,
		      const char *value, struct bf_error *reterr)
{
	const char *copy = keep(options, value);
	return copy ? bf_maker_options_set(&options->made_from, name, copy, reterr)
		    : bf_fail_nomem(reterr);
}

int bf_boot_options_set(struct bf_boot_options *options, const char *name,
			const char *value, struct bf_boot_error *reterr)
{
	struct bf_error error;
	int err = set_option(options, name, value, &error);
	return bf_lib_report(err, &error, reterr);
}

int bf_boot_template_new(const struct bf_boot_options *options,
			 struct bf_boot_template **ret, struct bf_boot_error *reterr)
{
	struct bf_error error;
	const struct bf_maker_options defaults = bf_maker_options_default();
	struct bf_boot_template *made = calloc(1, sizeof(*made));
	int err = made ? bf_maker_init(&made->maker,
				       options ? &options->made_from : &defaults, &error)
		       : bf_fail_nomem(&error);
	if (!err)
		err = bf_maker_lay_out(&made->maker, NULL, 0, &error);
	if (err)
		bf_boot_template_free(made);
	else
		*ret = made;
	return bf_lib_report(err, &error, reterr);
}

void bf_boot_template_free(struct bf_boot_template *boot_template)
{
	if (!boot_template)
		return;
	bf_maker_free(&boot_template->maker);
	free(boot_template);
}

uint64_t bf_boot_template_size(const struct bf_boot_template *boot_template)
{
	return boot_template->maker.tmpl.image.pieces.size;
}

int64_t bf_boot_template_time(const struct bf_boot_template *boot_template)
{
	return boot_template->maker.bundle->time;
}

size_t bf_boot_template_read(const struct bf_boot_template *boot_template,
			     uint64_t offset, void *out, size_t length)
{
	return bf_pieces_read(&boot_template->maker.tmpl.image.pieces, offset, out,
			      length);
}
