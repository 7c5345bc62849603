/* SPDX-License-Identifier: GPL-3.0-only */
#include "bundle/bundle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What is inside the executable and what the build left in its folder are the same. */
static void test_inside_and_in_a_folder(void **state)
{
	(void)state;
	struct bf_bundle *inside, *folder;
	assert_int_equal(bf_bundle_load(NULL, &inside, NULL), BF_OK);
	assert_int_equal(bf_bundle_load(BF_BUNDLE_DIR, &folder, NULL), BF_OK);
	assert_int_equal(inside->n_files, folder->n_files);
	assert_int_equal(inside->time, folder->time);
	for (size_t i = 0; i < inside->n_files; i++) {
		assert_string_equal(inside->files[i].name, folder->files[i].name);
		assert_int_equal(inside->files[i].bytes.size,
				 folder->files[i].bytes.size);
		assert_memory_equal(inside->files[i].bytes.data,
				    folder->files[i].bytes.data,
				    inside->files[i].bytes.size);
	}
	bf_bundle_free(inside);
	bf_bundle_free(folder);
}

static void test_every_architecture_has_its_slot(void **state)
{
	(void)state;
	struct bf_bundle *bundle;
	assert_int_equal(bf_bundle_load(NULL, &bundle, NULL), BF_OK);
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++) {
		const struct bf_bundle_ipxe *ipxe = &bundle->ipxe[arch];
		struct bf_slot slot;
		assert_true(ipxe->present);
		assert_int_equal(bf_slot_find(ipxe->binary, &slot, NULL), BF_OK);
		assert_int_equal(slot.offset, ipxe->slot.offset);
		assert_int_equal(slot.size, BF_SLOT_SIZE);
		assert_non_null(strstr(ipxe->can.schemes, "http,https"));
		assert_int_equal(strlen(ipxe->digest), BF_DIGEST_HEX_SIZE - 1);
	}
	bf_bundle_free(bundle);
}

static void test_look_ups(void **state)
{
	(void)state;
	struct bf_bundle *bundle;
	struct bf_error error;
	struct bf_view bytes;
	assert_int_equal(bf_bundle_load(NULL, &bundle, NULL), BF_OK);
	assert_int_equal(bf_bundle_file(bundle, "isohdpfx.bin", &bytes, &error), BF_OK);
	assert_int_equal(bytes.size, 432);
	assert_int_equal(bf_bundle_file(bundle, "nothing", &bytes, &error),
			 BF_ERR_FORMAT);
	assert_string_equal(error.text, "MANIFEST lists no file 'nothing'");
	assert_non_null(bf_bundle_version(bundle, "ipxe"));
	assert_null(bf_bundle_version(bundle, "grub"));
	bf_bundle_free(bundle);
	bf_bundle_free(NULL);
}

static void test_no_folder(void **state)
{
	(void)state;
	struct bf_bundle *bundle = NULL;
	struct bf_error error;
	assert_int_equal(bf_bundle_load("/nonexistent", &bundle, &error), BF_ERR_IO);
	assert_non_null(strstr(error.text, "/nonexistent/MANIFEST"));
	assert_null(bundle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inside_and_in_a_folder),
		cmocka_unit_test(test_every_architecture_has_its_slot),
		cmocka_unit_test(test_look_ups),
		cmocka_unit_test(test_no_folder),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
