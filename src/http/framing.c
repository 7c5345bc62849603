/* SPDX-License-Identifier: GPL-3.0-only */
#include "http/framing.h"

#include <string.h>
#include <strings.h>

#define DIGITS "0123456789"
#define ALPHANUMERIC "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS

/* RFC 9110 section 5.6.2 */
static bool is_token(const char *text)
{
	return *text && text[strspn(text, ALPHANUMERIC "!#$%&'*+-.^_`|~")] == '\0';
}

/* uri-host [ ":" port ], RFC 3986 section 3.2.2; it may be empty, and blanks may follow. */
static bool is_host(const char *text)
{
	text += strspn(text, ALPHANUMERIC "-._~%!$&'()*+,;=:[]");
	return text[strspn(text, " \t")] == '\0';
}

static bool is_number(const char *text)
{
	return *text && text[strspn(text, DIGITS)] == '\0';
}

/*
 * libmicrohttpd glues a folded line to the name in front of it: what would have decided where
 * the request ends looks like a field nobody knows. Folding is to be refused anyway (5.2).
 */
static bool is_folded(const char *name)
{
	static const char *const names[] = {"Content-Length", "Transfer-Encoding"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncasecmp(name, names[i], strlen(names[i])) == 0 &&
		    name[strlen(names[i])] != '\0')
			return true;
	return false;
}

static const char *find_problem(struct bf_framing *framing, const char *name,
				const char *value)
{
	if (!is_token(name) || is_folded(name))
		return "a header field is malformed";
	if (strcasecmp(name, "Host") == 0) {
		if (++framing->hosts > 1)
			return "Host is there twice";
		return is_host(value) ? NULL : "Host is malformed";
	}
	if (strcasecmp(name, "Content-Length") == 0) {
		/* Twice the same would be one length, but nobody who is honest sends it. */
		if (++framing->lengths > 1)
			return "Content-Length is there twice";
		return is_number(value) ? NULL : "Content-Length is no number";
	}
	if (strcasecmp(name, "Transfer-Encoding") == 0) {
		if (++framing->codings > 1)
			return "Transfer-Encoding is there twice";
		return strcasecmp(value, "chunked") == 0
			       ? NULL
			       : "the only transfer coding known here is chunked";
	}
	return NULL;
}

void bf_framing_add(struct bf_framing *framing, const char *name, const char *value)
{
	const char *problem = find_problem(framing, name, value);
	if (!framing->problem)
		framing->problem = problem;
}

const char *bf_framing_problem(const struct bf_framing *framing, const char *version)
{
	bool is_old = strcmp(version, "HTTP/1.0") == 0;
	if (framing->problem)
		return framing->problem;
	if (framing->hosts == 0 && !is_old)
		return "Host is missing";
	if (framing->codings && framing->lengths)
		return "Content-Length and Transfer-Encoding exclude each other";
	if (framing->codings && is_old)
		return "HTTP/1.0 has no Transfer-Encoding";
	return NULL;
}
