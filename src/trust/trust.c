/* SPDX-License-Identifier: GPL-3.0-only */
#include "trust/trust.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "ipxe/word_list.h"

enum { WARNING_DAYS = 30, DAY = 24 * 60 * 60 };

static int check_algorithms(const struct bf_certificate *certificate,
			    const struct bf_capabilities *can, enum bf_arch arch,
			    struct bf_error *reterr)
{
	const char *const needed[] = {certificate->key, certificate->curve,
				      certificate->signature};
	/* A binary whose algorithms nobody listed is given the benefit of the doubt. */
	if (!can->algorithms_known)
		return BF_OK;
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (needed[i] && !bf_word_list_has(can->algorithms, needed[i]))
			return bf_fail(
				reterr, BF_ERR_UNSUPPORTED,
				"the certificate needs %s, and this iPXE for %s has %s "
				"only",
				needed[i], bf_arch_name(arch),
				can->algorithms[0] ? can->algorithms : "no algorithm");
	return BF_OK;
}

int bf_trust_check(const struct bf_certificate *certificate,
		   const struct bf_capability_set *can, struct bf_error *reterr)
{
	int err = BF_OK;
	for (enum bf_arch arch = 0; !err && arch < BF_ARCH_COUNT; arch++)
		if (can->archs & 1u << arch)
			err = check_algorithms(certificate, &can->of[arch], arch, reterr);
	return err;
}

static void print_fingerprint(const struct bf_certificate *certificate, char ret[65])
{
	for (size_t i = 0; i < BF_SHA256_SIZE; i++)
		sprintf(ret + 2 * i, "%02x", certificate->sha256[i]);
}

/*
 * Comments go to iPXE too, which would fill in settings, and join a line that ends in a
 * backslash with the next: names cannot ask for either.
 */
static int print_comment(struct bf_buffer *script, const char *what, const char *text)
{
	char safe[BF_CERTIFICATE_NAME_SIZE];
	snprintf(safe, sizeof(safe), "%s", text);
	for (char *c = safe; (c = strchr(c, '$'));)
		*c = '_';
	size_t length = strlen(safe);
	if (length > 0 && safe[length - 1] == '\\')
		safe[length - 1] = '_';
	return bf_buffer_print(script, "# %s %s\n", what, safe);
}

static int print_certificate(struct bf_buffer *script, struct bf_view der)
{
	return bf_buffer_print(script, "set cert:base64 ") ||
			       bf_base64_append(script, der) ||
			       bf_buffer_print(script, "\n")
		       ? BF_ERR_NOMEM
		       : BF_OK;
}

int bf_trust_render(const struct bf_certificate *certificate, struct bf_buffer *script,
		    struct bf_error *reterr)
{
	char fingerprint[65];
	print_fingerprint(certificate, fingerprint);
	if (print_comment(script, "trusts only sha256", fingerprint) ||
	    print_comment(script, "subject", certificate->subject) ||
	    print_comment(script, "issuer", certificate->issuer) ||
	    print_comment(script, "expires", certificate->expires) ||
	    /* An address that does not exist: a chain with a gap fails here and now. */
	    bf_buffer_print(script, "set crosscert x\n") ||
	    (certificate->is_ca &&
	     print_certificate(script, bf_buffer_view(&certificate->der))))
		return bf_fail_nomem(reterr);
	return BF_OK;
}

int bf_trust_describe(const struct bf_certificate *certificate, struct bf_buffer *text,
		      struct bf_error *reterr)
{
	char fingerprint[65];
	print_fingerprint(certificate, fingerprint);
	return bf_buffer_print(text,
			       "trusts only %s, issued by %s, expires %s, sha256 %s",
			       certificate->subject, certificate->issuer,
			       certificate->expires, fingerprint)
		       ? bf_fail_nomem(reterr)
		       : BF_OK;
}

static void warn_about_time(const struct bf_certificate *certificate, int64_t now,
			    struct bf_trust_warnings *ret)
{
	char *text = ret->texts[ret->n];
	size_t size = sizeof(ret->texts[0]);
	int64_t left = certificate->not_after - now;
	int64_t tenths = (certificate->not_before - now + 180) / 360; /* of hours */
	ret->n++;
	if (left < 0)
		snprintf(text, size, "the certificate expired on %s: iPXE will refuse it",
			 certificate->expires);
	else if (left < (int64_t)WARNING_DAYS * DAY)
		snprintf(text, size,
			 "the certificate expires in %d days, on %s: after that this "
			 "image will not boot",
			 (int)(left / DAY), certificate->expires);
	else if (now < certificate->not_before)
		snprintf(text, size,
			 "the certificate is not valid yet: iPXE will refuse it for "
			 "another %lld.%lld hours",
			 (long long)(tenths / 10), (long long)(tenths % 10));
	else
		ret->n--;
}

void bf_trust_warn(const struct bf_certificate *certificate, const char *url, int64_t now,
		   struct bf_trust_warnings *ret)
{
	ret->n = 0;
	warn_about_time(certificate, now, ret);
	if (!certificate->is_ca)
		snprintf(ret->texts[ret->n++], sizeof(ret->texts[0]),
			 "the certificate is a server's own, not a CA's: when the server "
			 "gets another one, this image will not boot");
	else if (!certificate->is_root)
		snprintf(ret->texts[ret->n++], sizeof(ret->texts[0]),
			 "the certificate is an intermediate CA's: when the server gets "
			 "one from another CA, this image will not boot; that of %s "
			 "lasts longer",
			 certificate->issuer);
	if (url && strncasecmp(url, "https:", 6) != 0 && strncmp(url, "${", 2) != 0)
		snprintf(ret->texts[ret->n++], sizeof(ret->texts[0]),
			 "trust is for https, and the URL is something else: "
			 "nothing "
			 "protects what this image boots");
}
