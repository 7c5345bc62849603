/* What every command that puts a script somewhere begins with. */
#ifndef BF_PREPARE_H
#define BF_PREPARE_H

#include "bundle/bundle.h"
#include "cmd/options.h"
#include "trust/certificate.h"

/*
 * Load the bundle with the binaries of --ipxe in it and settle which boot paths are meant:
 * options->made.archs, when --arch was not given, follows --format and --ipxe. Release the
 * bundle with bf_prepare_release().
 */
int bf_prepare_bundle(struct bf_options *options, struct bf_bundle **ret,
		      struct bf_error *reterr);

/* For bf_cleanup(): bf_bundle_free() of the bundle that a variable leads to. */
void bf_prepare_release(struct bf_bundle **bundle);

/*
 * Read the certificate of --trust, which the iPXE of options->made.archs must be able to
 * use, and warn on standard error of what will be a surprise later. Release ret with
 * bf_certificate_free().
 */
int bf_prepare_certificate(const struct bf_bundle *bundle,
			   const struct bf_options *options, struct bf_certificate *ret,
			   struct bf_error *reterr);

/* The warnings alone, for a command that makes many images. */
int bf_prepare_warn_of_trust(const char *path, struct bf_error *reterr);

/*
 * The body of the slot that the options ask for; it fits in the slots of options->made.archs.
 * certificate is that of --trust, or NULL.
 */
int bf_prepare_script(const struct bf_bundle *bundle, const struct bf_options *options,
		      const struct bf_certificate *certificate, struct bf_buffer *ret,
		      struct bf_error *reterr);

#endif
