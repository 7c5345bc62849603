/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/number.h"

#include <stdint.h>
#include <string.h>

/* Take the digits at *text. Once it is above max, more would only make it overflow. */
static uint64_t take_digits(const char **text, unsigned max)
{
	uint64_t number = 0;
	while (**text >= '0' && **text <= '9' && number <= max)
		number = number * 10 + (uint64_t)(*(*text)++ - '0');
	return number;
}

int bf_number_parse(const char *text, unsigned min, unsigned max, unsigned *ret,
		    struct bf_error *reterr)
{
	char printable[64];
	const char *p = text;
	uint64_t number = take_digits(&p, max);
	if (p == text || *p || number < min || number > max)
		return bf_fail(reterr, BF_ERR_USAGE, "'%s' is not a number from %u to %u",
			       bf_printable(text, printable, sizeof(printable)), min,
			       max);
	*ret = (unsigned)number;
	return BF_OK;
}

int bf_size_parse(const char *text, unsigned max, unsigned *ret, struct bf_error *reterr)
{
	char printable[64];
	const char *p = text;
	uint64_t number = take_digits(&p, max);
	unsigned shift = *p == 'K' || *p == 'k' ? 10 : *p == 'M' || *p == 'm' ? 20 : 0;
	const char *end = p + (shift > 0);
	if (p == text || *end || number < 1 || number << shift > max)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "'%s' is not a size from 1 to %u bytes, such as 64K",
			       bf_printable(text, printable, sizeof(printable)), max);
	*ret = (unsigned)(number << shift);
	return BF_OK;
}

int bf_duration_parse(const char *text, unsigned max, unsigned *ret,
		      struct bf_error *reterr)
{
	static const char units[] = "smhd";
	static const unsigned seconds[] = {1, 60, 3600, 86400};
	char printable[64];
	const char *p = text;
	uint64_t number = take_digits(&p, max);
	const char *unit = *p ? strchr(units, *p) : NULL;
	if (p == text || !unit || p[1] || number < 1 ||
	    number * seconds[unit - units] > max)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "'%s' is not a time from 1s to %ud, such as 30m or 2h",
			       bf_printable(text, printable, sizeof(printable)),
			       max / 86400);
	*ret = (unsigned)number * seconds[unit - units];
	return BF_OK;
}
