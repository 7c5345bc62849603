/* SPDX-License-Identifier: GPL-3.0-only */
#include "trust/facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "forge_certificate.h"
#include "guard.h"

static void read_forged(const struct forge_recipe *recipe, struct bf_certificate *ret)
{
	struct bf_buffer file = {0};
	struct bf_error error;
	forge_pem(recipe, &file);
	assert_int_equal(
		bf_certificate_parse(bf_buffer_view(&file), "a.pem", 0, ret, &error),
		BF_OK);
	bf_buffer_free(&file);
}

static void assert_equal(const struct bf_certificate *a, const struct bf_certificate *b)
{
	assert_int_equal(a->der.size, b->der.size);
	assert_memory_equal(a->der.data, b->der.data, a->der.size);
	assert_memory_equal(a->sha256, b->sha256, sizeof(a->sha256));
	assert_string_equal(a->subject, b->subject);
	assert_string_equal(a->issuer, b->issuer);
	assert_string_equal(a->expires, b->expires);
	assert_int_equal(a->not_before, b->not_before);
	assert_int_equal(a->not_after, b->not_after);
	assert_int_equal(a->is_ca, b->is_ca);
	assert_int_equal(a->is_root, b->is_root);
	assert_string_equal(a->key, b->key);
	assert_string_equal(a->signature, b->signature);
	assert_string_equal(a->curve ? a->curve : "", b->curve ? b->curve : "");
	assert_int_equal(!a->curve, !b->curve);
}

static void test_kept(void **state)
{
	EVP_PKEY *rsa = EVP_RSA_gen(2048), *ec = EVP_EC_gen("P-384");
	const struct forge_recipe recipes[] = {
		{.key = rsa, .digest = EVP_sha256(), .name = "Lab CA", .is_ca = true},
		{.key = rsa,
		 .digest = EVP_sha256(),
		 .name = "In",
		 .issuer = "Lab CA",
		 .is_ca = true},
		{.key = ec, .digest = EVP_sha384(), .name = "server"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(recipes) / sizeof(recipes[0]); i++) {
		struct bf_certificate written, found;
		struct bf_buffer bytes = {0};
		struct bf_error error;
		read_forged(&recipes[i], &written);
		assert_int_equal(bf_facts_print(&written, &bytes), BF_OK);
		assert_int_equal(bf_facts_read(bf_buffer_view(&bytes), &found, &error),
				 BF_OK);
		assert_equal(&found, &written);
		bf_certificate_free(&found);
		bf_certificate_free(&written);
		bf_buffer_free(&bytes);
	}
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ec);
}

/* Cut anywhere, or with one byte more, they are not all of it. */
static void test_damaged(void **state)
{
	struct bf_certificate written, found;
	struct bf_buffer bytes = {0};
	struct bf_error error;
	EVP_PKEY *key = EVP_EC_gen("P-256");
	const struct forge_recipe recipe = {
		.key = key, .digest = EVP_sha256(), .name = "CA", .is_ca = true};
	(void)state;
	read_forged(&recipe, &written);
	EVP_PKEY_free(key);
	assert_int_equal(bf_facts_print(&written, &bytes), BF_OK);
	for (size_t size = 0; size < bytes.size; size++) {
		struct guard guard = guard_copy(bytes.data, size);
		assert_int_equal(bf_facts_read(bf_view(guard.data, size), &found, &error),
				 BF_ERR_FORMAT);
		guard_free(&guard);
	}
	assert_int_equal(bf_buffer_append(&bytes, "", 1), BF_OK);
	assert_int_equal(bf_facts_read(bf_buffer_view(&bytes), &found, &error),
			 BF_ERR_FORMAT);
	bf_certificate_free(&written);
	bf_buffer_free(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_damaged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
