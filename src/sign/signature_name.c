/* SPDX-License-Identifier: GPL-3.0-only */
#include <string.h>

#include "sign/signature.h"

const char *bf_signature_common_name(const char *name)
{
	size_t length = strlen(BF_SIGNATURE_COMMON_NAME);
	return strncmp(name, BF_SIGNATURE_COMMON_NAME, length) == 0 ? name + length : "";
}
