/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "forge_pe.h"
#include "guard.h"

#define ITEMS(array) (sizeof(array) / sizeof((array)[0]))

/* Beyond 32 bits, as nothing in it may be cut off. */
#define BASE UINT64_C(0x7fff12340000)

enum {
	IMAGE_BASE = FORGE_OPTIONAL + 24,
	CHARACTERISTICS = 36,
	SIZE = 100, /* of an lkrn's last block */
};

struct fixture {
	struct guard guard;
	struct bf_pe pe;
	struct bf_program program;
};

static void forge(uint8_t file[FORGE_SIZE])
{
	forge_pe(file, BF_PE_MACHINE_AMD64);
	forge_put(file + IMAGE_BASE, 8, BASE);
}

static void open_pe(const uint8_t file[FORGE_SIZE], struct fixture *f)
{
	f->guard = guard_copy(file, FORGE_SIZE);
	assert_int_equal(bf_pe_parse(bf_view(f->guard.data, FORGE_SIZE), &f->pe, NULL),
			 BF_OK);
	f->program = bf_program_pe(&f->pe);
}

static void test_pe(void **state)
{
	(void)state;
	uint8_t file[FORGE_SIZE];
	struct fixture f;
	forge(file);
	open_pe(file, &f);
	assert_ptr_equal(f.program.pe, &f.pe);
	assert_ptr_equal(f.program.bytes.data, f.guard.data);
	assert_int_equal(f.program.bytes.size, FORGE_SIZE);
	assert_int_equal(f.program.pointer_size, 8);
	assert_true(f.program.image_base == BASE);
	assert_true(f.program.code == BASE + 0x1000);
	assert_true(f.program.code_end == BASE + 0x13f3);
	guard_free(&f.guard);
}

/* Which section is the code: the first one that may be executed, whatever its name. */
static void test_code(void **state)
{
	(void)state;
	static const struct {
		unsigned section; /* that has these characteristics instead */
		uint32_t characteristics;
		uint64_t code, code_end;
	} cases[] = {
		{0, 0x20000000, BASE + 0x1000, BASE + 0x13f3},
		/* A planted stub's section comes after iPXE's own. */
		{4, 0x60000020, BASE + 0x1000, BASE + 0x13f3},
		/* Code that may not be executed is no code. */
		{0, 0xdfffffff, 0, 0},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		uint8_t file[FORGE_SIZE];
		struct fixture f;
		forge(file);
		forge_put(file + forge_section(cases[i].section, CHARACTERISTICS), 4,
			  cases[i].characteristics);
		open_pe(file, &f);
		assert_true(f.program.code == cases[i].code);
		assert_true(f.program.code_end == cases[i].code_end);
		guard_free(&f.guard);
	}
}

static void test_find_in_pe(void **state)
{
	(void)state;
	static const struct {
		uint64_t address;
		size_t offset; /* 0: no byte of the file is there */
	} cases[] = {
		/* The headers lie in memory as they do in the file. */
		{BASE + 1, 1},
		{BASE + 0x3ff, 0x3ff},
		{BASE + 0x400, 0},
		{BASE + 0xfff, 0},
		/* .text, whose data is padded beyond what is loaded. */
		{BASE + 0x1000, 0x400},
		{BASE + 0x13f2, 0x7f2},
		{BASE + 0x13f3, 0},
		/* .data, .bss that is not in the file, .sbat behind it. */
		{BASE + 0x2000, 0x800},
		{BASE + 0x2122, 0x922},
		{BASE + 0x3000, 0},
		{BASE + 0x5fff, 0},
		{BASE + 0x6000, 0xa00},
		{BASE + 0x801b, 0xc1b},
		{BASE + 0x801c, 0},
		{BASE + FORGE_SIZE_OF_IMAGE, 0},
		/* Not of this image: before it, or its addresses in 32 bits only. */
		{BASE - 1, 0},
		{0x1000, 0},
		{(uint32_t)BASE + 0x1000, 0},
		{BASE + UINT32_MAX, 0},
		{BASE + UINT32_MAX + 1 + 0x1000, 0},
		{UINT64_MAX, 0},
	};
	uint8_t file[FORGE_SIZE];
	struct fixture f;
	forge(file);
	open_pe(file, &f);
	for (size_t i = 0; i < ITEMS(cases); i++) {
		size_t offset = 0;
		bool found = bf_program_find(&f.program, cases[i].address, &offset);
		if (found != (cases[i].offset != 0) ||
		    (found && offset != cases[i].offset))
			fail_msg("case %zu: %d, offset 0x%zx", i, found, offset);
	}
	guard_free(&f.guard);
}

/* A section may have more room in memory than data: the rest is zeros, not the next's. */
static void test_find_behind_the_data(void **state)
{
	(void)state;
	uint8_t file[FORGE_SIZE];
	struct fixture f;
	size_t offset = 0;
	forge(file);
	forge_put(file + forge_section(1, 8), 4, 0x1000);
	open_pe(file, &f);
	assert_true(bf_program_find(&f.program, BASE + 0x21ff, &offset));
	assert_int_equal(offset, 0x9ff);
	assert_false(bf_program_find(&f.program, BASE + 0x2200, &offset));
	guard_free(&f.guard);
}

/* An lkrn's last block is loaded at 0: addresses are offsets. */
static void test_lkrn(void **state)
{
	(void)state;
	static const struct {
		uint64_t address;
		bool found;
	} cases[] = {{0, true},          {1, true},           {SIZE - 1, true},
		     {SIZE, false},      {UINT32_MAX, false}, {UINT64_C(1) << 32, false},
		     {UINT64_MAX, false}};
	uint8_t bytes[SIZE] = {0};
	struct bf_program program = bf_program_lkrn(bf_view(bytes, SIZE));
	assert_null(program.pe);
	assert_int_equal(program.pointer_size, 4);
	assert_int_equal(program.code, 0);
	assert_int_equal(program.code_end, SIZE);
	for (size_t i = 0; i < ITEMS(cases); i++) {
		size_t offset;
		assert_int_equal(bf_program_find(&program, cases[i].address, &offset),
				 cases[i].found);
		if (cases[i].found)
			assert_true(offset == cases[i].address);
	}
}

/* Pointers are as wide as the program's, little-endian, at any offset, the last too. */
static void test_pointer(void **state)
{
	(void)state;
	static const uint8_t bytes[] = {9, 1, 2, 3, 4, 5, 6, 7, 0x88};
	struct guard guard = guard_copy(bytes, sizeof(bytes));
	struct bf_program program = bf_program_lkrn(bf_view(guard.data, sizeof(bytes)));
	assert_true(bf_program_pointer(&program, 1) == 0x04030201);
	assert_true(bf_program_pointer(&program, 5) == 0x88070605);
	program.pointer_size = 8;
	assert_true(bf_program_pointer(&program, 1) == UINT64_C(0x8807060504030201));
	guard_free(&guard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pe),
		cmocka_unit_test(test_code),
		cmocka_unit_test(test_find_in_pe),
		cmocka_unit_test(test_find_behind_the_data),
		cmocka_unit_test(test_lkrn),
		cmocka_unit_test(test_pointer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
