/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Bytes that are read where they are needed: a file, a disk, memory, or a part of one.
 * Every read is checked against the size, so that a parser of a source needs no other
 * bounds, and a disk of any size costs only what is looked at.
 */
#ifndef BF_SOURCE_H
#define BF_SOURCE_H

#include "base/budget.h"
#include "base/pieces.h"

/* A plain value: parts are copies, and only what bf_source_open() returned is closed. */
struct bf_source {
	int fd;                         /* -1 for memory */
	const uint8_t *memory;          /* the first byte of the whole, if fd is -1 */
	const struct bf_pieces *pieces; /* or the pieces of the whole */
	uint64_t start;                 /* of this part in the whole */
	uint64_t size;                  /* of this part */
	struct bf_budget *budget;       /* what reading draws from, parts too; or NULL */
};

/*
 * Open a regular file or a block device with the flags of open(2), O_RDONLY or O_RDWR among
 * them. BF_ERR_INPUT for what is neither, BF_ERR_IO when it cannot be opened.
 */
bf_must_check int bf_source_open(const char *path, int flags, struct bf_source *ret,
				 struct bf_error *reterr);
void bf_source_close(struct bf_source *source);

/* The bytes of a view, or of pieces, which must stay where they are. */
struct bf_source bf_source_view(struct bf_view bytes);
struct bf_source bf_source_pieces(const struct bf_pieces *pieces);

/* The bytes [offset, offset + size) of a source, which may be fewer: never past its end. */
struct bf_source bf_source_part(const struct bf_source *source, uint64_t offset,
				uint64_t size);

static inline bool bf_source_has(const struct bf_source *source, uint64_t offset,
				 uint64_t size)
{
	return offset <= source->size && size <= source->size - offset;
}

/*
 * Read size bytes at offset. BF_ERR_FORMAT when the source ends before, BF_ERR_IO, or
 * BF_ERR_WORK when the source has a budget that does not allow for it.
 */
bf_must_check int bf_source_read(const struct bf_source *source, uint64_t offset,
				 void *out, size_t size, struct bf_error *reterr);

/* The same into ret, whose former memory is released; the caller limits the size. */
bf_must_check int bf_source_load(const struct bf_source *source, uint64_t offset,
				 size_t size, struct bf_buffer *ret,
				 struct bf_error *reterr);

#endif
