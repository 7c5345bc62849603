#include "cmd/prepare.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "script/userscript.h"
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

static int read_script(const char *path, struct bf_target *ret, struct bf_error *reterr)
{
	char name[256];
	bf_cleanup(bf_buffer_free) struct bf_buffer text = {0};
	bool is_stdin = strcmp(path, "-") == 0;
	if (is_stdin)
		path = "standard input";
	int err = is_stdin ? bf_buffer_read_fd(STDIN_FILENO, path, BF_USERSCRIPT_FILE_MAX,
					       &text, reterr)
			   : bf_buffer_read_file(path, BF_USERSCRIPT_FILE_MAX, &text,
						 reterr);
	if (err)
		return err;
	err = bf_userscript_convert(bf_buffer_view(&text), &ret->script, reterr);
	return err ? bf_fail_in(reterr, err, "'%s'",
				bf_printable(path, name, sizeof(name)))
		   : BF_OK;
}

int bf_prepare_target(const struct bf_options *options, struct bf_target *ret,
		      struct bf_error *reterr)
{
	ret->network = options->network;
	return options->script ? read_script(options->script, ret, reterr)
			       : bf_target_set(ret, "url", options->url, reterr);
}

void bf_prepare_warn(const struct bf_certificate *certificate, const char *url)
{
	struct bf_trust_warnings warnings;
	bf_trust_warn(certificate, url, time(NULL), &warnings);
	for (size_t i = 0; i < warnings.n; i++)
		fprintf(stderr, "boots-from: warning: %s\n", warnings.texts[i]);
}
