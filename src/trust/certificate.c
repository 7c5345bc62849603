/* SPDX-License-Identifier: GPL-3.0-only */
#include "trust/certificate.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"

/* What the blocks of a PEM file (RFC 7468) turned out to be. */
struct contents {
	X509 *certificate; /* the first one */
	unsigned certificates, damaged, keys, requests, others;
	char other[32]; /* the label of the first other block */
};

static void free_contents(struct contents *contents)
{
	X509_free(contents->certificate);
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), wanted = strlen(end);
	return length >= wanted && strcmp(text + length - wanted, end) == 0;
}

static void take_certificate(struct contents *contents, const char *label,
			     const uint8_t *der, long size)
{
	contents->certificates++;
	if (contents->certificate)
		return;
	contents->certificate = strcmp(label, PEM_STRING_X509_TRUSTED) == 0
					? d2i_X509_AUX(NULL, &der, size)
					: d2i_X509(NULL, &der, size);
	if (!contents->certificate)
		contents->damaged++;
}

static void take_block(struct contents *contents, const char *label, const uint8_t *der,
		       long size)
{
	if (strcmp(label, PEM_STRING_X509) == 0 ||
	    strcmp(label, PEM_STRING_X509_OLD) == 0 ||
	    strcmp(label, PEM_STRING_X509_TRUSTED) == 0)
		take_certificate(contents, label, der, size);
	else if (ends_with(label, "PRIVATE KEY"))
		contents->keys++;
	else if (ends_with(label, "CERTIFICATE REQUEST"))
		contents->requests++;
	else if (contents->others++ == 0)
		bf_printable(label, contents->other, sizeof(contents->other));
}

static int read_pem(struct bf_view bytes, struct contents *ret, struct bf_error *reterr)
{
	BIO *bio = BIO_new_mem_buf(bytes.data, (int)bytes.size);
	char *label, *header;
	uint8_t *der;
	long size;
	if (!bio)
		return bf_fail_nomem(reterr);
	while (PEM_read_bio(bio, &label, &header, &der, &size)) {
		take_block(ret, label, der, size);
		OPENSSL_free(label);
		OPENSSL_free(header);
		OPENSSL_free(der);
	}
	BIO_free(bio);
	return BF_OK;
}

static void read_der(struct bf_view bytes, struct contents *ret)
{
	const uint8_t *at = bytes.data;
	X509 *certificate = d2i_X509(NULL, &at, (long)bytes.size);
	if (certificate && at == bytes.data + bytes.size) {
		ret->certificate = certificate;
		ret->certificates = 1;
		return;
	}
	X509_free(certificate);
	at = bytes.data;
	EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &at, (long)bytes.size);
	if (key)
		ret->keys = 1;
	EVP_PKEY_free(key);
}

/* Why these contents are not one certificate. */
static int fail_contents(const struct contents *contents, struct bf_error *reterr)
{
	if (contents->certificates > 1)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "it holds %u certificates and one can be trusted: give a "
			       "file with the CA's alone",
			       contents->certificates);
	if (contents->damaged)
		return bf_fail(reterr, BF_ERR_INPUT, "the certificate in it is damaged");
	if (contents->keys)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "it holds a private key and no certificate: give the "
			       "certificate, and keep the key to yourself");
	if (contents->requests)
		return bf_fail(
			reterr, BF_ERR_INPUT,
			"it holds a certificate request: give the certificate a CA "
			"made from it");
	if (contents->others)
		return bf_fail(reterr, BF_ERR_INPUT, "it holds a %s and no certificate",
			       contents->other);
	return bf_fail(reterr, BF_ERR_INPUT, "not a certificate, neither PEM nor DER");
}

