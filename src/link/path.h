/* SPDX-License-Identifier: GPL-3.0-only */
/* What a request's path stands for. A path is only ever a name here, never a file. */
#ifndef BF_LINK_PATH_H
#define BF_LINK_PATH_H

#include <stdbool.h>

enum {
	BF_PATH_MAX = 1024,
	BF_PATH_HOST_SIZE = 254, /* the longest DNS name, with the NUL */
};

enum bf_path_kind {
	BF_PATH_NONE,
	BF_PATH_IMAGE,  /* /HOST.iso, /FOLDER/HOST.iso, /FOLDER/FOLDER/HOST.iso, ... */
	BF_PATH_HEALTH, /* /healthz */
};

struct bf_path {
	enum bf_path_kind kind;
	/* Of an image: its host, and the folder it is in, empty if there is none. */
	char host[BF_PATH_HOST_SIZE];
	char folder[BF_PATH_MAX];
};

/*
 * Read a path as it came, without the query. Every segment is of letters, digits, ".", "-"
 * and "_" and starts with a letter or a digit. These may be percent-encoded (RFC 3986,
 * 6.2.2.2), and nothing else; empty segments are passed over, and ".ISO" is ".iso".
 * Whether there is such a host is not known here. Returns ret's kind.
 */
enum bf_path_kind bf_path_parse(const char *path, struct bf_path *ret);

/* Whether bf_path_parse() could find this host's name in a path. */
bool bf_path_is_host(const char *name);

#endif
