/* SPDX-License-Identifier: GPL-3.0-only */
#include "binary/lzma1.h"

#include <string.h>

/*
 * Both directions walk the same model and differ only in single bits: where a decoder
 * learns a bit, an encoder is told it. So there is one walk, and a coder that does either.
 */
struct coder {
	struct bf_lzma1_model *model;
	struct bf_lzma1_decoder *decoder; /* one of these two is NULL */
	struct bf_lzma1_encoder *encoder;
};

/* Inlined into each direction, which then does not ask at every bit which one it is. */
#define EITHER static inline __attribute__((always_inline))

/* Where the probabilities of each decision are. pb is 0: there is one position state. */
enum {
	IS_MATCH = 0,
	IS_REP = IS_MATCH + BF_LZMA1_STATES,
	IS_REP0 = IS_REP + BF_LZMA1_STATES,
	IS_REP1 = IS_REP0 + BF_LZMA1_STATES,
	IS_REP2 = IS_REP1 + BF_LZMA1_STATES,
	IS_REP0_LONG = IS_REP2 + BF_LZMA1_STATES,
	DISTANCE_SLOT = IS_REP0_LONG + BF_LZMA1_STATES,
	DISTANCE_SLOT_SIZE = 64,
	DISTANCE_STATES = 4,
	DISTANCE_SPECIAL = DISTANCE_SLOT + DISTANCE_STATES * DISTANCE_SLOT_SIZE,
	DISTANCE_SPECIAL_SIZE = 115,
	DISTANCE_ALIGN = DISTANCE_SPECIAL + DISTANCE_SPECIAL_SIZE,
	DISTANCE_ALIGN_SIZE = 16,
	MATCH_LENGTH = DISTANCE_ALIGN + DISTANCE_ALIGN_SIZE,
	/* Inside a length's part. */
	LENGTH_CHOICE = 0,
	LENGTH_CHOICE2 = 1,
	LENGTH_LOW = 2,
	LENGTH_MID = LENGTH_LOW + 8,
	LENGTH_HIGH = LENGTH_MID + 8,
	LENGTH_SIZE = LENGTH_HIGH + 256,
	REP_LENGTH = MATCH_LENGTH + LENGTH_SIZE,
	LITERAL = REP_LENGTH + LENGTH_SIZE,
	LITERAL_SIZE = 0x300,
	PROBS_END = LITERAL + (LITERAL_SIZE << BF_LZMA1_LC),
};

_Static_assert((int)PROBS_END == (int)BF_LZMA1_PROBS,
	       "the model's size is part of a stored state");

enum {
	PROB_INIT = 1 << (BF_LZMA1_PROB_BITS - 1),
	PROB_MOVE_BITS = 5,
	LENGTH_MIN = 2,
	SLOT_BITS = 6,
	SLOT_DIRECT = 4,   /* slots below are distances */
	SLOT_ALIGNED = 14, /* slots from here have direct bits and an aligned end */
	ALIGN_BITS = 4,
	STATE_MATCH = 7, /* states from here on follow a match or a rep */
};

static const uint32_t range_min = 1u << 24;
static const uint32_t end_distance = UINT32_MAX;

static void read_byte(struct bf_lzma1_decoder *decoder)
{
	uint8_t byte = 0;
	if (decoder->used < decoder->packed.size)
		byte = decoder->packed.data[decoder->used++];
	else
		decoder->overrun = true;
	decoder->code = decoder->code << 8 | byte;
}

/*
 * The stream is a number, and low the part of it that is settled. Others hold bytes back
 * until no carry can reach them; ours are all in memory, so a carry walks back into them.
 */
static void write_byte(struct bf_lzma1_encoder *encoder)
{
	uint8_t byte = (uint8_t)(encoder->low >> 24);
	if (encoder->low >> 32)
		for (size_t i = encoder->packed.size; i > 0; i--)
			if (++encoder->packed.data[i - 1] != 0)
				break;
	if (bf_buffer_append(&encoder->packed, &byte, 1))
		encoder->no_memory = true;
	encoder->low = (encoder->low & 0xffffff) << 8;
}