static int find_certificate(struct bf_view bytes, struct contents *ret,
			    struct bf_error *reterr)
{
	static const char begin[] = "-----BEGIN ";
	size_t at;
	if (bytes.size == 0)
		return bf_fail(reterr, BF_ERR_INPUT, "the file is empty");
	if (bytes.size > BF_CERTIFICATE_FILE_MAX)
		return bf_fail(reterr, BF_ERR_TOO_BIG,
			       "%zu bytes are too many for a certificate, the limit is "
			       "%d",
			       bytes.size, BF_CERTIFICATE_FILE_MAX);
	if (!bf_view_find(bytes, 0, bf_view(begin, sizeof(begin) - 1), &at)) {
		read_der(bytes, ret);
	} else {
		int err = read_pem(bytes, ret, reterr);
		if (err)
			return err;
	}
	return ret->certificates == 1 && ret->certificate ? BF_OK
							  : fail_contents(ret, reterr);
}

/* "CN=Lab CA, O=Example"; what is not printable ASCII becomes \XX (RFC 4514). */
static int print_name(const X509_NAME *name, char ret[BF_CERTIFICATE_NAME_SIZE])
{
	static const unsigned long flags =
		ASN1_STRFLGS_RFC2253 | XN_FLAG_SEP_CPLUS_SPC | XN_FLAG_FN_SN;
	char text[1024];
	BIO *bio = BIO_new(BIO_s_mem());
	if (!bio || X509_NAME_print_ex(bio, name, 0, flags) < 0) {
		BIO_free(bio);
		return BF_ERR_NOMEM;
	}
	int size = BIO_read(bio, text, sizeof(text) - 1);
	BIO_free(bio);
	text[size > 0 ? size : 0] = '\0';
	bf_printable(*text ? text : "(no name)", ret, BF_CERTIFICATE_NAME_SIZE);
	return BF_OK;
}

static bool read_time(const ASN1_TIME *time, struct tm *ret_tm, int64_t *ret)
{
	if (!ASN1_TIME_to_tm(time, ret_tm))
		return false;
	*ret = timegm(ret_tm);
	return true;
}

static int read_times(const X509 *x509, struct bf_certificate *ret,
		      struct bf_error *reterr)
{
	struct tm tm;
	if (!read_time(X509_get0_notBefore(x509), &tm, &ret->not_before) ||
	    !read_time(X509_get0_notAfter(x509), &tm, &ret->not_after))
		return bf_fail(reterr, BF_ERR_INPUT,
			       "the certificate's dates are damaged");
	strftime(ret->expires, sizeof(ret->expires), "%Y-%m-%d", &tm);
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
	/* 1: its basicConstraints say so, which is what iPXE looks at. */
	ret->is_ca = X509_check_ca(x509) == 1;
	int size = i2d_X509(x509, &der);
	bool good = size > 0 && bf_buffer_append(&ret->der, der, (size_t)size) == BF_OK &&
		    bf_sha256(bf_buffer_view(&ret->der), ret->sha256) == BF_OK &&
		    print_name(X509_get_subject_name(x509), ret->subject) == BF_OK &&
		    print_name(X509_get_issuer_name(x509), ret->issuer) == BF_OK;
	OPENSSL_free(der);
	return good ? BF_OK : bf_fail_nomem(reterr);
}

int bf_certificate_parse(struct bf_view bytes, struct bf_certificate *ret,
			 struct bf_error *reterr)
{
	bf_cleanup(free_contents) struct contents contents = {0};
	struct bf_certificate certificate = {0};
	int err = find_certificate(bytes, &contents, reterr);
	if (!err)
		err = describe(contents.certificate, &certificate, reterr);
	/* What failed on the way is reported; libcrypto's own list of it is not needed. */
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

int bf_certificate_read(const char *path, struct bf_certificate *ret,
			struct bf_error *reterr)
{
	char name[256];
	bf_cleanup(bf_buffer_free) struct bf_buffer bytes = {0};
	int err = bf_buffer_read_file(path, BF_CERTIFICATE_FILE_MAX, &bytes, reterr);
	if (err)
		return err;
	err = bf_certificate_parse(bf_buffer_view(&bytes), ret, reterr);
	return err ? bf_fail_in(reterr, err, "'%s'",
				bf_printable(path, name, sizeof(name)))
		   : BF_OK;
}
