/* SPDX-License-Identifier: GPL-3.0-only */
#include "script/url.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/nearest.h"
#include "ipxe/word_list.h"

static const char example[] = "http://my-bootserver.example/boot";

/* Schemes whose URL names a block device; iPXE's chain cannot load those. */
static const char *const san_schemes[] = {"iscsi", "aoe", "ib_srp", "fcp", "usb"};

/* RFC 4173, 5: the host comes right after the colon. */
static const char *const iscsi[] = {"iscsi"};

/* Schemes with an authority, "//host", after the colon. */
static const char *const host_schemes[] = {"http", "https", "tftp",
					   "ftp",  "nfs",   "mtftp"};

static bool is_in(const char *text, size_t length, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(list[i]) == length && strncasecmp(text, list[i], length) == 0)
			return true;
	return false;
}

#define IS_IN(text, length, list)                                                        \
	is_in(text, length, list, sizeof(list) / sizeof((list)[0]))

/* RFC 3986, 3.1, and the underscore of iPXE's ib_srp. */
static size_t scheme_length(const char *url)
{
	static const char first[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char more[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789+-._";
	if (!*url || !strchr(first, *url))
		return 0;
	size_t length = strspn(url, more);
	return url[length] == ':' ? length : 0;
}

/* what is "the URL has", or "it has" for a part of one. */
static int check_byte(unsigned char byte, const char *what, size_t column,
		      struct bf_error *reterr)
{
	if (byte == ' ')
		return bf_fail(reterr, BF_ERR_INPUT,
			       "%s a space at column %zu: write it as %%20", what,
			       column);
	if (byte < 0x20 || byte == 0x7f)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "%s the control character \\x%02x at column %zu: take it "
			       "out; a URL cannot add a line to the script",
			       what, byte, column);
	if (byte > 0x7f)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "%s the non-ASCII byte \\x%02x at column %zu: write it as "
			       "%%%02X, and a host name in its xn-- form",
			       what, byte, column, byte);
	if (byte == '"' || byte == '\'')
		return bf_fail(reterr, BF_ERR_INPUT,
			       "%s a quote at column %zu: write it as %%%02X", what,
			       column, byte);
	/* At the end of a line, iPXE would join that line with the next. */
	if (byte == '\\')
		return bf_fail(reterr, BF_ERR_INPUT,
			       "%s a backslash at column %zu: write it as %%5C", what,
			       column);
	return BF_OK;
}

static int check_alphabet(const char *text, const char *what, struct bf_error *reterr)
{
	int err = BF_OK;
	for (const char *p = text; !err && *p; p++)
		err = check_byte((unsigned char)*p, what, (size_t)(p - text) + 1, reterr);
	return err;
}

int bf_url_check_part(const char *text, struct bf_error *reterr)
{
	return check_alphabet(text, "it has", reterr);
}

/* iPXE expands the innermost ${...} first, so they may be nested. */
static int check_settings(const char *url, struct bf_error *reterr)
{
	size_t opened[16];
	size_t depth = 0;
	for (const char *p = url; *p; p++) {
		size_t column = (size_t)(p - url) + 1;
		if (p[0] == '$' && p[1] == '{') {
			if (depth == sizeof(opened) / sizeof(opened[0]))
				return bf_fail(
					reterr, BF_ERR_INPUT,
					"the URL nests ${ too deeply at column %zu",
					column);
			opened[depth++] = column;
		} else if (p[0] == '}' && depth > 0) {
			if (p[-1] == '{')
				return bf_fail(
					reterr, BF_ERR_INPUT,
					"the URL has an empty ${} at column %zu: name "
					"a setting, such as ${net0/mac}",
					opened[depth - 1]);
			depth--;
		}
	}
	if (depth > 0)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "the URL has a ${ at column %zu without its }",
			       opened[depth - 1]);
	return BF_OK;
}

static bool looks_like_host(const char *url)
{
	return strchr("/.:?#", *url) == NULL &&
	       (strchr(url, '.') || strchr(url, '/') || strchr(url, ':'));
}

static int fail_no_scheme(const char *url, struct bf_error *reterr)
{
	char text[256];
	bf_printable(url, text, sizeof(text));
	if (strncmp(url, "//", 2) == 0)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "'%s' has no scheme: did you mean http:%s?", text, text);
	if (looks_like_host(url))
		return bf_fail(reterr, BF_ERR_INPUT,
			       "'%s' has no scheme: did you mean http://%s?", text, text);
	return bf_fail(reterr, BF_ERR_INPUT, "'%s' is not a URL: give one like %s", text,
		       example);
}

static int check_scheme(const char *url, size_t length, const char *schemes,
			struct bf_error *reterr)
{
	char scheme[64];
	struct bf_word_list known;
	bf_word_list_split(schemes, &known);
	if (is_in(url, length, known.words, known.n))
		return BF_OK;

