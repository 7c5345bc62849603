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
