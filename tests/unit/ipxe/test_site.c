/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "binary/pe.h"
#include "forge_pe.h"

enum {
	SIZE = BF_SLOT_SIZE_MIN,
	PE_AT = 1001, /* odd: what counts for a checksum is the offset in the PE */
	FILE_AT = 64,
	IMAGE_SIZE = PE_AT + FORGE_SIZE,
};

static const char script[] = "chain http://192.0.2.1/\n";

/* An image with a PE whose slot is at an odd offset, and in front of it a slot alone. */
struct fixture {
	uint8_t image[IMAGE_SIZE];
	struct bf_slot slot; /* of the PE */
	struct bf_site sites[2];
	struct bf_patches patches;
};

static struct bf_view pe_of(const struct fixture *f)
{
	return bf_view(f->image + PE_AT, FORGE_SIZE);
}

static void put_slot(uint8_t *at, uint32_t declared_offset)
{
	assert_int_equal(
		bf_slot_format(at, SIZE, declared_offset, bf_view("old\n", 4), NULL),
		BF_OK);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct bf_pe pe;
	size_t slot = FORGE_SIZE_OF_HEADERS + 33;
	assert_non_null(f);
	forge_pe(f->image + PE_AT, BF_PE_MACHINE_AMD64);
	put_slot(f->image + PE_AT + slot, (uint32_t)slot);
	put_slot(f->image + FILE_AT, 0);
	assert_int_equal(bf_pe_parse(pe_of(f), &pe, NULL), BF_OK);
	bf_pe_set_checksum(&pe, f->image + PE_AT);
	f->slot = (struct bf_slot){slot, SIZE, (uint32_t)slot};
	assert_int_equal(bf_site_init(&f->sites[0], BF_ARCH_X86_64, PE_AT, pe_of(f),
				      f->slot, NULL),
			 BF_OK);
	assert_int_equal(bf_site_init(&f->sites[1], BF_ARCH_COUNT, FILE_AT,
				      bf_view(f->image + FILE_AT, SIZE),
				      (struct bf_slot){0, SIZE, 0}, NULL),
			 BF_OK);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	bf_patches_free(&f->patches);
	free(f);
	return 0;
}

static void patch(struct fixture *f, const char *text)
{
	struct bf_error error = {""};
	if (bf_sites_patch(f->sites, 2, bf_view(text, strlen(text)), &f->patches, &error))
		fail_msg("%s", error.text);
	for (size_t i = 0; i < f->patches.n_pieces; i++) {
		const struct bf_piece *piece = &f->patches.pieces[i];
		memcpy(f->image + piece->offset, piece->bytes.data, piece->bytes.size);
	}
}

static void check_image(struct fixture *f, const char *text)
{
	struct bf_slot slot;
	struct bf_pe pe;
	assert_int_equal(bf_pe_parse(pe_of(f), &pe, NULL), BF_OK);
	assert_int_equal(bf_pe_stored_checksum(&pe), bf_pe_checksum(&pe));
	assert_int_equal(bf_slot_find(pe_of(f), &slot, NULL), BF_OK);
	struct bf_view body = bf_slot_body(bf_view_part(pe_of(f), slot.offset, SIZE));
	assert_int_equal(body.size, strlen(text));
	assert_memory_equal(body.data, text, body.size);
	assert_memory_equal(f->image + FILE_AT + BF_SLOT_HEADER_SIZE, text, body.size);
}

static void test_patches(void **state)
{
	struct fixture *f = *state;
	patch(f, script);
	assert_int_equal(f->patches.n_pieces, 3);
	for (size_t i = 1; i < f->patches.n_pieces; i++)
		assert_true(f->patches.pieces[i - 1].offset <
			    f->patches.pieces[i].offset);
	check_image(f, script);
	/* What was learnt from the first script holds for every other one. */
	patch(f, "shell\n");
	check_image(f, "shell\n");
}

