/* SPDX-License-Identifier: GPL-3.0-only */
/* Stock iPXE binaries, for tests that want the real thing: BF_IPXE_DIR=DIR[:DIR...]. */
#ifndef TEST_STOCK_H
#define TEST_STOCK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/file.h"

/*
 * Read the file of this name from directory number index; false when there are no more
 * directories. A file that is missing where a directory was named is a failed test.
 */
static inline bool stock_read(const char *name, unsigned index, struct bf_buffer *ret)
{
	char path[4096];
	struct bf_error error;
	const char *dir = getenv("BF_IPXE_DIR");

	for (; dir && index > 0; index--) {
		dir = strchr(dir, ':');
		dir = dir ? dir + 1 : NULL;
	}
	if (!dir || !*dir)
		return false;
	snprintf(path, sizeof(path), "%.*s/%s", (int)strcspn(dir, ":"), dir, name);
	if (bf_buffer_read_file(path, 16 << 20, ret, &error)) {
		fprintf(stderr, "%s\n", error.text);
		abort();
	}
	return true;
}

#endif
