/* SPDX-License-Identifier: GPL-3.0-only */
#include "inspect/examine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "forge_ipxe.h"
#include "guard.h"

#define ITEMS(array) (sizeof(array) / sizeof((array)[0]))

enum {
	VERSION_TEXT = 0x300, /* where forge_lkrn() has it */
	SETUP_SLOT = 0x600,   /* room in the setup behind all that is in it */
};

static void examine(const struct bf_buffer *file, struct bf_examined *ret)
{
	struct guard guard = guard_copy(file->data, file->size);
	assert_int_equal(bf_examine(bf_view(guard.data, guard.size), NULL, ret, NULL),
			 BF_OK);
	guard_free(&guard);
}

/* An ipxe.lkrn, with a slot compiled into its packed block or a text there. */
static struct bf_buffer forge(bool has_slot, const char *text)
{
	uint8_t program[FORGE_PROGRAM_SIZE];
	struct bf_buffer file;
	forge_ipxe_program(program);
	if (has_slot)
		assert_int_equal(bf_slot_format(program + FORGE_PROGRAM_SCRIPT,
						BF_SLOT_SIZE_MIN, BF_SLOT_OFFSET_UNKNOWN,
						bf_view("shell\n", 6), NULL),
				 BF_OK);
	memcpy(program + FORGE_PROGRAM_SCRIPT + BF_SLOT_SIZE_MIN, text, strlen(text));
	forge_lkrn(bf_view(program, sizeof(program)), &file);
	return file;
}

static void put_slot(struct bf_buffer *file, const char *body)
{
	assert_int_equal(bf_slot_format(file->data + SETUP_SLOT, BF_SLOT_SIZE_MIN,
					SETUP_SLOT, bf_view(body, strlen(body)), NULL),
			 BF_OK);
}

static void test_ipxe(void **state)
{
	(void)state;
	struct bf_buffer file = forge(false, "");
	struct bf_examined found;
	examine(&file, &found);
	assert_int_equal(found.kind, BF_EXAMINED_IPXE);
	assert_false(found.is_pe);
	assert_true(found.is_bzimage);
	assert_string_equal(found.name, "iPXE");
	assert_string_equal(found.arch, "bios");
	assert_string_equal(found.ipxe.version, FORGE_VERSION);
	assert_int_equal(found.slot_state, BF_SLOT_NONE);
	assert_string_equal(found.problem.text, "");
	bf_examined_free(&found);
	bf_buffer_free(&file);
}

/* The slot is in the setup if it was planted, in the packed block if it was compiled in. */
static void test_slots(void **state)
{
	(void)state;
	static const struct {
		bool in_setup, is_packed;
		const char *text; /* in the packed block too */
		enum bf_slot_state state;
		bool slot_is_packed;
		const char *script, *problem;
	} cases[] = {
		{false, false, "", BF_SLOT_NONE, false, "", ""},
		{true, false, "", BF_SLOT_FILLED, false, "#!ipxe\ndhcp\n", ""},
		{false, true, "", BF_SLOT_FILLED, true, "#!ipxe\nshell\n", ""},
		{true, true, "", BF_SLOT_FILLED, false, "#!ipxe\ndhcp\n", ""},
		{false, false, BF_SLOT_SENTINEL, BF_SLOT_DAMAGED, true, "",
		 "the script slot at offset 1024 has a damaged marker"},
		{false, true, BF_SLOT_SENTINEL, BF_SLOT_DAMAGED, true, "",
		 "the script slot at offset 1024 has a damaged marker"},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct bf_buffer file = forge(cases[i].is_packed, cases[i].text);
		struct bf_examined found;
		if (cases[i].in_setup)
			put_slot(&file, "dhcp\n");
		examine(&file, &found);
		assert_int_equal(found.kind, BF_EXAMINED_IPXE);
		assert_int_equal(found.slot_state, cases[i].state);
		assert_int_equal(found.slot_is_packed, cases[i].slot_is_packed);
		assert_int_equal(found.script.size, strlen(cases[i].script));
		assert_memory_equal(found.script.data, cases[i].script,
				    found.script.size);
		assert_string_equal(found.problem.text, cases[i].problem);
		bf_examined_free(&found);
		bf_buffer_free(&file);
	}
}

