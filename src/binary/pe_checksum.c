/* SPDX-License-Identifier: GPL-3.0-only */
#include "binary/pe.h"

#include <string.h>

/* 16 bits with the carries added back in, as often as it takes; zero only for zero. */
static uint16_t fold(uint64_t sum)
{
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static uint16_t swap_bytes(uint16_t word)
{
	return (uint16_t)(word << 8 | word >> 8);
}

/* Both halves of a word count alike; their sum overflows at 16 GiB, a PE ends at 4. */
static uint64_t halves(uint64_t word)
{
	return (word & 0xffffffff) + (word >> 32);
}

/*
 * 2^16 is 1 modulo 0xffff, hence wider words have the same folded sum as the 16-bit words
 * they are made of, and swapping the bytes of all words swaps those of the sum (RFC 1071,
 * section 2). That lets the loop add native words, as wide as the machine's, and settle
 * byte order and odd offsets once at the end.
 */
uint64_t bf_pe_sum(struct bf_view part, uint64_t offset)
{
	uint64_t sum = 0;
	uint64_t word;
	size_t whole = part.size & ~(sizeof(word) - 1);

	for (size_t i = 0; i < whole; i += sizeof(word)) {
		memcpy(&word, part.data + i, sizeof(word));
		sum += halves(word);
	}
	if (whole < part.size) {
		word = 0;
		memcpy(&word, part.data + whole, part.size - whole);
		sum += halves(word);
	}
	bool odd = offset & 1;
	bool big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
	return odd != big_endian ? swap_bytes(fold(sum)) : fold(sum);
}

uint32_t bf_pe_sum_finish(uint64_t sum, uint64_t file_size)
{
	return (uint32_t)(fold(sum) + file_size);
}

uint32_t bf_pe_checksum(const struct bf_pe *pe)
{
	size_t after = pe->checksum + sizeof(uint32_t);
	struct bf_view head = bf_view_part(pe->file, 0, pe->checksum);
	struct bf_view tail = bf_view_part(pe->file, after, pe->file.size - after);
	return bf_pe_sum_finish(bf_pe_sum(head, 0) + bf_pe_sum(tail, after),
				pe->file.size);
}

uint32_t bf_pe_stored_checksum(const struct bf_pe *pe)
{
	return bf_le32(pe->file.data + pe->checksum);
}
