/* SPDX-License-Identifier: GPL-3.0-only */
#include "serve/body.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a response keeps as long as it is being sent. */
struct body {
	struct bf_served *served;
	struct bf_buffer text; /* what stands between the parts */
};

/* The list of what is sent; large enough from the start. */
struct vector {
	struct MHD_IoVec *items;
	size_t n;
	uint64_t size;
};

static void body_free(void *closure)
{
	struct body *body = closure;
	bf_served_release(body->served);
	bf_buffer_free(&body->text);
	free(body);
}

const char *bf_body_print_range(const struct bf_range *range, uint64_t size, char *out,
				size_t out_size)
{
	snprintf(out, out_size, "bytes %llu-%llu/%llu", (unsigned long long)range->first,
		 (unsigned long long)(range->first + range->length - 1),
		 (unsigned long long)size);
	return out;
}

static void append(struct vector *vector, struct bf_view bytes)
{
	vector->items[vector->n++] =
		(struct MHD_IoVec){.iov_base = bytes.data, .iov_len = bytes.size};
	vector->size += bytes.size;
}

static void append_range(struct vector *vector, const struct bf_pieces *pieces,
			 const struct bf_range *range)
{
	uint64_t left = range->length;
	uint64_t offset = range->first;
	for (size_t i = bf_pieces_find(pieces, offset); left > 0; i++) {
		const struct bf_piece *piece = &pieces->items[i];
		size_t within = (size_t)(offset - piece->offset);
		size_t there = piece->bytes.size - within;
		size_t some = left < there ? (size_t)left : there;
		append(vector, bf_view_part(piece->bytes, within, some));
		offset += some;
		left -= some;
	}
}

/*
 * Print the delimiter in front of each part and the one at the end. ret_ends has where each
 * ends: the text may still move.
 */
static int print_delimiters(const struct bf_body_parts *parts, uint64_t size,
			    struct bf_buffer *ret, size_t *ret_ends)
{
	char range[128];
	for (size_t i = 0; i < parts->n; i++) {
		bf_body_print_range(&parts->ranges[i], size, range, sizeof(range));
		if (bf_buffer_print(ret,
				    "%s--%s\r\nContent-Type: %s\r\nContent-Range: "
				    "%s\r\n\r\n",
				    i ? "\r\n" : "", parts->boundary, parts->type, range))
			return BF_ERR_NOMEM;
		ret_ends[i] = ret->size;
	}
	return bf_buffer_print(ret, "\r\n--%s--\r\n", parts->boundary);
}

static int append_parts(struct vector *vector, struct body *body,
			const struct bf_body_parts *parts)
{
	const struct bf_pieces *pieces = &body->served->image.pieces;
	size_t ends[BF_RANGES_MAX] = {0};
	size_t begin = 0;
	if (parts->n > 1 && print_delimiters(parts, pieces->size, &body->text, ends))
		return BF_ERR_NOMEM;
	struct bf_view text = bf_buffer_view(&body->text);
	for (size_t i = 0; i < parts->n; i++) {
		if (ends[i] > begin)
			append(vector, bf_view_part(text, begin, ends[i] - begin));
		append_range(vector, pieces, &parts->ranges[i]);
		begin = ends[i];
	}
	if (text.size > begin)
		append(vector, bf_view_part(text, begin, text.size - begin));
	return BF_OK;
}

/* A range touches every piece at most, and has a delimiter in front if it is not alone. */
static size_t vector_limit(const struct bf_pieces *pieces, size_t n_ranges)
{
	return n_ranges == 1 ? pieces->n_items : n_ranges * (pieces->n_items + 1) + 1;
}

struct MHD_Response *bf_body_response(const struct bf_microhttpd *mhd,
				      struct bf_served *served,
				      const struct bf_body_parts *parts,
				      uint64_t *ret_length)
{
	struct MHD_Response *response = NULL;
	struct vector vector = {0};
	struct body *body = calloc(1, sizeof(*body));
	if (!body)
		return NULL;
	bf_served_hold(served);
	body->served = served;
	vector.items = calloc(vector_limit(&served->image.pieces, parts->n),
			      sizeof(vector.items[0]));
	if (vector.items && append_parts(&vector, body, parts) == BF_OK)
		response = mhd->create_response_from_iovec(
			vector.items, (unsigned)vector.n, body_free, body);
	free(vector.items);
	if (!response)
		body_free(body);
	*ret_length = vector.size;
	return response;
}
