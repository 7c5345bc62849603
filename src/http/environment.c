/* SPDX-License-Identifier: GPL-3.0-only */
#include "http/environment.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

long bf_environment_number(const char *variable)
{
	const char *value = getenv(variable);
	char *end;
	if (!value || !isdigit((unsigned char)*value))
		return -1;
	errno = 0;
	long number = strtol(value, &end, 10);
	return *end == '\0' && errno == 0 ? number : -1;
}
