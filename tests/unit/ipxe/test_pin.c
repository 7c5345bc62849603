/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/pin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "binary/bzimage.h"
#include "binary/pe.h"
#include "binary/zbin.h"
#include "forge_lkrn.h"
#include "forge_pe.h"
#include "guard.h"
#include "ipxe/rootcert.h"
#include "samples.h"
#include "stock.h"

enum { SIZE = 4000, PLACE = 3500, PE_PLACE = 0x905 };

static const uint8_t pin[BF_SHA256_SIZE] = "a fingerprint in a test, not on";

/* A PE with the stock fingerprint n times. */
static void make_pe(uint8_t out[FORGE_SIZE], unsigned n)
{
	forge_pe(out, BF_PE_MACHINE_ARM64);
	for (unsigned i = 0; i < n; i++)
		memcpy(out + PE_PLACE + 100 * i, bf_rootcert_stock, BF_SHA256_SIZE);
}

static void make_lkrn(unsigned n, struct bf_buffer *ret)
{
	uint8_t contents[SIZE];
	uint32_t seed = 31;
	sample_program(contents, SIZE, &seed);
	for (unsigned i = 0; i < n; i++)
		memcpy(contents + PLACE + 100 * i, bf_rootcert_stock, BF_SHA256_SIZE);
	forge_lkrn(bf_view(contents, SIZE), ret);
}

static void test_efi(void **state)
{
	(void)state;
	uint8_t file[FORGE_SIZE];
	struct bf_buffer pinned = {0};
	struct bf_pe pe;
	make_pe(file, 1);
	struct guard guard = guard_copy(file, sizeof(file));
	assert_int_equal(bf_pin(bf_view(guard.data, guard.size), bf_view(NULL, 0), pin,
				&pinned, NULL),
			 BF_OK);
	assert_int_equal(pinned.size, sizeof(file));
	assert_int_equal(bf_pe_parse(bf_buffer_view(&pinned), &pe, NULL), BF_OK);
	assert_int_equal(bf_pe_stored_checksum(&pe), bf_pe_checksum(&pe));
	assert_memory_equal(pinned.data + PE_PLACE, pin, BF_SHA256_SIZE);
	/* Nothing else changed. */
	memcpy(file + PE_PLACE, pin, BF_SHA256_SIZE);
	memcpy(file + pe.checksum, pinned.data + pe.checksum, 4);
	assert_memory_equal(pinned.data, file, sizeof(file));
	guard_free(&guard);
	bf_buffer_free(&pinned);
}

static void test_efi_refusals(void **state)
{
	(void)state;
	uint8_t file[FORGE_SIZE] = {0};
	struct bf_buffer pinned = {0};
	struct bf_view view = bf_view(file, sizeof(file));
	struct bf_error error;
	make_pe(file, 0);
	assert_int_equal(bf_pin(view, bf_view(NULL, 0), pin, &pinned, &error),
			 BF_ERR_UNSUPPORTED);
	assert_string_equal(error.text, "it does not have the fingerprint of iPXE's root "
					"CA; was it built with a TRUST of its own?");
	make_pe(file, 2);
	assert_int_equal(bf_pin(view, bf_view(NULL, 0), pin, &pinned, &error),
			 BF_ERR_UNSUPPORTED);
	assert_string_equal(error.text, "it has the fingerprint of iPXE's root CA twice, "
					"at bytes 2309 and 2409");
	make_pe(file, 1);
	bf_put_le32(file + FORGE_OPTIONAL + 112 + 8 * BF_PE_CERTIFICATE_TABLE, 0xd00);
	bf_put_le32(file + FORGE_OPTIONAL + 112 + 8 * BF_PE_CERTIFICATE_TABLE + 4, 0x100);
	assert_int_equal(bf_pin(view, bf_view(NULL, 0), pin, &pinned, &error),
			 BF_ERR_SIGNED);
	assert_null(pinned.data);
}

/* The unpacked last block of a file with its syssize checked. */
static void unpack(struct bf_view file, struct bf_buffer *ret)
{
	struct bf_bzimage image;
	assert_int_equal(bf_bzimage_parse(file, &image, NULL), BF_OK);
	assert_int_equal(image.payload_offset + image.payload.size, file.size);
	assert_int_equal(image.syssize, (image.payload.size + 15) / 16);
	assert_int_equal(bf_zbin_unpack_last(image.payload, ret, NULL), BF_OK);
}

static void assert_pinned(struct bf_view before, struct bf_view after)
{
	struct bf_buffer was = {0}, is = {0};
	size_t at;
	unpack(before, &was);
	unpack(after, &is);
	assert_true(bf_view_find(bf_buffer_view(&was), 0,
				 bf_view(bf_rootcert_stock, BF_SHA256_SIZE), &at));
	memcpy(was.data + at, pin, BF_SHA256_SIZE);
	assert_int_equal(was.size, is.size);
	assert_memory_equal(was.data, is.data, is.size);
	bf_buffer_free(&was);
	bf_buffer_free(&is);
}

