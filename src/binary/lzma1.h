/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * LZMA1 one symbol at a time, in both directions (LZMA specification, lzma-specification.txt
 * of the LZMA SDK), with the parameters of iPXE's packer: lc=2, lp=0, pb=0, no header, an
 * end marker.
 *
 * liblzma packs and unpacks whole streams. This coder can stop between two symbols, have
 * its state stored, and go on elsewhere: that is what changing a few bytes near the end of
 * a stream takes. It is not made for speed over long distances.
 */
#ifndef BF_LZMA1_H
#define BF_LZMA1_H

#include "base/bytes.h"

enum {
	BF_LZMA1_LC = 2,       /* literal context bits */
	BF_LZMA1_PROBS = 4079, /* adaptive probabilities of the whole model */
	BF_LZMA1_PROB_BITS = 11,
	BF_LZMA1_STATES = 12,
	BF_LZMA1_REPS = 4,
	BF_LZMA1_START = 5, /* bytes a decoder reads before the first symbol */
};

enum bf_lzma1_kind {
	BF_LZMA1_LITERAL,
	BF_LZMA1_SHORT_REP, /* one byte from the last distance */
	BF_LZMA1_REP,       /* reps[rep] is the distance */
	BF_LZMA1_MATCH,
	BF_LZMA1_END,
};

struct bf_lzma1_symbol {
	enum bf_lzma1_kind kind;
	unsigned rep;      /* of a REP */
	uint32_t length;   /* bytes of contents it stands for; 0 for END */
	uint32_t distance; /* of the last three but END, less one as in the stream */
	uint8_t byte;      /* of a LITERAL */
};

/* What decoder and encoder agree on after the same symbols. */
struct bf_lzma1_model {
	uint16_t probs[BF_LZMA1_PROBS];
	uint32_t reps[BF_LZMA1_REPS]; /* the last distances, less one */
	unsigned state;               /* below BF_LZMA1_STATES */
	uint32_t range;
};

struct bf_lzma1_decoder {
	struct bf_lzma1_model model;
	struct bf_view packed;
	size_t used; /* bytes of packed that were read */
	uint32_t code;
	bool overrun; /* packed ended too early */
};

struct bf_lzma1_encoder {
	struct bf_lzma1_model model;
	struct bf_buffer packed; /* a carry may still change bytes already here */
	uint64_t low;
	bool no_memory;
};

/* Begin with the first symbol of a stream; false for one that is none. */
bool bf_lzma1_decoder_start(struct bf_lzma1_decoder *decoder, struct bf_view packed);

/*
 * The next symbol, at position of contents, of which the bytes before are there already.
 * False for a damaged stream, which includes a distance that reaches before the start and
 * bytes that follow the END.
 */
bool bf_lzma1_decode(struct bf_lzma1_decoder *decoder, const uint8_t *contents,
		     size_t position, struct bf_lzma1_symbol *ret);

/*
 * Make a decoder for a stream whose symbols up to here are those of another one, and whose
 * bytes may nevertheless differ: what follows can carry into them. False if they are not
 * the bytes of such a stream.
 */
bool bf_lzma1_decoder_resume(struct bf_lzma1_decoder *decoder,
			     const struct bf_lzma1_decoder *other, struct bf_view packed);

/*
 * Make an encoder that goes on where the decoder stands, as if it had written the stream
 * so far. BF_ERR_NOMEM is the only failure. Release packed with bf_buffer_free().
 */
int bf_lzma1_encoder_resume(struct bf_lzma1_encoder *encoder,
			    const struct bf_lzma1_decoder *decoder);

/* The counterpart of bf_lzma1_decode(); an END completes the stream. */
int bf_lzma1_encode(struct bf_lzma1_encoder *encoder, const uint8_t *contents,
		    size_t position, const struct bf_lzma1_symbol *symbol);

#endif
