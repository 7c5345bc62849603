/* SPDX-License-Identifier: GPL-3.0-only */
#include "image/signing.h"

#include <openssl/rsa.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "forge_signature.h"
#include "image/image.h"
#include "key_files.h"
#include "ready_key.h"
#include "sign/sign_program.h"
#include "sign/signature.h"

static const char *const names[] = {"key", "certificate", NULL};
static char key[128], certificate[128];

static int write_files(void **state)
{
	(void)state;
	struct forge_signer own = forge_signer_with(ready_key(2048), "Lab Signer", NULL);
	X509 *const certificates[] = {own.certificate, NULL};
	strcpy(key, key_pem("key", own.key));
	strcpy(certificate, certificates_pem("certificate", certificates));
	forge_signer_free(&own);
	return 0;
}

static int remove_files(void **state)
{
	(void)state;
	key_files_remove(names);
	return 0;
}

static struct bf_maker_options options_for(const char *arch, const char *format)
{
	struct bf_maker_options options = bf_maker_options_default();
	assert_int_equal(bf_maker_options_set(&options, "arch", arch, NULL), BF_OK);
	assert_int_equal(bf_maker_options_set(&options, "format", format, NULL), BF_OK);
	return options;
}

static struct bf_maker_options signed_options(const char *arch, const char *format)
{
	struct bf_maker_options options = options_for(arch, format);
	assert_int_equal(bf_maker_options_set(&options, "sign-key", key, NULL), BF_OK);
	assert_int_equal(bf_maker_options_set(&options, "sign-cert", certificate, NULL),
			 BF_OK);
	return options;
}

/* The whole image that boots the URL. */
static struct bf_buffer make(const struct bf_maker *maker, struct bf_image *image,
			     const char *url)
{
	struct bf_buffer bytes = {0};
	bf_cleanup(bf_target_free) struct bf_target target = {0};
	assert_int_equal(bf_target_set(&target, "url", url, NULL), BF_OK);
	assert_int_equal(bf_image_make(maker, &target, image, NULL), BF_OK);
	assert_int_equal(bf_buffer_zero(&bytes, (size_t)image->pieces.size), BF_OK);
	assert_int_equal(bf_pieces_read(&image->pieces, 0, bytes.data, bytes.size),
			 bytes.size);
	return bytes;
}

/* Patching at known offsets gives what signing the finished program gives. */
static void test_as_signed_afterwards(void **state)
{
	(void)state;
	static const char *const archs[] = {"x86_64", "arm64", "riscv64"};
	static const char *const urls[] = {"http://192.0.2.1/a",
					   "http://192.0.2.1/another/one", "http://h/"};
	for (size_t i = 0; i < sizeof(archs) / sizeof(archs[0]); i++) {
		struct bf_maker_options signing = signed_options(archs[i], "efi");
		struct bf_maker_options plain = options_for(archs[i], "efi");
		bf_cleanup(bf_maker_free) struct bf_maker signer = {0}, maker = {0};
		/* Used again for each: nothing of the one before is left. */
		bf_cleanup(bf_image_free) struct bf_image image = {0}, expected = {0};
		assert_int_equal(bf_maker_init(&signer, &signing, NULL), BF_OK);
		assert_int_equal(bf_maker_lay_out(&signer, NULL, 0, NULL), BF_OK);
		assert_int_equal(bf_maker_init(&maker, &plain, NULL), BF_OK);
		assert_int_equal(bf_maker_lay_out(&maker, NULL, 0, NULL), BF_OK);
		for (size_t j = 0; j < sizeof(urls) / sizeof(urls[0]); j++) {
			struct bf_buffer found = make(&signer, &image, urls[j]);
			struct bf_buffer wanted = make(&maker, &expected, urls[j]);
			assert_int_equal(bf_sign_program(&signer.signer, &wanted, NULL),
					 BF_OK);
			assert_int_equal(found.size, wanted.size);
			assert_memory_equal(found.data, wanted.data, found.size);
			bf_buffer_free(&found);
			bf_buffer_free(&wanted);
		}
	}
}

