/* SPDX-License-Identifier: GPL-3.0-only */
/* Bytes that pack well in many ways, the same on every machine. */
#ifndef TEST_SAMPLES_H
#define TEST_SAMPLES_H

#include <stdint.h>
#include <string.h>

/* xorshift32 (Marsaglia 2003); the state must not be 0. */
static inline uint32_t sample_number(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* Fresh bytes, copies from near and far, and calls for the branch filter. */
static inline void sample_program(uint8_t *out, size_t size, uint32_t *state)
{
	for (size_t at = 0; at < size;) {
		uint32_t number = sample_number(state);
		size_t length = 1 + number % 24;
		size_t back = at ? 1 + sample_number(state) % at : 0;
		if (length > size - at)
			length = size - at;
		for (size_t i = 0; i < length; i++, at++)
			out[at] = back && number & 0x300
					  ? out[at - back]
					  : (uint8_t)(sample_number(state) >> 7);
		if (number % 5 == 0 && at < size)
			out[at++] = 0xe8;
	}
}

#endif