EITHER void normalize(struct coder *coder)
{
	if (coder->model->range >= range_min)
		return;
	coder->model->range <<= 8;
	if (coder->decoder)
		read_byte(coder->decoder);
	else
		write_byte(coder->encoder);
}

/* Settle on the upper part of the range, from bound on, or on the part below. */
EITHER unsigned choose(struct coder *coder, uint32_t bound, unsigned bit)
{
	if (coder->decoder)
		bit = coder->decoder->code >= bound;
	if (!bit) {
		coder->model->range = bound;
		return 0;
	}
	coder->model->range -= bound;
	if (coder->decoder)
		coder->decoder->code -= bound;
	else
		coder->encoder->low += bound;
	return 1;
}

EITHER unsigned code_bit(struct coder *coder, size_t index, unsigned bit)
{
	uint16_t *prob = &coder->model->probs[index];
	normalize(coder);
	bit = choose(coder, (coder->model->range >> BF_LZMA1_PROB_BITS) * *prob, bit);
	if (bit)
		*prob = (uint16_t)(*prob - (*prob >> PROB_MOVE_BITS));
	else
		*prob = (uint16_t)(*prob + (((1 << BF_LZMA1_PROB_BITS) - *prob) >>
					    PROB_MOVE_BITS));
	return bit;
}

/* Bits that are as likely as not, highest first. */
EITHER uint32_t code_direct(struct coder *coder, unsigned bits, uint32_t value)
{
	uint32_t result = 0;
	while (bits-- > 0) {
		normalize(coder);
		/* An odd range loses its last unit: both parts have the same size. */
		uint32_t half = coder->model->range >> 1;
		unsigned bit = choose(coder, half, value >> bits & 1);
		coder->model->range = half;
		result = result << 1 | bit;
	}
	return result;
}

EITHER uint32_t code_tree(struct coder *coder, size_t base, unsigned bits, uint32_t value)
{
	uint32_t node = 1;
	for (unsigned i = bits; i-- > 0;)
		node = node << 1 | code_bit(coder, base + node, value >> i & 1);
	return node - (1u << bits);
}

/* The same, lowest bit first. */
EITHER uint32_t code_reverse_tree(struct coder *coder, size_t base, unsigned bits,
				  uint32_t value)
{
	uint32_t node = 1, result = 0;
	for (unsigned i = 0; i < bits; i++) {
		unsigned bit = code_bit(coder, base + node, value >> i & 1);
		node = node << 1 | bit;
		result |= bit << i;
	}
	return result;
}

EITHER uint32_t code_length(struct coder *coder, size_t base, uint32_t length)
{
	uint32_t value = length - LENGTH_MIN;
	if (!code_bit(coder, base + LENGTH_CHOICE, value >= 8))
		return LENGTH_MIN + code_tree(coder, base + LENGTH_LOW, 3, value);
	if (!code_bit(coder, base + LENGTH_CHOICE2, value >= 16))
		return LENGTH_MIN + 8 + code_tree(coder, base + LENGTH_MID, 3, value - 8);
	return LENGTH_MIN + 16 + code_tree(coder, base + LENGTH_HIGH, 8, value - 16);
}

static uint32_t slot_of(uint32_t distance)
{
	if (distance < SLOT_DIRECT)
		return distance;
	unsigned top = 31 - (unsigned)__builtin_clz(distance);
	return 2 * top + (distance >> (top - 1) & 1);
}

EITHER uint32_t code_distance(struct coder *coder, uint32_t length, uint32_t distance)
{
	size_t state = length - LENGTH_MIN;
	if (state >= DISTANCE_STATES)
		state = DISTANCE_STATES - 1;
	uint32_t slot = code_tree(coder, DISTANCE_SLOT + state * DISTANCE_SLOT_SIZE,
				  SLOT_BITS, slot_of(distance));
	if (slot < SLOT_DIRECT)
		return slot;
	unsigned bits = slot / 2 - 1;
	uint32_t base = (2 | (slot & 1)) << bits;
	uint32_t rest = distance - base;
	if (slot < SLOT_ALIGNED)
		return base + code_reverse_tree(coder, DISTANCE_SPECIAL + base - slot,
						bits, rest);
	uint32_t high = code_direct(coder, bits - ALIGN_BITS, rest >> ALIGN_BITS);
	uint32_t low = code_reverse_tree(coder, DISTANCE_ALIGN, ALIGN_BITS, rest);
	return base + (high << ALIGN_BITS) + low;
}

