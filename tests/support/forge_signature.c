/* SPDX-License-Identifier: GPL-3.0-only */
#include "forge_signature.h"

#include <openssl/objects.h>
#include <openssl/pkcs7.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#include "forge_pe.h"
#include "ready_key.h"

static void check(bool good)
{
	if (!good)
		abort();
}

struct forge_signer forge_signer_with(EVP_PKEY *key, const char *common_name,
				      const struct forge_signer *issuer)
{
	static long serial = 1;
	struct forge_signer signer = {key, X509_new()};
	X509 *x509 = signer.certificate;
	X509_NAME *name = X509_get_subject_name(x509);
	check(signer.key && X509_set_version(x509, X509_VERSION_3));
	ASN1_INTEGER_set(X509_get_serialNumber(x509), serial++);
	check(X509_NAME_add_entry_by_txt(
		name, *common_name ? "CN" : "O", MBSTRING_UTF8,
		(const unsigned char *)(*common_name ? common_name : "Nameless"), -1, -1,
		0));
	X509_set_issuer_name(x509,
			     issuer ? X509_get_subject_name(issuer->certificate) : name);
	ASN1_TIME_set_string_X509(X509_getm_notBefore(x509), "20200101000000Z");
	ASN1_TIME_set_string_X509(X509_getm_notAfter(x509), "20210101000000Z");
	X509_set_pubkey(x509, signer.key);
	check(X509_sign(x509, issuer ? issuer->key : signer.key, EVP_sha256()) > 0);
	return signer;
}

/* Short, as nobody is to be kept out. */
struct forge_signer forge_signer(const char *common_name,
				 const struct forge_signer *issuer)
{
	return forge_signer_with(ready_key(1024), common_name, issuer);
}

void forge_signer_free(struct forge_signer *signer)
{
	EVP_PKEY_free(signer->key);
	X509_free(signer->certificate);
}

/* ---- The content: SpcIndirectDataContent, byte by byte ---- */

/* Put an element around the bytes from start on; they are few. */
static void wrap(struct bf_buffer *out, size_t start, uint8_t tag)
{
	size_t length = out->size - start;
	uint8_t head[2] = {tag, (uint8_t)length};
	check(length < 128 && bf_buffer_append(out, head, sizeof(head)) == BF_OK);
	memmove(out->data + start + sizeof(head), out->data + start, length);
	memcpy(out->data + start, head, sizeof(head));
}

static void put_object(struct bf_buffer *out, const char *name)
{
	uint8_t *der = NULL;
	ASN1_OBJECT *object = OBJ_txt2obj(name, 0);
	int size = i2d_ASN1_OBJECT(object, &der);
	check(size > 0 && bf_buffer_append(out, der, (size_t)size) == BF_OK);
	OPENSSL_free(der);
	ASN1_OBJECT_free(object);
}

static struct bf_buffer make_content(const struct forge_signing *recipe)
{
	struct bf_buffer out = {0};
	put_object(&out, "1.3.6.1.4.1.311.2.1.15"); /* SpcPeImageData */
	wrap(&out, 0, 0x30);
	size_t info = out.size;
	put_object(&out, recipe->algorithm ? recipe->algorithm : "SHA256");
	check(bf_buffer_append(&out, "\x05\x00", 2) == BF_OK);
	wrap(&out, info, 0x30);
	size_t digest = out.size;
	check(bf_buffer_append(&out, recipe->digest,
			       recipe->digest_size ? recipe->digest_size : 32) == BF_OK);
	wrap(&out, digest, recipe->is_digest_cut ? 0x0c : 0x04);
	wrap(&out, info, 0x30);
	wrap(&out, 0, recipe->is_content_text ? 0x04 : 0x30);
	return out;
}

/* ---- PKCS #7 ---- */

static void set_content(PKCS7 *pkcs7, const char *type, const struct bf_buffer *content)
{
	PKCS7 *inner = PKCS7_new();
	const uint8_t *der = content->data;
	inner->type = OBJ_txt2obj(type ? type : "1.3.6.1.4.1.311.2.1.4", 1);
	inner->d.other = d2i_ASN1_TYPE(NULL, &der, (long)content->size);
	check(inner->type && inner->d.other && PKCS7_set_content(pkcs7, inner));
}

static PKCS7_SIGNER_INFO *add_signer(PKCS7 *pkcs7, const struct forge_signer *signer)
{
	PKCS7_SIGNER_INFO *info = PKCS7_add_signature(pkcs7, signer->certificate,
						      signer->key, EVP_sha256());
	check(info &&
	      PKCS7_add_signed_attribute(info, NID_pkcs9_contentType, V_ASN1_OBJECT,
					 OBJ_txt2obj("1.3.6.1.4.1.311.2.1.4", 1)));
	return info;
}

static void add_certificates(PKCS7 *pkcs7, const struct forge_signing *recipe,
			     const struct forge_signer *signer)
{
	if (!recipe->has_no_certificate)
		check(PKCS7_add_certificate(pkcs7, signer->certificate));
	for (size_t i = 0; i < 3 && recipe->certificates[i]; i++)
		check(PKCS7_add_certificate(pkcs7, (X509 *)recipe->certificates[i]));
}

struct bf_buffer forge_authenticode(const struct forge_signing *recipe,
				    const struct forge_signer *signer)
{
	struct bf_buffer content = make_content(recipe), out = {0};
	PKCS7 *pkcs7 = PKCS7_new();
	PKCS7_SIGNER_INFO *info = NULL;
	/* libcrypto signs plain data; what it is said to be comes when that is done. */
	check(PKCS7_set_type(pkcs7, NID_pkcs7_signed) &&
	      PKCS7_content_new(pkcs7, NID_pkcs7_data));
	if (!recipe->has_no_signer)
		info = add_signer(pkcs7, signer);
	if (recipe->has_two_signers)
		add_signer(pkcs7, signer);
	add_certificates(pkcs7, recipe, signer);
	/* The content without its tag and length, both of one byte, is what is signed. */
	content.data[2] ^= recipe->is_message_changed;
	BIO *bio = PKCS7_dataInit(pkcs7, NULL);
	check(bio && BIO_write(bio, content.data + 2, (int)content.size - 2) > 0 &&
	      PKCS7_dataFinal(pkcs7, bio));
	content.data[2] ^= recipe->is_message_changed;
	set_content(pkcs7, recipe->type, &content);
	if (recipe->is_signature_changed)
		info->enc_digest->data[0] ^= 1;
	BIO_free_all(bio);
	uint8_t *der = NULL;
	int size = i2d_PKCS7(pkcs7, &der);
	check(size > 0 && bf_buffer_append(&out, der, (size_t)size) == BF_OK);
	OPENSSL_free(der);
	PKCS7_free(pkcs7);
	bf_buffer_free(&content);
	return out;
}

void forge_attach(struct bf_buffer *file, size_t directory, uint16_t type,
		  struct bf_view data)
{
	uint8_t head[8] = {0};
	size_t size = sizeof(head) + data.size, padding = -size % 8;
	uint32_t table_size = bf_le32(file->data + directory + 4);
	if (table_size == 0)
		forge_put(file->data + directory, 4, file->size);
	forge_put(file->data + directory + 4, 4, table_size + size + padding);
	forge_put(head, 4, size);
	forge_put(head + 4, 2, 0x0200);
	forge_put(head + 6, 2, type);
	check(bf_buffer_append(file, head, sizeof(head)) == BF_OK &&
	      bf_buffer_append(file, data.data, data.size) == BF_OK &&
	      bf_buffer_append(file, (uint8_t[8]){0}, padding) == BF_OK);
}
