/* SPDX-License-Identifier: GPL-3.0-only */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "lib/private.h"

struct bf_boot_image {
	struct bf_image made;
	struct bf_boot_difference differences[BF_PATCHES_MAX];
};

static void list_differences(struct bf_boot_image *image)
{
	for (size_t i = 0; i < image->made.patches.n_pieces; i++) {
		const struct bf_piece *piece = &image->made.patches.pieces[i];
		image->differences[i] =
			(struct bf_boot_difference){.offset = piece->offset,
						    .size = piece->bytes.size,
						    .bytes = piece->bytes.data};
	}
}

int bf_boot_image_new(const struct bf_boot_template *boot_template,
		      const struct bf_boot_target *target, struct bf_boot_image **ret,
		      struct bf_boot_error *reterr)
{
	struct bf_error error;
	struct bf_boot_image *made = calloc(1, sizeof(*made));
	int err = made ? bf_image_make(&boot_template->maker, &target->settings,
				       &made->made, &error)
		       : bf_fail_nomem(&error);
	if (err) {
		bf_boot_image_free(made);
	} else {
		list_differences(made);
		*ret = made;
	}
	return bf_lib_report(err, &error, reterr);
}

void bf_boot_image_free(struct bf_boot_image *image)
{
	if (!image)
		return;
	bf_image_free(&image->made);
	free(image);
}

uint64_t bf_boot_image_size(const struct bf_boot_image *image)
{
	return image->made.pieces.size;
}

size_t bf_boot_image_read(const struct bf_boot_image *image, uint64_t offset, void *out,
			  size_t length)
{
	return bf_pieces_read(&image->made.pieces, offset, out, length);
}

int bf_boot_image_write(const struct bf_boot_image *image, int fd,
			struct bf_boot_error *reterr)
{
	struct bf_error error;
	int err = bf_pieces_write(&image->made.pieces, fd);
	if (err)
		bf_error_set(&error, "cannot write the image: %s", strerror(errno));
	return bf_lib_report(err, &error, reterr);
}

size_t bf_boot_image_differences(const struct bf_boot_image *image,
				 const struct bf_boot_difference **ret)
{
	*ret = image->differences;
	return image->made.patches.n_pieces;
}
