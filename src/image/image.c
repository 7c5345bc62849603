/* SPDX-License-Identifier: GPL-3.0-only */
#include "image/image.h"

int bf_image_make(const struct bf_maker *maker, const struct bf_target *target,
		  struct bf_image *ret, struct bf_error *reterr)
{
	int err = bf_renderer_render(&maker->renderer, target, &ret->script, reterr);
	if (!err)
		err = bf_template_patch(&maker->tmpl, bf_buffer_view(&ret->script),
					&ret->patches, reterr);
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
