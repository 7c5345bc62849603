/* SPDX-License-Identifier: GPL-3.0-only */
#include "page/pack.h"

#include <string.h>

#include "page/zlib_stream.h"

int bf_pack_add(struct bf_buffer *pack, const char *name, struct bf_view bytes)
{
	uint8_t sizes[8] = {0};
	const size_t name_size = strlen(name), start = pack->size;
	const size_t packed = start + sizeof(sizes) + name_size;
	if (bytes.size > UINT32_MAX / 2 || bf_buffer_append(pack, sizes, sizeof(sizes)) ||
	    bf_buffer_append(pack, name, name_size) || bf_zlib_stream_append(pack, bytes))
		return BF_ERR_NOMEM;
	bf_put_le32(pack->data + start, (uint32_t)name_size);
	bf_put_le32(pack->data + start + 4, (uint32_t)(pack->size - packed));
	return BF_OK;
}
