/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * The generations by which old boot programs are revoked (shim's SBAT.md): a program says in
 * its section .sbat of which it is, and shim takes none below those it knows to be safe.
 */
#ifndef BF_SBAT_H
#define BF_SBAT_H

#include "binary/pe.h"

enum {
	BF_SBAT_ENTRIES_MAX = 16,
	BF_SBAT_COMPONENT_SIZE = 48,
	BF_SBAT_GENERATION_MAX = 65535,
};

struct bf_sbat_entry {
	char component[BF_SBAT_COMPONENT_SIZE]; /* printable ASCII */
	unsigned generation;
};

struct bf_sbat {
	struct bf_sbat_entry entries[BF_SBAT_ENTRIES_MAX];
	size_t n;
};

/* Read the lines of CSV of a PE's section; without one, or of what is no entry, none. */
void bf_sbat_read(const struct bf_pe *pe, struct bf_sbat *ret);

/*
 * The lowest generation of a component that machines take on which a current shim has run
 * once; 0 if none of it is revoked.
 */
unsigned bf_sbat_required(const char *component);

/* The first entry that is revoked by that, NULL if there is none. */
const struct bf_sbat_entry *bf_sbat_find_revoked(const struct bf_sbat *sbat);

#endif