/* After a match the byte it would have gone on with helps to guess: they differ. */
EITHER uint8_t code_literal(struct coder *coder, const uint8_t *contents, size_t position,
			    uint8_t byte)
{
	const struct bf_lzma1_model *model = coder->model;
	uint8_t before = position > 0 ? contents[position - 1] : 0;
	size_t base = LITERAL + (size_t)LITERAL_SIZE * (before >> (8 - BF_LZMA1_LC));
	if (model->state < STATE_MATCH)
		return (uint8_t)code_tree(coder, base, 8, byte);

	unsigned match = contents[position - model->reps[0] - 1];
	unsigned offset = 0x100, node = 1;
	for (unsigned i = 8; i-- > 0;) {
		match <<= 1;
		unsigned match_bit = match & offset;
		unsigned bit =
			code_bit(coder, base + offset + match_bit + node, byte >> i & 1);
		node = node << 1 | bit;
		offset &= bit ? match_bit : ~match_bit;
	}
	return (uint8_t)node;
}

EITHER unsigned code_rep_index(struct coder *coder, unsigned rep)
{
	unsigned state = coder->model->state;
	if (!code_bit(coder, IS_REP1 + state, rep > 1))
		return 1;
	return 2 + code_bit(coder, IS_REP2 + state, rep > 2);
}

/* The distance just used, number rep of the last ones, is now the first of them. */
static void move_to_front(struct bf_lzma1_model *model, unsigned rep, uint32_t distance)
{
	memmove(model->reps + 1, model->reps, rep * sizeof(model->reps[0]));
	model->reps[0] = distance;
}

EITHER void code_rep(struct coder *coder, struct bf_lzma1_symbol *symbol)
{
	struct bf_lzma1_model *model = coder->model;
	unsigned state = model->state;
	bool is_short = symbol->kind == BF_LZMA1_SHORT_REP;
	if (code_bit(coder, IS_REP0 + state, !is_short && symbol->rep > 0)) {
		symbol->rep = code_rep_index(coder, symbol->rep);
	} else {
		symbol->rep = 0;
		is_short = !code_bit(coder, IS_REP0_LONG + state, !is_short);
		if (is_short) {
			symbol->kind = BF_LZMA1_SHORT_REP;
			symbol->length = 1;
			symbol->distance = model->reps[0];
			model->state = state < STATE_MATCH ? 9 : 11;
			return;
		}
	}
	symbol->kind = BF_LZMA1_REP;
	symbol->distance = model->reps[symbol->rep];
	symbol->length = code_length(coder, REP_LENGTH, symbol->length);
	move_to_front(model, symbol->rep, symbol->distance);
	model->state = state < STATE_MATCH ? 8 : 11;
}

EITHER void code_match(struct coder *coder, struct bf_lzma1_symbol *symbol)
{
	struct bf_lzma1_model *model = coder->model;
	bool is_end = symbol->kind == BF_LZMA1_END;
	uint32_t length =
		code_length(coder, MATCH_LENGTH, is_end ? LENGTH_MIN : symbol->length);
	uint32_t distance =
		code_distance(coder, length, is_end ? end_distance : symbol->distance);
	is_end = distance == end_distance;
	symbol->kind = is_end ? BF_LZMA1_END : BF_LZMA1_MATCH;
	symbol->length = is_end ? 0 : length;
	symbol->distance = distance;
	move_to_front(model, BF_LZMA1_REPS - 1, distance);
	model->state = model->state < STATE_MATCH ? 7 : 10;
}

