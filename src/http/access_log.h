/* SPDX-License-Identifier: GPL-3.0-only */
/* One line per request, and per connection that was refused or brought none. */
#ifndef BF_ACCESS_LOG_H
#define BF_ACCESS_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "http/log.h"
#include "http/peer.h"

enum {
	BF_ACCESS_METHOD_SIZE = 16,
	BF_ACCESS_PATH_SIZE = 256, /* a longer path is cut in the log */
};

/* A request and what became of it. */
struct bf_access {
	struct timespec start;
	char method[BF_ACCESS_METHOD_SIZE]; /* printable, as is the path */
	char path[BF_ACCESS_PATH_SIZE];
	unsigned status; /* 0 as long as there is no answer */
	uint64_t length; /* of the answer's content */
};

/* method and path are NULL where nobody could read them. */
void bf_access_begin(struct bf_access *access, const char *method, const char *path);

/*
 * Write the line:
 *     2026-01-31T12:00:00Z 192.0.2.1:4711 "GET /web1.iso" 206 65536 0.412ms
 * with "-" for what is not known, and with remark, unless it is NULL, as its last word.
 */
void bf_access_print(const struct bf_access *access, const struct bf_peer *peer,
		     const char *remark, struct bf_log *log);

#endif
