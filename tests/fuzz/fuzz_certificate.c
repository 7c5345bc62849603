/* SPDX-License-Identifier: GPL-3.0-only */
/* What the user names as a certificate. */
#include <string.h>

#include "fuzz.h"
#include "trust/certificate.h"

/* A sentence, perhaps with lines below it, whatever the names in the file are. */
static bool is_clean(const char *text)
{
	for (; *text; text++)
		if ((*text < 0x20 && *text != '\n') || *text > 0x7e)
			return false;
	return true;
}

/* Whether there is a list of certificates to pick from. */
static bool parse(struct bf_view bytes, unsigned number)
{
	struct bf_certificate certificate = {0};
	struct bf_error error = {""};
	if (bf_certificate_parse(bytes, "file", number, &certificate, &error))
		fuzz_require(is_clean(error.text));
	else
		fuzz_require(certificate.der.size);
	bf_certificate_free(&certificate);
	return strstr(error.text, "\n  #2 ");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (parse(bf_view(data, size), 0))
		parse(bf_view(data, size), 2);
	return 0;
}
