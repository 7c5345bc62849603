/* SPDX-License-Identifier: GPL-3.0-only */
/* The page whose form starts with what stands on the command line. */
#ifndef BF_HTML_H
#define BF_HTML_H

#include "cmd/arguments.h"

/* BF_ERR_USAGE for an option that a page cannot do anything with. */
bf_must_check int bf_html_check(const struct bf_maker_options *options,
				struct bf_error *reterr);

/*
 * Append the page to ret. The maker is made of the arguments, of which URL and script become
 * settings. A failure is what an image with these settings would be refused for, or one of
 * bf_page_build().
 */
bf_must_check int bf_html_make(struct bf_arguments *arguments,
			       const struct bf_maker *maker, struct bf_buffer *ret,
			       struct bf_error *reterr);

#endif
