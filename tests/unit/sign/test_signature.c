/* SPDX-License-Identifier: GPL-3.0-only */
#include "sign/signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "forge_pe.h"
#include "forge_signature.h"
#include "guard.h"
#include "sign/image_digest.h"

#define ITEMS(array) (sizeof(array) / sizeof((array)[0]))

enum {
	DIRECTORY = FORGE_OPTIONAL + 112 + 8 * BF_PE_CERTIFICATE_TABLE,
	CHECKSUM = FORGE_OPTIONAL + 64,
	ENTRY = FORGE_SIZE, /* the first certificate of a signed file */
};

static const char other_bytes[] = "it is a signature of other bytes";
static const char other_key[] = "it was not made with the key of the certificate in it";

/* Root, intermediate, signer; and a stranger who calls himself like the intermediate. */
static struct forge_signer root, middle, signer, stranger;

static int make_signers(void **state)
{
	(void)state;
	root = forge_signer("Lab Root", NULL);
	middle = forge_signer("Lab Middle", &root);
	signer = forge_signer("Lab Signer", &middle);
	stranger = forge_signer("Lab Middle", NULL);
	return 0;
}

static int free_signers(void **state)
{
	(void)state;
	forge_signer_free(&root);
	forge_signer_free(&middle);
	forge_signer_free(&signer);
	forge_signer_free(&stranger);
	return 0;
}

static struct bf_buffer make_program(void)
{
	struct bf_buffer file = {0};
	assert_int_equal(bf_buffer_zero(&file, FORGE_SIZE), BF_OK);
	forge_pe(file.data, BF_PE_MACHINE_AMD64);
	return file;
}

/* A recipe with this program's digest. */
static struct forge_signing make_recipe(const struct bf_buffer *file,
					const char *algorithm)
{
	struct forge_signing recipe = {.algorithm = algorithm};
	struct bf_pe pe;
	assert_int_equal(bf_pe_parse(bf_buffer_view(file), &pe, NULL), BF_OK);
	assert_int_equal(
		bf_image_digest(&pe, algorithm, recipe.digest, &recipe.digest_size),
		BF_OK);
	return recipe;
}

static void attach(struct bf_buffer *file, const struct forge_signing *recipe,
		   const struct forge_signer *by)
{
	struct bf_buffer pkcs7 = forge_authenticode(recipe, by);
	forge_attach(file, DIRECTORY, BF_CERTIFICATE_PKCS_SIGNED_DATA,
		     bf_buffer_view(&pkcs7));
	bf_buffer_free(&pkcs7);
}

static struct bf_buffer make_signed(void)
{
	struct bf_buffer file = make_program();
	struct forge_signing recipe = make_recipe(&file, "SHA256");
	attach(&file, &recipe, &signer);
	return file;
}

/* What is read in bytes that end at a page nobody may touch. */
static struct bf_signatures read_signatures(const struct bf_buffer *file)
{
	static struct bf_signatures found;
	struct guard guard = guard_copy(file->data, file->size);
	struct bf_pe pe;
	assert_int_equal(bf_pe_parse(bf_view(guard.data, file->size), &pe, NULL), BF_OK);
	assert_int_equal(bf_signatures_read(&pe, &found), BF_OK);
	guard_free(&guard);
	return found;
}

static void assert_one(struct bf_buffer *file, enum bf_signature_state state,
		       const char *problem)
{
	struct bf_signatures found = read_signatures(file);
	assert_int_equal(found.n, 1);
	if (found.all[0].state != state || !strstr(found.all[0].problem, problem) ||
	    !found.all[0].problem[0] != !problem[0])
		fail_msg("state %d: '%s', not '%s'", (int)found.all[0].state,
			 found.all[0].problem, problem);
	bf_buffer_free(file);
}

/* ---- What is right ---- */

static void test_unsigned(void **state)
{
	(void)state;
	struct bf_buffer file = make_program();
	struct bf_signatures found = read_signatures(&file);
	assert_int_equal(found.n, 0);
	assert_string_equal(found.problem.text, "");
	bf_buffer_free(&file);
}

static void test_good(void **state)
{
	(void)state;
	static const char *const algorithms[] = {"SHA256", "SHA384", "SHA512"};
	for (size_t i = 0; i < ITEMS(algorithms); i++) {
		struct bf_buffer file = make_program();
		struct forge_signing recipe = make_recipe(&file, algorithms[i]);
		attach(&file, &recipe, &signer);
		struct bf_signatures found = read_signatures(&file);
		assert_int_equal(found.n, 1);
		assert_string_equal(found.problem.text, "");
		assert_string_equal(found.all[0].signer, "CN=Lab Signer");
		assert_int_equal(found.all[0].n_issuers, 1);
		assert_string_equal(found.all[0].issuers[0], "CN=Lab Middle");
		assert_one(&file, BF_SIGNATURE_GOOD, "");
	}
}

