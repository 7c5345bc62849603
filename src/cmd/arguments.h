/* What the commands' option parsers share: the words for what getopt_long() refuses. */
#ifndef BF_ARGUMENTS_H
#define BF_ARGUMENTS_H

#include <getopt.h>

#include "base/error.h"

/*
 * getopt_long() prints nothing (opterr is 0, the short options begin with ":"); this says
 * what it refused when it returned result, '?' or ':'. Returns BF_ERR_USAGE.
 */
int bf_arguments_fail(char **argv, int result, const struct option *long_options,
		      struct bf_error *reterr);

#endif
