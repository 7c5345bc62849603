/* SPDX-License-Identifier: GPL-3.0-only */
#include "sign/libcrypto.h"

#include <openssl/err.h>

bool bf_libcrypto_ran_out(void)
{
	bool ran_out = false;
	for (unsigned long code; (code = ERR_get_error()) != 0;)
		if (ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE)
			ran_out = true;
	return ran_out;
}
