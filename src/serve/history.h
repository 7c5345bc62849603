/* SPDX-License-Identifier: GPL-3.0-only */
/* What was fetched last of each host's image. */
#ifndef BF_HISTORY_H
#define BF_HISTORY_H

#include <stdbool.h>
#include <time.h>

#include "base/bytes.h"
#include "http/connections.h"
#include "link/path.h"

/* Hosts that are remembered; beyond that those are forgotten of which nobody fetched longest. */
enum { BF_HISTORY_MAX = 100000 };

struct bf_history;

/* NULL when out of memory. */
struct bf_history *bf_history_new(size_t max);
void bf_history_free(struct bf_history *history);

struct bf_fetch {
	time_t when; /* it ended */
	struct bf_peer peer;
	unsigned status;
	uint64_t length; /* of the answer's content */
	bool complete;
};

/*
 * Remember a fetch of a host's image, the host being the subject's name; nothing without
 * memory. Threads may call it at once.
 */
void bf_history_add(struct bf_history *history, const struct bf_subject *image,
		    const struct bf_fetch *fetch);

/* Pauses up to this are within one taking of an image. */
enum { BF_TAKING_PAUSE = 3600 };

/* What one address took of an image last, in however many answers without a longer pause. */
struct bf_taking {
	time_t when; /* the last of these ended */
	struct bf_peer peer;
	uint64_t size;  /* bytes of the image that were sent, each counted once */
	uint64_t whole; /* how many it has */
	bool complete;  /* the last answer was */
};

/* False when nothing of the host's image was taken, or that is forgotten. */
bool bf_history_find(struct bf_history *history, const char *host, struct bf_taking *ret);

/* A number that is another one when bf_history_find() may say something else. */
uint64_t bf_history_changes(struct bf_history *history);

/*
 * Append an object of JSON, RFC 8259: {"hosts": [{"host": ..., "requests": ..., "last": {"time":
 * ..., "client": ..., "status": ..., "bytes": ..., "complete": ...}}, ...], "forgotten": N},
 * the hosts in no order. Threads may go on adding.
 */
bf_must_check int bf_history_print(struct bf_history *history, struct bf_buffer *ret);

#endif
