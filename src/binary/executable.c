/* SPDX-License-Identifier: GPL-3.0-only */
#include "binary/executable.h"

#include <string.h>

enum bf_executable_kind bf_executable_probe(struct bf_view head)
{
	if (bf_view_has(head, 0, 2) && memcmp(head.data, "MZ", 2) == 0)
		return BF_EXECUTABLE_PE;
	return bf_bzimage_probe(head) ? BF_EXECUTABLE_BZIMAGE : BF_EXECUTABLE_NONE;
}

int bf_executable_parse(struct bf_view file, struct bf_executable *ret,
			struct bf_error *reterr)
{
	*ret = (struct bf_executable){.kind = bf_executable_probe(file), .file = file};
	if (ret->kind == BF_EXECUTABLE_PE)
		return bf_pe_parse(file, &ret->pe, reterr);
	if (ret->kind == BF_EXECUTABLE_BZIMAGE)
		return bf_bzimage_parse(file, &ret->bzimage, reterr);
	return bf_fail(reterr, BF_ERR_UNSUPPORTED, "neither a PE nor a bzImage");
}
