/* SPDX-License-Identifier: GPL-3.0-only */
#include "sign/key.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "forge_signature.h"
#include "key_files.h"
#include "ready_key.h"
#include "sign/stretching.h"

#define ITEMS(array) (sizeof(array) / sizeof((array)[0]))

static const char passphrase_text[] = "correct horse";

static EVP_PKEY *rsa;

/* ---- The forms of a key ---- */

static int write_pkcs8(BIO *bio)
{
	return PEM_write_bio_PKCS8PrivateKey(bio, rsa, NULL, NULL, 0, NULL, NULL);
}

static int write_pkcs1(BIO *bio)
{
	return PEM_write_bio_PrivateKey_traditional(bio, rsa, NULL, NULL, 0, NULL, NULL);
}

static int write_pkcs8_der(BIO *bio)
{
	return i2d_PKCS8PrivateKey_bio(bio, rsa, NULL, NULL, 0, NULL, NULL);
}

static int write_pkcs1_der(BIO *bio)
{
	uint8_t *der = NULL;
	int size = i2d_PrivateKey(rsa, &der);
	int written = BIO_write(bio, der, size);
	OPENSSL_free(der);
	return written == size;
}

static int write_encrypted(BIO *bio)
{
	return PEM_write_bio_PKCS8PrivateKey(bio, rsa, EVP_aes_256_cbc(), NULL, 0, NULL,
					     (void *)passphrase_text);
}

static int write_encrypted_der(BIO *bio)
{
	return i2d_PKCS8PrivateKey_bio(bio, rsa, EVP_aes_256_cbc(), NULL, 0, NULL,
				       (void *)passphrase_text);
}

static int write_encrypted_pkcs1(BIO *bio)
{
	return PEM_write_bio_PrivateKey_traditional(bio, rsa, EVP_aes_128_cbc(), NULL, 0,
						    NULL, (void *)passphrase_text);
}

/* As in a file for a web server. */
static int write_behind_certificate(BIO *bio)
{
	struct forge_signer other = forge_signer("Other", NULL);
	int good = PEM_write_bio_X509(bio, other.certificate) && write_pkcs8(bio);
	forge_signer_free(&other);
	return good;
}

/* As pasted into a configuration file. */
static int write_indented(BIO *bio)
{
	char line[128];
	BIO *plain = BIO_new(BIO_s_mem());
	int good = write_pkcs8(plain);
	while (BIO_gets(plain, line, sizeof(line)) > 0)
		good = good && BIO_printf(bio, "    %.*s\r\n", (int)strcspn(line, "\n"),
					  line) > 0;
	BIO_free(plain);
	return good;
}

static const struct form {
	const char *name;
	int (*write)(BIO *bio);
	bool is_encrypted;
} forms[] = {
	{"pkcs8.pem", write_pkcs8, false},
	{"pkcs1.pem", write_pkcs1, false},
	{"pkcs8.der", write_pkcs8_der, false},
	{"pkcs1.der", write_pkcs1_der, false},
	{"encrypted.pem", write_encrypted, true},
	{"encrypted.der", write_encrypted_der, true},
	{"encrypted1.pem", write_encrypted_pkcs1, true},
	{"both.pem", write_behind_certificate, false},
	{"indented.pem", write_indented, false},
};

static const char *const names[] = {"pkcs8.pem",
				    "pkcs1.pem",
				    "pkcs8.der",
				    "pkcs1.der",
				    "encrypted.pem",
				    "encrypted.der",
				    "encrypted1.pem",
				    "both.pem",
				    "indented.pem",
				    "other",
				    NULL};

static const char *write_form(const struct form *form)
{
	BIO *bio = BIO_new(BIO_s_mem());
	assert_true(form->write(bio));
	return key_file(form->name, bio);
}

/* ---- Passphrases ---- */

struct answer {
	const char *text; /* NULL to fail */
	unsigned n_asked;
};

static int answer(void *context, const char *path, char text[BF_PASSPHRASE_SIZE],
		  struct bf_error *reterr)
{
	struct answer *given = context;
	given->n_asked++;
	if (!given->text)
		return bf_fail(reterr, BF_ERR_IO, "no terminal to ask on for '%s'", path);
	snprintf(text, BF_PASSPHRASE_SIZE, "%s", given->text);
	return BF_OK;
}

static void test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < ITEMS(forms); i++) {
		const char *path = write_form(&forms[i]);
		struct answer given = {passphrase_text, 0};
		struct bf_passphrase passphrase = {answer, &given};
		struct bf_key key;
		struct bf_error error;
		if (bf_key_read(path, &passphrase, &key, &error))
			fail_msg("%s: %s", forms[i].name, error.text);
		assert_int_equal(EVP_PKEY_eq(key.pkey, rsa), 1);
		assert_int_equal(given.n_asked, forms[i].is_encrypted);
		assert_false(key.is_open);
		assert_int_equal(ERR_peek_error(), 0);
		bf_key_free(&key);
	}
}

