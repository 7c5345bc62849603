/* What the commands' option parsers share. */
#ifndef BF_ARGUMENTS_H
#define BF_ARGUMENTS_H

#include <getopt.h>

#include "image/maker.h"

/*
 * Hand every option of argv to take(), by its value in long_options and its long name, and
 * leave optind at the first argument that is none. brief lists the short options as for
 * getopt(3), after a ":". BF_ERR_USAGE for an option that is not there or not complete, or
 * the first failure of take().
 */
int bf_arguments_parse(int argc, char **argv, const char *brief,
		       const struct option *long_options,
		       int (*take)(int option, const char *name, const char *value,
				   void *into, struct bf_error *reterr),
		       void *into, struct bf_error *reterr);

/* The bundle's folder in the environment, NULL when nothing is said there. */
const char *bf_arguments_prebuilt(void);

/* bf_maker_options_set() for a command line, where a second --trust is a mistake. */
int bf_arguments_set_maker(struct bf_maker_options *options, const char *name,
			   const char *value, struct bf_error *reterr);

#endif
