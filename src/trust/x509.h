/* SPDX-License-Identifier: GPL-3.0-only */
/* What is read of a certificate, by libcrypto. */
#ifndef BF_X509_H
#define BF_X509_H

#include <openssl/x509.h>

#include "trust/certificate.h"

/*
 * "CN=Lab CA, O=Example" in one line and cut if need be; what is not printable ASCII becomes
 * \XX (RFC 4514). BF_ERR_NOMEM is the only way to fail.
 */
bf_must_check int bf_x509_print_name(const X509_NAME *name,
				     char ret[BF_CERTIFICATE_NAME_SIZE]);

/* Seconds since 1970 UTC, and the day unless it is NULL; false if the time is damaged. */
bool bf_x509_read_time(const ASN1_TIME *time, int64_t *ret,
		       char ret_day[BF_CERTIFICATE_DATE_SIZE]);

/* Whether it may sign other certificates, and whether it is signed by none of those. */
bool bf_x509_is_ca(X509 *x509);
bool bf_x509_is_root(X509 *x509);

/* Whether it says that it is its own issuer, and its key did not sign it: some byte was changed. */
bool bf_x509_is_damaged(X509 *x509);

/* Whether one bears the name of the other's issuer. */
bool bf_x509_is_issuer(const X509 *issuer, const X509 *x509);

#endif
