/* SPDX-License-Identifier: GPL-3.0-only */
/* Numbers that people give. */
#ifndef BF_NUMBER_H
#define BF_NUMBER_H

#include "base/error.h"

/*
 * Decimal digits and nothing else, from min to max. BF_ERR_USAGE when they are not that;
 * ret is as it was then.
 */
bf_must_check int bf_number_parse(const char *text, unsigned min, unsigned max,
				  unsigned *ret, struct bf_error *reterr);

/* A number of bytes from 1 to max, a multiple of 1024 with a K and of 1024 * 1024 with an M. */
bf_must_check int bf_size_parse(const char *text, unsigned max, unsigned *ret,
				struct bf_error *reterr);

/* A time from 1 s to max seconds: digits and one of s, m, h, d. */
bf_must_check int bf_duration_parse(const char *text, unsigned max, unsigned *ret,
				    struct bf_error *reterr);

#endif
