/* SPDX-License-Identifier: GPL-3.0-only */
#include "sign/authenticode_pkcs7.h"

#include <openssl/objects.h>
#include <openssl/pkcs7.h>
#include <string.h>

#include "base/cleanup.h"
#include "sign/libcrypto.h"

#define SPC_INDIRECT_DATA "1.3.6.1.4.1.311.2.1.4"

/*
 * SpcIndirectDataContent, DER, up to the digest (Windows Authenticode Portable Executable
 * Signature Format): its data is a SpcPeImageData whose file is the string "<<<Obsolete>>>".
 */
static const uint8_t content_head[] = {
	/* SEQUENCE; SpcAttributeTypeAndOptionalValue, 1.3.6.1.4.1.311.2.1.15 */
	0x30, 0x68, 0x30, 0x33, 0x06, 0x0a, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37,
	0x02, 0x01, 0x0f,
	/* SpcPeImageData: no flags, [0] SpcLink, [2] SpcString, [0] unicode */
	0x30, 0x25, 0x03, 0x01, 0x00, 0xa0, 0x20, 0xa2, 0x1e, 0x80, 0x1c, 0x00, '<', 0x00,
	'<', 0x00, '<', 0x00, 'O', 0x00, 'b', 0x00, 's', 0x00, 'o', 0x00, 'l', 0x00, 'e',
	0x00, 't', 0x00, 'e', 0x00, '>', 0x00, '>', 0x00, '>',
	/* DigestInfo: 2.16.840.1.101.3.4.2.1, SHA-256; OCTET STRING */
	0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04,
	0x02, 0x01, 0x05, 0x00, 0x04, 0x20};

enum {
	CONTENT_SIZE = sizeof(content_head) + BF_SHA256_SIZE,
	/* Its value is what is signed, without tag and length (RFC 2315, 9.3). */
	CONTENT_VALUE = 2,
};

_Static_assert(CONTENT_SIZE == CONTENT_VALUE + 0x68, "the length in the SEQUENCE");

static void free_pkcs7(PKCS7 **pkcs7)
{
	PKCS7_free(*pkcs7);
}

static void free_object(ASN1_OBJECT **object)
{
	ASN1_OBJECT_free(*object);
}

/* PKCS7_set_content() takes over what it is given, if it works. */
static bool set_content(PKCS7 *pkcs7, const ASN1_OBJECT *type,
			const uint8_t content[CONTENT_SIZE])
{
	PKCS7 *inner = PKCS7_new();
	if (!inner)
		return false;
	inner->type = OBJ_dup(type);
	inner->d.other = d2i_ASN1_TYPE(NULL, &content, CONTENT_SIZE);
	if (inner->type && inner->d.other && PKCS7_set_content(pkcs7, inner))
		return true;
	PKCS7_free(inner);
	return false;
}

static bool add_certificates(PKCS7 *pkcs7, const STACK_OF(X509) * certificates)
{
	bool good = true;
	for (int i = 0; good && i < sk_X509_num(certificates); i++)
		good = PKCS7_add_certificate(pkcs7, sk_X509_value(certificates, i));
	return good;
}

/*
 * In this order they are sorted, as DER wants a set to be (X.690, 11.6). Without a type
 * libcrypto takes another one.
 */
static bool add_attributes(PKCS7_SIGNER_INFO *info, const ASN1_OBJECT *type,
			   const uint8_t content[CONTENT_SIZE])
{
	uint8_t digest[BF_SHA256_SIZE];
	ASN1_OBJECT *own_type = OBJ_dup(type);
	return own_type && PKCS7_add_attrib_content_type(info, own_type) &&
	       bf_sha256(bf_view(content + CONTENT_VALUE, CONTENT_SIZE - CONTENT_VALUE),
			 digest) == BF_OK &&
	       PKCS7_add1_attrib_digest(info, digest, sizeof(digest));
}

/*
 * Nothing leaves that does not verify. A key whose secret part is damaged signs all the same,
 * and so does libcrypto when it runs out of memory at some places: nothing would boot, and a
 * wrong RSA signature beside a right one can give the key away.
 */
static bool verifies(const PKCS7_SIGNER_INFO *info, EVP_PKEY *key)
{
	uint8_t *attributes = NULL;
	int size = ASN1_item_i2d((const ASN1_VALUE *)info->auth_attr, &attributes,
				 ASN1_ITEM_rptr(PKCS7_ATTR_SIGN));
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = size > 0 && context &&
		    EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
		    EVP_DigestVerify(context, ASN1_STRING_get0_data(info->enc_digest),
				     (size_t)ASN1_STRING_length(info->enc_digest),
				     attributes, (size_t)size) == 1;
	EVP_MD_CTX_free(context);
	OPENSSL_free(attributes);
	return good;
}

/* PKCS7_sign() and what it calls would add the time of signing. */
static PKCS7 *make(EVP_PKEY *key, STACK_OF(X509) * certificates,
		   const uint8_t content[CONTENT_SIZE], bool *ret_verifies)
{
	bf_cleanup(free_object) ASN1_OBJECT *type = OBJ_txt2obj(SPC_INDIRECT_DATA, 1);
	PKCS7 *pkcs7 = PKCS7_new();
	if (!type || !pkcs7 || !PKCS7_set_type(pkcs7, NID_pkcs7_signed) ||
	    !set_content(pkcs7, type, content) || !add_certificates(pkcs7, certificates))
		goto fail;
	PKCS7_SIGNER_INFO *info = PKCS7_add_signature(
		pkcs7, sk_X509_value(certificates, 0), key, EVP_sha256());
	if (!info || !add_attributes(info, type, content) ||
	    !PKCS7_SIGNER_INFO_sign(info))
		goto fail;
	*ret_verifies = verifies(info, X509_get0_pubkey(sk_X509_value(certificates, 0)));
	return pkcs7;
fail:
	PKCS7_free(pkcs7);
	return NULL;
}

int bf_authenticode_pkcs7(EVP_PKEY *key, STACK_OF(X509) * certificates,
			  const uint8_t sha256[BF_SHA256_SIZE], struct bf_buffer *ret,
			  struct bf_error *reterr)
{
	uint8_t content[CONTENT_SIZE], *der = NULL;
	bool is_good = false;
	memcpy(content, content_head, sizeof(content_head));
	memcpy(content + sizeof(content_head), sha256, BF_SHA256_SIZE);
	bf_cleanup(free_pkcs7) PKCS7 *pkcs7 = make(key, certificates, content, &is_good);
	int size = pkcs7 && is_good ? i2d_PKCS7(pkcs7, &der) : 0;
	if (bf_libcrypto_ran_out() && size <= 0)
		return bf_fail_nomem(reterr);
	if (pkcs7 && !is_good)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "what the key signs does not verify: it is damaged");
	if (size <= 0)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "libcrypto cannot sign with the key");
	int err = bf_buffer_append(ret, der, (size_t)size);
	OPENSSL_free(der);
	return err ? bf_fail_nomem(reterr) : BF_OK;
}
