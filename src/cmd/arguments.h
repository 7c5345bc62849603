/* What the commands' option parsers share. */
#ifndef BF_ARGUMENTS_H
#define BF_ARGUMENTS_H

#include <getopt.h>

#include "image/maker.h"

/*
 * getopt_long() prints nothing (opterr is 0, the short options begin with ":"); this says
 * what it refused when it returned result, '?' or ':'. Returns BF_ERR_USAGE.
 */
int bf_arguments_fail(char **argv, int result, const struct option *long_options,
		      struct bf_error *reterr);

/* bf_maker_options_set() for a command line, where a second --trust is a mistake. */
int bf_arguments_set_maker(struct bf_maker_options *options, const char *name,
			   const char *value, struct bf_error *reterr);

#endif