/* The program of a site, as the image has it. */
static void check_program(const struct bf_pieces *image, uint64_t offset, uint64_t size)
{
	struct bf_buffer file = {0};
	struct bf_pe pe;
	struct bf_signatures found;
	assert_int_equal(bf_buffer_zero(&file, (size_t)size), BF_OK);
	assert_int_equal(bf_pieces_read(image, offset, file.data, file.size), file.size);
	assert_int_equal(bf_pe_parse(bf_buffer_view(&file), &pe, NULL), BF_OK);
	assert_int_equal(bf_signatures_read(&pe, &found), BF_OK);
	assert_int_equal(found.n, 1);
	assert_string_equal(found.all[0].problem, "");
	assert_string_equal(found.all[0].signer, "CN=Lab Signer");
	assert_int_equal(bf_pe_stored_checksum(&pe), bf_pe_checksum(&pe));
	bf_buffer_free(&file);
}

static void test_every_program_of_an_image(void **state)
{
	(void)state;
	struct bf_maker_options options = signed_options("all", "iso");
	bf_cleanup(bf_maker_free) struct bf_maker maker = {0};
	bf_cleanup(bf_image_free) struct bf_image image = {0};
	assert_int_equal(bf_maker_init(&maker, &options, NULL), BF_OK);
	assert_int_equal(bf_maker_lay_out(&maker, NULL, 0, NULL), BF_OK);
	struct bf_buffer bytes = make(&maker, &image, "http://192.0.2.1/a");
	bf_buffer_free(&bytes);
	assert_int_equal(maker.tmpl.n_sites, 4);
	/* BIOS has a slot; the others have a checksum and a signature, too. */
	assert_int_equal(image.patches.n_pieces, 1 + 3 * 3);
	for (size_t i = 1; i < image.patches.n_pieces; i++)
		assert_true(image.patches.pieces[i - 1].offset <
			    image.patches.pieces[i].offset);
	for (size_t i = 0; i < maker.tmpl.n_sites; i++)
		if (maker.tmpl.sites[i].has_checksum)
			check_program(&image.pieces, maker.tmpl.sites[i].binary_offset,
				      maker.tmpl.sites[i].binary_size);
}

/* With a loose slot all programs are the same for all scripts, and signed in the template. */
static void test_loose(void **state)
{
	(void)state;
	struct bf_maker_options options = signed_options("x86_64", "esp");
	bf_cleanup(bf_maker_free) struct bf_maker maker = {0};
	bf_cleanup(bf_image_free) struct bf_image image = {0};
	assert_int_equal(bf_maker_options_set(&options, "script-room", "64K", NULL),
			 BF_OK);
	assert_int_equal(bf_maker_init(&maker, &options, NULL), BF_OK);
	assert_int_equal(bf_maker_lay_out(&maker, NULL, 0, NULL), BF_OK);
	struct bf_buffer bytes = make(&maker, &image, "http://192.0.2.1/a");
	assert_int_equal(image.patches.n_pieces, 1);
	assert_int_equal(image.patches.signatures.size, 0);
	const struct bf_binary *binary = &maker.binaries.of[BF_ARCH_X86_64];
	uint64_t offset = maker.tmpl.esp.file_offset[0];
	check_program(&image.pieces, offset, binary->bytes.size);
	bf_buffer_free(&bytes);
}

static void test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *names[2], *arch, *format;
		enum bf_err err;
		const char *sentence;
	} cases[] = {
		{{"sign-key"}, "all", "iso", BF_ERR_USAGE, "sign-key: a key alone"},
		{{"sign-cert"}, "all", "iso", BF_ERR_USAGE, "sign-cert: a certificate"},
		{{"sign-passphrase"}, "all", "iso", BF_ERR_USAGE, "sign-passphrase: "},
		{{"sign-key", "sign-cert"}, "bios", "iso", BF_ERR_USAGE, "BIOS only"},
		{{"sign-key", "sign-cert"}, "bios", "lkrn", BF_ERR_USAGE, "BIOS only"},
		{{"sign-key", "sign-cert"}, "all", "iso", BF_ERR_IO, "/nonexistent"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_maker_options options =
			options_for(cases[i].arch, cases[i].format);
		struct bf_maker maker = {0};
		struct bf_error error = {""};
		for (size_t j = 0; j < 2 && cases[i].names[j]; j++)
			assert_int_equal(bf_maker_options_set(&options, cases[i].names[j],
							      "/nonexistent", NULL),
					 BF_OK);
		assert_int_equal(bf_maker_init(&maker, &options, &error), cases[i].err);
		assert_non_null(strstr(error.text, cases[i].sentence));
		assert_null(maker.bundle);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_signed_afterwards),
		cmocka_unit_test(test_every_program_of_an_image),
		cmocka_unit_test(test_loose),
		cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, write_files, remove_files);
}
