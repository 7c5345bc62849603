/* SPDX-License-Identifier: GPL-3.0-only */
#include "link/path.h"

#include <string.h>
#include <strings.h>

#define ALPHANUMERIC "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

static const char suffix[] = ".iso";

enum { SUFFIX_LENGTH = sizeof(suffix) - 1 };

/* The length of the segment at p, 0 if it does not start as it must. */
static size_t segment_length(const char *p)
{
	if (strspn(p, ALPHANUMERIC) == 0)
		return 0;
	return strspn(p, ALPHANUMERIC "._-");
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The character that "%XX" at p stands for if it is of the alphabet, NUL if not. */
static char decode(const char *p)
{
	int high = hex_digit(p[1]), low = high < 0 ? -1 : hex_digit(p[2]);
	char c = low < 0 ? '\0' : (char)(high * 16 + low);
	return c && strchr(ALPHANUMERIC "._-", c) ? c : '\0';
}

/*
 * Write a path as it stands for itself: RFC 3986, 6.2.2.2, has an encoded letter be the
 * letter, and two slashes come of joining a base that ends in one. False if it is too long,
 * or what is encoded is no part of a name: a slash then is no end of a segment.
 */
static bool normalize(const char *path, char ret[BF_PATH_MAX + 1])
{
	size_t size = 0;
	for (const char *p = path; *p; p++) {
		char c = *p == '%' ? decode(p) : *p;
		if (!c || size == BF_PATH_MAX)
			return false;
		p += *p == '%' ? 2 : 0;
		if (c != '/' || size == 0 || ret[size - 1] != '/')
			ret[size++] = c;
	}
	ret[size] = '\0';
	return true;
}

/* In capitals the ending is what some BMCs make of it, and file systems of old. */
static enum bf_path_kind take_host(const char *name, size_t length, struct bf_path *ret)
{
	if (length <= SUFFIX_LENGTH || length - SUFFIX_LENGTH >= sizeof(ret->host) ||
	    strcasecmp(name + length - SUFFIX_LENGTH, suffix) != 0)
		return BF_PATH_NONE;
	memcpy(ret->host, name, length - SUFFIX_LENGTH);
	ret->host[length - SUFFIX_LENGTH] = '\0';
	return BF_PATH_IMAGE;
}

static enum bf_path_kind parse(const char *path, struct bf_path *ret)
{
	if (strcmp(path, "/healthz") == 0)
		return BF_PATH_HEALTH;
	for (const char *p = path; *p == '/';) {
		const char *segment = p + 1;
		size_t length = segment_length(segment);
		if (length == 0)
			return BF_PATH_NONE;
		p = segment + length;
		if (*p == '\0')
			return take_host(segment, length, ret);
		memcpy(ret->folder, segment, length);
		ret->folder[length] = '\0';
	}
	return BF_PATH_NONE;
}

enum bf_path_kind bf_path_parse(const char *path, struct bf_path *ret)
{
	char normal[BF_PATH_MAX + 1];
	ret->host[0] = ret->folder[0] = '\0';
	ret->kind = normalize(path, normal) ? parse(normal, ret) : BF_PATH_NONE;
	return ret->kind;
}

bool bf_path_is_host(const char *name)
{
	size_t length = segment_length(name);
	return length > 0 && length < BF_PATH_HOST_SIZE && name[length] == '\0';
}
