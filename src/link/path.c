/* SPDX-License-Identifier: GPL-3.0-only */
#include "link/path.h"

#include <string.h>

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

static enum bf_path_kind take_host(const char *name, size_t length, struct bf_path *ret)
{
	if (length <= SUFFIX_LENGTH || length - SUFFIX_LENGTH >= sizeof(ret->host) ||
	    memcmp(name + length - SUFFIX_LENGTH, suffix, SUFFIX_LENGTH) != 0)
		return BF_PATH_NONE;
	memcpy(ret->host, name, length - SUFFIX_LENGTH);
	ret->host[length - SUFFIX_LENGTH] = '\0';
	return BF_PATH_IMAGE;
}

static enum bf_path_kind parse(const char *path, struct bf_path *ret)
{
	if (strcmp(path, "/healthz") == 0)
		return BF_PATH_HEALTH;
	if (strnlen(path, BF_PATH_MAX + 1) > BF_PATH_MAX)
		return BF_PATH_NONE;
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
	ret->host[0] = ret->folder[0] = '\0';
	ret->kind = parse(path, ret);
	return ret->kind;
}

bool bf_path_is_host(const char *name)
{
	size_t length = segment_length(name);
	return length > 0 && length < BF_PATH_HOST_SIZE && name[length] == '\0';
}
