/*
 * iPXE binaries the user brings, self-built or a distribution's, in the place of the
 * bundle's: with a slot already, compiled in or planted, or else one is planted.
 */
#ifndef BF_IMPORT_H
#define BF_IMPORT_H

#include "image/bundle.h"
#include "image/template.h"

/*
 * Read the file and put it in the bundle, for the architecture it is for. BF_ERR_UNSUPPORTED
 * or BF_ERR_SIGNED, with the reason, for what cannot be used: not an iPXE, of an unknown
 * architecture, too old to run a command line, signed, with a script compiled in that is
 * not a slot. BF_ERR_INPUT when the user brought one for this architecture already.
 */
int bf_import_ipxe(struct bf_bundle *bundle, const char *path, struct bf_error *reterr);

/*
 * Settle which boot paths an image has: options->archs, where it is 0, follows the format
 * and what the user brought. BF_ERR_USAGE when format, archs and binaries contradict.
 */
int bf_import_settle(const struct bf_bundle *bundle, struct bf_template_options *options,
		     struct bf_error *reterr);

/*
 * Put the body of a slot into those binaries whose slot is packed: it must be done before
 * an image is laid out of the bundle. BF_ERR_TOO_BIG names both sizes.
 */
int bf_import_fill_packed(struct bf_bundle *bundle, struct bf_view script,
			  struct bf_error *reterr);

#endif
