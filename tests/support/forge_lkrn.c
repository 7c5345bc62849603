/* SPDX-License-Identifier: GPL-3.0-only */
#include "forge_lkrn.h"

#include <lzma.h>
#include <stdlib.h>
#include <string.h>

#include "binary/bcj.h"

static const char first_block[] = "what runs before iPXE itself is unpacked";

static void append(struct bf_buffer *buffer, const void *data, size_t size)
{
	if (bf_buffer_append(buffer, data, size))
		abort();
}

static void append_le32(struct bf_buffer *buffer, uint32_t value)
{
	uint8_t bytes[4];
	bf_put_le32(bytes, value);
	append(buffer, bytes, sizeof(bytes));
}

void forge_packed_block(struct bf_buffer *payload, struct bf_view packed)
{
	while (payload->size % 16)
		append(payload, "\xff", 1);
	append_le32(payload, (uint32_t)packed.size + 4);
	append(payload, packed.data, packed.size);
	append_le32(payload, ~lzma_crc32(packed.data, packed.size, 0));
}

void forge_block(struct bf_buffer *payload, struct bf_view contents)
{
	lzma_options_lzma options;
	lzma_filter filters[] = {{LZMA_FILTER_LZMA1, &options}, {LZMA_VLI_UNKNOWN, NULL}};
	struct bf_buffer packed = {0};
	size_t used = 0;

	bool failed = lzma_lzma_preset(&options, 0) ||
		      bf_buffer_zero(&packed, contents.size * 2 + 1024);
	options.lc = 2;
	options.lp = 0;
	options.pb = 0;
	failed = failed ||
		 lzma_raw_buffer_encode(filters, NULL, contents.data, contents.size,
					packed.data, &used, packed.size) != LZMA_OK;
	if (failed)
		abort();
	forge_packed_block(payload, bf_view(packed.data, used));
	bf_buffer_free(&packed);
}

static void write_setup(uint8_t *setup, size_t payload_size)
{
	static const uint8_t prologue[] = {0x1e, 0x68, FORGE_PROLOGUE_TARGET & 0xff,
					   FORGE_PROLOGUE_TARGET >> 8, 0xcb};
	enum { VERSION_TEXT = 0x300 };

	/* Not zeros, so that what is overwritten or moved shows. */
	memset(setup, 0x5a, FORGE_PAYLOAD);
	setup[0x1f1] = FORGE_SETUP_SECTS;
	bf_put_le32(setup + 0x1f4, (uint32_t)((payload_size + 15) / 16));
	bf_put_le16(setup + 0x1fe, 0xaa55);
	setup[0x200] = 0xeb;
	setup[0x201] = FORGE_SETUP_ENTRY - 0x202;
	memcpy(setup + 0x202, "HdrS", 4);
	bf_put_le16(setup + 0x206, 0x207);
	bf_put_le16(setup + 0x20e, VERSION_TEXT - 0x200);
	memcpy(setup + FORGE_SETUP_ENTRY, prologue, sizeof(prologue));
	memcpy(setup + VERSION_TEXT, FORGE_VERSION, sizeof(FORGE_VERSION));
}

void forge_lkrn(struct bf_view contents, struct bf_buffer *ret)
{
	struct bf_buffer filtered = {0}, payload = {0};
	uint8_t setup[FORGE_PAYLOAD];

	append(&filtered, contents.data, contents.size);
	bf_bcj_encode(filtered.data, filtered.size, 0);
	forge_block(&payload, bf_view(first_block, sizeof(first_block)));
	forge_block(&payload, bf_buffer_view(&filtered));
	write_setup(setup, payload.size);
	*ret = (struct bf_buffer){0};
	append(ret, setup, sizeof(setup));
	append(ret, payload.data, payload.size);
	bf_buffer_free(&filtered);
	bf_buffer_free(&payload);
}

size_t forge_last_block(struct bf_view file)
{
	size_t first_size = 4 + bf_le32(file.data + FORGE_PAYLOAD);
	return FORGE_PAYLOAD + (first_size + 15) / 16 * 16;
}
