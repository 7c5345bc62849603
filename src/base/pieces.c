/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/pieces.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

enum {
	ZEROS = 65536, /* by the page, a megabyte of padding would be hundreds of pieces */
	BATCH = 64,    /* pieces handed to one writev() */
};

static int reserve_one(struct bf_pieces *pieces)
{
	if (pieces->n_items < pieces->capacity)
		return BF_OK;
	size_t capacity = pieces->capacity ? pieces->capacity * 2 : 32;
	if (capacity > SIZE_MAX / sizeof(pieces->items[0]))
		return BF_ERR_NOMEM;
	struct bf_piece *items =
		realloc(pieces->items, capacity * sizeof(pieces->items[0]));
	if (!items)
		return BF_ERR_NOMEM;
	pieces->items = items;
	pieces->capacity = capacity;
	return BF_OK;
}

int bf_pieces_append(struct bf_pieces *pieces, struct bf_view bytes)
{
	if (bytes.size == 0)
		return BF_OK;
	if (reserve_one(pieces))
		return BF_ERR_NOMEM;
	pieces->items[pieces->n_items++] =
		(struct bf_piece){.offset = pieces->size, .bytes = bytes};
	pieces->size += bytes.size;
	return BF_OK;
}

int bf_pieces_append_zeros(struct bf_pieces *pieces, uint64_t size)
{
	/* Never written to; not const, so that it takes no room in the executable. */
	static uint8_t zeros[ZEROS];
	const struct bf_pieces before = *pieces;
	while (size > 0) {
		size_t some = size < ZEROS ? (size_t)size : ZEROS;
		if (bf_pieces_append(pieces, bf_view(zeros, some))) {
			pieces->n_items = before.n_items;
			pieces->size = before.size;
			return BF_ERR_NOMEM;
		}
		size -= some;
	}
	return BF_OK;
}

static int check_patches(const struct bf_pieces *base, const struct bf_piece *patches,
			 size_t n_patches, struct bf_error *reterr)
{
	uint64_t end = 0;
	for (size_t i = 0; i < n_patches; i++) {
		const struct bf_piece *patch = &patches[i];
		if (patch->offset < end || patch->offset > base->size ||
		    patch->bytes.size > base->size - patch->offset)
			return bf_fail(
				reterr, BF_ERR_INPUT,
				"a patch of %zu bytes at offset %llu, but the last "
				"one ends at %llu and everything at %llu",
				patch->bytes.size, (unsigned long long)patch->offset,
				(unsigned long long)end, (unsigned long long)base->size);
		end = patch->offset + patch->bytes.size;
	}
	return BF_OK;
}

/* A place in a list that only moves forward. */
struct cursor {
	const struct bf_pieces *pieces;
	size_t item;
	size_t within; /* the item's bytes that are already behind */
};

/* Go forward by size bytes; those passed are appended to ret, unless it is NULL. */
static int advance(struct cursor *cursor, uint64_t size, struct bf_pieces *ret)
{
	while (size > 0) {
		struct bf_view bytes = cursor->pieces->items[cursor->item].bytes;
		size_t left = bytes.size - cursor->within;
		size_t some = size < left ? (size_t)size : left;
		if (ret &&
		    bf_pieces_append(ret, bf_view_part(bytes, cursor->within, some)))
			return BF_ERR_NOMEM;
		cursor->within += some;
		size -= some;
		if (some == left) {
			cursor->item++;
			cursor->within = 0;
		}
	}
	return BF_OK;
}

static int lay_over(const struct bf_pieces *base, const struct bf_piece *patches,
		    size_t n_patches, struct bf_pieces *ret)
{
	struct cursor cursor = {.pieces = base};
	for (size_t i = 0; i < n_patches; i++) {
		const struct bf_piece *patch = &patches[i];
		if (advance(&cursor, patch->offset - ret->size, ret) ||
		    bf_pieces_append(ret, patch->bytes) ||
		    advance(&cursor, patch->bytes.size, NULL))
			return BF_ERR_NOMEM;
	}
	return advance(&cursor, base->size - ret->size, ret);
}

int bf_pieces_overlay(const struct bf_pieces *base, const struct bf_piece *patches,
		      size_t n_patches, struct bf_pieces *ret, struct bf_error *reterr)
{
	ret->n_items = 0;
	ret->size = 0;
	int err = check_patches(base, patches, n_patches, reterr);
	if (err)
		return err;
	if (lay_over(base, patches, n_patches, ret)) {
		ret->n_items = 0;
		ret->size = 0;
		return bf_fail_nomem(reterr);
	}
	return BF_OK;
}

size_t bf_pieces_find(const struct bf_pieces *pieces, uint64_t offset)
{
	size_t low = 0, high = pieces->n_items;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (pieces->items[middle].offset <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

size_t bf_pieces_read(const struct bf_pieces *pieces, uint64_t offset, void *out,
		      size_t length)
{
	if (offset >= pieces->size)
		return 0;
	if (length > pieces->size - offset)
		length = (size_t)(pieces->size - offset);

	uint8_t *to = out;
	size_t left = length;
	for (size_t i = bf_pieces_find(pieces, offset); left > 0; i++) {
		const struct bf_piece *piece = &pieces->items[i];
		size_t within = (size_t)(offset - piece->offset);
		size_t there = piece->bytes.size - within;
		size_t some = left < there ? left : there;
		memcpy(to, piece->bytes.data + within, some);
		to += some;
		offset += some;
		left -= some;
	}
	return length;
}

/* Drop done bytes from the front of iov; returns how many entries are finished. */
static int drop(struct iovec *iov, int n, size_t done)
{
	int finished = 0;
	while (finished < n && done >= iov[finished].iov_len)
		done -= iov[finished++].iov_len;
	if (finished < n) {
		iov[finished].iov_base = (uint8_t *)iov[finished].iov_base + done;
		iov[finished].iov_len -= done;
	}
	return finished;
}

static int write_batch(int fd, struct iovec *iov, int n)
{
	while (n > 0) {
		ssize_t done = writev(fd, iov, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		int finished = drop(iov, n, (size_t)done);
		iov += finished;
		n -= finished;
	}
	return 0;
}

int bf_pieces_write(const struct bf_pieces *pieces, int fd)
{
	struct iovec iov[BATCH];
	for (size_t done = 0; done < pieces->n_items;) {
		int n = 0;
		for (; n < BATCH && done < pieces->n_items; n++, done++) {
			struct bf_view bytes = pieces->items[done].bytes;
			iov[n] = (struct iovec){.iov_base = (void *)(uintptr_t)bytes.data,
						.iov_len = bytes.size};
		}
		if (write_batch(fd, iov, n) < 0)
			return BF_ERR_IO;
	}
	return BF_OK;
}

void bf_pieces_free(struct bf_pieces *pieces)
{
	free(pieces->items);
	*pieces = (struct bf_pieces){0};
}
