/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/nearest.h"

#include <string.h>

enum { LENGTH_MAX = 32, SLIP_LENGTH_MIN = 4 };

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment distance, both at most LENGTH_MAX long, row by row. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t rows[3][LENGTH_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2];

	for (size_t j = 0; j <= b_length; j++) {
		before[j] = 0;
		last[j] = j;
	}
	for (size_t i = 1; i <= a_length; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			size_t change = last[j - 1] + (a[i - 1] != b[j - 1]);
			row[j] = min(change, min(last[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = min(row[j], before[j - 2] + 1);
		}
		size_t *oldest = before;
		before = last;
		last = row;
		row = oldest;
	}
	return last[b_length];
}

const char *bf_nearest(const char *text, const char *const *candidates,
		       size_t n_candidates)
{
	const char *nearest = NULL;
	size_t least = LENGTH_MAX;
	size_t length = strlen(text);
	if (length > LENGTH_MAX)
		return NULL;

	for (size_t i = 0; i < n_candidates; i++) {
		size_t other = strlen(candidates[i]);
		if (other > LENGTH_MAX)
			continue;
		size_t edits = distance(text, length, candidates[i], other);
		if (edits <= (other + 2) / 3 && edits < least && edits < other) {
			least = edits;
			nearest = candidates[i];
		}
	}
	return nearest;
}

/* Of three letters and less too many words are one edit away: "id" is no mistyped "ip". */
bool bf_nearest_is_slip(const char *text, const char *name)
{
	size_t length = strlen(text), other = strlen(name);
	return other >= SLIP_LENGTH_MIN && length <= LENGTH_MAX && other <= LENGTH_MAX &&
	       distance(text, length, name, other) == 1;
}
