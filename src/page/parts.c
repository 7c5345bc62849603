/* SPDX-License-Identifier: GPL-3.0-only */
#include "page/parts.h"

#ifdef BF_PAGE_DIR /* the folder they were made in; the assembler copies them */

/*
 * Hidden, so that they are addressed directly: by way of the GOT, the assembler for arm64 names
 * them by section and offset, and the linker gives all of a section one entry.
 */
#define PART(name, file)                                                                 \
	__asm__(".pushsection .rodata, \"a\"\n"                                          \
		".balign 64\n"                                                           \
		".local bf_page_" #name "\n"                                             \
		"bf_page_" #name ":\n"                                                   \
		".incbin \"" file "\"\n"                                                 \
		".local bf_page_" #name "_end\n"                                         \
		"bf_page_" #name "_end:\n"                                               \
		".byte 0\n"                                                              \
		".popsection\n");                                                        \
	__attribute__((visibility("hidden"))) extern const uint8_t bf_page_##name[],     \
		bf_page_##name##_end[];

PART(html, BF_PAGE_DIR "/page.html")
PART(style, BF_PAGE_DIR "/page.css")
PART(script, BF_PAGE_DIR "/page.js")
PART(module, BF_PAGE_DIR "/boots-from.wasm.gz")
PART(certificates, BF_PAGE_DIR "/certificates.wasm.gz")

#define VIEW(name)                                                                       \
	bf_view(bf_page_##name, (size_t)(bf_page_##name##_end - bf_page_##name))

struct bf_page_parts bf_page_parts(void)
{
	return (struct bf_page_parts){
		.html = VIEW(html),
		.style = VIEW(style),
		.script = VIEW(script),
		.module = VIEW(module),
		.certificates = VIEW(certificates),
	};
}

#else

struct bf_page_parts bf_page_parts(void)
{
	return (struct bf_page_parts){0};
}

#endif
