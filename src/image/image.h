/* SPDX-License-Identifier: GPL-3.0-only */
/* One machine's image: a maker's template with a script laid over it. */
#ifndef BF_IMAGE_H
#define BF_IMAGE_H

#include "image/maker.h"

/* A zeroed struct is freed like any other. */
struct bf_image {
	struct bf_buffer script; /* the body of its slots */
	struct bf_patches patches;
	struct bf_pieces pieces; /* all of its bytes, in the template and the patches */
	double signing_seconds;  /* that laying it over took; 0 where nothing is signed */
};

/*
 * Make the image that boots a target, see bf_renderer_render() for what can be wrong with
 * one. ret may be reused, whatever came of it before; its pieces stay good until then, and as
 * long as the maker. Threads may share the maker.
 */
bf_must_check int bf_image_make(const struct bf_maker *maker,
				const struct bf_target *target, struct bf_image *ret,
				struct bf_error *reterr);
void bf_image_free(struct bf_image *image);

#endif
