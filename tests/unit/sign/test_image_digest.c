/* SPDX-License-Identifier: GPL-3.0-only */
#include "sign/image_digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "forge_pe.h"
#include "stock.h"

enum { TAIL = 5 }; /* bytes behind the sections, so that there is padding too */

static void fill(uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(i * 7 + 1);
}

/* The digest of the file with other bytes there, in one go and by the midstate. */
static void assert_same(struct bf_view file, size_t offset, size_t size)
{
	struct bf_image_midstate midstate;
	struct bf_pe pe;
	uint8_t wanted[BF_SHA256_SIZE], found[BF_SHA256_SIZE];
	struct bf_buffer changed = {0}, bytes = {0};
	assert_int_equal(bf_pe_parse(file, &pe, NULL), BF_OK);
	assert_int_equal(bf_image_midstate_init(&pe, offset, size, &midstate), BF_OK);
	assert_int_equal(bf_buffer_append(&changed, file.data, file.size), BF_OK);
	assert_int_equal(bf_buffer_append(&bytes, file.data + offset, size), BF_OK);
	for (int round = 0; round < 2; round++) {
		/* First what is there already, then something else. */
		if (round)
			fill(bytes.data, size);
		memcpy(changed.data + offset, bytes.data, size);
		pe.file = bf_buffer_view(&changed);
		assert_int_equal(bf_image_sha256(&pe, wanted), BF_OK);
		assert_int_equal(bf_image_midstate_finish(&midstate, bytes.data, found),
				 BF_OK);
		assert_memory_equal(found, wanted, sizeof(wanted));
	}
	bf_image_midstate_free(&midstate);
	bf_buffer_free(&changed);
	bf_buffer_free(&bytes);
}

/* Before, inside, across and behind every border of a part. */
static void test_every_place(void **state)
{
	(void)state;
	static const size_t sizes[] = {1, 2, 5, 0x1ff, 0x200, 0x201, 0x500};
	uint8_t file[FORGE_SIZE + TAIL];
	fill(file, sizeof(file));
	forge_pe(file, BF_PE_MACHINE_AMD64);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (size_t at = FORGE_SIZE_OF_HEADERS; at + sizes[i] <= sizeof(file);
		     at += 13)
			assert_same(bf_view(file, sizeof(file)), at, sizes[i]);
	assert_same(bf_view(file, sizeof(file)), FORGE_SIZE_OF_HEADERS,
		    sizeof(file) - FORGE_SIZE_OF_HEADERS);
}

/* A section before another one in memory and behind it on disk. */
static void test_gap(void **state)
{
	(void)state;
	uint8_t file[FORGE_SIZE + 0x400];
	fill(file, sizeof(file));
	forge_pe(file, BF_PE_MACHINE_AMD64);
	/* The last section moves away from those before it, and leaves bytes in between. */
	uint32_t start = bf_le32(file + forge_section(FORGE_SECTIONS - 1, 20));
	forge_put(file + forge_section(FORGE_SECTIONS - 1, 20), 4, start + 0x200);
	for (size_t at = FORGE_SIZE_OF_HEADERS; at + 0x100 <= sizeof(file); at += 0x80)
		assert_same(bf_view(file, sizeof(file)), at, 0x100);
}

static void test_stock(void **state)
{
	(void)state;
	static const char *const names[] = {"ipxe-amd64.efi", "ipxe-arm64.efi"};
	struct bf_buffer file = {0};
	for (unsigned i = 0; i < 2; i++)
		for (unsigned dir = 0; stock_read(names[i], dir, &file); dir++)
			assert_same(bf_buffer_view(&file), file.size - 8192, 8192);
	bf_buffer_free(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_place),
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_stock),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
