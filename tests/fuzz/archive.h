/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * A folder of a bundle as one input: files one after the other, each with a byte for its name
 * and two, little-endian, for its size. The first one is the end of MANIFEST; its beginning,
 * with the files' hashes, is written by whoever unpacks this.
 */
#ifndef FUZZ_ARCHIVE_H
#define FUZZ_ARCHIVE_H

#include "base/bytes.h"

static const char *const archive_names[] = {
	"MANIFEST",        "ipxe.lkrn",       "lkrn.stub",     "ipxe.lkrn.checkpoint",
	"ipxe-x86_64.efi", "efi-x86_64.stub", "ipxe-arm64.efi"};

enum {
	ARCHIVE_MANIFEST,
	ARCHIVE_LKRN,
	ARCHIVE_LKRN_STUB,
	ARCHIVE_CHECKPOINT,
	ARCHIVE_X86_64,
	ARCHIVE_X86_64_STUB,
	ARCHIVE_ARM64,
	ARCHIVE_NAMES,

	ARCHIVE_HEAD_SIZE = 3,
};

#endif