/* As far up as there are certificates, and no further than keys agree. */
static void test_issuers(void **state)
{
	(void)state;
	const struct {
		const X509 *certificates[3];
		size_t n;
		const char *last;
	} cases[] = {
		{{NULL}, 1, "CN=Lab Middle"},
		{{middle.certificate}, 2, "CN=Lab Root"},
		{{middle.certificate, root.certificate}, 2, "CN=Lab Root"},
		{{root.certificate}, 1, "CN=Lab Middle"},
		{{stranger.certificate, root.certificate}, 1, "CN=Lab Middle"},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct bf_buffer file = make_program();
		struct forge_signing recipe = make_recipe(&file, "SHA256");
		memcpy(recipe.certificates, cases[i].certificates,
		       sizeof(recipe.certificates));
		attach(&file, &recipe, &signer);
		struct bf_signatures found = read_signatures(&file);
		assert_int_equal(found.all[0].n_issuers, cases[i].n);
		assert_string_equal(found.all[0].issuers[cases[i].n - 1], cases[i].last);
		assert_one(&file, BF_SIGNATURE_GOOD, "");
	}
}

static void test_names(void **state)
{
	(void)state;
	static const struct {
		const char *given, *name, *common_name;
	} cases[] = {
		{"Lab, Inc.", "CN=Lab, Inc.", "Lab, Inc."},
		{"", "O=Nameless", ""},
		{"L\xc3\xa4"
		 "b\x1b[31m",
		 "CN=L\\C3\\A4b\\1B[31m", "L\\C3\\A4b\\1B[31m"},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct forge_signer other = forge_signer(cases[i].given, NULL);
		struct bf_buffer file = make_program();
		struct forge_signing recipe = make_recipe(&file, "SHA256");
		attach(&file, &recipe, &other);
		struct bf_signatures found = read_signatures(&file);
		assert_string_equal(found.all[0].signer, cases[i].name);
		assert_string_equal(bf_signature_common_name(found.all[0].signer),
				    cases[i].common_name);
		/* Who signs himself has no issuer to enrol. */
		assert_int_equal(found.all[0].n_issuers, 0);
		assert_one(&file, BF_SIGNATURE_GOOD, "");
		forge_signer_free(&other);
	}
}

/* Sound as it is, there is hardly a machine that reads it. */
static void test_other_kinds_of_keys(void **state)
{
	(void)state;
	struct forge_signer other =
		forge_signer_with(EVP_EC_gen("P-256"), "Lab EC", NULL);
	struct bf_buffer file = make_program();
	struct forge_signing recipe = make_recipe(&file, "SHA256");
	attach(&file, &recipe, &other);
	assert_string_equal(read_signatures(&file).all[0].signer, "CN=Lab EC");
	assert_one(&file, BF_SIGNATURE_UNKNOWN, "its key is of type EC");
	recipe.is_message_changed = true;
	file = make_program();
	attach(&file, &recipe, &other);
	assert_one(&file, BF_SIGNATURE_BROKEN, other_key);
	forge_signer_free(&other);
}

/* Each is one of these bytes, whoever signed before: a table is not part of what is. */
static void test_several(void **state)
{
	(void)state;
	struct bf_buffer file = make_program();
	struct forge_signing recipe = make_recipe(&file, "SHA256");
	struct forge_signing wrong = recipe;
	wrong.digest[31] ^= 1;
	attach(&file, &recipe, &signer);
	attach(&file, &wrong, &signer);
	attach(&file, &recipe, &stranger);
	struct bf_signatures found = read_signatures(&file);
	assert_int_equal(found.n, 3);
	assert_int_equal(found.all[0].state, BF_SIGNATURE_GOOD);
	assert_int_equal(found.all[1].state, BF_SIGNATURE_BROKEN);
	assert_int_equal(found.all[2].state, BF_SIGNATURE_GOOD);
	assert_string_equal(found.all[2].signer, "CN=Lab Middle");
	for (size_t i = 3; i < BF_SIGNATURES_MAX + 2; i++)
		attach(&file, &recipe, &signer);
	assert_int_equal(read_signatures(&file).n, BF_SIGNATURES_MAX);
	bf_buffer_free(&file);
}

/* ---- One thing wrong ---- */

