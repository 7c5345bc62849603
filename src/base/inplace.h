/* SPDX-License-Identifier: GPL-3.0-only */
/* Bytes of a file or a device changed where they stand: all of them, or none. */
#ifndef BF_INPLACE_H
#define BF_INPLACE_H

#include "base/source.h"

/*
 * Write the pieces over what an open file or device has there, and wait until the disk has
 * them. When a write fails, what was there is put back. The sentence says which it is: the
 * old bytes are there, the file is half changed since they could not be put back, or the
 * new ones are there but the disk did not confirm it. Signals wait while bytes are written.
 */
bf_must_check int bf_inplace_write(const struct bf_source *file,
				   const struct bf_piece *pieces, size_t n_pieces,
				   struct bf_error *reterr);

#endif
