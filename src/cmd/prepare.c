#include "cmd/prepare.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "trust/trust.h"

struct bf_maker_options bf_prepare_maker(const struct bf_options *options)
{
	struct bf_maker_options maker = {.prebuilt = options->prebuilt,
					 .trust = options->trust,
					 .n_ipxe = options->n_ipxe,
					 .layout = options->made};
	memcpy(maker.ipxe, options->ipxe, sizeof(maker.ipxe));
	return maker;
}

int bf_prepare_target(const struct bf_options *options, struct bf_target *ret,
		      struct bf_error *reterr)
{
	ret->network = options->network;
	return options->script ? bf_target_read_script(ret, options->script, reterr)
			       : bf_target_set(ret, "url", options->url, reterr);
}

void bf_prepare_warn(const struct bf_certificate *certificate, const char *url)
{
	struct bf_trust_warnings warnings;
	bf_trust_warn(certificate, url, time(NULL), &warnings);
	for (size_t i = 0; i < warnings.n; i++)
		fprintf(stderr, "boots-from: warning: %s\n", warnings.texts[i]);
}
