/* SPDX-License-Identifier: GPL-3.0-only */
#include "sign/signature.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "sign/image_digest.h"
#include "trust/x509.h"

/* Authenticode: a PKCS #7 SignedData (RFC 2315) of a SpcIndirectDataContent. */
#define SPC_INDIRECT_DATA "1.3.6.1.4.1.311.2.1.4"

static void free_pkcs7(PKCS7 **pkcs7)
{
	PKCS7_free(*pkcs7);
}

static void free_digest_info(X509_SIG **info)
{
	X509_SIG_free(*info);
}

__attribute__((format(printf, 3, 4))) static void settle(struct bf_signature *signature,
							 enum bf_signature_state state,
							 const char *format, ...)
{
	va_list args;
	signature->state = state;
	va_start(args, format);
	vsnprintf(signature->problem, sizeof(signature->problem), format, args);
	va_end(args);
}

/* ---- Names ---- */

/* What is not printable ASCII becomes \XX, so that a name can neither hide nor pretend. */
static bool print_common_name(const X509_NAME *name, BIO *bio)
{
	static const unsigned long flags =
		ASN1_STRFLGS_ESC_CTRL | ASN1_STRFLGS_ESC_MSB | ASN1_STRFLGS_UTF8_CONVERT;
	int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	if (at < 0)
		return false;
	const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, at);
	return BIO_puts(bio, BF_SIGNATURE_COMMON_NAME) > 0 &&
	       ASN1_STRING_print_ex(bio, X509_NAME_ENTRY_get_data(entry), flags) > 0;
}

static void print_name(const X509_NAME *name, char ret[BF_SIGNATURE_NAME_SIZE])
{
	char text[1024];
	BIO *bio = BIO_new(BIO_s_mem());
	if (!bio)
		return;
	if (!print_common_name(name, bio))
		X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253);
	int size = BIO_read(bio, text, sizeof(text) - 1);
	BIO_free(bio);
	text[size > 0 ? size : 0] = '\0';
	bf_printable(text, ret, BF_SIGNATURE_NAME_SIZE);
}

/* The certificate that issued this one, if it is there and its key says so too. */
static X509 *find_issuer(STACK_OF(X509) * certificates, X509 *certificate)
{
	X509 *issuer =
		X509_find_by_subject(certificates, X509_get_issuer_name(certificate));
	if (!issuer || X509_verify(certificate, X509_get0_pubkey(issuer)) != 1)
		return NULL;
	return issuer;
}

static void take_issuers(STACK_OF(X509) * certificates, X509 *certificate,
			 struct bf_signature *ret)
{
	while (certificate && ret->n_issuers < BF_SIGNATURE_ISSUERS_MAX &&
	       X509_NAME_cmp(X509_get_subject_name(certificate),
			     X509_get_issuer_name(certificate)) != 0) {
		print_name(X509_get_issuer_name(certificate),
			   ret->issuers[ret->n_issuers++]);
		certificate = find_issuer(certificates, certificate);
	}
}

/*
 * The certificate of the one signer, whom a SignerInfo names by issuer and serial number
 * (RFC 2315, 9.2). Authenticode has no more than one.
 */
static X509 *take_signer(PKCS7 *pkcs7, struct bf_signature *ret)
{
	STACK_OF(PKCS7_SIGNER_INFO) *infos = PKCS7_get_signer_info(pkcs7);
	int n = sk_PKCS7_SIGNER_INFO_num(infos);
	if (n != 1) {
		settle(ret, BF_SIGNATURE_BROKEN, "it has %d signers, not one",
		       n < 0 ? 0 : n);
		return NULL;
	}
	PKCS7_ISSUER_AND_SERIAL *id =
		sk_PKCS7_SIGNER_INFO_value(infos, 0)->issuer_and_serial;
	STACK_OF(X509) *certificates = pkcs7->d.sign->cert;
	X509 *certificate =
		X509_find_by_issuer_and_serial(certificates, id->issuer, id->serial);
	if (!certificate) {
		settle(ret, BF_SIGNATURE_BROKEN,
		       "the certificate of its signer is not in it");
		return NULL;
	}
	print_name(X509_get_subject_name(certificate), ret->signer);
	take_issuers(certificates, certificate, ret);
	if (bf_x509_is_damaged(certificate)) {
		settle(ret, BF_SIGNATURE_BROKEN,
		       "the certificate of its signer is damaged");
		return NULL;
	}
	return certificate;
}

/* ---- What is signed ---- */

