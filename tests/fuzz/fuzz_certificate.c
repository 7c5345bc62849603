/* SPDX-License-Identifier: GPL-3.0-only */
/* What the user names as a certificate. */
#include <stdlib.h>

#include "trust/certificate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A sentence, perhaps with lines below it, whatever the names in the file are. */
static bool is_clean(const char *text)
{
	for (; *text; text++)
		if ((*text < 0x20 && *text != '\n') || *text > 0x7e)
			return false;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (unsigned number = 0; number < 3; number++) {
		struct bf_certificate certificate = {0};
		struct bf_error error;
		int err = bf_certificate_parse(bf_view(data, size), "file", number,
					       &certificate, &error);
		if (err == BF_OK ? !certificate.der.size : !is_clean(error.text))
			abort();
		bf_certificate_free(&certificate);
	}
	return 0;
}
