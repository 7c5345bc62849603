/* SPDX-License-Identifier: GPL-3.0-only */
/* libisofs wrote it when the page was made. A page has no other trees than those. */
#include "disk/iso_tree.h"

#include "bundle/embedded.h"
#include "disk/iso_heads.h"

int bf_iso_tree_write(const struct bf_iso_request *request, struct bf_buffer *ret,
		      struct bf_error *reterr)
{
	return bf_iso_heads_find(bf_embedded_file("iso-heads"), request, ret, reterr);
}
