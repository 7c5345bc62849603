/* What the commands that put one script somewhere begin with. */
#ifndef BF_PREPARE_H
#define BF_PREPARE_H

#include "cmd/options.h"
#include "image/maker.h"

/* What the options say of the image, and of the machine that boots from it. */
struct bf_maker_options bf_prepare_maker(const struct bf_options *options);
int bf_prepare_target(const struct bf_options *options, struct bf_target *ret,
		      struct bf_error *reterr);

/* Say on standard error what will be a surprise later; url is NULL where there are many. */
void bf_prepare_warn(const struct bf_certificate *certificate, const char *url);

#endif
