/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/rootcert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "binary/bzimage.h"
#include "binary/zbin.h"
#include "forge_pe.h"
#include "guard.h"
#include "stock.h"

#define ITEMS(array) (sizeof(array) / sizeof((array)[0]))

/*
 * The structures of iPXE in a program of either kind. Places count from the start of the
 * lkrn's block, which is 0, or of the PE's .text, which lies elsewhere in memory than in
 * the file.
 */
enum {
	SIZE = 0x3f0, /* no more than .text has */
	ROOT = 0x40,
	DIGEST = 0x100,
	NAME = 0x155, /* strings stand anywhere */
	PRINTS = 0x203,
	COUNT = 2,
};

#define BASE UINT64_C(0x180000000)

struct kind {
	size_t pointer;
	size_t at; /* of place 0 in the program's bytes */
	uint64_t address;
};

static const struct kind kinds[] = {{4, 0, 0}, {8, 0x400, BASE + 0x1000}};

struct forged {
	const struct kind *kind;
	uint8_t bytes[FORGE_SIZE];
	size_t size;
};

static void put(struct forged *forged, size_t place, uint64_t value)
{
	forge_put(forged->bytes + forged->kind->at + place,
		  (unsigned)forged->kind->pointer, value);
}

static void put_address(struct forged *forged, size_t place, uint64_t to)
{
	put(forged, place, forged->kind->address + to);
}

static void forge_root(struct forged *forged, size_t root, size_t digest, size_t prints)
{
	size_t pointer = forged->kind->pointer;
	put_address(forged, root, digest);
	put(forged, root + pointer, COUNT);
	put_address(forged, root + 2 * pointer, prints);
}

static void forge_digest(struct forged *forged, size_t digest, size_t name)
{
	size_t pointer = forged->kind->pointer;
	put_address(forged, digest, name);
	put(forged, digest + pointer, 0x70);
	put(forged, digest + 2 * pointer, 64);
	put(forged, digest + 3 * pointer, BF_SHA256_SIZE);
	memcpy(forged->bytes + forged->kind->at + name, "sha256", 7);
}

/* Nothing but zeros, which the structures are then put into. */
static void forge_empty(const struct kind *kind, struct forged *ret)
{
	*ret = (struct forged){.kind = kind, .size = SIZE};
	if (kind->pointer == 4)
		return;
	ret->size = FORGE_SIZE;
	forge_pe(ret->bytes, BF_PE_MACHINE_AMD64);
	forge_put(ret->bytes + FORGE_OPTIONAL + 24, 8, BASE);
	memset(ret->bytes + FORGE_SIZE_OF_HEADERS, 0, FORGE_SIZE - FORGE_SIZE_OF_HEADERS);
}

static void forge(const struct kind *kind, struct forged *ret)
{
	forge_empty(kind, ret);
	forge_root(ret, ROOT, DIGEST, PRINTS);
	forge_digest(ret, DIGEST, NAME);
}

static bool find(const struct forged *forged, struct bf_rootcert *ret)
{
	struct guard guard = guard_copy(forged->bytes, forged->size);
	struct bf_view bytes = bf_view(guard.data, guard.size);
	struct bf_program program = bf_program_lkrn(bytes);
	struct bf_pe pe;
	if (forged->kind->pointer == 8) {
		assert_int_equal(bf_pe_parse(bytes, &pe, NULL), BF_OK);
		program = bf_program_pe(&pe);
	}
	bool found = bf_rootcert_find(&program, ret);
	guard_free(&guard);
	return found;
}

static void test_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < ITEMS(kinds); i++) {
		struct forged forged;
		struct bf_rootcert root;
		forge(&kinds[i], &forged);
		assert_true(find(&forged, &root));
		assert_int_equal(root.offset, kinds[i].at + PRINTS);
		assert_int_equal(root.count, COUNT);
	}
}

/* Fields of the structures, in pointers from where their structure starts. */
static const struct field {
	size_t place, index;
} digest_of_root = {ROOT, 0}, count = {ROOT, 1}, prints = {ROOT, 2},
  name_of_digest = {DIGEST, 0}, context_size = {DIGEST, 1}, block_size = {DIGEST, 2},
  digest_size = {DIGEST, 3}, name = {NAME, 0};

static void test_one_field(void **state)
{
	(void)state;
	static const struct {
		const struct field *field;
		uint64_t value;
		bool is_place; /* the value is one: what is stored is its address */
		bool found;
	} cases[] = {
		{&digest_of_root, DIGEST + 1, true, false},
		{&digest_of_root, 0, true, false},
		{&digest_of_root, SIZE + 0x100, true, false},
		{&digest_of_root, UINT32_MAX, false, false},
		{&count, 0, false, false},
		{&count, 1, false, true},
		{&count, BF_ROOTCERT_MAX + 1, false, false},
		{&count, UINT32_MAX, false, false},
		{&prints, SIZE + 0x100, true, false},
		{&prints, UINT32_MAX, false, false},
		{&name_of_digest, NAME + 1, true, false},
		{&name_of_digest, NAME - 1, true, false},
		{&name_of_digest, SIZE + 0x100, true, false},
		{&name_of_digest, UINT32_MAX, false, false},
		{&digest_size, 20, false, false},
		{&digest_size, 0, false, false},
		{&digest_size, BF_SHA256_SIZE + 0x100, false, false},
		/* Not looked at: they are nobody's business but iPXE's. */
		{&context_size, 0, false, true},
		{&block_size, UINT32_MAX, false, true},
	};
	for (size_t i = 0; i < ITEMS(kinds) * ITEMS(cases); i++) {
		const struct kind *kind = &kinds[i % ITEMS(kinds)];
		size_t at = i / ITEMS(kinds);
		const struct field *field = cases[at].field;
		struct forged forged;
		struct bf_rootcert root;
		forge(kind, &forged);
		put(&forged, field->place + field->index * kind->pointer,
		    cases[at].value + (cases[at].is_place ? kind->address : 0));
		if (find(&forged, &root) != cases[at].found)
			fail_msg("case %zu, %zu-byte pointers", at, kind->pointer);
	}
}

