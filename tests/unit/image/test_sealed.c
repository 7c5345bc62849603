/* SPDX-License-Identifier: GPL-3.0-only */
#include "image/sealed.h"

#include <openssl/rsa.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "forge_ipxe.h"
#include "forge_signature.h"
#include "ipxe/loose.h"
#include "ipxe/plant.h"
#include "key_files.h"
#include "sign/sign_program.h"

#define ITEMS(array) (sizeof(array) / sizeof((array)[0]))

enum { AUTOEXEC = FORGE_PE_TABLE + 0x60 };

static const char *const names[] = {"key", "certificate", NULL};
static const char script[] = "dhcp\nchain http://192.0.2.1/\n";

static struct bf_signer signer;

static int make_signer(void **state)
{
	(void)state;
	struct forge_signer vendor = forge_signer_with(EVP_RSA_gen(2048), "Vendor", NULL);
	X509 *const certificates[] = {vendor.certificate, NULL};
	int err = bf_signer_read(key_pem("key", vendor.key),
				 certificates_pem("certificate", certificates), NULL,
				 &signer, NULL);
	forge_signer_free(&vendor);
	return err;
}

static int free_signer(void **state)
{
	(void)state;
	bf_signer_free(&signer);
	key_files_remove(names);
	return 0;
}

/* An iPXE that looks for a file, with this body in a slot unless it is NULL, and signed. */
static struct bf_buffer make(const char *file_name, const struct bf_view *body)
{
	struct bf_buffer file = {0};
	assert_int_equal(bf_buffer_zero(&file, FORGE_SIZE), BF_OK);
	forge_ipxe_efi(file.data, BF_PE_MACHINE_AMD64);
	memcpy(file.data + AUTOEXEC, file_name, strlen(file_name) + 1);
	if (body)
		assert_int_equal(bf_slot_format(file.data + FORGE_PE_SCRIPT,
						BF_SLOT_SIZE_MIN, FORGE_PE_SCRIPT, *body,
						NULL),
				 BF_OK);
	assert_int_equal(bf_sign_program(&signer, &file, NULL), BF_OK);
	return file;
}

static int look(const struct bf_buffer *file, struct bf_sealed *ret,
		struct bf_error *reterr)
{
	struct bf_ipxe ipxe;
	assert_int_equal(bf_ipxe_open(bf_buffer_view(file), &ipxe, NULL), BF_OK);
	assert_true(bf_sealed_is(&ipxe));
	int err = bf_sealed_read(&ipxe, ret, reterr);
	bf_ipxe_close(&ipxe);
	return err;
}

/* What it looks for, and what it was signed with in its slot. */
static void test_read(void **state)
{
	(void)state;
	uint8_t placeholder[BF_SLOT_SIZE_MIN];
	assert_int_equal(bf_plant_format_slot(placeholder, sizeof(placeholder), 0, NULL),
			 BF_OK);
	const struct bf_view filled = bf_view(script, sizeof(script) - 1),
			     handover = bf_loose_handover(), empty = {0},
			     untouched = bf_slot_body(
				     bf_view(placeholder, sizeof(placeholder)));
	const struct {
		const char *file_name;
		const struct bf_view *body;
		int err;
		const char *words; /* of the sentence */
	} cases[] = {
		{"autoexec.ipxe", NULL, BF_OK, ""},
		{"autoexec.none", NULL, BF_ERR_UNSUPPORTED,
		 "too old to look for autoexec"},
		{"autoexec.ipxe", &handover, BF_OK, ""},
		{"autoexec.none", &handover, BF_ERR_UNSUPPORTED, "too old to look for"},
		{"autoexec.ipxe", &filled, BF_OK, ""},
		{"autoexec.none", &filled, BF_OK, ""},
		{"autoexec.ipxe", &untouched, BF_ERR_SIGNED,
		 "with nothing in its script"},
		{"autoexec.ipxe", &empty, BF_ERR_SIGNED,
		 "with nothing in its script slot"},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct bf_buffer file = make(cases[i].file_name, cases[i].body);
		struct bf_sealed sealed;
		struct bf_error error = {""};
		assert_int_equal(look(&file, &sealed, &error), cases[i].err);
		assert_non_null(strstr(error.text, cases[i].words));
		if (!cases[i].err) {
			bool is_filled = cases[i].body == &filled;
			assert_string_equal(sealed.signer, "CN=Vendor");
			assert_int_equal(sealed.script.size,
					 is_filled ? sizeof(script) - 1 : 0);
			assert_int_equal(sealed.slot_size,
					 is_filled ? BF_SLOT_SIZE_MIN : 0);
		}
		bf_buffer_free(&file);
	}
}

/* A slot goes into the others of an image: there is nothing but text in it. */
static void test_a_slot_over_something_else(void **state)
{
	(void)state;
	const struct bf_view body = bf_view("echo \x80\n", 7);
	struct bf_buffer file = make("autoexec.ipxe", &body);
	struct bf_sealed sealed;
	struct bf_error error;
	assert_int_equal(look(&file, &sealed, &error), BF_ERR_FORMAT);
	assert_non_null(strstr(error.text, "has the byte \\x80"));
	bf_buffer_free(&file);
}

/* Every byte that is signed, and some of the signature, changed one at a time. */
static void test_broken(void **state)
{
	(void)state;
	struct bf_buffer file = make("autoexec.ipxe", NULL);
	static const size_t places[] = {FORGE_PE_SBAT + 3, FORGE_PE_DATA - 1,
					FORGE_SIZE - 1, FORGE_SIZE + 8 + 60};
	for (size_t i = 0; i < ITEMS(places); i++) {
		struct bf_sealed sealed;
		struct bf_error error;
		file.data[places[i]] ^= 1;
		assert_int_equal(look(&file, &sealed, &error), BF_ERR_SIGNED);
		assert_non_null(strstr(error.text, "would not take the signature: "));
		file.data[places[i]] ^= 1;
		assert_int_equal(look(&file, &sealed, NULL), BF_OK);
	}
	bf_buffer_free(&file);
}

/* An empty table is one, too. */
static void test_no_signature(void **state)
{
	(void)state;
	struct bf_buffer file = make("autoexec.ipxe", NULL);
	struct bf_sealed sealed;
	struct bf_error error;
	memset(file.data + FORGE_SIZE, 0, file.size - FORGE_SIZE);
	assert_int_equal(look(&file, &sealed, &error), BF_ERR_SIGNED);
	assert_non_null(strstr(error.text, "would not take the signature: "));
	bf_buffer_free(&file);
}

static void test_trust(void **state)
{
	(void)state;
	static const uint8_t print[BF_SHA256_SIZE] = "a fingerprint in a test, not on";
	struct bf_buffer file = make("autoexec.ipxe", NULL);
	struct bf_error error;
	/* One without any root trusts nobody. */
	assert_int_equal(bf_sealed_check_trust(bf_buffer_view(&file), print, &error),
			 BF_ERR_SIGNED);
	assert_non_null(strstr(error.text, "would break the signature"));
	bf_buffer_free(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_a_slot_over_something_else),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_no_signature),
		cmocka_unit_test(test_trust),
	};
	return cmocka_run_group_tests(tests, make_signer, free_signer);
}
