/* SPDX-License-Identifier: GPL-3.0-only */
#include "trust/container.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>
#include <string.h>

#include "base/cleanup.h"
#include "trust/pem_text.h"

void bf_container_free(struct bf_container *container)
{
	sk_X509_pop_free(container->certificates, X509_free);
	container->certificates = NULL;
}

size_t bf_container_size(const struct bf_container *container)
{
	int n = sk_X509_num(container->certificates);
	return n > 0 ? (size_t)n : 0;
}

X509 *bf_container_at(const struct bf_container *container, size_t index)
{
	return sk_X509_value(container->certificates, (int)index);
}

/* ---- Certificates ---- */

/* Takes over the certificate, which is NULL where it could not be read. */
static int add(struct bf_container *container, X509 *certificate, struct bf_error *reterr)
{
	int err = BF_OK;
	if (bf_container_size(container) == BF_CONTAINER_CERTIFICATES_MAX)
		err = bf_fail(reterr, BF_ERR_TOO_BIG,
			      "it holds more than %d certificates",
			      BF_CONTAINER_CERTIFICATES_MAX);
	else if (sk_X509_push(container->certificates, certificate) <= 0)
		err = bf_fail_nomem(reterr);
	if (err)
		X509_free(certificate);
	return err;
}

static int add_all(struct bf_container *container, const STACK_OF(X509) * certificates,
		   struct bf_error *reterr)
{
	int err = BF_OK;
	for (int i = 0; !err && i < sk_X509_num(certificates); i++) {
		X509 *certificate = sk_X509_value(certificates, i);
		X509_up_ref(certificate);
		err = add(container, certificate, reterr);
	}
	return err;
}

static void add_other(struct bf_container *container, const char *label)
{
	if (container->others++ == 0)
		bf_printable(label, container->other, sizeof(container->other));
}

static int take_pkcs7(struct bf_container *container, const PKCS7 *pkcs7,
		      struct bf_error *reterr)
{
	/* The content of a message is optional. */
	const PKCS7_SIGNED *message = PKCS7_type_is_signed(pkcs7) ? pkcs7->d.sign : NULL;
	if (!message || sk_X509_num(message->cert) <= 0) {
		add_other(container, "PKCS #7 message");
		return BF_OK;
	}
	return add_all(container, message->cert, reterr);
}

/* Whether a decoder has come to the end of the bytes; an empty file has none to point to. */
static bool is_end(struct bf_view der, const uint8_t *at)
{
	return der.size > 0 && at == der.data + der.size;
}

/* The certificate that all of the bytes are, perhaps with OpenSSL's notes about its use. */
static X509 *read_certificate(struct bf_view der)
{
	const uint8_t *at = der.data;
	X509 *certificate = d2i_X509_AUX(NULL, &at, (long)der.size);
	if (is_end(der, at))
		return certificate;
	X509_free(certificate);
	return NULL;
}

static PKCS7 *read_pkcs7(struct bf_view der)
{
	const uint8_t *at = der.data;
	PKCS7 *pkcs7 = d2i_PKCS7(NULL, &at, (long)der.size);
	if (is_end(der, at))
		return pkcs7;
	PKCS7_free(pkcs7);
	return NULL;
}

/* Take what is in the bytes, whatever their label was: programs do not agree on one. */
static int take_certificates(struct bf_container *container, struct bf_view der,
			     bool *ret_found, struct bf_error *reterr)
{
	X509 *certificate = read_certificate(der);
	PKCS7 *pkcs7 = certificate ? NULL : read_pkcs7(der);
	*ret_found = certificate || pkcs7;
	int err = BF_OK;
	if (certificate)
		err = add(container, certificate, reterr);
	else if (pkcs7)
		err = take_pkcs7(container, pkcs7, reterr);
	PKCS7_free(pkcs7);
	return err;
}

/* ---- PEM ---- */

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), wanted = strlen(end);
	return length >= wanted && strcmp(text + length - wanted, end) == 0;
}

static bool is_of_certificates(const char *label)
{
	static const char *const labels[] = {PEM_STRING_X509,         PEM_STRING_X509_OLD,
					     PEM_STRING_X509_TRUSTED, PEM_STRING_PKCS7,
					     PEM_STRING_PKCS7_SIGNED, PEM_STRING_CMS};
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (strcmp(label, labels[i]) == 0)
			return true;
	return false;
}

static int take_block(struct bf_container *container, const char *label,
		      struct bf_view der, struct bf_error *reterr)
{
	bool is_found = true;
	int err = BF_OK;
	if (is_of_certificates(label))
		err = take_certificates(container, der, &is_found, reterr);
	else if (ends_with(label, "PRIVATE KEY"))
		container->keys++;
	else if (ends_with(label, "CERTIFICATE REQUEST"))
		container->requests++;
	else
		add_other(container, label);
	return err || is_found ? err : add(container, NULL, reterr);
}

