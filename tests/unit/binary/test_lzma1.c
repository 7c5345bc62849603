/* SPDX-License-Identifier: GPL-3.0-only */
#include "binary/lzma1.h"

#include <lzma.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "guard.h"
#include "samples.h"

enum { SIZE = 20000 };

static void set_filters(lzma_options_lzma *options, lzma_filter filters[2])
{
	options->lc = BF_LZMA1_LC;
	options->lp = 0;
	options->pb = 0;
	options->dict_size = 1 << 20;
	filters[0] = (lzma_filter){.id = LZMA_FILTER_LZMA1, .options = options};
	filters[1] = (lzma_filter){.id = LZMA_VLI_UNKNOWN};
}

/* liblzma is the oracle, in both directions. */
static void pack(const uint8_t *contents, size_t size, uint32_t preset,
		 struct bf_buffer *ret)
{
	lzma_options_lzma options;
	lzma_filter filters[2];
	size_t used = 0;
	assert_false(lzma_lzma_preset(&options, preset));
	set_filters(&options, filters);
	assert_int_equal(bf_buffer_zero(ret, size * 2 + 1024), BF_OK);
	assert_int_equal(lzma_raw_buffer_encode(filters, NULL, contents, size, ret->data,
						&used, ret->size),
			 LZMA_OK);
	ret->size = used;
}

static void assert_unpacks_to(struct bf_view packed, const uint8_t *contents, size_t size)
{
	lzma_options_lzma options = {0};
	lzma_filter filters[2];
	uint8_t out[SIZE + 1];
	size_t in_used = 0, out_used = 0;
	set_filters(&options, filters);
	assert_int_equal(lzma_raw_buffer_decode(filters, NULL, packed.data, &in_used,
						packed.size, out, &out_used, sizeof(out)),
			 LZMA_OK);
	assert_int_equal(in_used, packed.size);
	assert_int_equal(out_used, size);
	assert_memory_equal(out, contents, size);
}

static void apply(uint8_t *out, size_t position, const struct bf_lzma1_symbol *symbol)
{
	if (symbol->kind == BF_LZMA1_LITERAL)
		out[position] = symbol->byte;
	else
		for (size_t i = position; i < position + symbol->length; i++)
			out[i] = out[i - symbol->distance - 1];
}

/* Unpack at most limit bytes into out (size bytes); returns how many, or -1 if damaged. */
static long unpack(struct bf_lzma1_decoder *decoder, uint8_t *out, size_t size,
		   size_t limit)
{
	struct bf_lzma1_symbol symbol;
	size_t position = 0;
	while (position < limit) {
		if (!bf_lzma1_decode(decoder, out, position, &symbol) ||
		    symbol.length > size - position)
			return -1;
		if (symbol.kind == BF_LZMA1_END)
			break;
		apply(out, position, &symbol);
		position += symbol.length;
	}
	return (long)position;
}

static void test_decode(void **state)
{
	(void)state;
	static uint8_t contents[SIZE], out[SIZE];
	struct bf_buffer packed = {0};
	uint32_t seed = 1;
	for (uint32_t preset = 0; preset <= 9; preset++) {
		size_t size = preset == 9 ? 0 : SIZE - preset * 1000;
		struct bf_lzma1_decoder decoder;
		sample_program(contents, size, &seed);
		pack(contents, size, preset, &packed);
		struct guard guard = guard_copy(packed.data, packed.size);
		assert_true(bf_lzma1_decoder_start(&decoder,
						   bf_view(guard.data, guard.size)));
		memset(out, 0, sizeof(out));
		assert_int_equal(unpack(&decoder, out, size, SIZE_MAX), size);
		assert_memory_equal(out, contents, size);
		guard_free(&guard);
	}
	bf_buffer_free(&packed);
}

/* From any symbol on: the same symbols again are the same stream, literals another one. */
static void test_resume(void **state)
{
	(void)state;
	static uint8_t contents[SIZE], out[SIZE];
	struct bf_buffer packed = {0};
	uint32_t seed = 2;
	sample_program(contents, SIZE, &seed);
	pack(contents, SIZE, 6, &packed);
	for (size_t stop = 1; stop < SIZE; stop += 1999) {
		struct bf_lzma1_decoder decoder;
		struct bf_lzma1_encoder same, literals;
		struct bf_lzma1_symbol symbol;
		assert_true(bf_lzma1_decoder_start(&decoder, bf_buffer_view(&packed)));
		size_t position = (size_t)unpack(&decoder, out, SIZE, stop);
		assert_true(position >= stop && position <= SIZE);
		assert_int_equal(bf_lzma1_encoder_resume(&same, &decoder), BF_OK);
		assert_int_equal(bf_lzma1_encoder_resume(&literals, &decoder), BF_OK);
		for (size_t i = position; i < SIZE; i++) {
			symbol = (struct bf_lzma1_symbol){.kind = BF_LZMA1_LITERAL,
							  .length = 1,
							  .byte = contents[i]};
			assert_int_equal(bf_lzma1_encode(&literals, contents, i, &symbol),
					 BF_OK);
		}
		do {
			assert_true(
				bf_lzma1_decode(&decoder, contents, position, &symbol));
			assert_int_equal(
				bf_lzma1_encode(&same, contents, position, &symbol),
				BF_OK);
			position += symbol.length;
		} while (symbol.kind != BF_LZMA1_END);
		assert_int_equal(bf_lzma1_encode(&literals, contents, SIZE, &symbol),
				 BF_OK);
		assert_int_equal(same.packed.size, packed.size);
		assert_memory_equal(same.packed.data, packed.data, packed.size);
		assert_unpacks_to(bf_buffer_view(&literals.packed), contents, SIZE);
		bf_buffer_free(&same.packed);
		bf_buffer_free(&literals.packed);
	}
	bf_buffer_free(&packed);
}