/* The bytes inside a DER element and what comes behind it; false if it is none. */
static bool open_element(struct bf_view der, struct bf_view *ret_inside,
			 struct bf_view *ret_rest)
{
	const uint8_t *at = der.data;
	long length;
	int tag, class;
	if (der.size > INT32_MAX ||
	    ASN1_get_object(&at, &length, &tag, &class, (long)der.size) & 0x81)
		return false; /* 0x80: an error, 0x01: of indefinite length, not DER */
	*ret_inside = bf_view(at, (size_t)length);
	*ret_rest =
		bf_view(at + length, der.size - (size_t)(at - der.data) - (size_t)length);
	return true;
}

/* The value of a SpcIndirectDataContent without its tag and length: what is signed. */
static bool find_content(PKCS7 *pkcs7, struct bf_view *ret)
{
	char type[64] = "";
	PKCS7 *contents = pkcs7->d.sign->contents;
	struct bf_view rest;
	OBJ_obj2txt(type, sizeof(type), contents->type, 1);
	if (strcmp(type, SPC_INDIRECT_DATA) != 0 || !contents->d.other ||
	    contents->d.other->type != V_ASN1_SEQUENCE)
		return false;
	const ASN1_STRING *sequence = contents->d.other->value.sequence;
	return open_element(bf_view(ASN1_STRING_get0_data(sequence),
				    (size_t)ASN1_STRING_length(sequence)),
			    ret, &rest);
}

/* SpcIndirectDataContent: an element about the file's kind, then a DigestInfo. */
static X509_SIG *read_digest_info(struct bf_view content)
{
	struct bf_view kind, info;
	if (!open_element(content, &kind, &info))
		return NULL;
	const uint8_t *at = info.data;
	return d2i_X509_SIG(NULL, &at, (long)info.size);
}

/* A program and its digests, each made once: it may be large, and have many signatures. */
struct subject {
	const struct bf_pe *pe;
	struct digest {
		int nid;
		size_t size; /* 0: not made yet */
		uint8_t bytes[BF_IMAGE_DIGEST_MAX];
	} digests[3];
};

/* NULL for one that firmware does not take. */
static struct digest *find_digest(struct subject *subject, int nid)
{
	for (size_t i = 0; i < sizeof(subject->digests) / sizeof(subject->digests[0]);
	     i++)
		if (subject->digests[i].nid == nid)
			return &subject->digests[i];
	return NULL;
}

static int make_digest(const struct subject *subject, struct digest *digest)
{
	return digest->size ? BF_OK
			    : bf_image_digest(subject->pe, OBJ_nid2sn(digest->nid),
					      digest->bytes, &digest->size);
}

/* Whether the digest that was signed is the program's. */
static int compare_digest(struct subject *subject, struct bf_view content,
			  struct bf_signature *ret)
{
	bf_cleanup(free_digest_info) X509_SIG *info = read_digest_info(content);
	const X509_ALGOR *algorithm;
	const ASN1_OCTET_STRING *signed_digest;
	const ASN1_OBJECT *object;
	if (!info) {
		settle(ret, BF_SIGNATURE_BROKEN, "the digest in it is damaged");
		return BF_OK;
	}
	X509_SIG_get0(info, &algorithm, &signed_digest);
	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	int nid = OBJ_obj2nid(object);
	struct digest *digest = find_digest(subject, nid);
	if (!digest) {
		settle(ret, BF_SIGNATURE_UNKNOWN,
		       "its digest is %s; firmware takes SHA-256, SHA-384 and SHA-512",
		       nid == NID_undef ? "of an unknown kind" : OBJ_nid2sn(nid));
		return BF_OK;
	}
	int err = make_digest(subject, digest);
	if (!err && ((size_t)ASN1_STRING_length(signed_digest) != digest->size ||
		     memcmp(ASN1_STRING_get0_data(signed_digest), digest->bytes,
			    digest->size) != 0))
		settle(ret, BF_SIGNATURE_BROKEN,
		       "it is a signature of other bytes: the program was changed "
		       "after it was signed");
	return err;
}

/*
 * Whether the signer's key made it. The certificates are not asked whom they may vouch for
 * and until when: firmware takes any that is enrolled, expired or not. PKCS7_verify() would
 * do no more, and it leaks memory when a digest is unknown.
 */
