/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * What all images of a set have in common: the bundle, the binaries, the certificate they
 * trust, who signs them and the template. Made once, it is only read afterwards, so threads
 * may share it.
 */
#ifndef BF_MAKER_H
#define BF_MAKER_H

#include "image/binaries.h"
#include "image/maker_options.h"
#include "image/renderer.h"
#include "image/shims.h"
#include "image/template.h"

/* A zeroed struct is freed like any other. */
struct bf_maker {
	struct bf_bundle *bundle; /* the template's pieces lead to its bytes */
	struct bf_binaries binaries;
	struct bf_template_options layout; /* with the boot paths settled */
	bool has_certificate;
	struct bf_certificate certificate;
	bool has_signer;
	struct bf_signer signer;
	struct bf_shims shims;
	struct bf_renderer renderer;
	struct bf_template tmpl;
};

/*
 * Read who signs, if the options name somebody. BF_ERR_USAGE where a key or a certificate stands
 * alone, else as bf_signer_read(). Release ret with bf_signer_free() if *ret_is_there.
 */
bf_must_check int bf_maker_read_signer(const struct bf_maker_options *options,
				       struct bf_signer *ret, bool *ret_is_there,
				       struct bf_error *reterr);

/*
 * Load the bundle, take the user's binaries, settle the boot paths and read the certificate
 * and the key, which is not read again: from here on scripts can be rendered. Release ret with
 * bf_maker_free().
 */
bf_must_check int bf_maker_init(struct bf_maker *ret,
				const struct bf_maker_options *options,
				struct bf_error *reterr);
void bf_maker_free(struct bf_maker *maker);

/*
 * Where in images the certificate of who signs them stands, to be enrolled; NULL if it does
 * not.
 */
const char *bf_maker_certificate_path(const struct bf_maker *maker);

/*
 * Lay the template out, with room for a script of so many bytes or of what the option
 * script-room asks for: where the slots have not that, with a loose slot. From here on images
 * can be made. script is what the only image is to hold, for binaries that need it first; NULL
 * where there are many, which BF_ERR_UNSUPPORTED refuses for such binaries.
 */
bf_must_check int bf_maker_lay_out(struct bf_maker *maker, const struct bf_buffer *script,
				   size_t room, struct bf_error *reterr);

#endif