/* Every byte of the program counts but CheckSum. */
static void test_each_byte(void **state)
{
	(void)state;
	struct bf_buffer file = make_signed();
	for (size_t at = FORGE_SIZE_OF_HEADERS; at < FORGE_SIZE; at += 13) {
		file.data[at] ^= 0x10;
		struct bf_signatures found = read_signatures(&file);
		assert_int_equal(found.all[0].state, BF_SIGNATURE_BROKEN);
		assert_non_null(strstr(found.all[0].problem, other_bytes));
		assert_string_equal(found.all[0].signer, "CN=Lab Signer");
		file.data[at] ^= 0x10;
	}
	static const size_t headers[] = {2,
					 0x30,
					 FORGE_OPTIONAL + 2,
					 FORGE_OPTIONAL + 44,
					 CHECKSUM + 4,
					 DIRECTORY - 8,
					 DIRECTORY + 8,
					 FORGE_SIZE_OF_HEADERS - 1};
	for (size_t i = 0; i < ITEMS(headers); i++) {
		file.data[headers[i]] ^= 0x10;
		assert_int_equal(read_signatures(&file).all[0].state,
				 BF_SIGNATURE_BROKEN);
		file.data[headers[i]] ^= 0x10;
	}
	for (size_t at = CHECKSUM; at < CHECKSUM + 4; at++)
		file.data[at] ^= 0x10;
	assert_one(&file, BF_SIGNATURE_GOOD, "");
}

static void test_pkcs7(void **state)
{
	(void)state;
	static const struct {
		struct forge_signing recipe; /* without a digest */
		enum bf_signature_state state;
		const char *problem;
	} cases[] = {
		{{.digest_size = 32}, BF_SIGNATURE_GOOD, ""},
		{{.digest_size = 31}, BF_SIGNATURE_BROKEN, other_bytes},
		{{.digest_size = 33}, BF_SIGNATURE_BROKEN, other_bytes},
		{{.algorithm = "SHA384"}, BF_SIGNATURE_BROKEN, other_bytes},
		{{.algorithm = "SHA1"}, BF_SIGNATURE_UNKNOWN, "its digest is SHA1"},
		{{.algorithm = "1.2.3.4"},
		 BF_SIGNATURE_UNKNOWN,
		 "its digest is of an unknown kind"},
		{{.is_digest_cut = true},
		 BF_SIGNATURE_BROKEN,
		 "the digest in it is damaged"},
		{{.type = "1.3.6.1.4.1.311.2.1.5"},
		 BF_SIGNATURE_BROKEN,
		 "it is not a signature of a program"},
		{{.is_content_text = true},
		 BF_SIGNATURE_BROKEN,
		 "it is not a signature of a program"},
		{{.has_no_certificate = true},
		 BF_SIGNATURE_BROKEN,
		 "the certificate of its signer is not in it"},
		{{.has_no_signer = true}, BF_SIGNATURE_BROKEN, "it has 0 signers"},
		{{.has_two_signers = true}, BF_SIGNATURE_BROKEN, "it has 2 signers"},
		{{.is_message_changed = true}, BF_SIGNATURE_BROKEN, other_key},
		{{.is_signature_changed = true}, BF_SIGNATURE_BROKEN, other_key},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct bf_buffer file = make_program();
		struct forge_signing recipe = cases[i].recipe;
		struct forge_signing right = make_recipe(&file, "SHA256");
		memcpy(recipe.digest, right.digest, sizeof(right.digest));
		attach(&file, &recipe, &signer);
		assert_one(&file, cases[i].state, cases[i].problem);
	}
}

/* Another's certificate in the place of the signer's, under the same issuer and number. */
static void test_another_key(void **state)
{
	(void)state;
	struct bf_buffer file = make_program();
	struct forge_signing recipe = make_recipe(&file, "SHA256");
	/* libcrypto wants the two to be a pair until it has signed. */
	struct forge_signer pair = {signer.key, X509_dup(stranger.certificate)};
	X509_set_pubkey(pair.certificate, signer.key);
	recipe.has_no_certificate = true;
	recipe.certificates[0] = stranger.certificate;
	attach(&file, &recipe, &pair);
	X509_free(pair.certificate);
	assert_one(&file, BF_SIGNATURE_BROKEN, other_key);
}

/* Who signs for himself says so with his own key, or it is another who took his name. */
static void test_damaged_certificate(void **state)
{
	(void)state;
	struct bf_buffer file = make_program();
	struct forge_signing recipe = make_recipe(&file, "SHA256");
	struct bf_view name = bf_view("Lab Middle", 10);
	size_t at;
	attach(&file, &recipe, &stranger);
	for (size_t from = 0; bf_view_find(bf_buffer_view(&file), from, name, &at);
	     from = at + 1)
		file.data[at] = 'l';
	assert_string_equal(read_signatures(&file).all[0].signer, "CN=lab Middle");
	assert_one(&file, BF_SIGNATURE_BROKEN,
		   "the certificate of its signer is damaged");
}

