/* SPDX-License-Identifier: GPL-3.0-only */
/* What the user names as a certificate. */
#include <stdlib.h>

#include "trust/certificate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bf_certificate certificate = {0};
	if (bf_certificate_parse(bf_view(data, size), &certificate, NULL) == BF_OK &&
	    !certificate.der.size)
		abort();
	bf_certificate_free(&certificate);
	return 0;
}
