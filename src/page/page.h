/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * The page: one HTML file in which the rooms up to web, compiled to WebAssembly, make images.
 * It carries all they are made of, and needs nothing else.
 */
#ifndef BF_PAGE_H
#define BF_PAGE_H

#include "image/maker.h"

enum { BF_PAGE_SIZE_MAX = 3500000 }; /* of one without binaries of the user's own */

/* An option of the command, which the form starts with. */
struct bf_page_setting {
	const char *name, *value;
};

struct bf_page_request {
	const struct bf_maker *maker; /* of an image with these settings */
	const struct bf_page_setting *settings;
	size_t n_settings;
};

/*
 * Append the page. What a setting "ipxe" names is read and goes in, and so
 * does what the maker has read of a certificate. The same request gives the
 * same bytes. BF_ERR_UNSUPPORTED where the page was left out of this build, BF_ERR_SIGNED
 * for binaries that are signed.
 */
bf_must_check int bf_page_build(const struct bf_page_request *request,
				struct bf_buffer *html, struct bf_error *reterr);

/* A page as a server sends it: what stands between before and after is JSON of its own. */
struct bf_page_split {
	struct bf_view before, after;
	struct bf_view policy; /* Content-Security-Policy of the page itself */
};

/* The parts of a page that bf_page_build() made, which they lead into. */
struct bf_page_split bf_page_split(struct bf_view html);

#endif