static void check_lkrn(struct bf_view file)
{
	struct bf_buffer with = {0}, without = {0}, checkpoint = {0}, same = {0};
	assert_int_equal(bf_pin_checkpoint(file, &checkpoint, NULL), BF_OK);
	assert_int_equal(bf_pin(file, bf_buffer_view(&checkpoint), pin, &with, NULL),
			 BF_OK);
	assert_pinned(file, bf_buffer_view(&with));
	/* The setup keeps all but its size of the payload. */
	assert_memory_equal(with.data, file.data, BF_BZIMAGE_SYSSIZE);
	assert_memory_equal(with.data + BF_BZIMAGE_SYSSIZE + 4,
			    file.data + BF_BZIMAGE_SYSSIZE + 4,
			    FORGE_PAYLOAD - BF_BZIMAGE_SYSSIZE - 4);

	assert_int_equal(bf_pin(file, bf_view(NULL, 0), pin, &without, NULL), BF_OK);
	assert_int_equal(with.size, without.size);
	assert_memory_equal(with.data, without.data, with.size);

	assert_int_equal(
		bf_pin(file, bf_buffer_view(&checkpoint), bf_rootcert_stock, &same, NULL),
		BF_OK);
	assert_int_equal(same.size, file.size);
	assert_memory_equal(same.data, file.data, file.size);
	bf_buffer_free(&with);
	bf_buffer_free(&without);
	bf_buffer_free(&checkpoint);
	bf_buffer_free(&same);
}

static void test_lkrn(void **state)
{
	(void)state;
	struct bf_buffer file, other, checkpoint = {0}, pinned = {0};
	make_lkrn(1, &file);
	check_lkrn(bf_buffer_view(&file));

	/* A checkpoint of another file is of no use, and does no harm. */
	uint8_t contents[SIZE] = {0};
	memcpy(contents + PLACE, bf_rootcert_stock, BF_SHA256_SIZE);
	memcpy(contents, "something before", 16);
	forge_lkrn(bf_view(contents, SIZE), &other);
	assert_int_equal(bf_pin_checkpoint(bf_buffer_view(&file), &checkpoint, NULL),
			 BF_OK);
	assert_int_equal(bf_pin(bf_buffer_view(&other), bf_buffer_view(&checkpoint), pin,
				&pinned, NULL),
			 BF_OK);
	assert_pinned(bf_buffer_view(&other), bf_buffer_view(&pinned));
	/* A damaged one is an error. */
	checkpoint.data[0] ^= 1;
	assert_int_equal(bf_pin(bf_buffer_view(&file), bf_buffer_view(&checkpoint), pin,
				&pinned, NULL),
			 BF_ERR_FORMAT);
	bf_buffer_free(&file);
	bf_buffer_free(&other);
	bf_buffer_free(&checkpoint);
	bf_buffer_free(&pinned);
}

static void test_lkrn_refusals(void **state)
{
	(void)state;
	static const struct {
		unsigned n;
		const char *sentence;
	} cases[] = {
		{0, "it does not have the fingerprint of iPXE's root CA; was it built "
		    "with a TRUST of its own?"},
		{2, "it has the fingerprint of iPXE's root CA twice, at bytes 3500 and "
		    "3600"},
	};
	struct bf_buffer file, pinned = {0};
	struct bf_error error;
	for (size_t i = 0; i < 2; i++) {
		make_lkrn(cases[i].n, &file);
		assert_int_equal(bf_pin(bf_buffer_view(&file), bf_view(NULL, 0), pin,
					&pinned, &error),
				 BF_ERR_UNSUPPORTED);
		assert_string_equal(error.text, cases[i].sentence);
		assert_int_equal(bf_pin_checkpoint(bf_buffer_view(&file), &pinned, NULL),
				 BF_ERR_UNSUPPORTED);
		bf_buffer_free(&file);
	}
	make_lkrn(1, &file);
	assert_int_equal(bf_buffer_append(&file, "more than padding", 17), BF_OK);
	assert_int_equal(
		bf_pin(bf_buffer_view(&file), bf_view(NULL, 0), pin, &pinned, NULL),
		BF_ERR_UNSUPPORTED);
	assert_null(pinned.data);
	bf_buffer_free(&file);
}

/* The real thing: each binary of the distribution. */
static void test_stock(void **state)
{
	(void)state;
	static const char *const efi[] = {"ipxe-amd64.efi", "ipxe-arm64.efi",
					  "ipxe-riscv64.efi"};
	struct bf_buffer file = {0}, pinned = {0};
	unsigned i;
	for (i = 0; stock_read("ipxe.lkrn", i, &file); i++) {
		check_lkrn(bf_buffer_view(&file));
		for (size_t k = 0; k < sizeof(efi) / sizeof(efi[0]); k++) {
			assert_true(stock_read(efi[k], i, &file));
			assert_int_equal(bf_pin(bf_buffer_view(&file), bf_view(NULL, 0),
						pin, &pinned, NULL),
					 BF_OK);
			assert_memory_not_equal(file.data, pinned.data, file.size);
		}
	}
	bf_buffer_free(&file);
	bf_buffer_free(&pinned);
	if (i == 0)
		skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_efi),   cmocka_unit_test(test_efi_refusals),
		cmocka_unit_test(test_lkrn),  cmocka_unit_test(test_lkrn_refusals),
		cmocka_unit_test(test_stock),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
