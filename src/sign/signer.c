/* SPDX-License-Identifier: GPL-3.0-only */
#include "sign/signer.h"

#include <assert.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "sign/authenticode_pkcs7.h"
#include "sign/libcrypto.h"
#include "sign/signature.h"
#include "trust/choice.h"
#include "trust/container.h"
#include "trust/x509.h"

#define MODULE_SIGNING "1.3.6.1.4.1.2312.16.1.2"

/* ---- Certificates ---- */

static X509 *find_own(const struct bf_container *container, const EVP_PKEY *key)
{
	for (size_t i = 0; i < bf_container_size(container); i++) {
		X509 *x509 = bf_container_at(container, i);
		if (x509 && X509_check_private_key(x509, key) == 1)
			return x509;
	}
	return NULL;
}

/* The one that issued this one: by its name and by its key. */
static X509 *find_issuer(const struct bf_container *container, X509 *x509)
{
	for (size_t i = 0; i < bf_container_size(container); i++) {
		X509 *issuer = bf_container_at(container, i);
		if (issuer && bf_x509_is_issuer(issuer, x509) &&
		    X509_verify(x509, X509_get0_pubkey(issuer)) == 1)
			return issuer;
	}
	return NULL;
}

static int push(STACK_OF(X509) * certificates, X509 *x509, struct bf_error *reterr)
{
	if (!X509_up_ref(x509))
		return bf_fail_nomem(reterr);
	if (sk_X509_push(certificates, x509) > 0)
		return BF_OK;
	X509_free(x509);
	return bf_fail_nomem(reterr);
}

static bool is_taken(const STACK_OF(X509) * certificates, const X509 *x509)
{
	for (int i = 0; i < sk_X509_num(certificates); i++)
		if (sk_X509_value(certificates, i) == x509)
			return true;
	return false;
}

/* Issuers may go in a circle, which has no root. */
static int take_chain(const struct bf_container *container, X509 *own,
		      struct bf_signer *ret, struct bf_error *reterr)
{
	ret->certificates = sk_X509_new_null();
	int err = ret->certificates ? push(ret->certificates, own, reterr)
				    : bf_fail_nomem(reterr);
	X509 *x509 = own;
	while (!err && sk_X509_num(ret->certificates) < BF_SIGNER_CERTIFICATES_MAX &&
	       X509_self_signed(x509, 0) != 1) {
		x509 = find_issuer(container, x509);
		if (!x509 || X509_self_signed(x509, 0) == 1 ||
		    is_taken(ret->certificates, x509))
			break;
		err = push(ret->certificates, x509, reterr);
	}
	return err;
}

static int fail_stranger(const struct bf_container *container, const char *key_path,
			 struct bf_error *reterr)
{
	char name[256], subject[BF_CERTIFICATE_NAME_SIZE];
	size_t n = bf_container_size(container);
	X509 *x509 = bf_container_at(container, 0);
	bf_printable(key_path, name, sizeof(name));
	if (n > 1)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "none of its %zu certificates belongs to the key '%s'", n,
			       name);
	if (!x509)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "the certificate in it is damaged or cut off");
	if (bf_x509_print_name(X509_get_subject_name(x509), subject))
		return bf_fail_nomem(reterr);
	return bf_fail(reterr, BF_ERR_INPUT,
		       "the certificate of %s does not belong to the key '%s'", subject,
		       name);
}

/*
 * shim takes no boot program of a certificate with this extended key usage, which keys for
 * modules of Linux have. Firmware looks at none.
 */
static bool is_for_modules(const X509 *own)
{
	bool found = false;
	EXTENDED_KEY_USAGE *usage = X509_get_ext_d2i(own, NID_ext_key_usage, NULL, NULL);
	for (int i = 0; i < sk_ASN1_OBJECT_num(usage); i++) {
		char text[64] = "";
		OBJ_obj2txt(text, sizeof(text), sk_ASN1_OBJECT_value(usage, i), 1);
		found = found || strcmp(text, MODULE_SIGNING) == 0;
	}
	EXTENDED_KEY_USAGE_free(usage);
	return found;
}

static int describe(X509 *own, struct bf_signer *ret, struct bf_error *reterr)
{
	uint8_t *der = NULL;
	if (!bf_x509_read_time(X509_get0_notBefore(own), &ret->not_before,
			       ret->not_before_day) ||
	    !bf_x509_read_time(X509_get0_notAfter(own), &ret->not_after,
			       ret->not_after_day))
		return bf_fail(reterr, BF_ERR_INPUT,
			       "the certificate's dates are damaged");
	int size = i2d_X509(own, &der);
	bool good = size > 0 && bf_buffer_append(&ret->der, der, (size_t)size) == BF_OK &&
		    bf_x509_print_name(X509_get_subject_name(own), ret->subject) == BF_OK;
	OPENSSL_free(der);
	ret->is_for_modules = is_for_modules(own);
	return good ? BF_OK : bf_fail_nomem(reterr);
}

