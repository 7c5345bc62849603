/* SPDX-License-Identifier: GPL-3.0-only */
#include "packer.h"

#include "fuzz.h"

enum { LENGTH_MIN = 2, LENGTH_MAX = 273, STEP = 4 };

/* An encoder that has not encoded anything: after the start of any stream. */
static void start(struct bf_lzma1_encoder *encoder)
{
	static const uint8_t begin[BF_LZMA1_START];
	struct bf_lzma1_decoder decoder;
	fuzz_require(bf_lzma1_decoder_start(&decoder, bf_view(begin, sizeof(begin))));
	fuzz_require(!bf_lzma1_encoder_resume(encoder, &decoder));
}

/* Lengths and distances of all sizes, most of them small. */
static uint32_t take_length(const uint8_t step[STEP])
{
	return LENGTH_MIN + (step[1] < 0xf0 ? step[1] : 0xf0 + 2u * (step[1] - 0xf0u));
}

static uint32_t take_distance(const uint8_t step[STEP], size_t position)
{
	uint32_t distance = step[2] & 0x7f;
	if (step[2] & 0x80)
		distance |= (uint32_t)step[3] << 7;
	return distance % (uint32_t)position;
}

/* What the step stands for at this place; a literal where nothing else can be. */
static struct bf_lzma1_symbol read_step(const uint8_t step[STEP],
					const struct packer *packer)
{
	const uint32_t *reps = packer->encoder.model.reps;
	struct bf_lzma1_symbol symbol = {.kind = step[0] % BF_LZMA1_END};
	symbol.rep = symbol.kind == BF_LZMA1_REP ? step[2] % BF_LZMA1_REPS : 0;
	if (symbol.kind == BF_LZMA1_LITERAL || packer->size == 0 ||
	    (symbol.kind != BF_LZMA1_MATCH && reps[symbol.rep] >= packer->size))
		return (struct bf_lzma1_symbol){
			.kind = BF_LZMA1_LITERAL, .length = 1, .byte = step[1]};
	symbol.length = symbol.kind == BF_LZMA1_SHORT_REP ? 1 : take_length(step);
	symbol.distance = symbol.kind == BF_LZMA1_MATCH
				  ? take_distance(step, packer->size)
				  : reps[symbol.rep];
	return symbol;
}

static void add(struct packer *packer, const struct bf_lzma1_symbol *symbol)
{
	uint8_t *out = packer->contents + packer->size;
	packer->symbols[packer->n_symbols++] = *symbol;
	fuzz_require(!bf_lzma1_encode(&packer->encoder, packer->contents, packer->size,
				      symbol));
	for (size_t i = 0; i < symbol->length; i++)
		out[i] = symbol->kind == BF_LZMA1_LITERAL
				 ? symbol->byte
				 : *(out + i - symbol->distance - 1);
	packer->size += symbol->length;
}

void packer_make(struct packer *ret, struct bf_view plan)
{
	static const struct bf_lzma1_symbol end = {.kind = BF_LZMA1_END};
	ret->n_symbols = ret->size = 0;
	start(&ret->encoder);
	for (size_t at = 0;
	     bf_view_has(plan, at, STEP) && ret->n_symbols < PACKER_SYMBOLS_MAX - 1 &&
	     ret->size < PACKER_CONTENTS_MAX - LENGTH_MAX;
	     at += STEP) {
		struct bf_lzma1_symbol symbol = read_step(plan.data + at, ret);
		add(ret, &symbol);
	}
	add(ret, &end);
}

void packer_free(struct packer *packer)
{
	bf_buffer_free(&packer->encoder.packed);
}
