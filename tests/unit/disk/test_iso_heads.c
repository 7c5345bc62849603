/* SPDX-License-Identifier: GPL-3.0-only */
#include "disk/iso_heads.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "disk/iso_tree.h"
#include "guard.h"

static uint8_t loader[5000];
static const struct bf_piece piece = {.bytes = {loader, sizeof(loader)}};
static const struct bf_iso_file files[] = {
	{.path = "/boot/loader", .pieces = &piece, .n_pieces = 1, .size = sizeof(loader)},
	{.path = "/esp.img", .pieces = &piece, .n_pieces = 1, .size = sizeof(loader)},
	{.path = "/third", .pieces = &piece, .n_pieces = 1, .size = sizeof(loader)},
};

/* Of a set with other files, one for UEFI alone, and a later one. */
static const struct bf_iso_request requests[] = {
	{.files = files,
	 .n_files = 3,
	 .bios_path = "/boot/loader",
	 .efi_path = "/esp.img",
	 .label = "A",
	 .time = 7},
	{.files = files,
	 .n_files = 2,
	 .bios_path = "/boot/loader",
	 .efi_path = "/esp.img",
	 .label = "A",
	 .time = 7},
	{.files = files, .n_files = 2, .efi_path = "/esp.img", .label = "A", .time = 7},
	{.files = files,
	 .n_files = 2,
	 .bios_path = "/boot/loader",
	 .label = "A",
	 .time = 8},
};

enum { N_REQUESTS = sizeof(requests) / sizeof(requests[0]) };

static void make(struct bf_buffer *ret)
{
	struct bf_iso_heads heads = {0};
	struct bf_error error;
	for (size_t i = 0; i < N_REQUESTS; i++) {
		struct bf_buffer head = {0};
		assert_int_equal(bf_iso_tree_write(&requests[i], &head, &error), BF_OK);
		assert_int_equal(bf_iso_heads_add(&heads, &requests[i],
						  bf_buffer_view(&head), &error),
				 BF_OK);
		bf_buffer_free(&head);
	}
	assert_int_equal(bf_iso_heads_print(&heads, ret, &error), BF_OK);
	bf_iso_heads_free(&heads);
}

/* What is found is what libisofs writes, under any label. */
static void test_found(void **state)
{
	static const char *const labels[] = {"A", "b",
					     "Lab_1-with.32-characters-in-all_"};
	struct bf_buffer bytes = {0};
	struct bf_error error;
	(void)state;
	make(&bytes);
	for (size_t i = 0; i < N_REQUESTS * 3; i++) {
		struct bf_iso_request request = requests[i / 3];
		struct bf_buffer wanted = {0}, found = {0};
		request.label = labels[i % 3];
		assert_int_equal(bf_iso_tree_write(&request, &wanted, &error), BF_OK);
		assert_int_equal(bf_iso_heads_find(bf_buffer_view(&bytes), &request,
						   &found, &error),
				 BF_OK);
		assert_int_equal(found.size, wanted.size);
		assert_memory_equal(found.data, wanted.data, wanted.size);
		bf_buffer_free(&wanted);
		bf_buffer_free(&found);
	}
	bf_buffer_free(&bytes);
}

static void test_not_there(void **state)
{
	struct bf_iso_request request = requests[1];
	struct bf_buffer bytes = {0}, found = {0};
	struct bf_error error;
	(void)state;
	make(&bytes);
	request.time = 9;
	assert_int_equal(
		bf_iso_heads_find(bf_buffer_view(&bytes), &request, &found, &error),
		BF_ERR_UNSUPPORTED);
	assert_null(found.data);
	bf_buffer_free(&bytes);
}

/* Cut anywhere, they are damaged or another's; no byte behind the end is read. */
static void test_cut(void **state)
{
	struct bf_buffer bytes = {0}, found = {0};
	struct bf_error error;
	(void)state;
	make(&bytes);
	for (size_t size = 0; size < bytes.size; size += size < 600 ? 1 : 997) {
		struct guard guard = guard_copy(bytes.data, size);
		for (size_t i = 0; i < N_REQUESTS; i++) {
			int err = bf_iso_heads_find(bf_view(guard.data, size),
						    &requests[i], &found, &error);
			if (err)
				assert_int_equal(err, BF_ERR_FORMAT);
		}
		guard_free(&guard);
	}
	bf_buffer_free(&found);
	bf_buffer_free(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_not_there),
		cmocka_unit_test(test_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
