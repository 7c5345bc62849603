/* SPDX-License-Identifier: GPL-3.0-only */
#include "wasi/digester.h"

#include <check.h> /* liblzma's, not installed: its source is compiled with ours */
#include <string.h>

_Static_assert(sizeof(lzma_check_state) <= sizeof(struct bf_digester), "there is room");

static lzma_check_state *state_of(struct bf_digester *digester)
{
	return (lzma_check_state *)(void *)digester->state;
}

void bf_digester_init(struct bf_digester *digester)
{
	lzma_sha256_init(state_of(digester));
}

void bf_digester_add(struct bf_digester *digester, struct bf_view bytes)
{
	lzma_sha256_update(bytes.data, bytes.size, state_of(digester));
}

void bf_digester_finish(struct bf_digester *digester, uint8_t ret[BF_SHA256_SIZE])
{
	lzma_sha256_finish(state_of(digester));
	memcpy(ret, state_of(digester)->buffer.u8, BF_SHA256_SIZE);
}

/* ---- base/sha256.h ---- */

int bf_sha256(struct bf_view bytes, uint8_t ret[BF_SHA256_SIZE])
{
	struct bf_digester digester;
	bf_digester_init(&digester);
	bf_digester_add(&digester, bytes);
	bf_digester_finish(&digester, ret);
	return BF_OK;
}