/* Where the image has nothing but padding, only the script is put in, and not copied. */
static void test_blank(void **state)
{
	struct fixture *f = *state;
	struct bf_view body = bf_view(script, sizeof(script) - 1);
	struct bf_site *blank = &f->sites[1];
	assert_true(bf_site_is_loose(blank));
	assert_false(bf_site_is_loose(&f->sites[0]));
	blank->is_blank = true;
	patch(f, script);
	assert_int_equal(f->patches.n_pieces, 3);
	assert_ptr_equal(f->patches.pieces[0].bytes.data, script);
	assert_int_equal(f->patches.pieces[0].bytes.size, body.size);
	assert_int_equal(f->patches.pieces[0].offset, FILE_AT + BF_SLOT_HEADER_SIZE);
	check_image(f, script);
	assert_int_equal(bf_sites_patch(blank, 1, body, &f->patches, NULL), BF_OK);
	assert_int_equal(f->patches.n_pieces, 1);
	char large[SIZE];
	memset(large, '#', sizeof(large));
	assert_int_equal(bf_sites_patch(blank, 1, bf_view(large, sizeof(large)),
					&f->patches, NULL),
			 BF_ERR_TOO_BIG);
}

static void test_too_big(void **state)
{
	struct fixture *f = *state;
	char large[SIZE] = "";
	struct bf_error error;
	memset(large, '#', sizeof(large));
	assert_int_equal(bf_sites_patch(f->sites, 2, bf_view(large, sizeof(large)),
					&f->patches, &error),
			 BF_ERR_TOO_BIG);
	assert_non_null(strstr(error.text, "512 bytes, the slot takes 451"));
}

/* Another script leaves the digest as it is, any other change does not. */
static void test_digest(void **state)
{
	struct fixture *f = *state;
	struct bf_source image = bf_source_view(bf_view(f->image, IMAGE_SIZE));
	static const size_t places[] = {
		0, FORGE_SIZE_OF_HEADERS + 33 + BF_SLOT_HEADER_SIZE - 1,
		FORGE_SIZE_OF_HEADERS + 33 + SIZE, FORGE_SIZE - 1};
	char before[BF_DIGEST_HEX_SIZE], after[BF_DIGEST_HEX_SIZE];
	assert_int_equal(bf_site_digest(&f->sites[0], &image, before, NULL), BF_OK);
	patch(f, script);
	assert_int_equal(bf_site_digest(&f->sites[0], &image, after, NULL), BF_OK);
	assert_string_equal(before, after);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		f->image[PE_AT + places[i]] ^= 1;
		assert_int_equal(bf_site_digest(&f->sites[0], &image, after, NULL),
				 BF_OK);
		assert_string_not_equal(before, after);
		f->image[PE_AT + places[i]] ^= 1;
	}
}

/* A slot that is not in its binary or over its headers, a checksum that none can have. */
static void test_not_planted(void **state)
{
	struct fixture *f = *state;
	static const struct bf_slot slots[] = {
		{0, SIZE, 0},
		{FORGE_SIZE - SIZE + 1, SIZE, 0},
		{SIZE_MAX, SIZE, 0},
		{FORGE_SIZE_OF_HEADERS, 0, 0},
	};
	struct bf_site site;
	struct bf_pe pe;
	for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++)
		assert_int_equal(bf_site_init(&site, BF_ARCH_X86_64, PE_AT, pe_of(f),
					      slots[i], NULL),
				 BF_ERR_FORMAT);
	assert_int_equal(bf_pe_parse(pe_of(f), &pe, NULL), BF_OK);
	bf_put_le32(f->image + PE_AT + pe.checksum, FORGE_SIZE + 0x10000);
	assert_int_equal(
		bf_site_init(&site, BF_ARCH_X86_64, PE_AT, pe_of(f), f->slot, NULL),
		BF_ERR_FORMAT);
	assert_false(site.has_checksum);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_patches, setup, teardown),
		cmocka_unit_test_setup_teardown(test_blank, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_big, setup, teardown),
		cmocka_unit_test_setup_teardown(test_digest, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_planted, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
