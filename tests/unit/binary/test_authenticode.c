/* SPDX-License-Identifier: GPL-3.0-only */
#include "binary/authenticode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "forge_pe.h"

enum { DIRECTORY = FORGE_OPTIONAL + 112 + 8 * BF_PE_CERTIFICATE_TABLE };

static struct bf_buffer make_program(size_t tail)
{
	struct bf_buffer file = {0};
	assert_int_equal(bf_buffer_zero(&file, FORGE_SIZE + tail), BF_OK);
	forge_pe(file.data, BF_PE_MACHINE_ARM64);
	return file;
}

/* Every length of the file and of the data modulo eight. */
static void test_reserve(void **state)
{
	(void)state;
	for (size_t i = 0; i < 64; i++) {
		size_t tail = i / 8, size = 1000 + i % 8, place, at = 0;
		struct bf_buffer file = make_program(tail);
		struct bf_pe_certificate certificate;
		struct bf_pe pe;
		assert_int_equal(bf_authenticode_reserve(&file, size, &place, NULL),
				 BF_OK);
		assert_int_equal(bf_pe_parse(bf_buffer_view(&file), &pe, NULL), BF_OK);
		assert_true(pe.has_signature);
		assert_int_equal(bf_authenticode_check_table(&pe, NULL), BF_OK);
		assert_int_equal(bf_authenticode_next(&pe, &at, &certificate, NULL), 1);
		assert_int_equal(certificate.revision, 0x0200);
		assert_int_equal(certificate.type, 2);
		assert_ptr_equal(certificate.data.data, file.data + place);
		assert_int_equal(certificate.data.size, size);
		assert_int_equal(bf_authenticode_next(&pe, &at, &certificate, NULL), 0);
		/* What was there is there, but for the directory, and all else is zero. */
		struct bf_buffer old = make_program(tail);
		memcpy(old.data + DIRECTORY, file.data + DIRECTORY, 8);
		assert_memory_equal(file.data, old.data, old.size);
		for (size_t j = place; j < file.size; j++)
			assert_int_equal(file.data[j], 0);
		bf_buffer_free(&old);
		bf_buffer_free(&file);
	}
}

static void test_no_room(void **state)
{
	(void)state;
	static const struct {
		size_t at, size;
		uint64_t value;
		size_t wanted;
		int err;
		const char *words;
	} cases[] = {
		{FORGE_OPTIONAL + 108, 4, 4, 100, BF_ERR_UNSUPPORTED,
		 "has 4 data directories, and none for signatures"},
		{FORGE_OPTIONAL + 108, 4, FORGE_DIRECTORIES, UINT32_MAX - 0x100,
		 BF_ERR_TOO_BIG, "has no room for a signature"},
		{FORGE_OPTIONAL + 108, 4, FORGE_DIRECTORIES, SIZE_MAX, BF_ERR_TOO_BIG,
		 "has no room for a signature"},
		{0, 2, 0, 100, BF_ERR_FORMAT, ""},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_buffer file = make_program(0);
		struct bf_error error;
		size_t place;
		forge_put(file.data + cases[i].at, (unsigned)cases[i].size,
			  cases[i].value);
		const uint8_t *data = file.data;
		assert_int_equal(
			bf_authenticode_reserve(&file, cases[i].wanted, &place, &error),
			cases[i].err);
		if (!strstr(error.text, cases[i].words))
			fail_msg("%zu: %s", i, error.text);
		assert_ptr_equal(file.data, data);
		assert_int_equal(file.size, FORGE_SIZE);
		bf_buffer_free(&file);
	}
}

static void test_twice(void **state)
{
	(void)state;
	struct bf_buffer file = make_program(0);
	size_t place;
	assert_int_equal(bf_authenticode_reserve(&file, 100, &place, NULL), BF_OK);
	assert_int_equal(bf_authenticode_reserve(&file, 100, &place, NULL),
			 BF_ERR_SIGNED);
	bf_buffer_free(&file);
}

/* The program says that it has no table, and is as it was; what was in it is left. */
static void test_drop(void **state)
{
	(void)state;
	struct bf_buffer file = make_program(3), old = make_program(3);
	struct bf_pe pe;
	size_t place;
	assert_int_equal(bf_authenticode_reserve(&file, 100, &place, NULL), BF_OK);
	memset(file.data + place, 0x5a, 100);
	assert_int_equal(bf_pe_parse(bf_buffer_view(&file), &pe, NULL), BF_OK);
	struct bf_view directory = bf_authenticode_directory(&pe);
	assert_ptr_equal(directory.data, file.data + DIRECTORY);
	assert_int_equal(directory.size, 8);
	bf_authenticode_drop(&pe, file.data);
	assert_int_equal(bf_pe_parse(bf_buffer_view(&file), &pe, NULL), BF_OK);
	assert_false(pe.has_signature);
	assert_memory_equal(file.data, old.data, old.size);
	assert_int_equal(file.data[place], 0x5a);
	bf_buffer_free(&old);
	bf_buffer_free(&file);
}

/* Where there is no directory for it, nothing is written. */
static void test_drop_nothing(void **state)
{
	(void)state;
	struct bf_buffer file = make_program(0), old = make_program(0);
	struct bf_pe pe;
	forge_put(file.data + FORGE_OPTIONAL + 108, 4, BF_PE_CERTIFICATE_TABLE);
	forge_put(old.data + FORGE_OPTIONAL + 108, 4, BF_PE_CERTIFICATE_TABLE);
	memset(file.data + DIRECTORY, 0x5a, 8);
	memset(old.data + DIRECTORY, 0x5a, 8);
	assert_int_equal(bf_pe_parse(bf_buffer_view(&file), &pe, NULL), BF_OK);
	bf_authenticode_drop(&pe, file.data);
	assert_memory_equal(file.data, old.data, old.size);
	bf_buffer_free(&old);
	bf_buffer_free(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reserve),      cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_twice),        cmocka_unit_test(test_drop),
		cmocka_unit_test(test_drop_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
