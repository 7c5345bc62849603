/* SPDX-License-Identifier: GPL-3.0-only */
#include "image/image.h"

#include "base/clock.h"

/* Next to a signature all else takes no time. */
static int lay_over(const struct bf_template *tmpl, struct bf_image *ret,
		    struct bf_error *reterr)
{
	const struct timespec start = bf_clock_start();
	int err = bf_template_patch(tmpl, bf_buffer_view(&ret->script), &ret->patches,
				    reterr);
	ret->signing_seconds = tmpl->signing.n_sites > 0 ? bf_clock_seconds(&start) : 0;
	return err;
}

int bf_image_make(const struct bf_maker *maker, const struct bf_target *target,
		  struct bf_image *ret, struct bf_error *reterr)
{
	int err = bf_renderer_render(&maker->renderer, target, &ret->script, reterr);
	if (!err)
		err = lay_over(&maker->tmpl, ret, reterr);
	return err ? err
		   : bf_template_overlay(&maker->tmpl, &ret->patches, &ret->pieces,
					 reterr);
}

void bf_image_free(struct bf_image *image)
{
	bf_buffer_free(&image->script);
	bf_patches_free(&image->patches);
	bf_pieces_free(&image->pieces);
}
