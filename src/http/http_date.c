/* SPDX-License-Identifier: GPL-3.0-only */
#include "http/http_date.h"

#include <stddef.h>

/* The program never calls setlocale(): the names are the English ones. */
static const char imf_fixdate[] = "%a, %d %b %Y %H:%M:%S GMT";

const char *bf_http_date_print(time_t date, char out[BF_HTTP_DATE_SIZE])
{
	struct tm tm;
	if (!gmtime_r(&date, &tm) ||
	    strftime(out, BF_HTTP_DATE_SIZE, imf_fixdate, &tm) == 0)
		out[0] = '\0';
	return out;
}

bool bf_http_date_parse(const char *text, time_t *ret)
{
	static const char *const formats[] = {
		imf_fixdate, "%a, %d-%b-%y %H:%M:%S GMT", /* rfc850-date */
		"%a %b %d %H:%M:%S %Y",                   /* asctime-date */
	};
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct tm tm = {0};
		const char *end = strptime(text, formats[i], &tm);
		if (end && *end == '\0') {
			*ret = timegm(&tm);
			return true;
		}
	}
	return false;
}
