/* SPDX-License-Identifier: GPL-3.0-only */
/* A tiny ipxe.lkrn: a setup of six sectors and a payload of two packed blocks. */
#ifndef TEST_FORGE_LKRN_H
#define TEST_FORGE_LKRN_H

#include "base/bytes.h"

enum {
	FORGE_SETUP_SECTS = 5,
	FORGE_SETUP_ENTRY = 0x248,
	FORGE_PROLOGUE_TARGET = 0x24d, /* what the prologue's push imm16 pushes */
	FORGE_PAYLOAD = (FORGE_SETUP_SECTS + 1) * 512,
};

#define FORGE_VERSION "9.8.7-forged"

/* Build the file around contents, which iPXE would have in memory. */
void forge_lkrn(struct bf_view contents, struct bf_buffer *ret);

/* Append one block: contents packed as they are, padded to the next multiple of 16. */
void forge_block(struct bf_buffer *payload, struct bf_view contents);

/* Append one block around bytes that are packed already, or are rubbish, with a good CRC. */
void forge_packed_block(struct bf_buffer *payload, struct bf_view packed);

/* Where the last block's length field is in a file from forge_lkrn(). */
size_t forge_last_block(struct bf_view file);

#endif