	snprintf(scheme, sizeof(scheme), "%.*s", (int)length, url);
	/* "host:8080/boot" parses as a scheme, but only a host has digits after the colon. */
	const char *after = url + length + 1;
	if (!IS_IN(url, length, host_schemes) && *after >= '0' && *after <= '9' &&
	    strncmp(after, "//", 2) != 0)
		return fail_no_scheme(url, reterr);
	const char *nearest = bf_nearest(scheme, known.words, known.n);
	if (nearest && !IS_IN(url, length, host_schemes))
		return bf_fail(
			reterr, BF_ERR_INPUT,
			"unknown scheme '%s:': did you mean '%s:'? This iPXE has %s",
			scheme, nearest, schemes);
	return bf_fail(
		reterr, BF_ERR_INPUT,
		"this iPXE cannot open %s: URLs, it has only %s: use one of those, "
		"or bring a build that has it, as ipxe",
		scheme, schemes);
}

/* Port: up to five digits; a setting may stand in for any part of it. */
static int check_port(const char *port, size_t length, struct bf_error *reterr)
{
	unsigned long value = 0;
	for (size_t i = 0; i < length; i++) {
		if (port[i] < '0' || port[i] > '9' || i >= 5)
			return bf_fail(
				reterr, BF_ERR_INPUT,
				"the port ':%.*s' in the URL is not a number from 1 to "
				"65535",
				(int)(length < 64 ? length : 64), port);
		value = value * 10 + (unsigned long)(port[i] - '0');
	}
	if (length > 0 && (value == 0 || value > 65535))
		return bf_fail(
			reterr, BF_ERR_INPUT,
			"the port ':%lu' in the URL is not a number from 1 to 65535",
			value);
	return BF_OK;
}

/* RFC 3986, 3.2: the authority's host, with its port. */
static const char *after_user_info(const char *authority, size_t length)
{
	const char *at = memrchr(authority, '@', length);
	return at ? at + 1 : authority;
}

static int check_authority(const char *url, size_t scheme, struct bf_error *reterr)
{
	const char *host = url + scheme + 1;
	if (strncmp(host, "//", 2) != 0)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "the URL needs // after '%.*s:', as in %s", (int)scheme,
			       url, example);
	host += 2;
	size_t length = strcspn(host, "/?#");
	/* A slash inside ${...} belongs to the setting: nothing after it can be told apart. */
	if (memmem(host, length, "${", 2))
		return BF_OK;
	const char *end = host + length;
	host = after_user_info(host, length);
	const char *port = host;
	if (*host == '[') {
		port = memchr(host, ']', (size_t)(end - host));
		if (!port || port == host + 1)
			return bf_fail(reterr, BF_ERR_INPUT,
				       "the URL has a [ without an IPv6 address and ]");
		port++;
	} else {
		while (port < end && *port != ':')
			port++;
	}
	if (port == host)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "the URL has no host after '%.*s://', as in %s",
			       (int)scheme, url, example);
	if (port < end && *port != ':')
		return bf_fail(reterr, BF_ERR_INPUT,
			       "the URL has something other than a port after ]");
	return port < end ? check_port(port + 1, (size_t)(end - port) - 1, reterr)
			  : BF_OK;
}

int bf_url_check(const char *url, const char *schemes, struct bf_error *reterr)
{
	if (!*url)
		return bf_fail(reterr, BF_ERR_INPUT, "the URL is empty: give one like %s",
			       example);
	int err = check_alphabet(url, "the URL has", reterr);
	if (!err)
		err = check_settings(url, reterr);
	if (err)
		return err;
	if (strncmp(url, "${", 2) == 0)
		return BF_OK; /* the scheme is known only at boot */

	size_t length = scheme_length(url);
	if (length == 0)
		return fail_no_scheme(url, reterr);
	err = check_scheme(url, length, schemes, reterr);
	if (err)
		return err;
	if (IS_IN(url, length, host_schemes))
		return check_authority(url, length, reterr);
	if (!url[length + 1])
		return bf_fail(reterr, BF_ERR_INPUT, "the URL has nothing after '%s'",
			       url);
	return BF_OK;
}

bool bf_url_is_san(const char *url)
{
	return IS_IN(url, scheme_length(url), san_schemes);
}

bool bf_url_needs_dns(const char *url)
{
	size_t scheme = scheme_length(url);
	const char *host = url + scheme + 1;
	if (IS_IN(url, scheme, host_schemes) && strncmp(host, "//", 2) == 0) {
		host += 2;
		size_t length = strcspn(host, "/?#");
		if (memmem(host, length, "${", 2))
			return false;
		host = after_user_info(host, length);
	} else if (!IS_IN(url, scheme, iscsi)) {
		return false;
	}
	return *host != '[' && *host != '$' &&
	       strspn(host, "0123456789.") < strcspn(host, ":/?#");
}
