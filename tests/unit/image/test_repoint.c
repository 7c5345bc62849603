/* SPDX-License-Identifier: GPL-3.0-only */
#include "image/repoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "binary/pe.h"
#include "image/template.h"
#include "ipxe/loose.h"

static const char old_script[] = "chain http://old.example/\n";
static const char new_script[] = "chain http://new.example/\n";

static const struct bf_resign nobody = {0};

/* An image for all architectures with the old script, and one with the new. */
struct fixture {
	struct bf_bundle *bundle;
	struct bf_binaries binaries;
	struct bf_template made;
	struct bf_buffer old, new;
	struct bf_repoint repoint;
};

static struct bf_view text_view(const char *text)
{
	return bf_view(text, strlen(text));
}

static void make_image(const struct bf_template *made, const char *script,
		       struct bf_buffer *ret)
{
	struct bf_patches patches = {0};
	struct bf_pieces pieces = {0};
	assert_int_equal(bf_template_patch(made, text_view(script), &patches, NULL),
			 BF_OK);
	assert_int_equal(bf_template_overlay(made, &patches, &pieces, NULL), BF_OK);
	assert_int_equal(bf_buffer_zero(ret, pieces.size), BF_OK);
	assert_int_equal(bf_pieces_read(&pieces, 0, ret->data, ret->size), ret->size);
	bf_pieces_free(&pieces);
	bf_patches_free(&patches);
}

static int setup_with(uint32_t loose_size, void **state)
{
	const struct bf_template_options options = {.archs = (1u << BF_ARCH_COUNT) - 1,
						    .label = "TEST",
						    .loose_size = loose_size};
	struct fixture *f = calloc(1, sizeof(*f));
	assert_non_null(f);
	assert_int_equal(bf_bundle_load(NULL, &f->bundle, NULL), BF_OK);
	bf_binaries_init(&f->binaries, f->bundle);
	assert_int_equal(
		bf_template_init(&f->made, f->bundle, &f->binaries, &options, NULL),
		BF_OK);
	make_image(&f->made, old_script, &f->old);
	make_image(&f->made, new_script, &f->new);
	*state = f;
	return 0;
}

static int setup(void **state)
{
	return setup_with(0, state);
}

static int setup_loose(void **state)
{
	return setup_with(BF_LOOSE_STEP, state);
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	bf_repoint_free(&f->repoint);
	bf_buffer_free(&f->old);
	bf_buffer_free(&f->new);
	bf_template_free(&f->made);
	bf_bundle_free(f->bundle);
	free(f);
	return 0;
}

/* Open the old image and lay the new script's patches over it. */
static void repoint(struct fixture *f)
{
	struct bf_source source = bf_source_view(bf_buffer_view(&f->old));
	struct bf_error error = {""};
	bf_repoint_free(&f->repoint);
	if (bf_repoint_open(&source, f->bundle, &f->repoint, &error) ||
	    bf_repoint_fill(&f->repoint, text_view(new_script), &nobody, &error))
		fail_msg("%s", error.text);
	for (size_t i = 0; i < f->repoint.patches.n_pieces; i++) {
		const struct bf_piece *piece = &f->repoint.patches.pieces[i];
		memcpy(f->old.data + piece->offset, piece->bytes.data, piece->bytes.size);
	}
}

static size_t count_loaded(const struct bf_repoint *repoint)
{
	size_t n = 0;
	for (size_t i = 0; i < repoint->n_sites; i++)
		n += repoint->files[i].owned.data != NULL;
	return n;
}

/* What is the bundle's costs no memory, whatever script is in it. */
static void test_bundled(void **state)
{
	struct fixture *f = *state;
	repoint(f);
	assert_int_equal(f->repoint.n_sites, BF_ARCH_COUNT);
	assert_int_equal(count_loaded(&f->repoint), 0);
	for (size_t i = 0; i < f->repoint.n_sites; i++)
		assert_ptr_equal(f->repoint.files[i].binary.data,
				 f->bundle->ipxe[f->repoint.sites[i].arch].binary.data);
	assert_memory_equal(f->old.data, f->new.data, f->new.size);
}

/* Whatever an interrupted run left in the checksums and the scripts, it is put right. */
static void test_torn(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < f->made.n_sites; i++) {
		const struct bf_site *site = &f->made.sites[i];
		uint8_t *binary = f->old.data + site->binary_offset;
		memset(binary + site->slot.offset + BF_SLOT_HEADER_SIZE + 5, '?', 3000);
		if (site->has_checksum)
			bf_put_le32(binary + site->checksum_offset, 0x12345678);
	}
	repoint(f);
	assert_int_equal(count_loaded(&f->repoint), 0);
	assert_memory_equal(f->old.data, f->new.data, f->new.size);
}

/* Another byte anywhere makes it a binary of somebody else's, which keeps that byte. */
static void test_changed(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < f->made.n_sites; i++) {
		const struct bf_site *site = &f->made.sites[i];
		uint64_t at = site->binary_offset + site->slot.offset - 1;
		struct bf_pe pe;
		make_image(&f->made, old_script, &f->old);
		f->old.data[at] ^= 1;
		repoint(f);
		assert_int_equal(count_loaded(&f->repoint), 1);
		assert_int_equal(f->old.data[at], f->new.data[at] ^ 1);
		if (!site->has_checksum)
			continue;
		struct bf_view binary = bf_view(f->old.data + site->binary_offset,
						(size_t)site->binary_size);
		assert_int_equal(bf_pe_parse(binary, &pe, NULL), BF_OK);
		assert_int_equal(bf_pe_stored_checksum(&pe), bf_pe_checksum(&pe));
	}
}

static void test_too_long(void **state)
{
	struct fixture *f = *state;
	static char script[BF_SLOT_SIZE];
	struct bf_error error;
	repoint(f);
	memset(script, '#', sizeof(script));
	assert_int_equal(bf_repoint_fill(&f->repoint, bf_view(script, sizeof(script)),
					 &nobody, &error),
			 BF_ERR_TOO_BIG);
	assert_non_null(strstr(error.text, "8192 bytes, the slot takes 8131"));
}

/* Only the loose slot changes. */
static void test_loose(void **state)
{
	struct fixture *f = *state;
	repoint(f);
	assert_int_equal(f->repoint.n_sites, BF_ARCH_COUNT + 1);
	assert_int_equal(f->repoint.n_changed, 1);
	assert_int_equal(f->repoint.patches.n_pieces, 1);
	assert_int_equal(count_loaded(&f->repoint), 1); /* itself: it may be any file */
	assert_memory_equal(f->old.data, f->new.data, f->new.size);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_bundled, setup, teardown),
		cmocka_unit_test_setup_teardown(test_torn, setup, teardown),
		cmocka_unit_test_setup_teardown(test_changed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_long, setup, teardown),
		cmocka_unit_test_setup_teardown(test_loose, setup_loose, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