/* A block that cannot be read stands where a certificate may have been. */
static int pass_broken_block(struct bf_container *container, size_t before, size_t after,
			     bool *ret_more, struct bf_error *reterr)
{
	*ret_more = ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE;
	if (!*ret_more)
		return BF_OK;
	return after < before ? add(container, NULL, reterr) : bf_fail_nomem(reterr);
}

static int read_block(struct bf_container *container, BIO *bio, bool *ret_more,
		      struct bf_error *reterr)
{
	char *label, *header;
	uint8_t *der;
	long size;
	size_t before = BIO_ctrl_pending(bio);
	ERR_clear_error();
	if (!PEM_read_bio(bio, &label, &header, &der, &size))
		return pass_broken_block(container, before, BIO_ctrl_pending(bio),
					 ret_more, reterr);
	int err = take_block(container, label, bf_view(der, (size_t)size), reterr);
	OPENSSL_free(label);
	OPENSSL_free(header);
	OPENSSL_clear_free(der, (size_t)size); /* it may be a key */
	return err;
}

static int read_pem(struct bf_view text, struct bf_container *container,
		    struct bf_error *reterr)
{
	BIO *bio = BIO_new_mem_buf(text.data, (int)text.size);
	bool more = bio != NULL;
	int err = bio ? BF_OK : bf_fail_nomem(reterr);
	while (!err && more)
		err = read_block(container, bio, &more, reterr);
	BIO_free(bio);
	return err;
}

/* ---- DER that is something else ---- */

/* What Windows XP to 7 and OpenSSL before 3 locked certificates with (RFC 7292, C). */
static bool is_old_cipher(const ASN1_OBJECT *algorithm)
{
	switch (OBJ_obj2nid(algorithm)) {
	case NID_pbe_WithSHA1And128BitRC4:
	case NID_pbe_WithSHA1And40BitRC4:
	case NID_pbe_WithSHA1And128BitRC2_CBC:
	case NID_pbe_WithSHA1And40BitRC2_CBC:
		return true;
	default:
		return false;
	}
}

static bool is_locked_the_old_way(const PKCS7 *pkcs7)
{
	const PKCS7_ENCRYPT *message =
		PKCS7_type_is_encrypted(pkcs7) ? pkcs7->d.encrypted : NULL;
	return message && is_old_cipher(message->enc_data->algorithm->algorithm);
}

static bool has_old_ciphers(const PKCS12 *pkcs12)
{
	STACK_OF(PKCS7) *parts = PKCS12_unpack_authsafes(pkcs12);
	bool is_old = false;
	for (int i = 0; i < sk_PKCS7_num(parts); i++)
		is_old = is_old || is_locked_the_old_way(sk_PKCS7_value(parts, i));
	sk_PKCS7_pop_free(parts, PKCS7_free);
	return is_old;
}

static bool is_key(struct bf_view der)
{
	const uint8_t *at = der.data;
	EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &at, (long)der.size);
	at = der.data;
	/* One with a password (RFC 5958, 3). */
	X509_SIG *locked = key ? NULL : d2i_X509_SIG(NULL, &at, (long)der.size);
	bool is_one = key || locked;
	EVP_PKEY_free(key);
	X509_SIG_free(locked);
	return is_one;
}

static bool is_request(struct bf_view der)
{
	const uint8_t *at = der.data;
	X509_REQ *request = d2i_X509_REQ(NULL, &at, (long)der.size);
	bool is_one = request != NULL;
	X509_REQ_free(request);
	return is_one;
}

static void recognise(struct bf_container *container, struct bf_view der)
{
	const uint8_t *at = der.data;
	PKCS12 *pkcs12 = d2i_PKCS12(NULL, &at, (long)der.size);
	container->is_pkcs12 = pkcs12 != NULL;
	container->is_old_pkcs12 = pkcs12 && has_old_ciphers(pkcs12);
	PKCS12_free(pkcs12);
	if (container->is_pkcs12)
		return;
	container->keys = is_key(der);
	container->requests = is_request(der);
}

/* ---- Files ---- */

static int read_der(struct bf_view der, struct bf_container *container,
		    struct bf_error *reterr)
{
	bool is_found;
	int err = take_certificates(container, der, &is_found, reterr);
	if (!err && !is_found)
		recognise(container, der);
	return err;
}

int bf_container_read(struct bf_view bytes, struct bf_container *ret,
		      struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_wipe) struct bf_buffer buffer = {0};
	*ret = (struct bf_container){.certificates = sk_X509_new_null()};
	if (!ret->certificates || bf_pem_text_read(bytes, &buffer))
		return bf_fail_nomem(reterr);
	struct bf_view text = bf_buffer_view(&buffer);
	bool is_pem = bf_pem_text_has_block(text);
	int err = is_pem ? read_pem(text, ret, reterr) : read_der(bytes, ret, reterr);
	ret->is_joined = is_pem;
	ret->is_bare_base64 = bf_pem_text_is_bare(text);
	/* What failed on the way is in ret; libcrypto's own list of it is not needed. */
	ERR_clear_error();
	return err;
}
