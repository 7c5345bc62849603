/* SPDX-License-Identifier: GPL-3.0-only */
/* Lines of /proc/self/mountinfo, proc(5): what is mounted where. */
#ifndef BF_MOUNTINFO_H
#define BF_MOUNTINFO_H

#include <stdbool.h>
#include <sys/types.h>

struct bf_mount {
	dev_t device;
	const char *point; /* the folder, in the line; any byte but NUL may be in it */
};

/* Take a line apart, which is changed for that; false for one that is none. */
bool bf_mountinfo_parse(char *line, struct bf_mount *ret);

#endif
