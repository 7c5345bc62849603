/* The command line of `boots-from serve`. */
#ifndef BF_SERVE_OPTIONS_H
#define BF_SERVE_OPTIONS_H

#include <stdbool.h>

#include "image/maker.h"

/* The strings belong to argv. */
struct bf_serve_options {
	bool help;
	const char *listen; /* ADDRESS:PORT */
	const char *hosts;  /* a file, NULL when every name is a host */
	const char *url;    /* NULL when the hosts bring their own */
	struct bf_maker_options made_from;
	unsigned connections;
	unsigned per_address;
	unsigned idle_seconds;
	bool quiet;
};

/* Parse argv. BF_ERR_USAGE for what makes no sense; the sentence names the option. */
int bf_serve_options_parse(int argc, char **argv, struct bf_serve_options *ret,
			   struct bf_error *reterr);

extern const char bf_serve_options_help[];

#endif
