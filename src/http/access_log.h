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

enum bf_access_format {
	BF_ACCESS_TEXT,
	BF_ACCESS_JSON,
};

/* The formats' names, by index from 0 to a NULL. */
const char *bf_access_format_name(size_t index);

/*
 * Write the line, in one of the formats:
 *     2026-01-31T12:00:00Z 192.0.2.1:4711 "GET /web1.iso" 206 65536 0.412ms
 *     {"time":"2026-01-31T12:00:00Z","client":"192.0.2.1:4711","method":"GET",
 *      "path":"/web1.iso","status":206,"bytes":65536,"ms":0.412}
 * (the second in one line), with "-", or null as the status, for what is not known. remark, unless
 * it is NULL, is the last word, or the member "remark".
 */
void bf_access_print(const struct bf_access *access, const struct bf_peer *peer,
		     const char *remark, enum bf_access_format format,
		     struct bf_log *log);

#endif
