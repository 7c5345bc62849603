/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/mountinfo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

static bool parse(const char *line, char copy[256], struct bf_mount *ret)
{
	snprintf(copy, 256, "%s", line);
	return bf_mountinfo_parse(copy, ret);
}

static void test_taken(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		unsigned major_number, minor_number;
		const char *point;
	} cases[] = {
		{"36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw\n", 98,
		 0, "/mnt2"},
		{"1 2 259:1048575 / / rw - vfat /dev/nvme0n1p1 rw", 259, 1048575, "/"},
		{"1 2 8:1 / /a", 8, 1, "/a"},
		{"1 2 8:1 / /a\n", 8, 1, "/a"},
		{"1 2 8:1 /\\040 /a\\040b\\011\\012\\134c rw", 8, 1, "/a b\t\n\\c"},
		{"1 2 8:1 / /\\377 rw", 8, 1, "/\xff"},
		{"1 2 8:1 / /\\400\\08\\\\04 rw", 8, 1, "/\\400\\08\\\\04"},
		{"1 2 8:1 / /\\04", 8, 1, "/\\04"},
		{"? ? 0:0 nfs: /x", 0, 0, "/x"},
	};
	char copy[256];
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_mount mount;
		assert_true(parse(cases[i].line, copy, &mount));
		assert_int_equal(major(mount.device), cases[i].major_number);
		assert_int_equal(minor(mount.device), cases[i].minor_number);
		assert_string_equal(mount.point, cases[i].point);
	}
}

static void test_refused(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"",
		"\n",
		"1 2 8:1 /",
		"1 2 8:1 / ",
		"1 2 8:1 / \n",
		"1  8:1 / /a",
		"1 2 8 / /a",
		"1 2 8: / /a",
		"1 2 :1 / /a",
		"1 2 8:-1 / /a",
		"1 2 8:1x / /a",
		"1 2 4294967296:1 / /a",
	};
	char copy[256];
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct bf_mount mount;
		assert_false(parse(lines[i], copy, &mount));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