/* A bzImage whose payload is no chain of packed blocks is a kernel, or something like it. */
static void test_kernels(void **state)
{
	(void)state;
	static const struct {
		const char *version, *name;
	} cases[] = {
		{"6.1.0-18-amd64 (a@b) #1 SMP", "Linux kernel 6.1.0-18-amd64"},
		{"6.1 ", "Linux kernel 6.1"},
		{"6\033.1 (a@b)", "Linux kernel 6\\x1b.1"},
		{"6.1", ""},
		{"", ""},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct bf_buffer file = forge(false, "");
		struct bf_examined found;
		strcpy((char *)file.data + VERSION_TEXT, cases[i].version);
		memset(file.data + FORGE_PAYLOAD, 0x1f, 16);
		examine(&file, &found);
		assert_int_equal(found.kind, BF_EXAMINED_OTHER);
		assert_true(found.is_bzimage);
		assert_string_equal(found.arch, "bios");
		assert_string_equal(found.name, cases[i].name);
		assert_string_equal(found.problem.text, "");
		bf_examined_free(&found);
		bf_buffer_free(&file);
	}
}

/* A kernel with an EFI stub is a PE and a bzImage, and a PE first. */
static void test_kernel_with_stub(void **state)
{
	(void)state;
	enum { SETUP_VERSION = 0x380 };
	uint8_t bytes[FORGE_SIZE];
	struct bf_examined found;
	forge_pe(bytes, BF_PE_MACHINE_AMD64);
	bytes[0x1f1] = FORGE_SIZE_OF_HEADERS / 512 - 1;
	forge_put(bytes + 0x1f4, 4, (FORGE_SIZE - FORGE_SIZE_OF_HEADERS) / 16);
	forge_put(bytes + 0x1fe, 2, 0xaa55);
	forge_put(bytes + 0x200, 2, 0x66eb);
	memcpy(bytes + 0x202, "HdrS", 4);
	forge_put(bytes + 0x206, 2, 0x20f);
	forge_put(bytes + 0x20e, 2, SETUP_VERSION - 0x200);
	strcpy((char *)bytes + SETUP_VERSION, "6.1.0-18-amd64 (a@b)");
	const struct bf_buffer file = {.data = bytes, .size = sizeof(bytes)};
	examine(&file, &found);
	assert_int_equal(found.kind, BF_EXAMINED_OTHER);
	assert_true(found.is_pe && found.is_bzimage);
	assert_string_equal(found.arch, "x86_64");
	assert_string_equal(found.name, "Linux kernel 6.1.0-18-amd64");
	bf_examined_free(&found);
}

static void test_damage(void **state)
{
	(void)state;
	struct bf_buffer whole = forge(false, "");
	const struct {
		size_t at;
		uint8_t byte;
		const char *problem;
	} cases[] = {
		{0x200, 0xe9,
		 "the bzImage's entry at 0x200 (e9 46) is not a short jump "},
		{0x206, 0x03, "boot protocol 2.03 is too old, 2.04 is needed"},
		{0x1f4, 0xff, "the bzImage is cut short: it declares a payload of 4080 "},
		{0x1fe, 0, "neither a PE nor a bzImage"},
		{0x202, 'h', "neither a PE nor a bzImage"},
		{whole.size - 5, (uint8_t)~whole.data[whole.size - 5],
		 "the packed block at byte 64 has CRC 0x"},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct bf_buffer file = forge(false, "");
		struct bf_examined found;
		file.data[cases[i].at] = cases[i].byte;
		examine(&file, &found);
		assert_int_equal(found.kind, BF_EXAMINED_DAMAGED);
		if (strncmp(found.problem.text, cases[i].problem,
			    strlen(cases[i].problem)) != 0)
			fail_msg("not '%s' but '%s'", cases[i].problem,
				 found.problem.text);
		bf_examined_free(&found);
		bf_buffer_free(&file);
	}
	bf_buffer_free(&whole);
}

/* Less than a paragraph of 16 bytes may be missing: then the payload is just not iPXE's. */
static void test_truncated(void **state)
{
	(void)state;
	struct bf_buffer file = forge(false, "");
	size_t whole = file.size;
	for (file.size = 0; file.size < whole; file.size++) {
		struct bf_examined found;
		examine(&file, &found);
		if (whole - file.size >= 16 || found.problem.text[0])
			assert_int_equal(found.kind, BF_EXAMINED_DAMAGED);
		else
			assert_int_equal(found.kind, BF_EXAMINED_OTHER);
		bf_examined_free(&found);
	}
	bf_buffer_free(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ipxe),    cmocka_unit_test(test_slots),
		cmocka_unit_test(test_kernels), cmocka_unit_test(test_kernel_with_stub),
		cmocka_unit_test(test_damage),  cmocka_unit_test(test_truncated),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
