/* SPDX-License-Identifier: GPL-3.0-only */
#include "http/microhttpd.h"

int bf_microhttpd_load(struct bf_microhttpd *ret, struct bf_error *reterr)
{
	(void)reterr;
	*ret = (struct bf_microhttpd){
#define MEMBER(name) .name = MHD_##name,
		BF_MICROHTTPD_FUNCTIONS(MEMBER)
#undef MEMBER
	};
	return BF_OK;
}
