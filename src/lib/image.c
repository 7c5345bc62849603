#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "lib/private.h"

struct bf_boot_image {
	struct bf_patches patches;
	struct bf_pieces pieces; /* lead into the template and the patches */
	struct bf_boot_difference differences[BF_PATCHES_MAX];
};

static void list_differences(struct bf_boot_image *image)
{
	for (size_t i = 0; i < image->patches.n_pieces; i++) {
		const struct bf_piece *piece = &image->patches.pieces[i];
		image->differences[i] =
			(struct bf_boot_difference){.offset = piece->offset,
						    .size = piece->bytes.size,
						    .bytes = piece->bytes.data};
	}
}

static int make(const struct bf_boot_template *boot_template,
		const struct bf_boot_target *target, struct bf_boot_image *ret,
		struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer script = {0};
	int err = bf_lib_render(boot_template, target, &script, reterr);
	if (!err)
		err = bf_template_patch(&boot_template->maker.image_template,
					bf_buffer_view(&script), &ret->patches, reterr);
	if (!err)
		err = bf_template_overlay(&boot_template->maker.image_template,
					  &ret->patches, &ret->pieces, reterr);
	if (!err)
		list_differences(ret);
	return err;
}

int bf_boot_image_new(const struct bf_boot_template *boot_template,
		      const struct bf_boot_target *target, struct bf_boot_image **ret,
		      struct bf_boot_error *reterr)
{
	struct bf_error error;
	struct bf_boot_image *made = calloc(1, sizeof(*made));
	int err =
		made ? make(boot_template, target, made, &error) : bf_fail_nomem(&error);
	if (err)
		bf_boot_image_free(made);
	else
		*ret = made;
	return bf_lib_report(err, &error, reterr);
}

void bf_boot_image_free(struct bf_boot_image *image)
{
	if (!image)
		return;
	bf_pieces_free(&image->pieces);
	bf_patches_free(&image->patches);
	free(image);
}

uint64_t bf_boot_image_size(const struct bf_boot_image *image)
{
	return image->pieces.size;
}

size_t bf_boot_image_read(const struct bf_boot_image *image, uint64_t offset, void *out,
			  size_t length)
{
	return bf_pieces_read(&image->pieces, offset, out, length);
}

int bf_boot_image_write(const struct bf_boot_image *image, int fd,
			struct bf_boot_error *reterr)
{
	struct bf_error error;
	int err = bf_pieces_write(&image->pieces, fd);
	if (err)
		bf_error_set(&error, "cannot write the image: %s", strerror(errno));
	return bf_lib_report(err, &error, reterr);
}

size_t bf_boot_image_differences(const struct bf_boot_image *image,
				 const struct bf_boot_difference **ret)
{
	*ret = image->differences;
	return image->patches.n_pieces;
}