static int read_certificates(struct bf_view bytes, const char *path, const char *key_path,
			     struct bf_signer *ret, struct bf_error *reterr)
{
	bf_cleanup(bf_container_free) struct bf_container container = {0};
	X509 *none;
	int err = bf_container_read(bytes, &container, reterr);
	if (!err && bf_container_size(&container) == 0)
		err = bf_choice_pick(&container, path, 1, &none, reterr);
	if (err)
		return err;
	X509 *own = find_own(&container, ret->key.pkey);
	if (!own)
		return fail_stranger(&container, key_path, reterr);
	/* Whoever verifies what it signs looks at its own signature, too. */
	if (bf_x509_is_damaged(own))
		return bf_fail(reterr, BF_ERR_INPUT,
			       "the certificate in it is damaged: its signature is not "
			       "of these bytes");
	err = take_chain(&container, own, ret, reterr);
	return err ? err : describe(own, ret, reterr);
}

/* For a trial, and to know how large they are. */
static int try_it(struct bf_signer *signer, struct bf_error *reterr)
{
	static const uint8_t digest[BF_SHA256_SIZE];
	bf_cleanup(bf_buffer_free) struct bf_buffer der = {0};
	int err = bf_authenticode_pkcs7(signer->key.pkey, signer->certificates, digest,
					&der, reterr);
	if (!err && der.size > BF_SIGNATURE_SIZE_MAX)
		err = bf_fail(reterr, BF_ERR_INPUT,
			      "a signature with its certificates has %zu bytes; at most "
			      "%d are taken",
			      der.size, BF_SIGNATURE_SIZE_MAX);
	signer->signature_size = der.size;
	return err;
}

/* ---- The signer ---- */

static int fail_file(const char *path, int err, struct bf_error *reterr)
{
	char name[256];
	return bf_fail_in(reterr, err, "'%s'", bf_printable(path, name, sizeof(name)));
}

int bf_signer_read(const char *key_path, const char *certificate_path,
		   const struct bf_passphrase *passphrase, struct bf_signer *ret,
		   struct bf_error *reterr)
{
	/* It may be the key's file, too. */
	bf_cleanup(bf_buffer_wipe) struct bf_buffer bytes = {0};
	struct bf_signer signer = {0};
	bool is_open;
	/* The certificate first: nobody is to type a passphrase in vain. */
	int err = bf_buffer_read_secret(certificate_path, BF_CERTIFICATE_FILE_MAX, &bytes,
					&is_open, reterr);
	if (!err)
		err = bf_key_read(key_path, passphrase, &signer.key, reterr);
	if (err)
		return err;
	err = read_certificates(bf_buffer_view(&bytes), certificate_path, key_path,
				&signer, reterr);
	if (bf_libcrypto_ran_out() && err)
		err = bf_fail_nomem(reterr);
	if (err)
		err = fail_file(certificate_path, err, reterr);
	else if ((err = try_it(&signer, reterr)) != BF_OK)
		err = fail_file(key_path, err, reterr);
	if (err) {
		bf_signer_free(&signer);
		return err;
	}
	*ret = signer;
	return BF_OK;
}

void bf_signer_free(struct bf_signer *signer)
{
	bf_key_free(&signer->key);
	sk_X509_pop_free(signer->certificates, X509_free);
	signer->certificates = NULL;
	bf_buffer_free(&signer->der);
}

__attribute__((format(printf, 2, 3))) static void
add_warning(struct bf_signer_warnings *warnings, const char *format, ...)
{
	va_list args;
	char *text = warnings->texts[warnings->n++];
	va_start(args, format);
	vsnprintf(text, sizeof(warnings->texts[0]), format, args);
	va_end(args);
}

void bf_signer_warn(const struct bf_signer *signer, const char *key_path, int64_t now,
		    struct bf_signer_warnings *ret)
{
	char name[256];
	*ret = (struct bf_signer_warnings){.n = 0};
	if (signer->key.is_open)
		add_warning(ret,
			    "the key '%s' can be read by others than its owner: "
			    "chmod 600 keeps it private",
			    bf_printable(key_path, name, sizeof(name)));
	if (signer->is_passphrase_open)
		add_warning(
			ret,
			"the passphrase of the key '%s' is in a file that can be read "
			"by others than its owner: chmod 600 keeps it private",
			bf_printable(key_path, name, sizeof(name)));
	if (signer->is_for_modules)
		add_warning(
			ret,
			"the certificate of %s is for kernel modules, as its extended "
			"key usage says (" MODULE_SIGNING "): shim takes no boot "
			"program of it, firmware does",
			signer->subject);
	if (now > signer->not_after)
		add_warning(ret,
			    "the certificate of %s expired on %s: UEFI firmware does not "
			    "ask, other verifiers do",
			    signer->subject, signer->not_after_day);
	else if (now < signer->not_before)
		add_warning(ret, "the certificate of %s is not valid before %s",
			    signer->subject, signer->not_before_day);
}

size_t bf_signer_signature_size(const struct bf_signer *signer)
{
	return signer->signature_size;
}

int bf_signer_sign(const struct bf_signer *signer, const uint8_t sha256[BF_SHA256_SIZE],
		   uint8_t *ret, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer der = {0};
	int err = bf_authenticode_pkcs7(signer->key.pkey, signer->certificates, sha256,
					&der, reterr);
	if (err)
		return err;
	/* All of it is of fixed size, the signature as long as the key. */
	assert(der.size == signer->signature_size);
	memcpy(ret, der.data, der.size);
	return BF_OK;
}
