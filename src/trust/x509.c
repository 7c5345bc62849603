/* SPDX-License-Identifier: GPL-3.0-only */
#include "trust/x509.h"

#include <openssl/bio.h>
#include <openssl/x509v3.h>
#include <time.h>

int bf_x509_print_name(const X509_NAME *name, char ret[BF_CERTIFICATE_NAME_SIZE])
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

bool bf_x509_read_time(const ASN1_TIME *time, int64_t *ret,
		       char ret_day[BF_CERTIFICATE_DATE_SIZE])
{
	struct tm tm;
	if (!ASN1_TIME_to_tm(time, &tm))
		return false;
	*ret = timegm(&tm);
	if (ret_day)
		strftime(ret_day, BF_CERTIFICATE_DATE_SIZE, "%Y-%m-%d", &tm);
	return true;
}

/* 1: its basicConstraints say so, which is what iPXE looks at. */
bool bf_x509_is_ca(X509 *x509)
{
	return X509_check_ca(x509) == 1;
}

bool bf_x509_is_root(X509 *x509)
{
	return bf_x509_is_ca(x509) && bf_x509_is_issuer(x509, x509);
}

/* X509_self_signed() compares key identifiers too, and they may be what was changed. */
bool bf_x509_is_damaged(X509 *x509)
{
	return bf_x509_is_issuer(x509, x509) &&
	       X509_verify(x509, X509_get0_pubkey(x509)) != 1;
}

bool bf_x509_is_issuer(const X509 *issuer, const X509 *x509)
{
	return X509_NAME_cmp(X509_get_subject_name(issuer), X509_get_issuer_name(x509)) ==
	       0;
}
