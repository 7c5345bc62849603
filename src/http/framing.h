/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Where a request ends and whom it is for, RFC 9112 sections 3.2, 5 and 6: what can be read in
 * two ways is refused, so that no proxy in front reads it the other way.
 */
#ifndef BF_FRAMING_H
#define BF_FRAMING_H

#include <stdbool.h>

/* The fields that matter, gathered one by one; zeroed, there are none. */
struct bf_framing {
	unsigned hosts, lengths, codings; /* how many fields of each */
	const char *problem;              /* of the first field that has one */
};

/* Note one header field of a request. */
void bf_framing_add(struct bf_framing *framing, const char *name, const char *value);

/*
 * What makes the request one to refuse, as a short sentence; NULL if nothing does. version is
 * that of the request line.
 */
const char *bf_framing_problem(const struct bf_framing *framing, const char *version);

#endif
