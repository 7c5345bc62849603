/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/openers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "guard.h"

/*
 * A program of 4-byte pointers without section headers, as the lkrn's last block is: code,
 * then strings, then tables. "tftp" has no string of its own, it is the tail of "mtftp".
 */
enum {
	CODE_END = 0x100,
	STRINGS = 0x100,
	NAME_SIZE = 16,
	TABLE = 0x300,
	SIZE = 0x400,
};

static uint32_t add_name(uint8_t *program, unsigned index, const char *name)
{
	uint32_t address = STRINGS + index * NAME_SIZE;
	memset(program + address, 0, NAME_SIZE);
	memcpy(program + address, name, strlen(name));
	return address;
}

static void add_entry(uint8_t *program, size_t offset, uint32_t scheme, uint32_t open)
{
	bf_put_le32(program + offset, scheme);
	bf_put_le32(program + offset + 4, open);
}

/* The program with a table of these schemes, at most 16, ended by NULL. */
static void forge(uint8_t program[SIZE], const char *const *schemes)
{
	memset(program, 0xcc, CODE_END);
	memset(program + CODE_END, 0, SIZE - CODE_END);
	uint32_t mtftp = add_name(program, 20, "mtftp");
	for (unsigned i = 0; schemes[i]; i++) {
		uint32_t name = strcmp(schemes[i], "tftp") == 0
					? mtftp + 1
					: add_name(program, i, schemes[i]);
		add_entry(program, TABLE + i * 8, name, 0x40 + i);
	}
}

static int list(const uint8_t *bytes, size_t size, char *ret, size_t ret_size)
{
	struct guard guard = guard_copy(bytes, size);
	struct bf_program program = {
		.bytes = bf_view(guard.data, guard.size),
		.pointer_size = 4,
		.code_end = size,
	};
	int err = bf_openers_list(&program, ret, ret_size, NULL);
	guard_free(&guard);
	return err;
}

static const char *const usual[] = {"http",   "https", "tftp", "tcp",
				    "ib_srp", "udp",   NULL};

static void test_sorted_without_tcp_and_udp(void **state)
{
	(void)state;
	uint8_t program[SIZE];
	char schemes[256];
	forge(program, usual);
	assert_int_equal(list(program, SIZE, schemes, sizeof(schemes)), BF_OK);
	assert_string_equal(schemes, "http,https,ib_srp,tftp");
}

/* iPXE has another table that starts with the names http and https: their ports. */
static void test_ports_are_not_openers(void **state)
{
	(void)state;
	uint8_t program[SIZE];
	char schemes[256];
	forge(program, usual);
	enum { PORTS = 0x2c0 };
	add_entry(program, PORTS, STRINGS, 80);
	bf_put_le32(program + PORTS + 8, 0);
	add_entry(program, PORTS + 12, STRINGS + NAME_SIZE, 443);
	bf_put_le32(program + PORTS + 20, 0x44);
	assert_int_equal(list(program, SIZE, schemes, sizeof(schemes)), BF_OK);
	assert_string_equal(schemes, "http,https,ib_srp,tftp");

	memset(program + TABLE, 0, SIZE - TABLE);
	assert_int_equal(list(program, SIZE, schemes, sizeof(schemes)),
			 BF_ERR_UNSUPPORTED);
}

static void test_what_is_a_table(void **state)
{
	(void)state;
	static const struct {
		const char *schemes[4]; /* ended by NULL */
		int err;
	} cases[] = {
		{{"tftp", "tcp", "udp"}, BF_OK},
		{{"http", "tcp", "udp"}, BF_OK},
		{{"http", "tcp"}, BF_ERR_UNSUPPORTED},
		{{"nfs", "tcp", "udp"}, BF_ERR_UNSUPPORTED},
		{{"x-new+1.0", "http", "aoe"}, BF_OK},
		{{0}, BF_ERR_UNSUPPORTED},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t program[SIZE];
		char schemes[256];
		forge(program, cases[i].schemes);
		assert_int_equal(list(program, SIZE, schemes, sizeof(schemes)),
				 cases[i].err);
	}
}

/* Break the third of five entries, one way at a time: two are left on either side. */
static void test_one_entry_broken(void **state)
{
	(void)state;
	static const char *const schemes[] = {"http", "https", "nfs",
					      "tftp", "aoe",   NULL};
	enum { THIRD = TABLE + 2 * 8, NAME = STRINGS + 2 * NAME_SIZE };
	static const struct {
		uint32_t scheme, open;
		const char *name;
	} cases[] = {
		{NAME, 0x42, "NFS"},
		{NAME, 0x42, "1fs"},
		{NAME, 0x42, "_fs"},
		{NAME, 0x42, "nf"},
		{NAME, 0x42, "a-very-long-name"},
		{NAME, 0x42, "n s"},
		{NAME, 0x42, ""},
		{0, 0x42, "nfs"},        /* into code that is no text */
		{SIZE, 0x42, "nfs"},     /* the first byte that is not there */
		{SIZE - 3, 0x42, "nfs"}, /* without a NUL */
		{0xffffffff, 0x42, "nfs"},
		{NAME, NAME + 1, "nfs"}, /* opened by a string */
		{NAME, 0xffffffff, "nfs"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t program[SIZE];
		char ret[256];
		forge(program, schemes);
		memset(program + SIZE - 3, 'n', 3);
		assert_int_equal(list(program, SIZE, ret, sizeof(ret)), BF_OK);
		add_name(program, 2, cases[i].name);
		add_entry(program, THIRD, cases[i].scheme, cases[i].open);
		assert_int_equal(list(program, SIZE, ret, sizeof(ret)),
				 BF_ERR_UNSUPPORTED);
	}
}

/* A table at the very end, cut at every byte. */
static void test_truncated(void **state)
{
	(void)state;
	uint8_t program[SIZE];
	char schemes[256];
	forge(program, usual);
	for (size_t size = 0; size < TABLE + 3 * 8; size++)
		assert_int_equal(list(program, size, schemes, sizeof(schemes)),
				 BF_ERR_UNSUPPORTED);
	assert_int_equal(list(program, TABLE + 3 * 8, schemes, sizeof(schemes)), BF_OK);
	assert_string_equal(schemes, "http,https,tftp");
}

static void test_room(void **state)
{
	(void)state;
	static const char expected[] = "http,https,ib_srp,tftp";
	uint8_t program[SIZE];
	forge(program, usual);
	for (size_t size = 1; size <= sizeof(expected) + 1; size++) {
		struct guard room = guard_copy(program, size);
		int err = list(program, SIZE, (char *)room.data, size);
		assert_int_equal(err, size < sizeof(expected) ? BF_ERR_TOO_BIG : BF_OK);
		if (!err)
			assert_string_equal((char *)room.data, expected);
		guard_free(&room);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sorted_without_tcp_and_udp),
		cmocka_unit_test(test_ports_are_not_openers),
		cmocka_unit_test(test_what_is_a_table),
		cmocka_unit_test(test_one_entry_broken),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
