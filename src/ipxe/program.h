/* SPDX-License-Identifier: GPL-3.0-only */
/* An iPXE program as it will lie in memory: following the addresses it holds. */
#ifndef BF_PROGRAM_H
#define BF_PROGRAM_H

#include "base/bytes.h"
#include "binary/pe.h"

struct bf_program {
	struct bf_view bytes;    /* the PE file, or the lkrn's last block unpacked */
	const struct bf_pe *pe;  /* NULL for the lkrn: addresses are offsets in bytes */
	size_t pointer_size;     /* 4 or 8 */
	uint64_t image_base;     /* what addresses count from */
	uint64_t code, code_end; /* addresses of the code */
};

/* The program of a PE, which must outlive it, or of an lkrn's unpacked last block. */
struct bf_program bf_program_pe(const struct bf_pe *pe);
struct bf_program bf_program_lkrn(struct bf_view unpacked);

/* The pointer at an offset, which the caller has checked. */
uint64_t bf_program_pointer(const struct bf_program *program, size_t offset);

/* Where the byte at an address stands; false if no byte of the file is there. */
bool bf_program_find(const struct bf_program *program, uint64_t address,
		     size_t *ret_offset);

/* The address of the byte at an offset; false if it has none. */
bool bf_program_address(const struct bf_program *program, size_t offset,
			uint64_t *ret_address);

/* Addresses, few enough to look each pointer of a program up among them. */
enum { BF_PROGRAM_ADDRESSES_MAX = 8 };

struct bf_program_addresses {
	uint64_t items[BF_PROGRAM_ADDRESSES_MAX];
	size_t n;
};

/*
 * Add the addresses of a text that ends in a NUL, be it the end of a longer one; without
 * those that there is no room for.
 */
void bf_program_find_text(const struct bf_program *program, const char *text,
			  struct bf_program_addresses *addresses);

static inline bool bf_program_is_among(const struct bf_program_addresses *addresses,
				       uint64_t address)
{
	for (size_t i = 0; i < addresses->n; i++)
		if (addresses->items[i] == address)
			return true;
	return false;
}

#endif
