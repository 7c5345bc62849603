/* SPDX-License-Identifier: GPL-3.0-only */
#include "page/pack.h"

#include <string.h>
#include <zlib.h>

#include "base/base85.h"
#include "base/cleanup.h"

int bf_pack_add(struct bf_buffer *pack, const char *name, struct bf_view bytes)
{
	uint8_t sizes[8];
	if (bytes.size > UINT32_MAX)
		return BF_ERR_NOMEM;
	bf_put_le32(sizes, (uint32_t)strlen(name));
	bf_put_le32(sizes + 4, (uint32_t)bytes.size);
	int err = bf_buffer_append(pack, sizes, sizeof(sizes));
	if (!err)
		err = bf_buffer_append(pack, name, strlen(name));
	return err ? err : bf_buffer_append(pack, bytes.data, bytes.size);
}

/* The third part of a level's work buys most of what the others can: iPXE is packed already. */
int bf_pack_print(struct bf_view pack, struct bf_buffer *text)
{
	enum { LEVEL = 2 };
	bf_cleanup(bf_buffer_free) struct bf_buffer packed = {0};
	uLongf size = compressBound(pack.size);
	if (bf_buffer_reserve(&packed, size) ||
	    compress2(packed.data, &size, pack.data, pack.size, LEVEL) != Z_OK)
		return BF_ERR_NOMEM;
	return bf_base85_append(text, bf_view(packed.data, size));
}
