/* SPDX-License-Identifier: GPL-3.0-only */
#include "sign/stretching.h"

#include <openssl/asn1t.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

/* What is not a number, or none that fits, is as many as can be. */
static uint64_t number(const ASN1_INTEGER *integer)
{
	uint64_t value;
	return ASN1_INTEGER_get_uint64(&value, integer) == 1 ? value : UINT64_MAX;
}

static uint64_t product(uint64_t a, uint64_t b)
{
	uint64_t result;
	return __builtin_mul_overflow(a, b, &result) ? UINT64_MAX : result;
}

/* PBKDF2 (RFC 8018, A.2) */
static uint64_t pbkdf2_rounds(const ASN1_TYPE *parameter)
{
	PBKDF2PARAM *found =
		ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), parameter);
	uint64_t rounds = found ? number(found->iter) : 0;
	PBKDF2PARAM_free(found);
	return rounds;
}

/* scrypt (RFC 7914, 7): its cost, block size and parallelization multiply. */
static uint64_t scrypt_rounds(const ASN1_TYPE *parameter)
{
	SCRYPT_PARAMS *found =
		ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(SCRYPT_PARAMS), parameter);
	uint64_t rounds = 0;
	if (found)
		rounds = product(
			product(number(found->costParameter), number(found->blockSize)),
			number(found->parallelizationParameter));
	SCRYPT_PARAMS_free(found);
	return rounds;
}

/* PBES2 (RFC 8018, A.4) */
static uint64_t pbes2_rounds(const ASN1_TYPE *parameter)
{
	PBE2PARAM *found =
		ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), parameter);
	uint64_t rounds = 0;
	if (found) {
		const X509_ALGOR *how = found->keyfunc;
		rounds = OBJ_obj2nid(how->algorithm) == NID_id_scrypt
				 ? scrypt_rounds(how->parameter)
				 : pbkdf2_rounds(how->parameter);
	}
	PBE2PARAM_free(found);
	return rounds;
}

/* PBES1 (RFC 8018, A.3), and that of PKCS #12 (RFC 7292, C) */
static uint64_t pbes1_rounds(const ASN1_TYPE *parameter)
{
	PBEPARAM *found = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM), parameter);
	uint64_t rounds = found ? number(found->iter) : 0;
	PBEPARAM_free(found);
	return rounds;
}

static uint64_t rounds_of(struct bf_view der)
{
	const uint8_t *at = der.data;
	X509_SIG *locked = d2i_X509_SIG(NULL, &at, (long)der.size);
	const X509_ALGOR *how;
	if (!locked)
		return 0;
	X509_SIG_get0(locked, &how, NULL);
	uint64_t rounds = OBJ_obj2nid(how->algorithm) == NID_pbes2
				  ? pbes2_rounds(how->parameter)
				  : pbes1_rounds(how->parameter);
	X509_SIG_free(locked);
	return rounds;
}

/* Of the key that takes the longest. */
static uint64_t rounds_of_blocks(struct bf_view text)
{
	BIO *bio = BIO_new_mem_buf(text.data, (int)text.size);
	char *label, *header;
	uint8_t *der;
	long size;
	uint64_t most = 0;
	while (bio && PEM_read_bio(bio, &label, &header, &der, &size)) {
		uint64_t rounds = strcmp(label, PEM_STRING_PKCS8) == 0
					  ? rounds_of(bf_view(der, (size_t)size))
					  : 0;
		most = rounds > most ? rounds : most;
		OPENSSL_free(label);
		OPENSSL_free(header);
		OPENSSL_clear_free(der, (size_t)size); /* it may be a key */
	}
	BIO_free(bio);
	return most;
}

int bf_stretching_check(struct bf_view bytes, bool is_pem, struct bf_error *reterr)
{
	uint64_t rounds = is_pem ? rounds_of_blocks(bytes) : rounds_of(bytes);
	ERR_clear_error();
	if (rounds <= BF_STRETCHING_ROUNDS_MAX)
		return BF_OK;
	return bf_fail(reterr, BF_ERR_INPUT,
		       "to open it with its passphrase takes %llu rounds of hashing, and "
		       "at most %d are taken: encrypt the key anew, with fewer",
		       (unsigned long long)rounds, BF_STRETCHING_ROUNDS_MAX);
}
