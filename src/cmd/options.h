/* The command line of `boots-from URL`. */
#ifndef BF_OPTIONS_H
#define BF_OPTIONS_H

#include <stdbool.h>

#include "formats/isowriter.h"
#include "image/network.h"

enum bf_action {
	BF_ACTION_BUILD,
	BF_ACTION_PRINT_SCRIPT,
	BF_ACTION_VERSION,
	BF_ACTION_HELP,
};

/* The strings belong to argv. */
struct bf_options {
	enum bf_action action;
	const char *url;      /* NULL when there is a script */
	const char *script;   /* file of the user's own, "-" is standard input, or NULL */
	const char *output;   /* "-" is standard output */
	const char *prebuilt; /* the bundle's folder, NULL for the one inside */
	const char *label;
	enum bf_iso_layout layout;
	struct bf_network network;
	const char *trust; /* a certificate's file, or NULL */
	unsigned archs;    /* set of 1u << enum bf_arch */
	bool quiet;
};

/*
 * Parse argv. BF_ERR_USAGE for a command line that makes no sense, BF_ERR_INPUT for a value
 * that cannot be used; the sentence names the option.
 */
int bf_options_parse(int argc, char **argv, struct bf_options *ret,
		     struct bf_error *reterr);

extern const char bf_options_help[];

#endif
