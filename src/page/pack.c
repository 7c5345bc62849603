/* SPDX-License-Identifier: GPL-3.0-only */
#include "page/pack.h"

#include <string.h>

#include "base/base85.h"
#include "base/cleanup.h"
#include "page/zlib_stream.h"

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

int bf_pack_print(struct bf_view pack, struct bf_buffer *text)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer packed = {0};
	int err = bf_zlib_stream_append(&packed, pack);
	return err ? err : bf_base85_append(text, bf_buffer_view(&packed));
}
