/*
 * Making the iPXE in an image trust one certificate, and no other: a pin (pin.h) in every
 * binary, and what the script has to add to it.
 */
#ifndef BF_TRUST_H
#define BF_TRUST_H

#include "bundle/bundle.h"
#include "trust/certificate.h"

/*
 * Whether the binaries for archs, a set of 1u << enum bf_arch, can read the certificate:
 * BF_ERR_UNSUPPORTED names what is missing where.
 */
int bf_trust_check(const struct bf_certificate *certificate,
		   const struct bf_bundle *bundle, unsigned archs,
		   struct bf_error *reterr);

/*
 * Replace the bundle's binaries for archs by copies that trust the fingerprint, checksums
 * and all. BF_ERR_UNSUPPORTED for a binary that does not have iPXE's own root exactly once.
 * Every copy was read back before it is used; on failure the bundle may have some of them.
 */
int bf_trust_pin(struct bf_bundle *bundle, unsigned archs,
		 const uint8_t fingerprint[BF_SHA256_SIZE], struct bf_error *reterr);

/*
 * Append what the script needs to do before it connects. A CA's certificate travels in it,
 * because servers leave their root out.
 */
int bf_trust_render(const struct bf_certificate *certificate, struct bf_buffer *script,
		    struct bf_error *reterr);

/* Append one line in the manner of a sentence: the pin, subject, issuer and expiry. */
int bf_trust_describe(const struct bf_certificate *certificate, struct bf_buffer *text,
		      struct bf_error *reterr);

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