static void test_passphrases(void **state)
{
	(void)state;
	static const struct {
		struct answer answer;
		int err;
		const char *words;
	} cases[] = {
		{{"wrong", 0}, BF_ERR_INPUT, "': the passphrase does not open the key"},
		{{"", 0}, BF_ERR_INPUT, "the passphrase does not open the key"},
		{{NULL, 0}, BF_ERR_IO, "no terminal to ask on for '/"},
	};
	for (size_t i = 0; i < ITEMS(forms); i++) {
		if (!forms[i].is_encrypted)
			continue;
		const char *path = write_form(&forms[i]);
		struct bf_key key;
		struct bf_error error;
		assert_int_equal(bf_key_read(path, NULL, &key, &error), BF_ERR_INPUT);
		assert_non_null(strstr(error.text, "': the key is encrypted, and there"));
		for (size_t j = 0; j < ITEMS(cases); j++) {
			struct answer given = cases[j].answer;
			struct bf_passphrase passphrase = {answer, &given};
			assert_int_equal(bf_key_read(path, &passphrase, &key, &error),
					 cases[j].err);
			if (!strstr(error.text, cases[j].words))
				fail_msg("%s: %s", forms[i].name, error.text);
			assert_int_equal(given.n_asked, 1);
		}
	}
}

/* ---- Encrypted with more work than anybody does ---- */

static X509_ALGOR *pbkdf2(int rounds)
{
	return PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), rounds, NULL, 0, NULL, -1);
}

static X509_ALGOR *pbes1(int rounds)
{
	return PKCS5_pbe_set(NID_pbe_WithSHA1And3_Key_TripleDES_CBC, rounds, NULL, 0);
}

/* Its memory is limited by libcrypto, and its work is not: with many blocks it takes long. */
static X509_ALGOR *scrypt(int rounds)
{
	return PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), NULL, 0, NULL, 1024, 1,
				     rounds == 2048 ? 2 : 1 << 15);
}

/* A key in whose place are a few bytes: to find out takes all the rounds. */
static const char *write_locked(X509_ALGOR *how, bool is_pem)
{
	BIO *bio = BIO_new(BIO_s_mem());
	X509_SIG *locked = X509_SIG_new();
	X509_ALGOR *algorithm;
	ASN1_OCTET_STRING *bytes;
	X509_SIG_getm(locked, &algorithm, &bytes);
	assert_true(how && X509_ALGOR_copy(algorithm, how));
	ASN1_OCTET_STRING_set(bytes, (const uint8_t *)"0123456789abcdef", 16);
	assert_true(is_pem ? PEM_write_bio_PKCS8(bio, locked)
			   : i2d_PKCS8_bio(bio, locked));
	X509_SIG_free(locked);
	X509_ALGOR_free(how);
	return key_file("other", bio);
}

static void test_too_many_rounds(void **state)
{
	(void)state;
	X509_ALGOR *(*const forms_of[])(int) = {pbkdf2, pbes1, scrypt};
	static const struct {
		int rounds;
		const char *words;
	} cases[] = {
		{2048, "': the passphrase does not open the key"},
		{BF_STRETCHING_ROUNDS_MAX + 2,
		 "': to open it with its passphrase takes "},
		{INT32_MAX - 1, "rounds of hashing, and at most 16777216 are taken"},
	};
	for (size_t i = 0; i < ITEMS(forms_of) * ITEMS(cases) * 2; i++) {
		struct answer given = {passphrase_text, 0};
		struct bf_passphrase passphrase = {answer, &given};
		const int rounds = cases[i / 2 % ITEMS(cases)].rounds;
		const char *words = cases[i / 2 % ITEMS(cases)].words;
		struct bf_key key;
		struct bf_error error;
		const char *path =
			write_locked(forms_of[i / 2 / ITEMS(cases)](rounds), i % 2 == 0);
		assert_int_equal(bf_key_read(path, &passphrase, &key, &error),
				 BF_ERR_INPUT);
		if (!strstr(error.text, words))
			fail_msg("%zu: %s", i, error.text);
		/* Nobody is to type it in vain. */
		assert_int_equal(given.n_asked, rounds == 2048);
	}
}

/* ---- Kinds ---- */

static EVP_PKEY *make_kind(const char *type, unsigned bits)
{
	if (strcmp(type, "RSA") == 0)
		return ready_key(bits);
	if (strcmp(type, "RSA-PSS") != 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, type, "P-256");
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *made = NULL;
	assert_int_equal(EVP_PKEY_keygen_init(context), 1);
	EVP_PKEY_CTX_set_rsa_keygen_bits(context, (int)bits);
	assert_int_equal(EVP_PKEY_generate(context, &made), 1);
	EVP_PKEY_CTX_free(context);
	return made;
}

