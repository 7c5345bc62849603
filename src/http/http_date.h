/* SPDX-License-Identifier: GPL-3.0-only */
/* HTTP dates, RFC 9110 section 5.6.7. */
#ifndef BF_HTTP_DATE_H
#define BF_HTTP_DATE_H

#include <stdbool.h>
#include <time.h>

enum { BF_HTTP_DATE_SIZE = 40 }; /* with the NUL */

/* The date as IMF-fixdate, "Sun, 06 Nov 1994 08:49:37 GMT". Returns out. */
const char *bf_http_date_print(time_t date, char out[BF_HTTP_DATE_SIZE]);

/* Read a date in any of the three formats; false if it is none. */
bool bf_http_date_parse(const char *text, time_t *ret);

#endif
