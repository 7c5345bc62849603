/* SPDX-License-Identifier: GPL-3.0-only */
#include "image/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "binary/pe.h"
#include "disk/iso_reader.h"
#include "ipxe/loose.h"

#define ITEMS(array) (sizeof(array) / sizeof((array)[0]))

static const char script[] = "dhcp\nchain http://192.0.2.1/boot\n";

struct fixture {
	struct bf_bundle *bundle;
	struct bf_binaries binaries;
	struct bf_template made;
	struct bf_patches patches;
	struct bf_pieces pieces;
	struct bf_buffer flat;
};

static int setup(void **state)
{
	const struct bf_template_options options = {.archs = (1u << BF_ARCH_COUNT) - 1,
						    .label = "TEST"};
	struct fixture *f = calloc(1, sizeof(*f));
	struct bf_error error = {""};
	assert_non_null(f);
	if (bf_bundle_load(NULL, &f->bundle, &error))
		fail_msg("%s", error.text);
	bf_binaries_init(&f->binaries, f->bundle);
	if (bf_template_init(&f->made, f->bundle, &f->binaries, &options, &error) ||
	    bf_template_patch(&f->made, bf_view(script, sizeof(script) - 1), &f->patches,
			      &error) ||
	    bf_template_overlay(&f->made, &f->patches, &f->pieces, &error))
		fail_msg("%s", error.text);
	assert_int_equal(bf_buffer_zero(&f->flat, f->pieces.size), 0);
	assert_int_equal(bf_pieces_read(&f->pieces, 0, f->flat.data, f->flat.size),
			 f->flat.size);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	bf_buffer_free(&f->flat);
	bf_pieces_free(&f->pieces);
	bf_patches_free(&f->patches);
	bf_template_free(&f->made);
	bf_bundle_free(f->bundle);
	free(f);
	return 0;
}

static struct bf_view in_tree(const struct fixture *f, const char *path)
{
	struct bf_iso_extent extent;
	struct bf_error error = {""};
	if (bf_iso9660_find(bf_buffer_view(&f->flat), path, &extent, &error))
		fail_msg("%s", error.text);
	return bf_view_part(bf_buffer_view(&f->flat), extent.offset, extent.size);
}

/* A binary found by its path is the bundle's but for slot and checksum, both right. */
static void check_binary(const struct fixture *f, enum bf_arch arch, const char *path,
			 struct bf_view wanted)
{
	struct bf_view stock = f->bundle->ipxe[arch].binary;
	struct bf_view found = in_tree(f, path);
	struct bf_slot slot;
	struct bf_pe pe = {0};
	assert_int_equal(found.size, stock.size);
	assert_int_equal(bf_slot_find(found, &slot, NULL), BF_OK);
	struct bf_view body = bf_slot_body(bf_view_part(found, slot.offset, slot.size));
	assert_int_equal(body.size, wanted.size);
	assert_memory_equal(body.data, wanted.data, body.size);
	if (arch != BF_ARCH_BIOS) {
		assert_int_equal(bf_pe_parse(found, &pe, NULL), BF_OK);
		assert_int_equal(bf_pe_stored_checksum(&pe), bf_pe_checksum(&pe));
	}
	for (size_t i = 0; i < stock.size; i++)
		if (stock.data[i] != found.data[i])
			assert_true((i >= slot.offset && i - slot.offset < slot.size) ||
				    (i >= pe.checksum && i - pe.checksum < 4));
}

static void test_every_binary(void **state)
{
	struct bf_view body = bf_view(script, sizeof(script) - 1);
	check_binary(*state, BF_ARCH_BIOS, "/boot/ipxe.lkrn", body);
	check_binary(*state, BF_ARCH_X86_64, "/EFI/BOOT/BOOTX64.EFI", body);
	check_binary(*state, BF_ARCH_ARM64, "/EFI/BOOT/BOOTAA64.EFI", body);
	check_binary(*state, BF_ARCH_RISCV64, "/EFI/BOOT/BOOTRISCV64.EFI", body);
}

/* Every patch is right wherever a read ends in the middle of it. */
static void test_patches_split_across_reads(void **state)
{
	const struct fixture *f = *state;
	for (size_t i = 0; i < f->patches.n_pieces; i++) {
		const struct bf_piece *patch = &f->patches.pieces[i];
		for (size_t cut = 0; cut <= patch->bytes.size;
		     cut += cut < 70 ? 1 : 509) {
			uint8_t out[128];
			uint64_t at = patch->offset + cut - 64;
			assert_int_equal(bf_pieces_read(&f->pieces, at, out, 64), 64);
			assert_int_equal(
				bf_pieces_read(&f->pieces, at + 64, out + 64, 64), 64);
			assert_memory_equal(out, f->flat.data + at, sizeof(out));
		}
	}
}

