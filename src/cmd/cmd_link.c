/* SPDX-License-Identifier: GPL-3.0-only */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "cmd/arguments.h"
#include "link/link.h"

static int pack(const struct bf_texts *settings, struct bf_buffer *ret,
		struct bf_error *reterr)
{
	for (size_t i = 0; i < settings->n; i++)
		if (bf_buffer_append(ret, settings->text[i],
				     strlen(settings->text[i]) + 1))
			return bf_fail_nomem(reterr);
	return BF_OK;
}

/* The bundle is looked into only where settings are held against it. */
static int print_link(const struct bf_arguments *arguments,
		      const struct bf_secrets *secrets, struct bf_error *reterr)
{
	bf_cleanup(bf_maker_free) struct bf_maker maker = {0};
	bf_cleanup(bf_buffer_free) struct bf_buffer settings = {0}, text = {0};
	int err = pack(&arguments->settings, &settings, reterr);
	if (!err && settings.size > 0)
		err = bf_maker_init(&maker, &arguments->made_from, reterr);
	if (err)
		return err;
	const struct bf_link link = {
		.secret = bf_buffer_view(&secrets->items[0]),
		.base = arguments->base,
		.host = arguments->host,
		.expires = (int64_t)time(NULL) + arguments->expires,
		.settings = bf_buffer_view(&settings),
		.renderer = &maker.renderer,
	};
	err = bf_link_print(&link, &text, reterr);
	if (!err)
		printf("%.*s\n", (int)text.size, text.data);
	return err;
}

int bf_cmd_link(struct bf_arguments *arguments, struct bf_error *reterr)
{
	bf_cleanup(bf_secrets_free) struct bf_secrets secrets = {0};
	if (!arguments->host)
		return bf_fail(
			reterr, BF_ERR_USAGE,
			"link: no host: give the name of the one whose image is to "
			"be fetched");
	if (arguments->secrets.n != 1)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "link: one --secret FILE is needed, with what the server "
			       "has in its own; openssl rand -hex 32 makes one");
	int err = bf_secrets_read(arguments->secrets.text, 1, &secrets, reterr);
	return err ? err : print_link(arguments, &secrets, reterr);
}
