/* SPDX-License-Identifier: GPL-3.0-only */
/* Lines of mountinfo: a folder found in one is text of that line, no longer than it was. */
#include <stdlib.h>
#include <string.h>

#include "base/mountinfo.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = fuzz_text(data, size), *again = fuzz_text(data, size);
	struct bf_mount mount = {0}, second = {0};
	size_t length = strlen(line);
	bool is_mount = bf_mountinfo_parse(line, &mount);
	fuzz_require(bf_mountinfo_parse(again, &second) == is_mount);
	if (is_mount) {
		fuzz_require(mount.point > line && mount.point < line + length);
		fuzz_require(strlen(mount.point) <= length);
		fuzz_require(mount.device == second.device);
		fuzz_require(!strcmp(mount.point, second.point));
	}
	free(line);
	free(again);
	return 0;
}
