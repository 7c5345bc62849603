/* SPDX-License-Identifier: GPL-3.0-only */
#include "trust/certificate.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/number.h"
#include "trust/choice.h"
#include "trust/container.h"
#include "trust/x509.h"

static int read_times(const X509 *x509, struct bf_certificate *ret,
		      struct bf_error *reterr)
{
	if (!bf_x509_read_time(X509_get0_notBefore(x509), &ret->not_before, NULL) ||
	    !bf_x509_read_time(X509_get0_notAfter(x509), &ret->not_after, ret->expires))
		return bf_fail(reterr, BF_ERR_INPUT,
			       "the certificate's dates are damaged");
	return BF_OK;
}

static int read_key(X509 *x509, struct bf_certificate *ret, struct bf_error *reterr)
{
	char group[32] = "an unknown curve";
	const EVP_PKEY *key = X509_get0_pubkey(x509);
	int type = key ? EVP_PKEY_get_base_id(key) : NID_undef;
	if (type == EVP_PKEY_RSA) {
		ret->key = "rsa";
		return BF_OK;
	}
	if (type != EVP_PKEY_EC) {
		const char *name = key ? EVP_PKEY_get0_type_name(key) : NULL;
		return bf_fail(reterr, BF_ERR_INPUT,
			       "its key is of type %s, which iPXE cannot use: make one "
			       "with an RSA key",
			       name ? name : "unknown");
	}
	ret->key = "ecdsa";
	EVP_PKEY_get_group_name(key, group, sizeof(group), NULL);
	if (strcmp(group, SN_X9_62_prime256v1) == 0)
		ret->curve = "p256";
	else if (strcmp(group, SN_secp384r1) == 0)
		ret->curve = "p384";
	else
		return bf_fail(reterr, BF_ERR_INPUT,
			       "its key is on %s, and iPXE knows P-256 and P-384: make "
			       "one with an RSA key",
			       group);
	return BF_OK;
}

/* iPXE has these digests, and of RSA the older padding only (RFC 8017, PKCS1-v1_5). */
static int read_signature(X509 *x509, struct bf_certificate *ret, struct bf_error *reterr)
{
	static const int digests[] = {NID_sha1, NID_sha224, NID_sha256, NID_sha384,
				      NID_sha512};
	int digest = NID_undef, key = NID_undef;
	bool known = false;
	X509_get_signature_info(x509, &digest, &key, NULL, NULL);
	for (size_t i = 0; i < sizeof(digests) / sizeof(digests[0]); i++)
		known = known || digest == digests[i];
	if (known && key == NID_rsaEncryption)
		ret->signature = "rsa";
	else if (known && key == NID_X9_62_id_ecPublicKey)
		ret->signature = "ecdsa";
	else
		return bf_fail(reterr, BF_ERR_INPUT,
			       "it is signed with %s, which iPXE cannot use: have it "
			       "signed with RSA and SHA-256",
			       OBJ_nid2ln(X509_get_signature_nid(x509)));
	return BF_OK;
}

static int describe(X509 *x509, struct bf_certificate *ret, struct bf_error *reterr)
{
	uint8_t *der = NULL;
	int err = read_key(x509, ret, reterr);
	if (!err)
		err = read_signature(x509, ret, reterr);
	if (!err)
		err = read_times(x509, ret, reterr);
	if (err)
		return err;
	ret->is_ca = bf_x509_is_ca(x509);
	ret->is_root = bf_x509_is_root(x509);
	int size = i2d_X509(x509, &der);
	bool good =
		size > 0 && bf_buffer_append(&ret->der, der, (size_t)size) == BF_OK &&
		bf_sha256(bf_buffer_view(&ret->der), ret->sha256) == BF_OK &&
		bf_x509_print_name(X509_get_subject_name(x509), ret->subject) == BF_OK &&
		bf_x509_print_name(X509_get_issuer_name(x509), ret->issuer) == BF_OK;
	OPENSSL_free(der);
	return good ? BF_OK : bf_fail_nomem(reterr);
}

static int check_size(size_t size, struct bf_error *reterr)
{
	if (size == 0)
		return bf_fail(reterr, BF_ERR_INPUT, "the file is empty");
	if (size > BF_CERTIFICATE_FILE_MAX)
		return bf_fail(reterr, BF_ERR_TOO_BIG,
			       "%zu bytes are too many for a certificate, the limit is "
			       "%d",
			       size, BF_CERTIFICATE_FILE_MAX);
	return BF_OK;
}

int bf_certificate_parse(struct bf_view bytes, const char *name, unsigned number,
			 struct bf_certificate *ret, struct bf_error *reterr)
{
	bf_cleanup(bf_container_free) struct bf_container container = {0};
	struct bf_certificate certificate = {0};
	X509 *x509;
	int err = check_size(bytes.size, reterr);
	if (!err)
		err = bf_container_read(bytes, &container, reterr);
	if (!err)
		err = bf_choice_pick(&container, name, number, &x509, reterr);
	if (!err)
		err = describe(x509, &certificate, reterr);
	ERR_clear_error();
	if (err) {
		bf_certificate_free(&certificate);
		return err;
	}
	*ret = certificate;
	return BF_OK;
}

void bf_certificate_free(struct bf_certificate *certificate)
{
	bf_buffer_free(&certificate->der);
}

/* ---- Files ---- */

/*
 * "fullchain.pem#2" is the second certificate in fullchain.pem, unless a file is called just
 * that. Cuts the number off; 0 stands for none.
 */
static unsigned cut_number(char *path)
{
	unsigned number;
	char *mark = strrchr(path, '#');
	if (!mark || mark == path || bf_path_exists(path) ||
	    bf_number_parse(mark + 1, 1, BF_CERTIFICATE_NUMBER_MAX, &number, NULL))
		return 0;
	*mark = '\0';
	return number;
}

int bf_certificate_read(const char *path, struct bf_certificate *ret,
			struct bf_error *reterr)
{
	char text[256];
	bf_cleanup(bf_buffer_free) struct bf_buffer bytes = {0}, copy = {0};
	if (bf_buffer_append(&copy, path, strlen(path) + 1))
		return bf_fail_nomem(reterr);
	char *name = (char *)copy.data;
	unsigned number = cut_number(name);
	int err = bf_buffer_read_file(name, BF_CERTIFICATE_FILE_MAX, &bytes, reterr);
	if (err)
		return err;
	err = bf_certificate_parse(bf_buffer_view(&bytes), name, number, ret, reterr);
	return err ? bf_fail_in(reterr, err, "'%s'",
				bf_printable(name, text, sizeof(text)))
		   : BF_OK;
}
