#include "image/maker.h"

#include <string.h>

#include "base/cleanup.h"
#include "image/import.h"
#include "trust/trust.h"

static int add_ipxe(struct bf_maker_options *options, const char *path,
		    struct bf_error *reterr)
{
	if (options->n_ipxe == BF_MAKER_IPXE_MAX)
		return bf_fail(reterr, BF_ERR_USAGE, "more than %d files",
			       BF_MAKER_IPXE_MAX);
	options->ipxe[options->n_ipxe++] = path;
	return BF_OK;
}

int bf_maker_options_set(struct bf_maker_options *options, const char *name,
			 const char *value, struct bf_error *reterr)
{
	if (strcmp(name, "ipxe") == 0)
		return add_ipxe(options, value, reterr);
	if (strcmp(name, "prebuilt") == 0)
		options->prebuilt = value;
	else if (strcmp(name, "trust") == 0)
		options->trust = value;
	else
		return bf_template_options_set(&options->layout, name, value, reterr);
	return BF_OK;
}

/* Pin the certificate in the binaries; what is left to do is done by the scripts. */
static int trust(const struct bf_maker_options *options, unsigned archs,
		 struct bf_maker *maker, struct bf_error *reterr)
{
	bf_cleanup(bf_certificate_free) struct bf_certificate certificate = {0};
	int err = bf_certificate_read(options->trust, &certificate, reterr);
	if (!err)
		err = bf_trust_check(&certificate, maker->bundle, archs, reterr);
	if (!err)
		err = bf_trust_pin(maker->bundle, archs, certificate.sha256, reterr);
	return err ? err : bf_trust_render(&certificate, &maker->preamble, reterr);
}

static int refuse_packed(const struct bf_bundle *bundle, struct bf_error *reterr)
{
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++)
		if (bundle->ipxe[arch].slot_is_packed)
			return bf_fail(
				reterr, BF_ERR_UNSUPPORTED,
				"the iPXE for %s has its slot in a packed part, which "
				"would be packed anew for every image: build images one "
				"at a time, or bring one without a slot",
				bf_arch_name(arch));
	return BF_OK;
}

int bf_maker_new(const struct bf_maker_options *options, struct bf_maker *ret,
		 struct bf_error *reterr)
{
	struct bf_maker maker = {0};
	struct bf_template_options layout = options->layout;
	int err = bf_import_bundle(options->prebuilt, options->ipxe, options->n_ipxe,
				   &layout, &maker.bundle, reterr);
	if (!err)
		err = refuse_packed(maker.bundle, reterr);
	if (!err && options->trust)
		err = trust(options, layout.archs, &maker, reterr);
	if (!err)
		err = bf_template_new(maker.bundle, &layout, &maker.image_template,
				      reterr);
	if (err) {
		bf_maker_free(&maker);
		return err;
	}
	bf_bundle_schemes(maker.bundle, layout.archs, maker.schemes);
	*ret = maker;
	return BF_OK;
}

void bf_maker_free(struct bf_maker *maker)
{
	bf_template_free(&maker->image_template);
	bf_buffer_free(&maker->preamble);
	bf_bundle_free(maker->bundle);
	*maker = (struct bf_maker){0};
}

int bf_maker_begin_script(const struct bf_maker *maker, struct bf_buffer *script,
			  struct bf_error *reterr)
{
	script->size = 0;
	if (bf_buffer_append(script, maker->preamble.data, maker->preamble.size))
		return bf_fail_nomem(reterr);
	return BF_OK;
}
