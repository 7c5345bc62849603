/* SPDX-License-Identifier: GPL-3.0-only */
#include "trust/choice.h"

#include <string.h>

#include "base/cleanup.h"
#include "trust/x509.h"

enum {
	/* Of the sentence with its list: it has to fit, with the file's name in front. */
	TEXT_MAX = 720,
	SUBJECT_SIZE = 80,
};

/* ---- A list of them ---- */

static const char *describe(X509 *x509)
{
	if (bf_x509_is_root(x509))
		return "a root CA's";
	return bf_x509_is_ca(x509) ? "an intermediate CA's" : "not a CA's";
}

static int print_line(X509 *x509, size_t number, struct bf_buffer *text)
{
	char subject[BF_CERTIFICATE_NAME_SIZE], cut[SUBJECT_SIZE];
	char day[BF_CERTIFICATE_DATE_SIZE] = "(damaged)";
	int64_t seconds;
	if (!x509)
		return bf_buffer_print(text, "\n  #%zu damaged", number);
	(void)bf_x509_read_time(X509_get0_notAfter(x509), &seconds, day);
	int err = bf_x509_print_name(X509_get_subject_name(x509), subject);
	return err ? err
		   : bf_buffer_print(text, "\n  #%zu %s: %s, expires %s", number,
				     bf_printable(subject, cut, sizeof(cut)),
				     describe(x509), day);
}

/* As many lines as there is room for. */
static int print_list(const struct bf_container *container, struct bf_buffer *text)
{
	size_t n = bf_container_size(container);
	for (size_t i = 0; i < n; i++) {
		size_t before = text->size;
		int err = print_line(bf_container_at(container, i), i + 1, text);
		if (err)
			return err;
		if (text->size <= TEXT_MAX)
			continue;
		text->size = before;
		return bf_buffer_print(text, "\n  and %zu more", n - i);
	}
	return BF_OK;
}

/* ---- Which one ---- */

/* A CA whose own issuer is not there too: it stands above what is there. */
static bool is_top(const struct bf_container *container, X509 *x509)
{
	if (!x509 || !bf_x509_is_ca(x509))
		return false;
	if (bf_x509_is_root(x509))
		return true;
	for (size_t i = 0; i < bf_container_size(container); i++) {
		const X509 *other = bf_container_at(container, i);
		if (other && bf_x509_is_issuer(other, x509))
			return false;
	}
	return true;
}

/* The number of the only one that stands above the others, 0 if there is none such. */
static size_t find_top(const struct bf_container *container)
{
	size_t found = 0;
	for (size_t i = 0; i < bf_container_size(container); i++) {
		if (!is_top(container, bf_container_at(container, i)))
			continue;
		if (found)
			return 0;
		found = i + 1;
	}
	return found;
}

static int print_advice(const struct bf_container *container, const char *name,
			struct bf_buffer *text)
{
	char file[128];
	size_t top = find_top(container);
	bf_printable(name, file, sizeof(file));
	if (!top)
		return bf_buffer_print(text,
				       "one can be trusted: give one with its number, as "
				       "in '%s#1'",
				       file);
	return bf_buffer_print(text, "one can be trusted: give '%s#%zu', %s", file, top,
			       describe(bf_container_at(container, top - 1)));
}

static int fail_list(const struct bf_container *container, const char *name,
		     unsigned number, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer text = {0};
	size_t n = bf_container_size(container);
	int err = bf_buffer_print(&text, "it holds %zu certificate%s, and ", n,
				  n == 1 ? "" : "s");
	if (!err)
		err = number ? bf_buffer_print(&text, "none has the number %u", number)
			     : print_advice(container, name, &text);
	if (!err)
		err = print_list(container, &text);
	return err ? bf_fail_nomem(reterr)
		   : bf_fail(reterr, BF_ERR_INPUT, "%.*s", (int)text.size, text.data);
}

/* ---- None ---- */

/* The line can be copied into a shell, whatever the name of the file is. */
static int fail_pkcs12(const struct bf_container *container, const char *name,
		       struct bf_error *reterr)
{
	char file[256];
	bool is_plain = strcmp(bf_printable(name, file, sizeof(file)), name) == 0 &&
			!strchr(name, '\'');
	return bf_fail(reterr, BF_ERR_INPUT,
		       "it is a PKCS #12 file, which keeps a private key and "
		       "certificates behind a password: take the certificates out with\n"
		       "  openssl pkcs12%s -nokeys -in '%s' -out certificates.pem",
		       container->is_old_pkcs12 ? " -legacy" : "",
		       is_plain ? file : "FILE");
}

static int fail_none(const struct bf_container *container, const char *name,
		     struct bf_error *reterr)
{
	if (container->is_pkcs12)
		return fail_pkcs12(container, name, reterr);
	if (container->keys)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "it holds a private key and not the certificate: give the "
			       "certificate, and keep the key to yourself");
	if (container->requests)
		return bf_fail(
			reterr, BF_ERR_INPUT,
			"it holds a certificate request: give the certificate a CA "
			"made from it");
	if (container->others)
		return bf_fail(reterr, BF_ERR_INPUT, "it holds a %s and no certificate",
			       container->other);
	if (container->is_joined)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "its PEM has lost its line ends: -----BEGIN and -----END "
			       "have to stand on lines of their own");
	if (container->is_bare_base64)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "it is base64 alone: base64 -d makes the certificate of "
			       "it");
	return bf_fail(reterr, BF_ERR_INPUT, "not a certificate, neither PEM nor DER");
}

int bf_choice_pick(const struct bf_container *container, const char *name,
		   unsigned number, X509 **ret, struct bf_error *reterr)
{
	size_t n = bf_container_size(container);
	if (n == 0)
		return fail_none(container, name, reterr);
	if (number > n || (number == 0 && n > 1))
		return fail_list(container, name, number, reterr);
	X509 *x509 = bf_container_at(container, number ? number - 1 : 0);
	if (!x509)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "the certificate%s in it is damaged or cut off",
			       number ? " of that number" : "");
	*ret = x509;
	return BF_OK;
}