EITHER void code_symbol(struct coder *coder, const uint8_t *contents, size_t position,
			struct bf_lzma1_symbol *symbol)
{
	struct bf_lzma1_model *model = coder->model;
	unsigned state = model->state;
	if (!code_bit(coder, IS_MATCH + state, symbol->kind != BF_LZMA1_LITERAL)) {
		symbol->kind = BF_LZMA1_LITERAL;
		symbol->length = 1;
		symbol->byte = code_literal(coder, contents, position, symbol->byte);
		model->state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
		return;
	}
	bool is_rep = symbol->kind == BF_LZMA1_REP || symbol->kind == BF_LZMA1_SHORT_REP;
	if (code_bit(coder, IS_REP + state, is_rep))
		code_rep(coder, symbol);
	else
		code_match(coder, symbol);
}

bool bf_lzma1_decoder_start(struct bf_lzma1_decoder *decoder, struct bf_view packed)
{
	*decoder = (struct bf_lzma1_decoder){.packed = packed};
	if (packed.size < BF_LZMA1_START || packed.data[0] != 0)
		return false;
	for (size_t i = 0; i < BF_LZMA1_PROBS; i++)
		decoder->model.probs[i] = PROB_INIT;
	decoder->model.range = UINT32_MAX;
	for (size_t i = 0; i < BF_LZMA1_START; i++)
		read_byte(decoder);
	return true;
}

bool bf_lzma1_decode(struct bf_lzma1_decoder *decoder, const uint8_t *contents,
		     size_t position, struct bf_lzma1_symbol *ret)
{
	struct coder coder = {.model = &decoder->model, .decoder = decoder};
	*ret = (struct bf_lzma1_symbol){0};
	code_symbol(&coder, contents, position, ret);
	if (ret->kind == BF_LZMA1_END) {
		normalize(&coder);
		return !decoder->overrun && decoder->code == 0 &&
		       decoder->used == decoder->packed.size;
	}
	return !decoder->overrun &&
	       (ret->kind == BF_LZMA1_LITERAL || ret->distance < position);
}

/*
 * Code is the number read less what the symbols settle on, which is the same for both:
 * where the bytes differ, code differs by as much. It never leaves the range.
 */
bool bf_lzma1_decoder_resume(struct bf_lzma1_decoder *decoder,
			     const struct bf_lzma1_decoder *other, struct bf_view packed)
{
	int64_t difference = 0;
	if (packed.size < other->used)
		return false;
	size_t same = 0;
	while (same < other->used && packed.data[same] == other->packed.data[same])
		same++;
	for (size_t i = same; i < other->used; i++) {
		difference = difference * 256 + packed.data[i] - other->packed.data[i];
		if (difference > UINT32_MAX || difference < -(int64_t)UINT32_MAX)
			return false;
	}
	int64_t code = other->code + difference;
	if (code < 0 || code >= other->model.range)
		return false;
	*decoder = *other;
	decoder->packed = packed;
	decoder->code = (uint32_t)code;
	return true;
}

/*
 * What a decoder has read, as a number, is what its encoder had settled on, plus code.
 */
int bf_lzma1_encoder_resume(struct bf_lzma1_encoder *encoder,
			    const struct bf_lzma1_decoder *decoder)
{
	struct bf_buffer packed = {0};
	size_t settled = decoder->used - sizeof(decoder->code);
	const uint8_t *last = decoder->packed.data + settled;
	if (bf_buffer_append(&packed, decoder->packed.data, settled))
		return BF_ERR_NOMEM;
	uint32_t read = bf_be32(last);
	if (read < decoder->code)
		for (size_t i = settled; i > 0; i--)
			if (packed.data[i - 1]-- != 0)
				break;
	*encoder = (struct bf_lzma1_encoder){
		.model = decoder->model, .packed = packed, .low = read - decoder->code};
	return BF_OK;
}

int bf_lzma1_encode(struct bf_lzma1_encoder *encoder, const uint8_t *contents,
		    size_t position, const struct bf_lzma1_symbol *symbol)
{
	struct coder coder = {.model = &encoder->model, .encoder = encoder};
	struct bf_lzma1_symbol copy = *symbol;
	code_symbol(&coder, contents, position, &copy);
	if (symbol->kind == BF_LZMA1_END) {
		normalize(&coder);
		for (size_t i = 0; i < sizeof(uint32_t); i++)
			write_byte(encoder);
	}
	return encoder->no_memory ? BF_ERR_NOMEM : BF_OK;
}
