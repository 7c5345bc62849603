/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * What was read of a certificate, kept as bytes for where there is no libcrypto to read it: a
 * line of text for each fact, and the certificate in DER.
 */
#ifndef BF_FACTS_H
#define BF_FACTS_H

#include "trust/certificate.h"

/* Append the facts. BF_ERR_NOMEM is the only way to fail. */
bf_must_check int bf_facts_print(const struct bf_certificate *certificate,
				 struct bf_buffer *ret);

/*
 * Read them. BF_ERR_FORMAT for bytes that are not all of what bf_facts_print() writes. Release
 * ret with bf_certificate_free().
 */
bf_must_check int bf_facts_read(struct bf_view bytes, struct bf_certificate *ret,
				struct bf_error *reterr);

#endif
