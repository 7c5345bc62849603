/* SPDX-License-Identifier: GPL-3.0-only */
#include "http/request_path.h"

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

static enum bf_path take_host(const char *name, size_t length,
			      char ret_host[BF_PATH_HOST_SIZE])
{
	if (length <= SUFFIX_LENGTH || length - SUFFIX_LENGTH >= BF_PATH_HOST_SIZE ||
	    memcmp(name + length - SUFFIX_LENGTH, suffix, SUFFIX_LENGTH) != 0)
		return BF_PATH_NONE;
	memcpy(ret_host, name, length - SUFFIX_LENGTH);
	ret_host[length - SUFFIX_LENGTH] = '\0';
	return BF_PATH_IMAGE;
}

enum bf_path bf_path_parse(const char *path, char ret_host[BF_PATH_HOST_SIZE])
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
			return take_host(segment, length, ret_host);
	}
	return BF_PATH_NONE;
}

bool bf_path_is_host(const char *name)
{
	size_t length = segment_length(name);
	return length > 0 && length < BF_PATH_HOST_SIZE && name[length] == '\0';
}
