/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * The one provider of libcrypto in a page, in the place of its own "default": whatever stands
 * in the tables of that is linked, and it is four times what it takes to read certificates and
 * signatures. The functions are libcrypto's, of which these headers are not installed: its
 * source is compiled with ours.
 */
#include <internal/provider.h>
#include <openssl/core_dispatch.h>
#include <prov/bio.h>
#include <prov/implementations.h>
#include <prov/names.h>
#include <prov/provider_ctx.h>
#include <provider_local.h>

#define PROVIDER "provider=default"

static const OSSL_ALGORITHM digests[] = {
	{PROV_NAMES_MD5, PROVIDER, ossl_md5_functions, NULL},
	{PROV_NAMES_SHA1, PROVIDER, ossl_sha1_functions, NULL},
	{PROV_NAMES_SHA2_224, PROVIDER, ossl_sha224_functions, NULL},
	{PROV_NAMES_SHA2_256, PROVIDER, ossl_sha256_functions, NULL},
	{PROV_NAMES_SHA2_384, PROVIDER, ossl_sha384_functions, NULL},
	{PROV_NAMES_SHA2_512, PROVIDER, ossl_sha512_functions, NULL},
	{NULL, NULL, NULL, NULL}};

static const OSSL_ALGORITHM keys[] = {
	{PROV_NAMES_RSA, PROVIDER, ossl_rsa_keymgmt_functions, NULL},
	{PROV_NAMES_RSA_PSS, PROVIDER, ossl_rsapss_keymgmt_functions, NULL},
	{PROV_NAMES_EC, PROVIDER, ossl_ec_keymgmt_functions, NULL},
	{PROV_NAMES_X25519, PROVIDER, ossl_x25519_keymgmt_functions, NULL},
	{PROV_NAMES_X448, PROVIDER, ossl_x448_keymgmt_functions, NULL},
	{PROV_NAMES_ED25519, PROVIDER, ossl_ed25519_keymgmt_functions, NULL},
	{PROV_NAMES_ED448, PROVIDER, ossl_ed448_keymgmt_functions, NULL},
	{NULL, NULL, NULL, NULL}};

static const OSSL_ALGORITHM signatures[] = {
	{PROV_NAMES_RSA, PROVIDER, ossl_rsa_signature_functions, NULL},
	{PROV_NAMES_ECDSA, PROVIDER, ossl_ecdsa_signature_functions, NULL},
	{PROV_NAMES_ED25519, PROVIDER, ossl_ed25519_signature_functions, NULL},
	{PROV_NAMES_ED448, PROVIDER, ossl_ed448_signature_functions, NULL},
	{NULL, NULL, NULL, NULL}};

#define DECODER(name, type, functions)                                                   \
	{                                                                                \
		name, PROVIDER ",input=der,structure=" type, functions, NULL             \
	}
#define PUBLIC(name, key)                                                                \
	DECODER(name, "SubjectPublicKeyInfo",                                            \
		ossl_SubjectPublicKeyInfo_der_to_##key##_decoder_functions)
#define PRIVATE(name, key)                                                               \
	DECODER(name, "PrivateKeyInfo",                                                  \
		ossl_PrivateKeyInfo_der_to_##key##_decoder_functions)

static const OSSL_ALGORITHM decoders[] = {
	DECODER("DER", "SubjectPublicKeyInfo",
		ossl_SubjectPublicKeyInfo_der_to_der_decoder_functions),
	PUBLIC("RSA", rsa),
	PUBLIC("RSA-PSS", rsapss),
	PUBLIC("EC", ec),
	PUBLIC("X25519", x25519),
	PUBLIC("X448", x448),
	PUBLIC("ED25519", ed25519),
	PUBLIC("ED448", ed448),
	PRIVATE("RSA", rsa),
	PRIVATE("RSA-PSS", rsapss),
	PRIVATE("EC", ec),
	PRIVATE("X25519", x25519),
	PRIVATE("X448", x448),
	PRIVATE("ED25519", ed25519),
	PRIVATE("ED448", ed448),
	DECODER("RSA", "type-specific",
		ossl_type_specific_keypair_der_to_rsa_decoder_functions),
	DECODER("EC", "type-specific",
		ossl_type_specific_no_pub_der_to_ec_decoder_functions),
	{NULL, NULL, NULL, NULL}};

static const OSSL_ALGORITHM *query(void *context, int operation, int *no_cache)
{
	(void)context;
	*no_cache = 0;
	switch (operation) {
	case OSSL_OP_DIGEST:
		return digests;
	case OSSL_OP_KEYMGMT:
		return keys;
	case OSSL_OP_SIGNATURE:
		return signatures;
	case OSSL_OP_DECODER:
		return decoders;
	default:
		return NULL;
	}
}

static const OSSL_DISPATCH functions[] = {
	{OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query}, {0, NULL}};

static OSSL_LIB_CTX *find_library(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in)
{
	for (; in->function_id; in++)
		if (in->function_id == OSSL_FUNC_CORE_GET_LIBCTX)
			return (OSSL_LIB_CTX *)(void *)OSSL_FUNC_core_get_libctx(in)(
				handle);
	return NULL;
}

/* A provider's context as libcrypto's own functions expect it (provider-base(7)). */
static int start(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
		 const OSSL_DISPATCH **ret, void **ret_context)
{
	OSSL_LIB_CTX *library = find_library(handle, in);
	PROV_CTX *context = ossl_prov_ctx_new();
	BIO_METHOD *reader = ossl_bio_prov_init_bio_method();
	if (!library || !context || !reader || !ossl_prov_bio_from_dispatch(in)) {
		ossl_prov_ctx_free(context);
		return 0;
	}
	ossl_prov_ctx_set0_libctx(context, library);
	ossl_prov_ctx_set0_handle(context, handle);
	ossl_prov_ctx_set0_core_bio_method(context, reader);
	*ret = functions;
	*ret_context = context;
	return 1;
}

static char name[] = "default";

/* What libcrypto has built in. */
const OSSL_PROVIDER_INFO ossl_predefined_providers[] = {{name, NULL, start, NULL, 1},
							{NULL, NULL, NULL, NULL, 0}};
