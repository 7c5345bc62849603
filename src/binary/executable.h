/* SPDX-License-Identifier: GPL-3.0-only */
/* A boot program's file: a PE or a bzImage, told apart in one place. */
#ifndef BF_EXECUTABLE_H
#define BF_EXECUTABLE_H

#include "binary/bzimage.h"
#include "binary/pe.h"

enum bf_executable_kind {
	BF_EXECUTABLE_NONE, /* neither */
	BF_EXECUTABLE_PE,
	BF_EXECUTABLE_BZIMAGE,
};

/* The file's bytes belong to somebody else. Of the two headers the kind's is filled. */
struct bf_executable {
	enum bf_executable_kind kind;
	struct bf_view file;
	struct bf_pe pe;
	struct bf_bzimage bzimage;
};

/*
 * What a file claims to be, from its first bytes. A Linux kernel with an EFI stub is both,
 * and counts as a PE.
 */
enum bf_executable_kind bf_executable_probe(struct bf_view head);

/*
 * Parse the header. BF_ERR_UNSUPPORTED for what is neither; the kind is set also when its
 * header cannot be parsed.
 */
bf_must_check int bf_executable_parse(struct bf_view file, struct bf_executable *ret,
				      struct bf_error *reterr);

#endif
