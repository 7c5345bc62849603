/* SPDX-License-Identifier: GPL-3.0-only */
/* What the user names as a certificate, and what a script and a person are told of it. */
#include <string.h>

#include "fuzz.h"
#include "trust/trust.h"

/* Lines of a script, which is whole when something follows; nothing in them is a setting. */
static void check_script(const struct bf_certificate *certificate)
{
	static const char end[] = "shell\n";
	struct bf_buffer script = {0};
	fuzz_require(!bf_trust_render(certificate, &script, NULL));
	fuzz_require(!memchr(script.data, '$', script.size));
	fuzz_require(!bf_buffer_append(&script, end, sizeof(end) - 1));
	fuzz_check_script(bf_buffer_view(&script));
	bf_buffer_free(&script);
}

static void check_words(const struct bf_certificate *certificate)
{
	struct bf_buffer text = {0};
	struct bf_trust_warnings warnings = {0};
	fuzz_require(!bf_trust_describe(certificate, &text, NULL));
	for (size_t i = 0; i < text.size; i++)
		fuzz_require(text.data[i] >= ' ' && text.data[i] <= '~');
	bf_trust_warn(certificate, "https://a/", certificate->not_after, &warnings);
	fuzz_require(warnings.n <= BF_TRUST_WARNINGS_MAX);
	bf_buffer_free(&text);
}

/* Whether there is a list of certificates to pick from. */
static bool parse(struct bf_view bytes, unsigned number)
{
	struct bf_certificate certificate = {0};
	struct bf_error error = {""};
	if (!fuzz_try(bf_certificate_parse(bytes, "file", number, &certificate, &error),
		      &error)) {
		fuzz_require(certificate.der.size);
		check_script(&certificate);
		check_words(&certificate);
	}
	bf_certificate_free(&certificate);
	return strstr(error.text, "\n  #2 ");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (parse(bf_view(data, size), 0))
		parse(bf_view(data, size), 2);
	return 0;
}