/* Another digest, whose structure is the same: its name alone tells. */
static void test_name(void **state)
{
	(void)state;
	static const char *const names[] = {"sha1",    "sha512", "sha25",
					    "sha2567", "SHA256", ""};
	for (size_t i = 0; i < ITEMS(kinds) * ITEMS(names); i++) {
		const char *text = names[i / ITEMS(kinds)];
		struct forged forged;
		struct bf_rootcert root;
		forge(&kinds[i % ITEMS(kinds)], &forged);
		memcpy(forged.bytes + forged.kind->at + name.place, text,
		       strlen(text) + 1);
		assert_false(find(&forged, &root));
	}
}

/* What looks like it in front of it is passed over; of two the first counts. */
static void test_first(void **state)
{
	(void)state;
	for (size_t i = 0; i < ITEMS(kinds); i++) {
		struct forged forged;
		struct bf_rootcert root;
		forge(&kinds[i], &forged);
		forge_root(&forged, 0, NAME, PRINTS + 1);
		assert_true(find(&forged, &root));
		assert_int_equal(root.offset, kinds[i].at + PRINTS);
		forge_root(&forged, 0, DIGEST, PRINTS + 1);
		assert_true(find(&forged, &root));
		assert_int_equal(root.offset, kinds[i].at + PRINTS + 1);
		/* Structures are aligned to a pointer: what is not is chance. */
		forge(&kinds[i], &forged);
		memset(forged.bytes + forged.kind->at + ROOT, 0,
		       3 * forged.kind->pointer);
		forge_root(&forged, ROOT + 2, DIGEST, PRINTS);
		assert_false(find(&forged, &root));
	}
}

/* Each of the four stands at the very end once; one byte less, and there is nothing. */
static void test_truncated(void **state)
{
	(void)state;
	enum { ROOT_SIZE = 3 * 4, DIGEST_SIZE = 4 * 4, NAME_SIZE = 7 };
	static const struct {
		size_t root, digest, name, prints, end;
	} cases[] = {
		{0x300, DIGEST, NAME, PRINTS, 0x300 + ROOT_SIZE},
		{ROOT, 0x300, NAME, PRINTS, 0x300 + DIGEST_SIZE},
		{ROOT, DIGEST, 0x301, PRINTS, 0x301 + NAME_SIZE},
		{ROOT, DIGEST, NAME, 0x301, 0x301 + COUNT * BF_SHA256_SIZE},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct forged forged;
		struct bf_rootcert root;
		forge_empty(&kinds[0], &forged);
		forge_root(&forged, cases[i].root, cases[i].digest, cases[i].prints);
		forge_digest(&forged, cases[i].digest, cases[i].name);
		forged.size = cases[i].end;
		assert_true(find(&forged, &root));
		while (forged.size--)
			assert_false(find(&forged, &root));
	}
}

static void check_stock(const struct bf_program *program)
{
	struct bf_rootcert root;
	assert_true(bf_rootcert_find(program, &root));
	assert_int_equal(root.count, 1);
	assert_memory_equal(program->bytes.data + root.offset, bf_rootcert_stock,
			    BF_SHA256_SIZE);
}

static void test_stock(void **state)
{
	(void)state;
	struct bf_buffer file = {0}, unpacked = {0};
	struct bf_bzimage image;
	struct bf_pe pe;
	unsigned n = 0;
	for (; stock_read("ipxe.efi", n, &file); n++) {
		assert_int_equal(bf_pe_parse(bf_buffer_view(&file), &pe, NULL), BF_OK);
		struct bf_program program = bf_program_pe(&pe);
		check_stock(&program);
		assert_true(stock_read("ipxe.lkrn", n, &file));
		assert_int_equal(bf_bzimage_parse(bf_buffer_view(&file), &image, NULL),
				 BF_OK);
		assert_int_equal(bf_zbin_unpack_last(image.payload, &unpacked, NULL),
				 BF_OK);
		program = bf_program_lkrn(bf_buffer_view(&unpacked));
		check_stock(&program);
	}
	assert_true(n > 0);
	bf_buffer_free(&file);
	bf_buffer_free(&unpacked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),     cmocka_unit_test(test_one_field),
		cmocka_unit_test(test_name),      cmocka_unit_test(test_first),
		cmocka_unit_test(test_truncated), cmocka_unit_test(test_stock),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
