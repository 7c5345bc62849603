/* SPDX-License-Identifier: GPL-3.0-only */
#include "bundle/manifest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "guard.h"

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char good[] = "boots-from-bundle 1\n"
			   "# a comment\n"
			   "package ipxe 2.0.0 forky\n"
			   "time 1775032636\n"
			   "input " HASH " 7 ipxe.lkrn\n"
			   "file " HASH " 12 ipxe.lkrn\n"
			   "ipxe ipxe.lkrn bios 3129 8192 http,https\n"
			   "algorithms bios rsa,ecdsa\n"
			   "digest bios 0123456789abcdef0123456789abcdef\n";

static int parse(const char *text, size_t size, struct bf_manifest *ret,
		 struct bf_error *error)
{
	struct guard guard = guard_copy(text, size);
	int err = bf_manifest_parse(bf_view(guard.data, guard.size), ret, error);
	guard_free(&guard);
	return err;
}

static void test_good(void **state)
{
	(void)state;
	struct bf_manifest manifest;
	assert_int_equal(parse(good, sizeof(good) - 1, &manifest, NULL), BF_OK);
	assert_int_equal(manifest.n_packages, 1);
	assert_string_equal(manifest.packages[0].suite, "forky");
	assert_int_equal(manifest.time, 1775032636);
	assert_int_equal(manifest.n_files, 1);
	assert_string_equal(manifest.files[0].name, "ipxe.lkrn");
	assert_string_equal(manifest.files[0].sha256, HASH);
	assert_int_equal(manifest.files[0].size, 12);
	assert_string_equal(manifest.ipxe[BF_ARCH_BIOS].name, "ipxe.lkrn");
	assert_int_equal(manifest.ipxe[BF_ARCH_BIOS].slot_offset, 3129);
	assert_int_equal(manifest.ipxe[BF_ARCH_BIOS].slot_size, 8192);
	assert_string_equal(manifest.ipxe[BF_ARCH_BIOS].schemes, "http,https");
	assert_string_equal(manifest.ipxe[BF_ARCH_BIOS].algorithms, "rsa,ecdsa");
	assert_string_equal(manifest.ipxe[BF_ARCH_BIOS].digest,
			    "0123456789abcdef0123456789abcdef");
	assert_string_equal(manifest.ipxe[BF_ARCH_ARM64].name, "");
}

/* Cut anywhere but after a line, it is an error; never a read past the end. */
static void test_truncated(void **state)
{
	(void)state;
	struct bf_manifest manifest;
	for (size_t size = 0; size < sizeof(good) - 1; size++) {
		bool whole =
			size >= sizeof("boots-from-bundle 1") && good[size - 1] == '\n';
		assert_int_equal(parse(good, size, &manifest, NULL),
				 whole ? BF_OK : BF_ERR_FORMAT);
	}
}

static void test_bad_lines(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"",
		" ",
		"time",
		"time  1",
		"time 1 ",
		"time -1",
		"time 1x",
		"time 1234567890123456",
		"package ipxe 2.0.0",
		"package ipxe 2.0.0 forky x",
		"package 0123456789012345678901234567890123456789 1 x",
		"file " HASH " 1",
		"file " HASH "0 1 x",
		"file abc 1 x",
		"file " HASH " 1 ../x",
		"file " HASH " 1 /x",
		"file " HASH " 1 a/b",
		"file " HASH " 1 .x",
		"ipxe x bios 1 2",
		"ipxe x sparc 1 2 http",
		"ipxe x x86_64 a 2 http",
		"digest bios 0123456789abcdef",
		"digest sparc 0123456789abcdef0123456789abcdef",
		"digest bios",
		"nonsense",
		"time 1\r",
		"time\t1",
		"time \x80",
	};
	struct bf_manifest manifest;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct bf_error error = {""};
		char text[512];
		int size = snprintf(text, sizeof(text), "boots-from-bundle 1\n%s\n",
				    lines[i]);
		assert_int_equal(parse(text, (size_t)size, &manifest, &error),
				 BF_ERR_FORMAT);
		assert_string_equal(error.text, "MANIFEST line 2 is not understood");
	}
}

/* One more record than there is room for is refused, and so is an architecture twice. */
static void test_too_many(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		int room;
	} cases[] = {
		{"file " HASH " 1 x\n", BF_BUNDLE_FILES_MAX},
		{"package a b c\n", BF_BUNDLE_PACKAGES_MAX},
		{"ipxe x bios 1 2 http\n", 1},
	};
	struct bf_manifest manifest;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_buffer text = {0};
		bf_buffer_print(&text, "boots-from-bundle 1\n");
		for (int n = 0; n < cases[i].room; n++)
			bf_buffer_print(&text, "%s", cases[i].line);
		assert_int_equal(parse((char *)text.data, text.size, &manifest, NULL),
				 BF_OK);
		bf_buffer_print(&text, "%s", cases[i].line);
		assert_int_equal(parse((char *)text.data, text.size, &manifest, NULL),
				 BF_ERR_FORMAT);
		bf_buffer_free(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_bad_lines),
		cmocka_unit_test(test_too_many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
