/* The command line of `boots-from batch`. */
#ifndef BF_BATCH_OPTIONS_H
#define BF_BATCH_OPTIONS_H

#include "image/maker.h"

enum { BF_BATCH_JOBS_MAX = 64 };

/* The strings belong to argv. */
struct bf_batch_options {
	const char *url;    /* pattern, NULL when the rows bring their own */
	const char *hosts;  /* file, "-" is standard input */
	const char *folder; /* where the images go */
	const char *name;   /* pattern of their names */
	struct bf_maker_options made_from;
	unsigned jobs;
	bool keep_going;
	bool force;
	bool quiet;
	bool help; /* print bf_batch_help, do nothing else */
};

/* Parse argv. BF_ERR_USAGE for what makes no sense; the sentence names the option. */
int bf_batch_options_parse(int argc, char **argv, struct bf_batch_options *ret,
			   struct bf_error *reterr);

extern const char bf_batch_help[];

#endif