/* Hundreds of ends: carries run back into bytes that were copied. */
static void test_carries(void **state)
{
	(void)state;
	enum { SMALL = 600 };
	static uint8_t contents[SIZE], out[SIZE];
	struct bf_buffer packed = {0};
	uint32_t seed = 3;
	unsigned changed = 0;
	sample_program(contents, SMALL, &seed);
	pack(contents, SMALL, 6, &packed);
	for (size_t stop = 1; stop < SMALL; stop++) {
		struct bf_lzma1_decoder decoder, again;
		struct bf_lzma1_encoder encoder;
		struct bf_lzma1_symbol symbol = {.kind = BF_LZMA1_LITERAL, .length = 1};
		static const struct bf_lzma1_symbol end = {.kind = BF_LZMA1_END};
		assert_true(bf_lzma1_decoder_start(&decoder, bf_buffer_view(&packed)));
		size_t position = (size_t)unpack(&decoder, out, SIZE, stop);
		assert_int_equal(bf_lzma1_encoder_resume(&encoder, &decoder), BF_OK);
		symbol.byte = (uint8_t)sample_number(&seed);
		assert_int_equal(bf_lzma1_encode(&encoder, out, position, &symbol),
				 BF_OK);
		out[position] = symbol.byte;
		assert_int_equal(bf_lzma1_encode(&encoder, out, position + 1, &end),
				 BF_OK);
		changed +=
			memcmp(packed.data, encoder.packed.data, decoder.used - 4) != 0;
		assert_unpacks_to(bf_buffer_view(&encoder.packed), out, position + 1);

		assert_true(bf_lzma1_decoder_resume(&again, &decoder,
						    bf_buffer_view(&encoder.packed)));
		assert_true(bf_lzma1_decode(&again, out, position, &symbol));
		assert_int_equal(symbol.byte, out[position]);
		assert_true(bf_lzma1_decode(&again, out, position + 1, &symbol));
		assert_int_equal(symbol.kind, BF_LZMA1_END);
		bf_buffer_free(&encoder.packed);
	}
	/* Or this test proves nothing. */
	assert_true(changed > 0);
	bf_buffer_free(&packed);
}

/* A stream whose first bytes belong to other symbols is not taken for the same. */
static void test_resume_refuses(void **state)
{
	(void)state;
	static uint8_t contents[SIZE], out[SIZE];
	struct bf_buffer packed = {0};
	struct bf_lzma1_decoder decoder, again;
	uint32_t seed = 4;
	sample_program(contents, SIZE, &seed);
	pack(contents, SIZE, 6, &packed);
	assert_true(bf_lzma1_decoder_start(&decoder, bf_buffer_view(&packed)));
	assert_true(unpack(&decoder, out, SIZE, SIZE / 2) > 0);
	struct bf_buffer other = {0};
	assert_int_equal(bf_buffer_append(&other, packed.data, packed.size), BF_OK);
	for (size_t i = 0; i + 4 < decoder.used; i++) {
		other.data[i] ^= 0x40;
		assert_false(bf_lzma1_decoder_resume(&again, &decoder,
						     bf_buffer_view(&other)));
		other.data[i] ^= 0x40;
	}
	assert_false(bf_lzma1_decoder_resume(&again, &decoder,
					     bf_view(other.data, decoder.used - 1)));
	bf_buffer_free(&other);
	bf_buffer_free(&packed);
}

/* Whatever the bytes, decoding ends, and reads only what is there. */
static void test_damaged(void **state)
{
	(void)state;
	enum { SMALL = 500 };
	static uint8_t contents[SMALL], out[SMALL];
	struct bf_buffer packed = {0};
	struct bf_lzma1_decoder decoder;
	uint32_t seed = 5;
	sample_program(contents, SMALL, &seed);
	pack(contents, SMALL, 6, &packed);
	for (size_t i = 0; i < packed.size; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			struct guard guard = guard_copy(packed.data, packed.size);
			guard.data[i] ^= (uint8_t)(1u << bit);
			bool started = bf_lzma1_decoder_start(
				&decoder, bf_view(guard.data, guard.size));
			assert_int_equal(started, i > 0);
			if (started && unpack(&decoder, out, SMALL, SIZE_MAX) == SMALL)
				assert_memory_not_equal(out, contents, SMALL);
			guard_free(&guard);
		}
		struct guard cut = guard_copy(packed.data, i);
		if (bf_lzma1_decoder_start(&decoder, bf_view(cut.data, cut.size)))
			assert_int_equal(unpack(&decoder, out, SMALL, SIZE_MAX), -1);
		guard_free(&cut);
	}
	/* Bytes behind the end marker. */
	assert_int_equal(bf_buffer_append(&packed, "", 1), BF_OK);
	assert_true(bf_lzma1_decoder_start(&decoder, bf_buffer_view(&packed)));
	assert_int_equal(unpack(&decoder, out, SMALL, SIZE_MAX), -1);
	bf_buffer_free(&packed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),  cmocka_unit_test(test_resume),
		cmocka_unit_test(test_carries), cmocka_unit_test(test_resume_refuses),
		cmocka_unit_test(test_damaged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
