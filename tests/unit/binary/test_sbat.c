/* SPDX-License-Identifier: GPL-3.0-only */
#include "binary/sbat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "forge_pe.h"
#include "guard.h"

#define ITEMS(array) (sizeof(array) / sizeof((array)[0]))

enum { SBAT = 3, SBAT_DATA = 0xa00, SBAT_SIZE = 0x200 }; /* the section of forge_pe() */

/* "sbat 1, shim 4": what is read of a text in the section, which ends at a guard page. */
static const char *read_text(const char *text, size_t size)
{
	static char out[2048];
	uint8_t file[FORGE_SIZE];
	struct bf_sbat sbat;
	struct bf_pe pe;
	forge_pe(file, BF_PE_MACHINE_AMD64);
	/* .reloc out of the way, and the section at the file's end. */
	forge_put(file + forge_section(4, 16), 4, 0);
	forge_put(file + forge_section(SBAT, 8), 4, size);
	memcpy(file + SBAT_DATA, text, size);
	struct guard guard = guard_copy(file, SBAT_DATA + SBAT_SIZE);
	assert_int_equal(bf_pe_parse(bf_view(guard.data, guard.size), &pe, NULL), BF_OK);
	bf_sbat_read(&pe, &sbat);
	guard_free(&guard);
	out[0] = '\0';
	for (size_t i = 0; i < sbat.n; i++)
		sprintf(out + strlen(out), "%s%s %u", i ? ", " : "",
			sbat.entries[i].component, sbat.entries[i].generation);
	return out;
}

static void test_lines(void **state)
{
	(void)state;
	static const struct {
		const char *text, *entries;
	} cases[] = {
		{"sbat,1,SBAT Version,sbat,1,https://a.example/\nshim,4,UEFI shim\n",
		 "sbat 1, shim 4"},
		{"sbat,1\nshim.debian,1", "sbat 1, shim.debian 1"},
		{"sbat,1\r\ngrub,5\r\n", "sbat 1, grub 5"},
		{"sbat,1\n\nshim,4\n", "sbat 1, shim 4"},
		{"shim,65535\ngrub,65536\n", "shim 65535"},
		{"shim,4294967297\n", ""},
		{"shim,0\n", ""},
		{"shim\n", ""},
		{"shim,\n", ""},
		{",4\n", ""},
		{"shim,4x\n", ""},
		{"shim,-4\n", ""},
		{"sh\x1bm,4\nb d,4\n", ""},
		{"0123456789012345678901234567890123456789012345,1\n",
		 "0123456789012345678901234567890123456789012345 1"},
		{"012345678901234567890123456789012345678901234567,1\n", ""},
		{"", ""},
		{"a,1\nb,1\nc,1\nz,1\ne,1\nf,1\ng,1\nh,1\ni,1\nj,1\nk,1\nl,1\nm,1\nn,"
		 "1\no,1\n"
		 "p,1\nq,1\n",
		 "a 1, b 1, c 1, z 1, e 1, f 1, g 1, h 1, i 1, j 1, k 1, l 1, m 1, n 1, "
		 "o 1, "
		 "p 1"},
	};
	for (size_t i = 0; i < ITEMS(cases); i++)
		assert_string_equal(read_text(cases[i].text, strlen(cases[i].text)),
				    cases[i].entries);
	/* The padding of a section is no line, and nothing is read behind it. */
	assert_string_equal(read_text("shim,4\n\0grub,5\n", 15), "shim 4");
}

/* A section that fills the file to its last byte. */
static void test_full_section(void **state)
{
	(void)state;
	char text[SBAT_SIZE];
	memset(text, ',', sizeof(text));
	assert_string_equal(read_text(text, sizeof(text)), "");
	memset(text, '1', sizeof(text));
	memcpy(text, "shim,", 5);
	assert_string_equal(read_text(text, sizeof(text)), "");
	memcpy(text + sizeof(text) - 7, "\ngrub,5", 7);
	assert_string_equal(read_text(text, sizeof(text)), "grub 5");
}

static void test_no_section(void **state)
{
	(void)state;
	uint8_t file[FORGE_SIZE];
	struct bf_sbat sbat;
	struct bf_pe pe;
	forge_pe(file, BF_PE_MACHINE_AMD64);
	memcpy(file + forge_section(SBAT, 0), ".sbats", 6);
	assert_int_equal(bf_pe_parse(bf_view(file, sizeof(file)), &pe, NULL), BF_OK);
	bf_sbat_read(&pe, &sbat);
	assert_int_equal(sbat.n, 0);
}

static void test_revoked(void **state)
{
	(void)state;
	static const struct {
		struct bf_sbat sbat;
		const char *revoked;
	} cases[] = {
		{{{{"sbat", 1}, {"shim", 4}, {"shim.debian", 1}}, 3}, NULL},
		{{{{"sbat", 1}, {"shim", 3}}, 2}, "shim"},
		{{{{"sbat", 1}, {"grub", 4}, {"shim", 1}}, 3}, "grub"},
		{{{{"grub", 5}, {"grub.debian", 1}}, 2}, NULL},
		{{{{"ipxe", 1}}, 1}, NULL},
		{{{{"shim", 1}}, 0}, NULL},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		const struct bf_sbat_entry *found = bf_sbat_find_revoked(&cases[i].sbat);
		if (!cases[i].revoked)
			assert_null(found);
		else
			assert_string_equal(found->component, cases[i].revoked);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_full_section),
		cmocka_unit_test(test_no_section),
		cmocka_unit_test(test_revoked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
