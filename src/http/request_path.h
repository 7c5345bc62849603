/* SPDX-License-Identifier: GPL-3.0-only */
/* What a request's path stands for. A path is only ever a name here, never a file. */
#ifndef BF_REQUEST_PATH_H
#define BF_REQUEST_PATH_H

#include <stdbool.h>

enum {
	BF_PATH_MAX = 1024,
	BF_PATH_HOST_SIZE = 254, /* the longest DNS name, with the NUL */
};

enum bf_path {
	BF_PATH_NONE,
	BF_PATH_IMAGE,  /* /HOST.iso, /FOLDER/HOST.iso, /FOLDER/FOLDER/HOST.iso, ... */
	BF_PATH_HEALTH, /* /healthz */
};

/*
 * Read a path as it came, without the query. Every segment is of letters, digits, ".", "-"
 * and "_" and starts with a letter or a digit; percent-encoding is not in this alphabet.
 * An image's host name is copied to ret_host; whether there is such a host is not known here.
 */
enum bf_path bf_path_parse(const char *path, char ret_host[BF_PATH_HOST_SIZE]);

/* Whether bf_path_parse() could find this host's name in a path. */
bool bf_path_is_host(const char *name);

#endif
