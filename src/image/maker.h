/*
 * What all images of a set have in common: the bundle, the certificate they trust and the
 * template. Made once, it is only read afterwards, so threads may share it.
 */
#ifndef BF_MAKER_H
#define BF_MAKER_H

#include "image/template_options.h"

enum { BF_MAKER_IPXE_MAX = 8 };

/* The strings belong to others. */
struct bf_maker_options {
	const char *prebuilt; /* the bundle's folder, NULL for the one inside */
	const char *trust;    /* a certificate's file, or NULL */
	const char *ipxe[BF_MAKER_IPXE_MAX]; /* binaries instead of the bundle's */
	size_t n_ipxe;
	struct bf_template_options layout;
};

struct bf_maker {
	struct bf_bundle *bundle; /* the template's pieces lead to its bytes */
	struct bf_template image_template;
	struct bf_buffer preamble;          /* what each script starts with */
	char schemes[BF_IPXE_SCHEMES_SIZE]; /* that every iPXE in the images can open */
};

/*
 * Set what a name stands for: "prebuilt", "trust", "ipxe", which adds one more, or what
 * bf_template_options_set() knows. value must outlive the options.
 */
int bf_maker_options_set(struct bf_maker_options *options, const char *name,
			 const char *value, struct bf_error *reterr);

/* Read the bundle and lay the template out. Release ret with bf_maker_free(). */
int bf_maker_new(const struct bf_maker_options *options, struct bf_maker *ret,
		 struct bf_error *reterr);
void bf_maker_free(struct bf_maker *maker);

/* Make script hold the preamble alone, for a target's own part to be appended. */
int bf_maker_begin_script(const struct bf_maker *maker, struct bf_buffer *script,
			  struct bf_error *reterr);

#endif
