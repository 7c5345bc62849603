/* SPDX-License-Identifier: GPL-3.0-only */
#include "trust/choice.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "forge_certificate.h"
#include "trust/x509.h"

static EVP_PKEY *key;

#define DAY ", expires 2031-12-24"
#define LEAF "\n  #1 CN=web1: not a CA's" DAY
#define CHAIN LEAF "\n  #2 CN=R11: an intermediate CA's" DAY

/* A file with these, in which 'x' is one that is damaged, and what is said of it. */
static const struct {
	const char *held;
	unsigned number;
	const char *picked;   /* the common name, or NULL */
	const char *sentence; /* where none is */
} cases[] = {
	{"s", 0, "web1", NULL},
	{"s", 1, "web1", NULL},
	{"si", 1, "web1", NULL},
	{"si", 2, "R11", NULL},
	{"sir", 3, "Root", NULL},
	{"xi", 2, "R11", NULL},
	{"si", 0, NULL,
	 "it holds 2 certificates, and one can be trusted: give 'f.pem#2', an "
	 "intermediate "
	 "CA's" CHAIN},
	{"sir", 0, NULL,
	 "it holds 3 certificates, and one can be trusted: give 'f.pem#3', a root "
	 "CA's" CHAIN "\n  #3 CN=Root: a root CA's" DAY},
	{"ri", 0, NULL,
	 "it holds 2 certificates, and one can be trusted: give 'f.pem#1', a root CA's"
	 "\n  #1 CN=Root: a root CA's" DAY "\n  #2 CN=R11: an intermediate CA's" DAY},
	/* Nothing says which of two, or of none. */
	{"rr", 0, NULL,
	 "it holds 2 certificates, and one can be trusted: give one with its number, as "
	 "in "
	 "'f.pem#1'\n  #1 CN=Root: a root CA's" DAY "\n  #2 CN=Root: a root CA's" DAY},
	{"sx", 0, NULL,
	 "it holds 2 certificates, and one can be trusted: give one with its number, as "
	 "in "
	 "'f.pem#1'" LEAF "\n  #2 damaged"},
	{"si", 3, NULL, "it holds 2 certificates, and none has the number 3" CHAIN},
	{"s", 2, NULL, "it holds 1 certificate, and none has the number 2" LEAF},
	{"x", 0, NULL, "the certificate in it is damaged or cut off"},
	{"sx", 2, NULL, "the certificate of that number in it is damaged or cut off"},
};

static void add(char kind, struct bf_buffer *file)
{
	struct forge_recipe recipe = {.key = key, .digest = EVP_sha256()};
	if (kind == 'x') {
		forge_text("-----BEGIN CERTIFICATE-----\nAAAA\n"
			   "-----END CERTIFICATE-----\n",
			   file);
		return;
	}
	recipe.name = kind == 's' ? "web1" : kind == 'i' ? "R11" : "Root";
	recipe.issuer = kind == 's' ? "R11" : "Root";
	recipe.is_ca = kind != 's';
	forge_pem(&recipe, file);
}

static int pick(const struct bf_buffer *file, const char *name, unsigned number,
		char ret_name[BF_CERTIFICATE_NAME_SIZE], struct bf_error *reterr)
{
	struct bf_container container;
	X509 *x509;
	int err = bf_container_read(bf_buffer_view(file), &container, reterr);
	if (!err)
		err = bf_choice_pick(&container, name, number, &x509, reterr);
	if (!err)
		err = bf_x509_print_name(X509_get_subject_name(x509), ret_name);
	bf_container_free(&container);
	return err;
}

static void test_pick(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_buffer file = {0};
		struct bf_error error;
		char name[BF_CERTIFICATE_NAME_SIZE];
		for (const char *kind = cases[i].held; *kind; kind++)
			add(*kind, &file);
		int err = pick(&file, "f.pem", cases[i].number, name, &error);
		assert_int_equal(err, cases[i].picked ? BF_OK : BF_ERR_INPUT);
		if (cases[i].picked)
			assert_string_equal(name + strlen("CN="), cases[i].picked);
		else
			assert_string_equal(error.text, cases[i].sentence);
		bf_buffer_free(&file);
	}
}

