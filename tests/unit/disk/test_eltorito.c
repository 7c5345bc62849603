/* SPDX-License-Identifier: GPL-3.0-only */
#include "disk/eltorito.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "guard.h"

enum {
	BLOCK = 2048,
	CATALOG = 19,
	SIZE = (CATALOG + 1) * BLOCK,
	ENTRY = CATALOG * BLOCK,
};

/* A BIOS entry, and a section with one UEFI entry. */
static void forge(uint8_t image[SIZE])
{
	memset(image, 0, SIZE);
	uint8_t *record = image + 17 * BLOCK;
	memcpy(record, "\0CD001\1EL TORITO SPECIFICATION", 30);
	bf_put_le32(record + 0x47, CATALOG);
	uint8_t *catalog = image + ENTRY;
	catalog[0] = 1;
	bf_put_le16(catalog + 30, 0xaa55);
	bf_put_le16(catalog + 28, (uint16_t)(0u - 0xaa55u - 1u));
	catalog[32] = 0x88;
	bf_put_le16(catalog + 32 + 6, 4);
	bf_put_le32(catalog + 32 + 8, 100);
	catalog[64] = 0x91;
	catalog[65] = 0xef;
	bf_put_le16(catalog + 66, 1);
	catalog[96] = 0x88;
	bf_put_le16(catalog + 96 + 6, 0x1000);
	bf_put_le32(catalog + 96 + 8, 0xfffffff0);
}

static int read_catalog(const uint8_t *image, size_t size, struct bf_eltorito *ret)
{
	struct guard guard = guard_copy(image, size);
	struct bf_source source = bf_source_view(bf_view(guard.data, size));
	struct bf_error error;
	int result = bf_eltorito_read(&source, ret, &error);
	guard_free(&guard);
	return result;
}

static void test_entries(void **state)
{
	(void)state;
	uint8_t image[SIZE];
	struct bf_eltorito found;
	forge(image);
	assert_int_equal(read_catalog(image, SIZE, &found), 1);
	assert_int_equal(found.catalog, ENTRY);
	assert_int_equal(found.n_entries, 2);
	assert_int_equal(found.entries[0].platform_id, BF_ELTORITO_BIOS);
	assert_true(found.entries[0].is_bootable);
	assert_int_equal(found.entries[0].load_size, 2048);
	assert_int_equal(found.entries[0].offset, 100 * BLOCK);
	assert_int_equal(found.entries[1].platform_id, BF_ELTORITO_UEFI);
	assert_int_equal(found.entries[1].load_size, 0x1000 * 512);
	assert_int_equal(found.entries[1].offset, 0xfffffff0ull * BLOCK);
}

static void test_none(void **state)
{
	(void)state;
	uint8_t image[SIZE];
	struct bf_eltorito found;
	forge(image);
	assert_int_equal(read_catalog(image, 18 * BLOCK - 1, &found), 0);
	static const size_t places[] = {0, 1, 6, 7, 29};
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		forge(image);
		image[17 * BLOCK + places[i]] ^= 1;
		assert_int_equal(read_catalog(image, SIZE, &found), 0);
	}
}

static void test_damaged(void **state)
{
	(void)state;
	uint8_t image[SIZE];
	struct bf_eltorito found;
	static const size_t places[] = {0, 1, 10, 28, 30, 31};
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		forge(image);
		image[ENTRY + places[i]] ^= 4;
		assert_int_equal(read_catalog(image, SIZE, &found), BF_ERR_FORMAT);
	}
	forge(image);
	assert_int_equal(read_catalog(image, SIZE - 1, &found), BF_ERR_FORMAT);
	forge(image);
	memset(image + 17 * BLOCK + 0x47, 0xff, 4);
	assert_int_equal(read_catalog(image, SIZE, &found), BF_ERR_FORMAT);
}

/* A section that claims more entries than its block has, and ones that never end. */
static void test_endless(void **state)
{
	(void)state;
	uint8_t image[SIZE];
	struct bf_eltorito found;
	forge(image);
	bf_put_le16(image + ENTRY + 66, 0xffff);
	assert_int_equal(read_catalog(image, SIZE, &found), 1);
	assert_int_equal(found.n_entries, BF_ELTORITO_ENTRIES_MAX);
	for (size_t at = 64; at < BLOCK; at += 32)
		memcpy(image + ENTRY + at, "\x90\xef\0\0", 4);
	assert_int_equal(read_catalog(image, SIZE, &found), 1);
	assert_int_equal(found.n_entries, 1);
}

/* An extension belongs to the entry before it and is none of its own. */
static void test_extensions(void **state)
{
	(void)state;
	uint8_t image[SIZE];
	struct bf_eltorito found;
	forge(image);
	memcpy(image + ENTRY + 128, image + ENTRY + 96, 32);
	image[ENTRY + 96] = 0x44;
	assert_int_equal(read_catalog(image, SIZE, &found), 1);
	assert_int_equal(found.n_entries, 2);
	assert_int_equal(found.entries[1].load_size, 0x1000 * 512);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),    cmocka_unit_test(test_none),
		cmocka_unit_test(test_damaged),    cmocka_unit_test(test_endless),
		cmocka_unit_test(test_extensions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
