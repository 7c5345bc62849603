/* SPDX-License-Identifier: GPL-3.0-only */
#include "binary/authenticode.h"

#include <openssl/pkcs7.h>
#include <openssl/x509.h>

/* WIN_CERTIFICATE, PE Format "The Attribute Certificate Table". */
enum {
	WIN_CERTIFICATE_LENGTH = 0,
	WIN_CERTIFICATE_TYPE = 6,
	WIN_CERTIFICATE_DATA = 8,
	TYPE_PKCS_SIGNED_DATA = 2,
};

static void take_common_name(X509_NAME *subject, char ret[BF_SIGNER_NAME_SIZE])
{
	char raw[BF_SIGNER_NAME_SIZE] = "";
	if (X509_NAME_get_text_by_NID(subject, NID_commonName, raw, sizeof(raw)) > 0)
		bf_printable(raw, ret, BF_SIGNER_NAME_SIZE);
}

/* A SignerInfo names its certificate by issuer and serial number (RFC 2315, 9.2). */
static void take_signer(PKCS7 *pkcs7, char ret[BF_SIGNER_NAME_SIZE])
{
	ret[0] = '\0';
	if (!PKCS7_type_is_signed(pkcs7) || !pkcs7->d.sign)
		return;
	STACK_OF(PKCS7_SIGNER_INFO) *infos = PKCS7_get_signer_info(pkcs7);
	if (sk_PKCS7_SIGNER_INFO_num(infos) < 1)
		return;
	PKCS7_ISSUER_AND_SERIAL *id =
		sk_PKCS7_SIGNER_INFO_value(infos, 0)->issuer_and_serial;
	X509 *certificate = X509_find_by_issuer_and_serial(pkcs7->d.sign->cert,
							   id->issuer, id->serial);
	if (certificate)
		take_common_name(X509_get_subject_name(certificate), ret);
}

static void add_signer(struct bf_view data, uint16_t type, struct bf_signers *ret)
{
	const uint8_t *der = data.data;
	char *name = ret->names[ret->n++];
	name[0] = '\0';
	if (type != TYPE_PKCS_SIGNED_DATA)
		return;
	PKCS7 *pkcs7 = d2i_PKCS7(NULL, &der, (long)data.size);
	if (pkcs7)
		take_signer(pkcs7, name);
	PKCS7_free(pkcs7);
}

int bf_authenticode_signers(const struct bf_pe *pe, struct bf_signers *ret,
			    struct bf_error *reterr)
{
	struct bf_pe_directory table = bf_pe_directory(pe, BF_PE_CERTIFICATE_TABLE);
	struct bf_signers signers = {.n = 0};
	uint64_t at = table.virtual_address;
	uint64_t end = at + table.size;
	while (at < end && signers.n < BF_SIGNERS_MAX) {
		const uint8_t *entry = pe->file.data + at;
		if (end - at < WIN_CERTIFICATE_DATA ||
		    bf_le32(entry) < WIN_CERTIFICATE_DATA || bf_le32(entry) > end - at)
			return bf_fail(reterr, BF_ERR_FORMAT,
				       "the PE certificate at offset %llu does not fit "
				       "in its table, which ends at %llu",
				       (unsigned long long)at, (unsigned long long)end);
		uint32_t length = bf_le32(entry + WIN_CERTIFICATE_LENGTH);
		add_signer(bf_view(entry + WIN_CERTIFICATE_DATA,
				   length - WIN_CERTIFICATE_DATA),
			   bf_le16(entry + WIN_CERTIFICATE_TYPE), &signers);
		at = bf_align(at + length, 8);
	}
	*ret = signers;
	return BF_OK;
}