/* ---- None ---- */

static void add_der_key(struct bf_buffer *file)
{
	uint8_t *der = NULL;
	int size = i2d_PrivateKey(key, &der);
	assert_true(size > 0);
	bf_buffer_append(file, der, (size_t)size);
	OPENSSL_free(der);
}

static void add_pem_key(struct bf_buffer *file)
{
	forge_text("the key of web1\n", file);
	forge_key(key, file);
}

static void add_locked_key(struct bf_buffer *file)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data;
	assert_true(
		i2d_PKCS8PrivateKey_bio(bio, key, EVP_aes_128_cbc(), "x", 1, NULL, NULL));
	long size = BIO_get_mem_data(bio, &data);
	bf_buffer_append(file, data, (size_t)size);
	BIO_free(bio);
}

static void add_request(struct bf_buffer *file)
{
	uint8_t *der = NULL;
	X509_REQ *request = X509_REQ_new();
	X509_REQ_set_pubkey(request, key);
	assert_true(X509_REQ_sign(request, key, EVP_sha256()) > 0);
	int size = i2d_X509_REQ(request, &der);
	bf_buffer_append(file, der, (size_t)size);
	OPENSSL_free(der);
	X509_REQ_free(request);
}

static void add_pem_request(struct bf_buffer *file)
{
	struct bf_buffer der = {0};
	add_request(&der);
	forge_block_of("NEW CERTIFICATE REQUEST", bf_buffer_view(&der), file);
	bf_buffer_free(&der);
}

static void add_pkcs12(struct bf_buffer *file)
{
	const struct forge_recipe recipe = {.key = key, .digest = EVP_sha256()};
	uint8_t *der = NULL;
	X509 *x509 = forge_certificate(&recipe);
	PKCS12 *pkcs12 = PKCS12_create("x", "web1", key, x509, NULL, NID_undef, NID_undef,
				       1, 1, 0);
	int size = i2d_PKCS12(pkcs12, &der);
	assert_true(size > 0);
	bf_buffer_append(file, der, (size_t)size);
	OPENSSL_free(der);
	PKCS12_free(pkcs12);
	X509_free(x509);
}

static void add_crl(struct bf_buffer *file)
{
	forge_text("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n", file);
}

static void add_joined(struct bf_buffer *file)
{
	forge_text("{\"ca\": \"-----BEGIN CERTIFICATE-----\\nMIIC\\n", file);
}

static void add_base64(struct bf_buffer *file)
{
	forge_text("\xef\xbb\xbf  MIIDIzCCAgug\n", file);
}

static void add_base64_of_pem(struct bf_buffer *file)
{
	forge_text("LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUQ=\n", file);
}

static void add_page(struct bf_buffer *file)
{
	forge_text("<!doctype html>\n<title>404</title>\n", file);
}

#define KEY                                                                              \
	"it holds a private key and not the certificate: give the certificate, and "     \
	"keep "                                                                          \
	"the key to yourself"
#define REQUEST "it holds a certificate request: give the certificate a CA made from it"
#define BASE64 "it is base64 alone: base64 -d makes the certificate of it"

static void test_none(void **state)
{
	(void)state;
	static const struct {
		void (*add)(struct bf_buffer *file);
		const char *sentence;
	} none[] = {
		{add_der_key, KEY},
		{add_pem_key, KEY},
		{add_locked_key, KEY},
		{add_request, REQUEST},
		{add_pem_request, REQUEST},
		{add_crl, "it holds a X509 CRL and no certificate"},
		{add_joined,
		 "its PEM has lost its line ends: -----BEGIN and -----END have "
		 "to stand on lines of their own"},
		{add_base64, BASE64},
		{add_base64_of_pem, BASE64},
		{add_page, "not a certificate, neither PEM nor DER"},
	};
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		struct bf_buffer file = {0};
		struct bf_error error;
		char name[BF_CERTIFICATE_NAME_SIZE];
		none[i].add(&file);
		for (unsigned number = 0; number < 2; number++) {
			assert_int_equal(pick(&file, "f", number, name, &error),
					 BF_ERR_INPUT);
			assert_string_equal(error.text, none[i].sentence);
		}
		bf_buffer_free(&file);
	}
}