/* Nothing of the bundle is copied: the pieces lead into it. */
static void test_binaries_are_not_copied(void **state)
{
	const struct fixture *f = *state;
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++) {
		struct bf_view binary = f->bundle->ipxe[arch].binary;
		size_t shared = 0;
		for (size_t i = 0; i < f->made.image.pieces.n_items; i++) {
			struct bf_view bytes = f->made.image.pieces.items[i].bytes;
			if (bytes.data >= binary.data &&
			    bytes.data < binary.data + binary.size)
				shared += bytes.size;
		}
		assert_int_equal(shared, binary.size);
	}
}

/* A script leaves nothing behind in the template, or in the patches used again. */
static void test_another_script_and_back(void **state)
{
	struct fixture *f = *state;
	static const char other[] = "shell\n";
	const struct bf_view scripts[] = {bf_view(other, sizeof(other) - 1),
					  bf_view(script, sizeof(script) - 1)};
	for (size_t i = 0; i < ITEMS(scripts); i++) {
		assert_int_equal(
			bf_template_patch(&f->made, scripts[i], &f->patches, NULL), 0);
		assert_int_equal(
			bf_template_overlay(&f->made, &f->patches, &f->pieces, NULL), 0);
	}
	struct bf_buffer again = {0};
	assert_int_equal(bf_buffer_zero(&again, f->flat.size), 0);
	bf_pieces_read(&f->pieces, 0, again.data, again.size);
	assert_memory_equal(again.data, f->flat.data, again.size);
	bf_buffer_free(&again);
}

static void test_a_script_too_long(void **state)
{
	struct fixture *f = *state;
	static uint8_t body[BF_SLOT_SIZE];
	struct bf_error error = {""};
	assert_int_equal(bf_template_patch(&f->made, bf_view(body, sizeof(body)),
					   &f->patches, &error),
			 BF_ERR_TOO_BIG);
	assert_non_null(strstr(error.text, "8192 bytes, the slot takes 8131"));
}

/* With a loose slot the others lead to it, whatever the script, which is not copied. */
static void test_loose(void **state)
{
	struct fixture *f = *state;
	const struct bf_template_options options = {
		.archs = BF_ARCH_ALL, .label = "TEST", .loose_size = BF_LOOSE_STEP};
	struct bf_view handover = bf_loose_handover();
	struct bf_view body = bf_view(script, sizeof(script) - 1);
	struct bf_slot slot;
	bf_template_free(&f->made);
	assert_int_equal(
		bf_template_init(&f->made, f->bundle, &f->binaries, &options, NULL),
		BF_OK);
	assert_int_equal(bf_template_patch(&f->made, body, &f->patches, NULL), BF_OK);
	assert_int_equal(f->patches.n_pieces, 1);
	assert_ptr_equal(f->patches.pieces[0].bytes.data, script);
	assert_int_equal(bf_template_overlay(&f->made, &f->patches, &f->pieces, NULL), 0);
	assert_int_equal(bf_buffer_zero(&f->flat, f->pieces.size), 0);
	bf_pieces_read(&f->pieces, 0, f->flat.data, f->flat.size);

	struct bf_view file = in_tree(f, BF_LOOSE_PATH);
	assert_int_equal(file.size, BF_LOOSE_STEP);
	assert_int_equal(bf_loose_find(file, &slot, NULL), BF_OK);
	struct bf_view found = bf_slot_body(file);
	assert_int_equal(found.size, body.size);
	assert_memory_equal(found.data, body.data, body.size);
	check_binary(f, BF_ARCH_BIOS, "/boot/ipxe.lkrn", handover);
	check_binary(f, BF_ARCH_X86_64, "/EFI/BOOT/BOOTX64.EFI", handover);
	check_binary(f, BF_ARCH_RISCV64, "/EFI/BOOT/BOOTRISCV64.EFI", handover);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_every_binary, setup, teardown),
		cmocka_unit_test_setup_teardown(test_patches_split_across_reads, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_binaries_are_not_copied, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_another_script_and_back, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_a_script_too_long, setup, teardown),
		cmocka_unit_test_setup_teardown(test_loose, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
