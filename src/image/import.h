/*
 * iPXE binaries the user brings, self-built or a distribution's, in the place of the
 * bundle's: with a slot already, compiled in or planted, or else one is planted.
 */
#ifndef BF_IMPORT_H
#define BF_IMPORT_H

#include "bundle/bundle.h"
#include "image/template.h"

/*
 * Load the bundle, see bf_bundle_load(), with the n_ipxe files in the place of its own
 * binaries, each for the architecture it is for. BF_ERR_UNSUPPORTED or BF_ERR_SIGNED, with
 * the reason, for what cannot be used: not an iPXE, of an unknown architecture, too old to
 * run a command line, signed, with a script compiled in that is not a slot. BF_ERR_INPUT
 * for a second one of the same architecture.
 *
 * options->archs, where it is 0, becomes what the format and the files suggest.
 * BF_ERR_USAGE when format, archs and files contradict. Release ret with bf_bundle_free().
 */
int bf_import_bundle(const char *prebuilt, const char *const *ipxe, size_t n_ipxe,
		     struct bf_template_options *options, struct bf_bundle **ret,
		     struct bf_error *reterr);

/*
 * Put the body of a slot into those binaries whose slot is packed: it must be done before
 * an image is laid out of the bundle. BF_ERR_TOO_BIG names both sizes.
 */
int bf_import_fill_packed(struct bf_bundle *bundle, struct bf_view script,
			  struct bf_error *reterr);

#endif
