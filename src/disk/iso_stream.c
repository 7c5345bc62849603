/* SPDX-License-Identifier: GPL-3.0-only */
#include "disk/iso_stream.h"

#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

struct state {
	const struct bf_iso_file *file;
	uint32_t id;
	uint64_t position;
	size_t piece; /* the first one that does not end before position */
};

static int stream_open(IsoStream *stream)
{
	struct state *state = stream->data;
	state->position = 0;
	state->piece = 0;
	return 1;
}

static int stream_close(IsoStream *stream)
{
	(void)stream;
	return 1;
}

static off_t stream_get_size(IsoStream *stream)
{
	const struct state *state = stream->data;
	return (off_t)state->file->size;
}

/*
 * Give the next bytes that come from one source, a piece or the zeros in front of one: at
 * most count of them. Returns how many.
 */
static size_t read_some(struct state *state, uint8_t *out, uint64_t count)
{
	const struct bf_iso_file *file = state->file;
	uint64_t from = state->position;
	uint64_t zeros_end = file->size;

	for (; state->piece < file->n_pieces; state->piece++) {
		const struct bf_piece *piece = &file->pieces[state->piece];
		uint64_t end = piece->offset + piece->bytes.size;
		if (from >= end)
			continue;
		if (from < piece->offset) {
			zeros_end = piece->offset;
			break;
		}
		count = count < end - from ? count : end - from;
		memcpy(out, piece->bytes.data + (from - piece->offset), count);
		return count;
	}
	count = count < zeros_end - from ? count : zeros_end - from;
	memset(out, 0, count);
	return count;
}

static int stream_read(IsoStream *stream, void *buffer, size_t count)
{
	struct state *state = stream->data;
	uint8_t *out = buffer;
	uint64_t left = state->file->size - state->position;
	uint64_t wanted = count < left ? count : left;

	/* libisofs reads a block at a time; the result is an int. */
	for (uint64_t done = 0; done < wanted;) {
		size_t some = read_some(state, out + done, wanted - done);
		done += some;
		state->position += some;
	}
	return (int)wanted;
}

static int stream_is_repeatable(IsoStream *stream)
{
	(void)stream;
	return 1;
}

static void stream_get_id(IsoStream *stream, unsigned int *fs_id, dev_t *dev_id,
			  ino_t *ino_id)
{
	const struct state *state = stream->data;
	*fs_id = 0;
	*dev_id = 0;
	*ino_id = state->id;
}

static void stream_free(IsoStream *stream)
{
	free(stream->data);
}

static int stream_update_size(IsoStream *stream)
{
	(void)stream;
	return 1;
}

static IsoStream *stream_get_input_stream(IsoStream *stream, int flag)
{
	(void)stream;
	(void)flag;
	return NULL;
}

static IsoStreamIface stream_class = {
	.version = 3,
	.type = {'u', 's', 'e', 'r'},
	.open = stream_open,
	.close = stream_close,
	.get_size = stream_get_size,
	.read = stream_read,
	.is_repeatable = stream_is_repeatable,
	.get_id = stream_get_id,
	.free = stream_free,
	.update_size = stream_update_size,
	.get_input_stream = stream_get_input_stream,
};

IsoStream *bf_iso_stream_new(const struct bf_iso_file *file, uint32_t id)
{
	/* libisofs frees the stream itself, as memory of malloc(), and we what is in it. */
	IsoStream *stream = malloc(sizeof(*stream));
	struct state *state = malloc(sizeof(*state));
	if (!stream || !state) {
		free(stream);
		free(state);
		return NULL;
	}
	*state = (struct state){.file = file, .id = id};
	*stream = (IsoStream){.class = &stream_class, .refcount = 1, .data = state};
	return stream;
}
