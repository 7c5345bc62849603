/* SPDX-License-Identifier: GPL-3.0-only */
#include "http/conditions.h"

#include <string.h>
#include <strings.h>

#include "http/http_date.h"

/*
 * Whether a list of entity tags (8.8.3) has ours, which is strong. A weak tag in the list
 * equals it only in a weak comparison. What is malformed ends the list.
 */
static bool list_has(const char *list, const char *etag, bool weak_comparison)
{
	size_t length = strlen(etag);
	for (const char *p = list;;) {
		p += strspn(p, ", \t");
		if (*p == '*')
			return true;
		bool weak = p[0] == 'W' && p[1] == '/';
		if (weak)
			p += 2;
		if (*p != '"')
			return false;
		const char *end = strchr(p + 1, '"');
		if (!end)
			return false;
		end++;
		if ((size_t)(end - p) == length && memcmp(p, etag, length) == 0 &&
		    (weak_comparison || !weak))
			return true;
		p = end;
	}
}

/*
 * If-Range (13.1.5) takes a strong validator only. A date is one when nothing can have
 * changed since within the same second (8.8.2.2).
 */
static bool if_range_holds(const struct bf_validators *validators, const char *value)
{
	time_t date;
	if (*value == '"' || strncmp(value, "W/", 2) == 0)
		return strcmp(value, validators->etag) == 0;
	return bf_http_date_parse(value, &date) && date == validators->modified &&
	       date < validators->now;
}

/* A date that cannot be read is no condition (13.1.3, 13.1.4); of several the last counts. */
static void add_date(const char *value, time_t modified, bool *has, bool *changed_since)
{
	time_t date;
	if (!bf_http_date_parse(value, &date))
		return;
	*has = true;
	*changed_since = modified > date;
}

void bf_conditions_add(struct bf_conditions *conditions,
		       const struct bf_validators *validators, const char *name,
		       const char *value)
{
	if (strcasecmp(name, "Range") == 0) {
		conditions->n_ranges++;
		conditions->range = value;
	} else if (strcasecmp(name, "If-Range") == 0) {
		conditions->if_range_failed |= !if_range_holds(validators, value);
	} else if (strcasecmp(name, "If-None-Match") == 0) {
		conditions->has_none_match = true;
		conditions->none_match |= list_has(value, validators->etag, true);
	} else if (strcasecmp(name, "If-Match") == 0) {
		conditions->has_match = true;
		conditions->match |= list_has(value, validators->etag, false);
	} else if (strcasecmp(name, "If-Modified-Since") == 0) {
		add_date(value, validators->modified, &conditions->has_modified_since,
			 &conditions->modified_since);
	} else if (strcasecmp(name, "If-Unmodified-Since") == 0) {
		bool changed = false;
		add_date(value, validators->modified, &conditions->has_unmodified_since,
			 &changed);
		conditions->unmodified_since = !changed;
	}
}

enum bf_conditions_verdict bf_conditions_judge(const struct bf_conditions *conditions)
{
	/* The tag, where there is one, makes the date of the same kind irrelevant. */
	if (conditions->has_match
		    ? !conditions->match
		    : conditions->has_unmodified_since && !conditions->unmodified_since)
		return BF_CONDITIONS_FAILED;
	if (conditions->has_none_match
		    ? conditions->none_match
		    : conditions->has_modified_since && !conditions->modified_since)
		return BF_CONDITIONS_NOT_MODIFIED;
	return BF_CONDITIONS_SEND;
}

const char *bf_conditions_range(const struct bf_conditions *conditions)
{
	/* Range is no list: two of them say nothing. */
	if (conditions->n_ranges != 1 || conditions->if_range_failed)
		return NULL;
	return conditions->range;
}