static bool is_by(X509 *certificate, PKCS7 *pkcs7, struct bf_view content)
{
	PKCS7_SIGNER_INFO *info =
		sk_PKCS7_SIGNER_INFO_value(PKCS7_get_signer_info(pkcs7), 0);
	BIO *source = BIO_new_mem_buf(content.data, (int)content.size);
	BIO *digesting = source ? PKCS7_dataInit(pkcs7, source) : NULL;
	uint8_t bytes[512];
	if (!digesting) {
		BIO_free(source);
		return false;
	}
	while (BIO_read(digesting, bytes, sizeof(bytes)) > 0)
		;
	bool good = PKCS7_signatureVerify(digesting, pkcs7, info, certificate) == 1;
	BIO_free_all(digesting);
	return good;
}

/* ---- One signature, and all of them ---- */

static int read_pkcs7(struct subject *subject, struct bf_view der,
		      struct bf_signature *ret)
{
	const uint8_t *at = der.data;
	struct bf_view content;
	bf_cleanup(free_pkcs7) PKCS7 *pkcs7 = d2i_PKCS7(NULL, &at, (long)der.size);
	if (!pkcs7 || !PKCS7_type_is_signed(pkcs7) || !pkcs7->d.sign ||
	    !pkcs7->d.sign->contents) {
		settle(ret, BF_SIGNATURE_BROKEN,
		       "it is no PKCS #7 signature, or damaged");
		return BF_OK;
	}
	X509 *signer = take_signer(pkcs7, ret);
	if (!signer)
		return BF_OK;
	if (!find_content(pkcs7, &content)) {
		settle(ret, BF_SIGNATURE_BROKEN, "it is not a signature of a program");
		return BF_OK;
	}
	int err = compare_digest(subject, content, ret);
	if (err || ret->state != BF_SIGNATURE_GOOD)
		return err;
	const EVP_PKEY *key = X509_get0_pubkey(signer);
	if (!is_by(signer, pkcs7, content))
		settle(ret, BF_SIGNATURE_BROKEN,
		       "it was not made with the key of the certificate in it");
	else if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
		settle(ret, BF_SIGNATURE_UNKNOWN,
		       "its key is of type %s, and most firmware takes RSA alone",
		       EVP_PKEY_get0_type_name(key));
	return BF_OK;
}

static int read_certificate(struct subject *subject,
			    const struct bf_pe_certificate *certificate,
			    struct bf_signature *ret)
{
	if (certificate->type != BF_CERTIFICATE_PKCS_SIGNED_DATA ||
	    certificate->revision != BF_CERTIFICATE_REVISION_2) {
		settle(ret, BF_SIGNATURE_UNKNOWN,
		       "it is of type 0x%04x, revision 0x%04x; firmware reads type "
		       "0x%04x, revision 0x%04x: PKCS #7",
		       certificate->type, certificate->revision,
		       BF_CERTIFICATE_PKCS_SIGNED_DATA, BF_CERTIFICATE_REVISION_2);
		return BF_OK;
	}
	if (certificate->data.size > BF_SIGNATURE_SIZE_MAX) {
		settle(ret, BF_SIGNATURE_UNKNOWN, "%zu bytes of it are too many to read",
		       certificate->data.size);
		return BF_OK;
	}
	int err = read_pkcs7(subject, certificate->data, ret);
	/* What failed on the way is said; libcrypto's own list of it is not needed. */
	ERR_clear_error();
	return err;
}

static void spoil(struct bf_signatures *signatures)
{
	for (size_t i = 0; i < signatures->n; i++)
		if (signatures->all[i].state == BF_SIGNATURE_GOOD)
			settle(&signatures->all[i], BF_SIGNATURE_BROKEN,
			       "the table it stands in is damaged");
}

int bf_signatures_read(const struct bf_pe *pe, struct bf_signatures *ret)
{
	struct bf_pe_certificate certificate;
	struct subject subject = {
		pe, {{.nid = NID_sha256}, {.nid = NID_sha384}, {.nid = NID_sha512}}};
	size_t at = 0;
	*ret = (struct bf_signatures){.n = 0};
	int err = make_digest(&subject, &subject.digests[0]);
	memcpy(ret->sha256, subject.digests[0].bytes, BF_SHA256_SIZE);
	bool is_damaged = bf_authenticode_check_table(pe, &ret->problem) != BF_OK;
	struct bf_error *reterr = is_damaged ? NULL : &ret->problem;
	while (!err && ret->n < BF_SIGNATURES_MAX &&
	       bf_authenticode_next(pe, &at, &certificate, reterr) > 0)
		err = read_certificate(&subject, &certificate, &ret->all[ret->n++]);
	if (is_damaged)
		spoil(ret);
	return err;
}
