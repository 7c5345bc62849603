/* SPDX-License-Identifier: GPL-3.0-only */
/* Conditional requests, RFC 9110 section 13: is what the client has still what we have? */
#ifndef BF_CONDITIONS_H
#define BF_CONDITIONS_H

#include <stdbool.h>
#include <time.h>

/* What identifies the bytes we would send. */
struct bf_validators {
	const char *etag; /* strong, with its quotes */
	time_t modified;  /* Last-Modified */
	time_t now;       /* Date of the answer */
};

/* The conditions of a request, gathered field by field; zeroed, it has none. */
struct bf_conditions {
	bool has_match, match;                       /* If-Match, and whether it holds */
	bool has_none_match, none_match;             /* If-None-Match */
	bool has_unmodified_since, unmodified_since; /* If-Unmodified-Since */
	bool has_modified_since, modified_since;     /* If-Modified-Since */
	bool if_range_failed;                        /* If-Range does not hold */
	unsigned n_ranges;                           /* Range fields */
	const char *range;                           /* value of the last one */
};

enum bf_conditions_verdict {
	BF_CONDITIONS_SEND,         /* go on: 200, 206 or 416 */
	BF_CONDITIONS_NOT_MODIFIED, /* 304 */
	BF_CONDITIONS_FAILED,       /* 412 */
};

/*
 * Note one header field of a GET or HEAD; fields that are no condition are passed over. A
 * field may come in several lines. The value of Range is kept, not copied.
 */
void bf_conditions_add(struct bf_conditions *conditions,
		       const struct bf_validators *validators, const char *name,
		       const char *value);

/* Judge them in the order of 13.2.2. */
enum bf_conditions_verdict bf_conditions_judge(const struct bf_conditions *conditions);

/* The Range field to obey; NULL for none, or none that may be. */
const char *bf_conditions_range(const struct bf_conditions *conditions);

#endif
