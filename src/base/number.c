/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/number.h"

#include <stdint.h>

int bf_number_parse(const char *text, unsigned min, unsigned max, unsigned *ret,
		    struct bf_error *reterr)
{
	char printable[64];
	uint64_t number = 0;
	const char *p = text;
	/* Once it is too large, more digits would only make it overflow. */
	while (*p >= '0' && *p <= '9' && number <= max)
		number = number * 10 + (uint64_t)(*p++ - '0');
	if (p == text || *p || number < min || number > max)
		return bf_fail(reterr, BF_ERR_USAGE, "'%s' is not a number from %u to %u",
			       bf_printable(text, printable, sizeof(printable)), min,
			       max);
	*ret = (unsigned)number;
	return BF_OK;
}
