/* SPDX-License-Identifier: GPL-3.0-only */
#include "binary/bzimage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "forge_lkrn.h"
#include "guard.h"
#include "stock.h"

static const char contents[] = "iPXE, or something like it";

static void forge(struct bf_buffer *ret)
{
	forge_lkrn(bf_view(contents, sizeof(contents)), ret);
}

/* Parse a copy that ends at a guard page. */
static int parse(struct bf_view file, struct bf_error *reterr)
{
	struct bf_bzimage image;
	struct guard guard = guard_copy(file.data, file.size);
	int err = bf_bzimage_parse(bf_view(guard.data, guard.size), &image, reterr);
	guard_free(&guard);
	return err;
}

static void test_forged(void **state)
{
	(void)state;
	struct bf_buffer file;
	struct bf_bzimage image;
	forge(&file);
	assert_int_equal(bf_bzimage_parse(bf_buffer_view(&file), &image, NULL), BF_OK);
	assert_int_equal(image.setup_sects, FORGE_SETUP_SECTS);
	assert_int_equal(image.version, 0x207);
	assert_int_equal(image.setup_entry, FORGE_SETUP_ENTRY);
	assert_int_equal(image.payload_offset, FORGE_PAYLOAD);
	assert_ptr_equal(image.payload.data, file.data + FORGE_PAYLOAD);
	assert_int_equal(image.payload.size, file.size - FORGE_PAYLOAD);
	assert_int_equal(image.version_text.size, sizeof(FORGE_VERSION) - 1);
	assert_memory_equal(image.version_text.data, FORGE_VERSION,
			    sizeof(FORGE_VERSION) - 1);
	bf_buffer_free(&file);
}

static void test_one_field_broken(void **state)
{
	(void)state;
	static const struct {
		size_t offset;
		unsigned size;
		uint32_t value;
		int err;
	} cases[] = {
		{0x1fe, 2, 0xaa54, BF_ERR_UNSUPPORTED}, /* boot flag */
		{0x202, 4, 0x53726449, BF_ERR_UNSUPPORTED},
		{0x206, 2, 0x203, BF_ERR_UNSUPPORTED},
		{0x206, 2, 0x204, BF_OK},
		{0x206, 2, 0xffff, BF_OK},
		{0x1f1, 1, 0xff, BF_ERR_FORMAT}, /* setup_sects beyond the file */
		{0x1f1, 1, 0, BF_OK},            /* means 4 */
		{0x1f4, 4, 0, BF_ERR_FORMAT},    /* syssize */
		{0x1f4, 4, 0xffffffff, BF_ERR_FORMAT},
		{0x1f4, 4, 1, BF_OK},            /* bytes follow the payload */
		{0x200, 1, 0xe9, BF_ERR_FORMAT}, /* not a short jump */
		{0x201, 1, 0xfe, BF_ERR_FORMAT}, /* backward, on itself */
		{0x201, 1, 0x10, BF_ERR_FORMAT}, /* into the header */
		{0x201, 1, 0x29, BF_ERR_FORMAT}, /* its last byte */
		{0x201, 1, 0x2a, BF_OK},
		{0x201, 1, 0x7f, BF_OK},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_buffer file;
		uint8_t value[4];
		forge(&file);
		bf_put_le32(value, cases[i].value);
		memcpy(file.data + cases[i].offset, value, cases[i].size);
		int err = parse(bf_buffer_view(&file), NULL);
		if (err != cases[i].err)
			print_error("0x%zx = 0x%x\n", cases[i].offset, cases[i].value);
		assert_int_equal(err, cases[i].err);
		bf_buffer_free(&file);
	}
}

/* A payload that declares fewer paragraphs than the file has ends where it says. */
static void test_payload_ends_at_syssize(void **state)
{
	(void)state;
	struct bf_buffer file;
	struct bf_bzimage image;
	forge(&file);
	bf_put_le32(file.data + 0x1f4, 2);
	assert_int_equal(bf_bzimage_parse(bf_buffer_view(&file), &image, NULL), BF_OK);
	assert_int_equal(image.payload.size, 32);
	bf_buffer_free(&file);
}

/* A version text is a courtesy: where it cannot be read there is none. */
static void test_version_text(void **state)
{
	(void)state;
	static const uint16_t pointers[] = {0, 0xffff, FORGE_PAYLOAD - 0x200,
					    FORGE_PAYLOAD - 0x201};
	for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++) {
		struct bf_buffer file;
		struct bf_bzimage image;
		forge(&file);
		bf_put_le16(file.data + 0x20e, pointers[i]);
		assert_int_equal(bf_bzimage_parse(bf_buffer_view(&file), &image, NULL),
				 BF_OK);
		assert_int_equal(image.version_text.size, 0);
		bf_buffer_free(&file);
	}
}

static void test_truncated(void **state)
{
	(void)state;
	struct bf_buffer file;
	struct bf_error error;
	forge(&file);
	/* The last paragraph may be short; one byte less than that is missing. */
	size_t whole = FORGE_PAYLOAD + (file.size - FORGE_PAYLOAD - 1) / 16 * 16;
	for (size_t size = 0; size <= whole; size += size < 0x240 ? 1 : 37)
		assert_int_not_equal(parse(bf_view(file.data, size), NULL), BF_OK);
	assert_int_equal(parse(bf_view(file.data, whole), &error), BF_ERR_FORMAT);
	assert_non_null(strstr(error.text, "cut short"));
	assert_int_equal(parse(bf_view(file.data, whole + 1), NULL), BF_OK);
	bf_buffer_free(&file);
}

static void test_stock(void **state)
{
	(void)state;
	struct bf_buffer file = {0};
	unsigned i;
	for (i = 0; stock_read("ipxe.lkrn", i, &file); i++) {
		struct bf_bzimage image;
		assert_int_equal(bf_bzimage_parse(bf_buffer_view(&file), &image, NULL),
				 BF_OK);
		assert_int_equal(image.payload.size, file.size - image.payload_offset);
		assert_true(image.version_text.size > 0);
	}
	bf_buffer_free(&file);
	if (i == 0)
		skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_one_field_broken),
		cmocka_unit_test(test_payload_ends_at_syssize),
		cmocka_unit_test(test_version_text),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_stock),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
