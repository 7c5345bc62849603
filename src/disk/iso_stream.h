/* SPDX-License-Identifier: GPL-3.0-only */
/* A libisofs stream over bytes in memory; included by the ISO writer alone. */
#ifndef BF_ISO_STREAM_H
#define BF_ISO_STREAM_H

#include <stdint.h> /* libisofs.h uses it without including it */

#define LIBISOFS_WITHOUT_LIBBURN /* for its own definition of struct burn_source */
#include <libisofs/libisofs.h>

#include "disk/iso_image.h"

/*
 * Make a stream that reads the file, which must outlive it. The id tells it from the other
 * streams of the image. NULL when out of memory; release it with iso_stream_unref().
 */
IsoStream *bf_iso_stream_new(const struct bf_iso_file *file, uint32_t id);

#endif
