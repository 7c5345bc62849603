/* The command line of `boots-from URL`. */
#ifndef BF_OPTIONS_H
#define BF_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "image/template.h"
#include "image/template_options.h"
#include "script/network.h"

enum bf_action {
	BF_ACTION_BUILD,
	BF_ACTION_PRINT_SCRIPT,
	BF_ACTION_PRINT_SLOT,
	BF_ACTION_VERSION,
	BF_ACTION_HELP,
};

enum { BF_OPTIONS_IPXE_MAX = 8 };

/* The strings belong to argv. */
struct bf_options {
	enum bf_action action;
	const char *url;      /* NULL when there is a script */
	const char *script;   /* file of the user's own, "-" is standard input, or NULL */
	const char *image;    /* what repoint changes; NULL for building */
	const char *output;   /* "-" is standard output */
	const char *prebuilt; /* the bundle's folder, NULL for the one inside */
	struct bf_network network;
	const char *trust;               /* a certificate's file, or NULL */
	struct bf_template_options made; /* archs is 0 if none were given */
	const char *ipxe[BF_OPTIONS_IPXE_MAX];
	size_t n_ipxe;
	bool quiet;
};

/*
 * Parse argv of a build. BF_ERR_USAGE for a command line that makes no sense, BF_ERR_INPUT
 * for a value that cannot be used; the sentence names the option.
 */
int bf_options_parse(int argc, char **argv, struct bf_options *ret,
		     struct bf_error *reterr);

/*
 * The same for `repoint IMAGE URL`, which takes the options that make the script and refuses
 * those that make the image.
 */
int bf_options_parse_repoint(int argc, char **argv, struct bf_options *ret,
			     struct bf_error *reterr);

extern const char bf_options_help[];

#endif
