/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/plant.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "binary/bzimage.h"
#include "forge_lkrn.h"
#include "guard.h"
#include "ipxe/slot.h"
#include "stock.h"

/* A stub's header, two fields to fill in, and code of no meaning. */
static const uint8_t stub_bytes[] = {0, 0, 0, 0, 0xfa, 0xf4, 0xeb, 0xfd};
static const char decoy[] = "BOOT_IMAGE= initrd= ";
static const uint8_t contents[] = "iPXE, or something like it";

enum {
	STUB = FORGE_PAYLOAD, /* where the payload was */
	DECOY = STUB + sizeof(stub_bytes),
	SLOT = DECOY + sizeof(decoy) - 1,
};

static struct bf_view stub(void)
{
	return bf_view(stub_bytes, sizeof(stub_bytes));
}

static void forge(struct bf_buffer *ret)
{
	forge_lkrn(bf_view(contents, sizeof(contents)), ret);
}

/* Plant into a copy that ends at a guard page. */
static int plant(const struct bf_buffer *stock, uint32_t slot_size,
		 struct bf_buffer *planted, struct bf_error *reterr)
{
	struct guard guard = guard_copy(stock->data, stock->size);
	int err = bf_plant_lkrn(bf_view(guard.data, guard.size), stub(), slot_size,
				planted, reterr);
	guard_free(&guard);
	return err;
}

/* Everything that was there is still there, but for the prologue and setup_sects. */
static void check_unchanged(const struct bf_buffer *stock,
			    const struct bf_buffer *planted,
			    const struct bf_bzimage *before)
{
	struct bf_bzimage after;
	assert_int_equal(bf_bzimage_parse(bf_buffer_view(planted), &after, NULL), BF_OK);
	assert_int_equal(after.setup_sects, planted->data[0x1f1]);
	assert_int_equal(after.syssize, before->syssize);
	assert_int_equal(after.setup_entry, before->setup_entry);
	assert_int_equal(planted->size - after.payload_offset,
			 stock->size - before->payload_offset);
	assert_memory_equal(planted->data + after.payload_offset,
			    stock->data + before->payload_offset,
			    stock->size - before->payload_offset);
	for (size_t i = 0; i < before->payload_offset; i++) {
		if (i != 0x1f1 &&
		    (i < before->setup_entry || i >= before->setup_entry + 5))
			assert_int_equal(planted->data[i], stock->data[i]);
	}
}

static void test_the_layout(void **state)
{
	(void)state;
	static const uint32_t sizes[] = {512, 1024, BF_SLOT_SIZE, 16384};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct bf_buffer stock, planted = {0};
		struct bf_bzimage before;
		struct bf_slot slot;
		forge(&stock);
		assert_int_equal(bf_bzimage_parse(bf_buffer_view(&stock), &before, NULL),
				 BF_OK);
		assert_int_equal(plant(&stock, sizes[i], &planted, NULL), BF_OK);
		check_unchanged(&stock, &planted, &before);

		/* jmp rel16 to the code behind the stub's header, and two nops. */
		const uint8_t *code = planted.data + FORGE_SETUP_ENTRY;
		assert_int_equal(code[0], 0xe9);
		assert_int_equal(FORGE_SETUP_ENTRY + 3 + bf_le16(code + 1), STUB + 4);
		assert_int_equal(bf_le16(code + 3), 0x9090);

		assert_int_equal(bf_le16(planted.data + STUB), DECOY);
		assert_int_equal(bf_le16(planted.data + STUB + 2), FORGE_PROLOGUE_TARGET);
		assert_memory_equal(planted.data + STUB + 4, stub_bytes + 4,
				    sizeof(stub_bytes) - 4);
		assert_memory_equal(planted.data + DECOY, decoy, sizeof(decoy) - 1);

		assert_int_equal(bf_slot_find(bf_buffer_view(&planted), &slot, NULL),
				 BF_OK);
		assert_int_equal(slot.offset, SLOT);
		assert_int_equal(slot.declared_offset, SLOT);
		assert_int_equal(slot.size, sizes[i]);
		assert_int_equal(planted.data[SLOT + sizes[i]], '\0');
		struct bf_view body =
			bf_slot_body(bf_view(planted.data + SLOT, sizes[i]));
		assert_true(body.size > 0);
		bf_buffer_free(&stock);
		bf_buffer_free(&planted);
	}
}

/* The NUL behind the slot is never the payload's first byte. */
static void test_the_nul_has_room(void **state)
{
	(void)state;
	for (uint32_t size = 4000; size <= 4000 + 512; size++) {
		struct bf_buffer stock, planted = {0};
		forge(&stock);
		assert_int_equal(plant(&stock, size, &planted, NULL), BF_OK);
		assert_int_equal(planted.data[SLOT + size], '\0');
		size_t payload = (planted.data[0x1f1] + 1u) * 512;
		assert_true(SLOT + size < payload && payload <= SLOT + size + 512);
		bf_buffer_free(&stock);
		bf_buffer_free(&planted);
	}
}

