/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/mountinfo.h"

#include <stdint.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/number.h"

/* The next of the fields, which have one space between them; NULL after the last. */
static char *take_field(char **rest)
{
	return *rest ? strsep(rest, " \n") : NULL;
}

static bool read_device(char *field, dev_t *ret)
{
	unsigned major_number, minor_number;
	char *colon = strchr(field, ':');
	if (!colon)
		return false;
	*colon = '\0';
	if (bf_number_parse(field, 0, UINT32_MAX, &major_number, NULL) ||
	    bf_number_parse(colon + 1, 0, UINT32_MAX, &minor_number, NULL))
		return false;
	*ret = makedev(major_number, minor_number);
	return true;
}

static bool is_octal(const char *digits)
{
	return digits[0] >= '0' && digits[0] <= '3' && strspn(digits, "01234567") >= 3;
}

/* Spaces, tabs, newlines and backslashes are there in octal, as in "\040". */
static void unescape(char *text)
{
	char *to = text;
	for (const char *from = text; *from; from++) {
		if (*from == '\\' && is_octal(from + 1)) {
			*to++ = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 |
				       (from[3] - '0'));
			from += 3;
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
}

/* "36 35 98:0 /root /mount/point options ...": of these the third and the fifth. */
bool bf_mountinfo_parse(char *line, struct bf_mount *ret)
{
	enum { DEVICE = 2, POINT = 4, N_FIELDS };
	char *fields[N_FIELDS];
	for (int i = 0; i < N_FIELDS; i++) {
		fields[i] = take_field(&line);
		if (!fields[i] || !*fields[i])
			return false;
	}
	if (!read_device(fields[DEVICE], &ret->device))
		return false;
	unescape(fields[POINT]);
	ret->point = fields[POINT];
	return true;
}
