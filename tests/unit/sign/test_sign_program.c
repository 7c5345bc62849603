/* SPDX-License-Identifier: GPL-3.0-only */
#include "sign/sign_program.h"

#include <openssl/rsa.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "binary/authenticode.h"
#include "forge_pe.h"
#include "forge_signature.h"
#include "key_files.h"
#include "ready_key.h"
#include "sign/signature.h"

static const char *const names[] = {"key", "certificate", NULL};

static struct bf_signer signer;

static int make_signer(void **state)
{
	(void)state;
	struct forge_signer root = forge_signer("Lab Root", NULL);
	struct forge_signer own = forge_signer_with(ready_key(2048), "Lab Signer", &root);
	X509 *const certificates[] = {own.certificate, NULL};
	int err = bf_signer_read(key_pem("key", own.key),
				 certificates_pem("certificate", certificates), NULL,
				 &signer, NULL);
	forge_signer_free(&own);
	forge_signer_free(&root);
	return err;
}

static int free_signer(void **state)
{
	(void)state;
	bf_signer_free(&signer);
	key_files_remove(names);
	return 0;
}

/* A program with so many bytes behind its sections. */
static struct bf_buffer make_program(size_t tail)
{
	struct bf_buffer file = {0};
	assert_int_equal(bf_buffer_zero(&file, FORGE_SIZE + tail), BF_OK);
	memset(file.data, 0x5a, file.size);
	forge_pe(file.data, BF_PE_MACHINE_AMD64);
	return file;
}

static struct bf_pe parse(const struct bf_buffer *file)
{
	struct bf_pe pe;
	assert_int_equal(bf_pe_parse(bf_buffer_view(file), &pe, NULL), BF_OK);
	return pe;
}

static void test_every_length(void **state)
{
	(void)state;
	for (size_t tail = 0; tail < 8; tail++) {
		struct bf_buffer file = make_program(tail), again = make_program(tail);
		struct bf_signatures found;
		assert_int_equal(bf_sign_program(&signer, &file, NULL), BF_OK);
		struct bf_pe pe = parse(&file);
		assert_int_equal(bf_signatures_read(&pe, &found), BF_OK);
		assert_int_equal(found.n, 1);
		assert_string_equal(found.problem.text, "");
		assert_string_equal(found.all[0].problem, "");
		assert_int_equal(found.all[0].state, BF_SIGNATURE_GOOD);
		assert_string_equal(found.all[0].signer, "CN=Lab Signer");
		assert_int_equal(bf_pe_stored_checksum(&pe), bf_pe_checksum(&pe));
		assert_int_equal(bf_sign_program(&signer, &again, NULL), BF_OK);
		assert_int_equal(file.size, again.size);
		assert_memory_equal(file.data, again.data, file.size);
		bf_buffer_free(&file);
		bf_buffer_free(&again);
	}
}

static void test_refused(void **state)
{
	(void)state;
	struct bf_error error;
	struct bf_buffer file = make_program(0), copy = {0};
	assert_int_equal(bf_sign_program(&signer, &file, NULL), BF_OK);
	assert_int_equal(bf_buffer_append(&copy, file.data, file.size), BF_OK);
	assert_int_equal(bf_sign_program(&signer, &file, &error), BF_ERR_SIGNED);
	assert_string_equal(error.text, "the PE is signed already");
	assert_int_equal(file.size, copy.size);
	assert_memory_equal(file.data, copy.data, file.size);
	file.data[0] ^= 1;
	assert_int_equal(bf_sign_program(&signer, &file, &error), BF_ERR_FORMAT);
	bf_buffer_free(&file);
	bf_buffer_free(&copy);
}

/* One flipped bit anywhere that counts is seen. */
static void test_changed(void **state)
{
	(void)state;
	struct bf_buffer file = make_program(0);
	assert_int_equal(bf_sign_program(&signer, &file, NULL), BF_OK);
	for (size_t at = FORGE_SIZE_OF_HEADERS; at < FORGE_SIZE; at += 97) {
		struct bf_signatures found;
		file.data[at] ^= 0x10;
		struct bf_pe pe = parse(&file);
		assert_int_equal(bf_signatures_read(&pe, &found), BF_OK);
		assert_int_equal(found.all[0].state, BF_SIGNATURE_BROKEN);
		file.data[at] ^= 0x10;
	}
	bf_buffer_free(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_changed),
	};
	return cmocka_run_group_tests(tests, make_signer, free_signer);
}
