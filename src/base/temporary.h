/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Files on their way to their name: in the same folder, under no name where the file system
 * has that, else under one that nobody can foresee.
 */
#ifndef BF_TEMPORARY_H
#define BF_TEMPORARY_H

#include "base/bytes.h"

enum { BF_TEMPORARY_NAME_SIZE = 48 };

/* The descriptors are the caller's to close. */
struct bf_temporary {
	int folder; /* of the file, open */
	int fd;     /* of the file, for writing, and locked as long as it is open */
	char name[BF_TEMPORARY_NAME_SIZE]; /* empty while it has none */
};

/* Make one in an open folder, to be read by those whom umask lets. -1 and errno. */
int bf_temporary_open(int folder, struct bf_temporary *ret);

/*
 * Give the file its name, which nobody has yet: else it is -1 and EEXIST, and the file stays
 * what it was.
 */
int bf_temporary_publish(struct bf_temporary *temporary, const char *name);

/*
 * Give a file that has none a name of its own, as replacing does before it renames. While a
 * file has such a name no signal may end us: it would stay.
 */
int bf_temporary_name(struct bf_temporary *temporary);

/* Give the file a name and take it from the file that has it, in one step. */
int bf_temporary_replace(struct bf_temporary *temporary, const char *name);

/* Take back a name that was not published. */
void bf_temporary_discard(struct bf_temporary *temporary);

/*
 * Remove what interrupted runs left in a folder. What somebody is still writing is locked,
 * and stays. Returns how many there were.
 */
size_t bf_temporary_sweep(const char *folder);

#endif
