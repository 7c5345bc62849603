/* SPDX-License-Identifier: GPL-3.0-only */
#include "disk/iso_image.h"

#include <string.h>

const struct bf_iso_file *bf_iso_request_find(const struct bf_iso_request *request,
					      const char *path)
{
	for (size_t i = 0; path && i < request->n_files; i++)
		if (strcmp(request->files[i].path, path) == 0)
			return &request->files[i];
	return NULL;
}

void bf_iso_image_free(struct bf_iso_image *image)
{
	bf_pieces_free(&image->pieces);
	bf_buffer_free(&image->head);
	bf_buffer_free(&image->backup);
	*image = (struct bf_iso_image){0};
}
