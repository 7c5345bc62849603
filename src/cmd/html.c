/* SPDX-License-Identifier: GPL-3.0-only */
#include "cmd/html.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "page/page.h"
#include "script/userscript.h"

/* A page has no keys, and no programs of others in its images. */
int bf_html_check(const struct bf_maker_options *options, struct bf_error *reterr)
{
	const char *given = options->shim.n            ? "shim"
			    : options->mok_manager.n   ? "mokmanager"
			    : options->sign_key        ? "sign-key"
			    : options->sign_cert       ? "sign-cert"
			    : options->sign_passphrase ? "sign-passphrase"
						       : NULL;
	if (!given)
		return BF_OK;
	return bf_fail(reterr, BF_ERR_USAGE,
		       "--%s: is not for a page, which signs nothing", given);
}

/* The form has the script's text and not its file. */
static int read_script(struct bf_arguments *arguments, struct bf_buffer *text,
		       struct bf_error *reterr)
{
	if (!arguments->script)
		return BF_OK;
	int err = bf_buffer_read_path(arguments->script, BF_USERSCRIPT_FILE_MAX, text,
				      reterr);
	if (err)
		return err;
	if (bf_buffer_append(text, "", 1))
		return bf_fail_nomem(reterr);
	err = bf_target_set(&arguments->target, "script", (const char *)text->data,
			    reterr);
	return err ? bf_fail_in(reterr, err, "--script") : BF_OK;
}

static int add_setting(struct bf_arguments *arguments, const char *name,
		       const char *value, struct bf_error *reterr)
{
	if (!value)
		return BF_OK;
	if (arguments->n_given == BF_GIVEN_MAX)
		return bf_fail(reterr, BF_ERR_USAGE, "more than %d settings",
			       BF_GIVEN_MAX);
	arguments->given[arguments->n_given++] =
		(struct bf_page_setting){.name = name, .value = value};
	return BF_OK;
}

/* What an image with these settings would be refused for, the page is. */
static int check(struct bf_arguments *arguments, const struct bf_maker *maker,
		 const char *script, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer rendered = {0};
	int err = add_setting(arguments, "url", arguments->url, reterr);
	if (!err && arguments->url)
		err = bf_target_set(&arguments->target, "url", arguments->url, reterr);
	if (!err)
		err = add_setting(arguments, "script", script, reterr);
	/* Without either, the form's user gives one of them. */
	if (err || (!arguments->url && !script))
		return err;
	return bf_renderer_render(&maker->renderer, &arguments->target, &rendered,
				  reterr);
}

int bf_html_make(struct bf_arguments *arguments, const struct bf_maker *maker,
		 struct bf_buffer *ret, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer script = {0};
	int err = read_script(arguments, &script, reterr);
	if (!err)
		err = check(arguments, maker, (const char *)script.data, reterr);
	if (err)
		return err;
	const struct bf_page_request request = {.maker = maker,
						.settings = arguments->given,
						.n_settings = arguments->n_given};
	return bf_page_build(&request, ret, reterr);
}
