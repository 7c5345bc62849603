/* SPDX-License-Identifier: GPL-3.0-only */
#include "bundle/embedded.h"

#include <string.h>

/*
 * BF_BUNDLE_DIR is the bundle's folder in the build tree, BF_BUNDLE_LIST has a line
 * BUNDLED(NUMBER, "FILE") for every file in it; the assembler copies them. They are aligned
 * so that copying out of them starts at a cache line.
 */
#define BUNDLED(number, file)                                                            \
	__asm__(".pushsection .rodata, \"a\"\n"                                          \
		".balign 64\n"                                                           \
		".local bf_embedded_" #number "\n"                                       \
		"bf_embedded_" #number ":\n"                                             \
		".incbin \"" BF_BUNDLE_DIR "/" file "\"\n"                               \
		".local bf_embedded_" #number "_end\n"                                   \
		"bf_embedded_" #number "_end:\n"                                         \
		".byte 0\n"                                                              \
		".popsection\n");                                                        \
	extern const uint8_t bf_embedded_##number[], bf_embedded_##number##_end[];
#include BF_BUNDLE_LIST
#undef BUNDLED

#define BUNDLED(number, file) {file, bf_embedded_##number, bf_embedded_##number##_end},
static const struct {
	const char *name;
	const uint8_t *start, *end;
} files[] = {
#include BF_BUNDLE_LIST
};
#undef BUNDLED

struct bf_view bf_embedded_file(const char *name)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (strcmp(files[i].name, name) == 0)
			return bf_view(files[i].start,
				       (size_t)(files[i].end - files[i].start));
	return bf_view(NULL, 0);
}
