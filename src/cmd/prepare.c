#include "cmd/prepare.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "image/import.h"
#include "image/template.h"
#include "script/script.h"
#include "script/url.h"
#include "script/userscript.h"
#include "trust/trust.h"

int bf_prepare_bundle(struct bf_options *options, struct bf_bundle **ret,
		      struct bf_error *reterr)
{
	return bf_import_bundle(options->prebuilt, options->ipxe, options->n_ipxe,
				&options->made, ret, reterr);
}

void bf_prepare_release(struct bf_bundle **bundle)
{
	bf_bundle_free(*bundle);
}

/* ---- The certificate ---- */

/* url is NULL where there are many. */
static void print_warnings(const struct bf_certificate *certificate, const char *url)
{
	struct bf_trust_warnings warnings;
	bf_trust_warn(certificate, url, time(NULL), &warnings);
	for (size_t i = 0; i < warnings.n; i++)
		fprintf(stderr, "boots-from: warning: %s\n", warnings.texts[i]);
}

int bf_prepare_certificate(const struct bf_bundle *bundle,
			   const struct bf_options *options, struct bf_certificate *ret,
			   struct bf_error *reterr)
{
	int err = bf_certificate_read(options->trust, ret, reterr);
	if (!err)
		err = bf_trust_check(ret, bundle, options->made.archs, reterr);
	if (err)
		return bf_fail_in(reterr, err, "--trust");
	print_warnings(ret, options->url);
	return BF_OK;
}

int bf_prepare_warn_of_trust(const char *path, struct bf_error *reterr)
{
	bf_cleanup(bf_certificate_free) struct bf_certificate certificate = {0};
	int err = bf_certificate_read(path, &certificate, reterr);
	if (err)
		return bf_fail_in(reterr, err, "--trust");
	print_warnings(&certificate, NULL);
	return BF_OK;
}

/* ---- The script ---- */

static int read_script(const char *path, struct bf_buffer *ret, struct bf_error *reterr)
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
	err = bf_userscript_convert(bf_buffer_view(&text), ret, reterr);
	return err ? bf_fail_in(reterr, err, "'%s'",
				bf_printable(path, name, sizeof(name)))
		   : BF_OK;
}

static int render_script(const struct bf_bundle *bundle, const struct bf_options *options,
			 struct bf_buffer *ret, struct bf_error *reterr)
{
	char schemes[BF_IPXE_SCHEMES_SIZE];
	bf_bundle_schemes(bundle, options->made.archs, schemes);
	int err = bf_url_check(options->url, schemes, reterr);
	return err ? err : bf_script_render(&options->network, options->url, ret, reterr);
}

/* Every slot must take the script, also when it is only to be printed. */
static int check_size(const struct bf_bundle *bundle, unsigned archs,
		      struct bf_view script, struct bf_error *reterr)
{
	int err = BF_OK;
	for (enum bf_arch arch = 0; !err && arch < BF_ARCH_COUNT; arch++)
		if (bundle->ipxe[arch].present && archs & 1u << arch)
			err = bf_slot_check_body(bundle->ipxe[arch].slot.size, script,
						 reterr);
	return err;
}

int bf_prepare_script(const struct bf_bundle *bundle, const struct bf_options *options,
		      const struct bf_certificate *certificate, struct bf_buffer *ret,
		      struct bf_error *reterr)
{
	int err = certificate ? bf_trust_render(certificate, ret, reterr) : BF_OK;
	if (!err)
		err = options->script ? read_script(options->script, ret, reterr)
				      : render_script(bundle, options, ret, reterr);
	return err ? err
		   : check_size(bundle, options->made.archs, bf_buffer_view(ret), reterr);
}