static void test_one_field_broken(void **state)
{
	(void)state;
	static const struct {
		size_t offset;
		uint8_t value;
		int err;
	} cases[] = {
		{0x1fe, 0, BF_ERR_UNSUPPORTED},                    /* no bzImage */
		{FORGE_SETUP_ENTRY, 0x1f, BF_ERR_UNSUPPORTED},     /* push %ds */
		{FORGE_SETUP_ENTRY, 0xe9, BF_ERR_UNSUPPORTED},     /* planted before */
		{FORGE_SETUP_ENTRY + 1, 0x6a, BF_ERR_UNSUPPORTED}, /* push imm16 */
		{FORGE_SETUP_ENTRY + 4, 0xc3, BF_ERR_UNSUPPORTED}, /* lret */
		{0x201, FORGE_SETUP_ENTRY - 0x201,
		 BF_ERR_UNSUPPORTED}, /* one byte late */
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_buffer stock, planted = {0};
		forge(&stock);
		stock.data[cases[i].offset] = cases[i].value;
		assert_int_equal(plant(&stock, BF_SLOT_SIZE, &planted, NULL),
				 cases[i].err);
		assert_null(planted.data);
		bf_buffer_free(&stock);
	}
}

static void test_twice(void **state)
{
	(void)state;
	struct bf_buffer stock, planted = {0}, again = {0};
	struct bf_error error;
	forge(&stock);
	assert_int_equal(plant(&stock, BF_SLOT_SIZE, &planted, NULL), BF_OK);
	assert_int_equal(plant(&planted, BF_SLOT_SIZE, &again, &error),
			 BF_ERR_UNSUPPORTED);
	assert_string_equal(error.text, "there is a script slot already, at offset 3100");
	assert_null(again.data);
	bf_buffer_free(&stock);
	bf_buffer_free(&planted);
}

static void test_sizes(void **state)
{
	(void)state;
	/* What iPXE copies below 0x7c00, with the decoy and the NUL. */
	enum { LARGEST = 0x5c00 - (sizeof(decoy) - 1) - 1 };
	static const struct {
		uint32_t size;
		int err;
	} cases[] = {
		{LARGEST, BF_OK},
		{LARGEST + 1, BF_ERR_TOO_BIG},
		{BF_SLOT_SIZE_MIN - 1, BF_ERR_INPUT},
		{BF_SLOT_SIZE_MAX, BF_ERR_TOO_BIG},
		{BF_SLOT_SIZE_MAX + 1, BF_ERR_INPUT},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_buffer stock, planted = {0};
		forge(&stock);
		assert_int_equal(plant(&stock, cases[i].size, &planted, NULL),
				 cases[i].err);
		bf_buffer_free(&stock);
		bf_buffer_free(&planted);
	}
}

/* A setup that is long already: 64 sectors are the limit, reached exactly or passed. */
static void test_setup_limit(void **state)
{
	(void)state;
	enum { TEXT_SECTS = 17 }; /* stub, decoy, 8 KiB and NUL */
	for (unsigned sects = 64 - TEXT_SECTS; sects <= 64 - TEXT_SECTS + 1; sects++) {
		struct bf_buffer stock, longer = {0}, planted = {0};
		struct bf_error error;
		forge(&stock);
		assert_int_equal(bf_buffer_zero(&longer, (sects + 1) * 512), BF_OK);
		memcpy(longer.data, stock.data, FORGE_PAYLOAD);
		longer.data[0x1f1] = (uint8_t)sects;
		assert_int_equal(bf_buffer_append(&longer, stock.data + FORGE_PAYLOAD,
						  stock.size - FORGE_PAYLOAD),
				 BF_OK);
		int err = plant(&longer, BF_SLOT_SIZE, &planted, &error);
		assert_int_equal(err, sects == 64 - TEXT_SECTS ? BF_OK : BF_ERR_TOO_BIG);
		if (err)
			assert_string_equal(error.text,
					    "a slot of 8192 bytes makes a setup of 65 "
					    "sectors, the limit is 64");
		bf_buffer_free(&stock);
		bf_buffer_free(&longer);
		bf_buffer_free(&planted);
	}
}

static void test_stub_sizes(void **state)
{
	(void)state;
	static const uint8_t bytes[513] = {0};
	static const struct {
		size_t size;
		int err;
	} cases[] = {
		{0, BF_ERR_FORMAT}, {4, BF_ERR_FORMAT},   {5, BF_OK},
		{512, BF_OK},       {513, BF_ERR_FORMAT},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_buffer stock, planted = {0};
		forge(&stock);
		assert_int_equal(bf_plant_lkrn(bf_buffer_view(&stock),
					       bf_view(bytes, cases[i].size),
					       BF_SLOT_SIZE, &planted, NULL),
				 cases[i].err);
		bf_buffer_free(&stock);
		bf_buffer_free(&planted);
	}
}

static void test_stock(void **state)
{
	(void)state;
	struct bf_buffer stock = {0}, planted = {0};
	struct bf_bzimage before;
	unsigned i;
	for (i = 0; stock_read("ipxe.lkrn", i, &stock); i++) {
		assert_int_equal(bf_bzimage_parse(bf_buffer_view(&stock), &before, NULL),
				 BF_OK);
		assert_int_equal(plant(&stock, BF_SLOT_SIZE, &planted, NULL), BF_OK);
		check_unchanged(&stock, &planted, &before);
	}
	bf_buffer_free(&stock);
	bf_buffer_free(&planted);
	if (i == 0)
		skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_layout),
		cmocka_unit_test(test_the_nul_has_room),
		cmocka_unit_test(test_one_field_broken),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_setup_limit),
		cmocka_unit_test(test_stub_sizes),
		cmocka_unit_test(test_stock),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