/* The line is one for a shell, so nothing in a file's name may end the quotes. */
static void test_pkcs12(void **state)
{
	(void)state;
	static const char *const names[][2] = {
		{"ca.p12", "ca.p12"},
		{"my $(CA).pfx", "my $(CA).pfx"},
		{"it's.p12", "FILE"},
		{"a\nb", "FILE"},
	};
	struct bf_buffer file = {0};
	add_pkcs12(&file);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct bf_error error;
		char expected[512], name[BF_CERTIFICATE_NAME_SIZE];
		assert_int_equal(pick(&file, names[i][0], 0, name, &error), BF_ERR_INPUT);
		snprintf(
			expected, sizeof(expected),
			"it is a PKCS #12 file, which keeps a private key and "
			"certificates behind a password: take the certificates out with\n"
			"  openssl pkcs12 -nokeys -in '%s' -out certificates.pem",
			names[i][1]);
		assert_string_equal(error.text, expected);
	}
	bf_buffer_free(&file);
}

/* ---- Lists ---- */

/* Every line of the list starts with "  #", and nothing but ASCII is in any. */
static void assert_clean(const char *text, size_t n_lines)
{
	size_t n = 0;
	for (const char *p = text; *p; p++) {
		if (*p == '\n' && ++n)
			assert_true(strncmp(p, "\n  #", 4) == 0);
		else
			assert_in_range(*p, 0x20, 0x7e);
	}
	assert_int_equal(n, n_lines);
}

static void test_hostile_names(void **state)
{
	(void)state;
	static const char *const names[] = {
		"a\n  #2 CN=Mine: a root CA's",
		"\x1b[2J\x07",
		"\xe2\x80\xae"
		"abc",
		"caf\xc3\xa9",
		"%s%n",
		"\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac"
		"\xe2\x82\xac",
		"sixty-four characters are what a common name may have, this does",
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct bf_buffer file = {0};
		struct bf_error error;
		char name[BF_CERTIFICATE_NAME_SIZE];
		const struct forge_recipe recipe = {
			.key = key, .digest = EVP_sha256(), .name = names[i]};
		forge_pem(&recipe, &file);
		forge_pem(&recipe, &file);
		assert_int_equal(pick(&file, names[i], 0, name, &error), BF_ERR_INPUT);
		assert_clean(error.text, 2);
		bf_buffer_free(&file);
	}
}

/* A long list is cut between lines, and what stands in front of it later fits too. */
static void test_long_list(void **state)
{
	(void)state;
	struct bf_buffer file = {0};
	struct bf_error error;
	char name[BF_CERTIFICATE_NAME_SIZE], path[256];
	unsigned more = 0;
	for (int i = 0; i < 40; i++)
		add('r', &file);
	memset(path, 'p', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(pick(&file, path, 0, name, &error), BF_ERR_INPUT);
	const char *end = strstr(error.text, "\n  and ");
	assert_non_null(end);
	assert_int_equal(sscanf(end, "\n  and %u more", &more), 1);
	unsigned shown = 0;
	for (const char *p = error.text; (p = strstr(p, "\n  #")); p++)
		shown++;
	assert_true(shown > 3);
	assert_int_equal(shown + more, 40);
	bf_error_prefix(&error, "'%s'", path);
	bf_error_prefix(&error, "trust");
	assert_non_null(strstr(error.text, " more"));
	bf_buffer_free(&file);
}

static int make_key(void **state)
{
	(void)state;
	key = EVP_EC_gen("P-256");
	return key ? 0 : -1;
}

static int free_key(void **state)
{
	(void)state;
	EVP_PKEY_free(key);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pick),      cmocka_unit_test(test_none),
		cmocka_unit_test(test_pkcs12),    cmocka_unit_test(test_hostile_names),
		cmocka_unit_test(test_long_list),
	};
	return cmocka_run_group_tests(tests, make_key, free_key);
}
