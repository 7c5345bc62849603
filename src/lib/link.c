/* SPDX-License-Identifier: GPL-3.0-only */
#include "link/link.h"

#include <string.h>

#include "base/cleanup.h"
#include "lib/private.h"

static int copy_out(const struct bf_buffer *text, char *out, size_t out_size,
		    struct bf_error *reterr)
{
	if (text->size >= out_size)
		return bf_fail(reterr, BF_ERR_TOO_BIG,
			       "the link has %zu characters; there is room for %zu",
			       text->size, out_size ? out_size - 1 : 0);
	memcpy(out, text->data, text->size);
	out[text->size] = '\0';
	return BF_OK;
}

static int print(const struct bf_link *link, char *out, size_t out_size,
		 struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer text = {0};
	if (link->settings.size > 0 && !link->renderer)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "a target needs a template, which it is held against");
	int err = bf_link_print(link, &text, reterr);
	return err ? err : copy_out(&text, out, out_size, reterr);
}

int bf_boot_link_print(const void *secret, size_t secret_size, const char *base,
		       const char *host, int64_t expires,
		       const struct bf_boot_target *target,
		       const struct bf_boot_template *boot_template, char *out,
		       size_t out_size, struct bf_boot_error *reterr)
{
	struct bf_error error;
	struct bf_link link = {.secret = bf_view(secret, secret_size),
			       .base = base,
			       .host = host,
			       .expires = expires};
	if (target)
		link.settings = bf_buffer_view(&target->texts);
	if (boot_template)
		link.renderer = &boot_template->maker.renderer;
	return bf_lib_report(print(&link, out, out_size, &error), &error, reterr);
}
