/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * In the place of libcrypto's file of this name: the extensions of certificates and of lists of
 * revoked ones that it looks at when it reads those, without what prints and writes them.
 */
/* clang-format off: of no place where it is compiled is anything known here */
#define BF_EXTENSION(id, item)                                                           \
	&(const X509V3_EXT_METHOD)                                                       \
	{                                                                                \
		.ext_nid = id, .it = ASN1_ITEM_ref(item)                                 \
	}

/* In the order of their numbers. */
static const X509V3_EXT_METHOD *standard_exts[] = {
	BF_EXTENSION(NID_netscape_cert_type, ASN1_BIT_STRING),
	BF_EXTENSION(NID_subject_key_identifier, ASN1_OCTET_STRING),
	BF_EXTENSION(NID_key_usage, ASN1_BIT_STRING),
	BF_EXTENSION(NID_subject_alt_name, GENERAL_NAMES),
	BF_EXTENSION(NID_basic_constraints, BASIC_CONSTRAINTS),
	BF_EXTENSION(NID_crl_number, ASN1_INTEGER),
	BF_EXTENSION(NID_authority_key_identifier, AUTHORITY_KEYID),
	BF_EXTENSION(NID_crl_distribution_points, CRL_DIST_POINTS),
	BF_EXTENSION(NID_ext_key_usage, EXTENDED_KEY_USAGE),
	BF_EXTENSION(NID_delta_crl, ASN1_INTEGER),
	BF_EXTENSION(NID_crl_reason, ASN1_ENUMERATED),
	BF_EXTENSION(NID_proxyCertInfo, PROXY_CERT_INFO_EXTENSION),
	BF_EXTENSION(NID_name_constraints, NAME_CONSTRAINTS),
	BF_EXTENSION(NID_issuing_distribution_point, ISSUING_DIST_POINT),
	BF_EXTENSION(NID_certificate_issuer, GENERAL_NAMES),
};

#define STANDARD_EXTENSION_COUNT OSSL_NELEM(standard_exts)