/* A PKCS #7 that ends early, at every place, and one with a byte changed anywhere. */
static void test_damaged_pkcs7(void **state)
{
	(void)state;
	struct bf_buffer program = make_program();
	struct forge_signing recipe = make_recipe(&program, "SHA256");
	struct bf_buffer pkcs7 = forge_authenticode(&recipe, &signer);
	for (size_t size = 0; size < pkcs7.size; size += size < 64 ? 1 : 7) {
		struct bf_buffer file = make_program();
		forge_attach(&file, DIRECTORY, BF_CERTIFICATE_PKCS_SIGNED_DATA,
			     bf_view(pkcs7.data, size));
		assert_one(&file, BF_SIGNATURE_BROKEN, "it is no PKCS #7 signature");
	}
	for (size_t at = 0; at < pkcs7.size; at += 11) {
		struct bf_buffer file = make_program();
		pkcs7.data[at] ^= 0x20;
		forge_attach(&file, DIRECTORY, BF_CERTIFICATE_PKCS_SIGNED_DATA,
			     bf_buffer_view(&pkcs7));
		read_signatures(&file);
		bf_buffer_free(&file);
		pkcs7.data[at] ^= 0x20;
	}
	bf_buffer_free(&pkcs7);
	bf_buffer_free(&program);
}

/* The table and its entry, one field at a time. */
static void test_table(void **state)
{
	(void)state;
	struct bf_buffer whole = make_signed();
	const uint32_t size = (uint32_t)whole.size - FORGE_SIZE;
	const struct {
		const char *what;
		size_t at;
		unsigned width;
		uint64_t value;
		size_t more; /* bytes behind the file's end */
		size_t n;
		enum bf_signature_state state;
		const char *problem, *table_problem;
	} cases[] = {
		{"nothing", 0, 0, 0, 0, 1, BF_SIGNATURE_GOOD, "", ""},
		{"revision", ENTRY + 4, 2, 0x100, 0, 1, BF_SIGNATURE_UNKNOWN,
		 "it is of type 0x0002, revision 0x0100;", ""},
		{"type X.509", ENTRY + 6, 2, 1, 0, 1, BF_SIGNATURE_UNKNOWN,
		 "it is of type 0x0001", ""},
		{"type GUID", ENTRY + 6, 2, 0x0ef1, 0, 1, BF_SIGNATURE_UNKNOWN,
		 "it is of type 0x0ef1", ""},
		{"no length", ENTRY, 4, 0, 0, 0, 0, "", "does not fit in its table"},
		{"length 7", ENTRY, 4, 7, 0, 0, 0, "", "does not fit in its table"},
		{"no data", ENTRY, 4, 8, 0, 1, BF_SIGNATURE_BROKEN,
		 "it is no PKCS #7 signature", "does not fit in its table"},
		{"one too long", ENTRY, 4, size + 1, 0, 0, 0, "",
		 "does not fit in its table"},
		{"a length that wraps", ENTRY, 4, UINT32_MAX, 0, 0, 0, "",
		 "does not fit in its table"},
		{"a table that is not aligned", DIRECTORY, 4, FORGE_SIZE - 4, 0, 0, 0, "",
		 "which is not a multiple of 8"},
		{"a table in the program", DIRECTORY, 4, FORGE_SIZE - 8, 0, 0, 0, "",
		 "starts inside the program, which ends at 3584"},
		{"a table that ends early", DIRECTORY + 4, 4, 16, 0, 0, 0, "",
		 "the PE certificate table ends at offset 3600"},
		{"bytes behind it", 0, 0, 0, 8, 1, BF_SIGNATURE_BROKEN,
		 "the table it stands in is damaged", "firmware takes nothing behind it"},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct bf_buffer file = {0};
		assert_int_equal(bf_buffer_append(&file, whole.data, whole.size), BF_OK);
		assert_int_equal(bf_buffer_append(&file, (uint8_t[8]){0}, cases[i].more),
				 BF_OK);
		forge_put(file.data + cases[i].at, cases[i].width, cases[i].value);
		struct bf_signatures found = read_signatures(&file);
		if (found.n != cases[i].n ||
		    !strstr(found.problem.text, cases[i].table_problem) ||
		    !found.problem.text[0] != !cases[i].table_problem[0])
			fail_msg("%s: %zu, '%s'", cases[i].what, found.n,
				 found.problem.text);
		if (found.n)
			assert_one(&file, cases[i].state, cases[i].problem);
		else
			bf_buffer_free(&file);
	}
	bf_buffer_free(&whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unsigned),
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_issuers),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_other_kinds_of_keys),
		cmocka_unit_test(test_each_byte),
		cmocka_unit_test(test_pkcs7),
		cmocka_unit_test(test_another_key),
		cmocka_unit_test(test_damaged_certificate),
		cmocka_unit_test(test_damaged_pkcs7),
		cmocka_unit_test(test_table),
	};
	return cmocka_run_group_tests(tests, make_signers, free_signers);
}