static void test_kinds(void **state)
{
	(void)state;
	static const struct {
		const char *type;
		unsigned bits;
		const char *words; /* NULL for those that are taken */
	} cases[] = {
		{"RSA", 1024, "its RSA key has 1024 bits; UEFI firmware takes 2048"},
		{"RSA", 2560, "its RSA key has 2560 bits"},
		{"RSA", 3072, NULL},
		{"RSA", 4096, NULL},
		{"ED25519", 0, "its key is of type ED25519, and UEFI firmware takes RSA"},
		{"EC", 0, "its key is of type EC, and UEFI firmware takes RSA"},
		{"RSA-PSS", 512, "its key is of type RSA-PSS, and UEFI firmware"},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		EVP_PKEY *made = make_kind(cases[i].type, cases[i].bits);
		struct bf_key key;
		struct bf_error error;
		int err = bf_key_read(key_pem("other", made), NULL, &key, &error);
		assert_int_equal(err, cases[i].words ? BF_ERR_INPUT : BF_OK);
		if (!err)
			bf_key_free(&key);
		else if (!strstr(error.text, cases[i].words))
			fail_msg("%s: %s", cases[i].type, error.text);
		EVP_PKEY_free(made);
	}
}

/* ---- What is no key ---- */

static int write_nothing(BIO *bio)
{
	(void)bio;
	return 1;
}

static int write_noise(BIO *bio)
{
	return BIO_puts(bio, "ssh-rsa AAAAB3Nza rack@lab\n") > 0;
}

static int write_public(BIO *bio)
{
	return PEM_write_bio_PUBKEY(bio, rsa);
}

static int write_public_der(BIO *bio)
{
	return i2d_PUBKEY_bio(bio, rsa);
}

static int write_certificate(BIO *bio)
{
	struct forge_signer other = forge_signer("Other", NULL);
	int good = PEM_write_bio_X509(bio, other.certificate);
	forge_signer_free(&other);
	return good;
}

static int write_certificate_der(BIO *bio)
{
	struct forge_signer other = forge_signer("Other", NULL);
	int good = i2d_X509_bio(bio, other.certificate);
	forge_signer_free(&other);
	return good;
}

static int write_pkcs12(BIO *bio)
{
	struct forge_signer other = forge_signer("Other", NULL);
	PKCS12 *pkcs12 = PKCS12_create("", "name", other.key, other.certificate, NULL, 0,
				       0, 0, 0, 0);
	int good = pkcs12 && i2d_PKCS12_bio(bio, pkcs12);
	PKCS12_free(pkcs12);
	forge_signer_free(&other);
	return good;
}

static int write_cut(BIO *bio)
{
	BIO *whole = BIO_new(BIO_s_mem());
	char line[128];
	int good = write_pkcs8(whole);
	for (int i = 0; i < 4; i++)
		good = good && BIO_gets(whole, line, sizeof(line)) > 0 &&
		       BIO_puts(bio, line) > 0;
	BIO_free(whole);
	return good && BIO_puts(bio, "-----END PRIVATE KEY-----\n") > 0;
}

static void test_no_key(void **state)
{
	(void)state;
	static const struct {
		int (*write)(BIO *bio);
		const char *words;
	} cases[] = {
		{write_nothing, "': not a private key, neither PEM nor DER"},
		{write_noise, "': not a private key, neither PEM nor DER"},
		{write_public, "': it holds a PUBLIC KEY and no private key"},
		{write_public_der, "': not a private key, neither PEM nor DER"},
		{write_certificate, "': it holds a certificate and not the private key"},
		{write_certificate_der, "': it holds a certificate and not the private"},
		{write_pkcs12, "PKCS #12 file: take the key out with\n  openssl pkcs12"},
		{write_cut, "': the private key in it is damaged"},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		BIO *bio = BIO_new(BIO_s_mem());
		struct bf_key key;
		struct bf_error error;
		assert_true(cases[i].write(bio));
		assert_int_equal(bf_key_read(key_file("other", bio), NULL, &key, &error),
				 BF_ERR_INPUT);
		if (!strstr(error.text, cases[i].words))
			fail_msg("%zu: %s", i, error.text);
		assert_int_equal(ERR_peek_error(), 0);
	}
	struct bf_key key;
	struct bf_error error;
	assert_int_equal(bf_key_read("/nonexistent", NULL, &key, &error), BF_ERR_IO);
}

static void test_who_can_read_it(void **state)
{
	(void)state;
	static const struct {
		mode_t mode;
		bool is_open;
	} cases[] = {{0600, false}, {0400, false}, {0640, true},
		     {0604, true},  {0622, false}, {0644, true}};
	const char *path = write_form(&forms[0]);
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct bf_key key;
		assert_int_equal(chmod(path, cases[i].mode), 0);
		assert_int_equal(bf_key_read(path, NULL, &key, NULL), BF_OK);
		assert_int_equal(key.is_open, cases[i].is_open);
		bf_key_free(&key);
	}
}

static int make_key(void **state)
{
	(void)state;
	rsa = ready_key(2048);
	return rsa ? 0 : -1;
}

static int free_key(void **state)
{
	(void)state;
	EVP_PKEY_free(rsa);
	key_files_remove(names);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_passphrases),
		cmocka_unit_test(test_too_many_rounds),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_no_key),
		cmocka_unit_test(test_who_can_read_it),
	};
	return cmocka_run_group_tests(tests, make_key, free_key);
}
