/* SPDX-License-Identifier: GPL-3.0-only */
#include "cmd/warn.h"

#include <stdio.h>
#include <time.h>

#include "trust/trust.h"

void bf_warn_of_certificate(const struct bf_certificate *certificate, const char *url)
{
	struct bf_trust_warnings warnings;
	bf_trust_warn(certificate, url, time(NULL), &warnings);
	for (size_t i = 0; i < warnings.n; i++)
		fprintf(stderr, "boots-from: warning: %s\n", warnings.texts[i]);
}

void bf_warn_of_signer(const struct bf_signer *signer, const char *key_path)
{
	struct bf_signer_warnings warnings;
	bf_signer_warn(signer, key_path, time(NULL), &warnings);
	for (size_t i = 0; i < warnings.n; i++)
		fprintf(stderr, "boots-from: warning: %s\n", warnings.texts[i]);
}

static void warn_of_shims(const struct bf_maker *maker)
{
	struct bf_shims_warnings warnings;
	bf_shims_warn(&maker->shims, &maker->binaries, &warnings);
	for (size_t i = 0; i < warnings.n; i++)
		fprintf(stderr, "boots-from: warning: %s\n", warnings.texts[i]);
}

void bf_warn_of_maker(const struct bf_maker *maker,
		      const struct bf_maker_options *options, const char *url)
{
	if (maker->has_certificate)
		bf_warn_of_certificate(&maker->certificate, url);
	if (maker->has_signer)
		bf_warn_of_signer(&maker->signer, options->sign_key);
	warn_of_shims(maker);
}
