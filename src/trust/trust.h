/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * What it takes to make the iPXE in an image trust one certificate, and no other, beside the
 * pin (ipxe/pin.h) in every binary.
 */
#ifndef BF_TRUST_H
#define BF_TRUST_H

#include "ipxe/capabilities.h"
#include "trust/certificate.h"

/*
 * Whether these iPXEs can read the certificate: BF_ERR_UNSUPPORTED names what is missing
 * where.
 */
bf_must_check int bf_trust_check(const struct bf_certificate *certificate,
				 const struct bf_capability_set *can,
				 struct bf_error *reterr);

/*
 * Append what the script needs to do before it connects. A CA's certificate travels in it,
 * because servers leave their root out.
 */
bf_must_check int bf_trust_render(const struct bf_certificate *certificate,
				  struct bf_buffer *script, struct bf_error *reterr);

/* Append one line in the manner of a sentence: the pin, subject, issuer and expiry. */
bf_must_check int bf_trust_describe(const struct bf_certificate *certificate,
				    struct bf_buffer *text, struct bf_error *reterr);

enum { BF_TRUST_WARNINGS_MAX = 4 };

/* Sentences about what works now or not yet and will be a surprise later. */
struct bf_trust_warnings {
	char texts[BF_TRUST_WARNINGS_MAX][512];
	size_t n;
};

/* now is in seconds since 1970 UTC; url may be NULL where there is none. */
void bf_trust_warn(const struct bf_certificate *certificate, const char *url, int64_t now,
		   struct bf_trust_warnings *ret);

#endif
