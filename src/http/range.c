/* SPDX-License-Identifier: GPL-3.0-only */
#include "http/range.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *skip_blanks(const char *p)
{
	return p + strspn(p, " \t");
}

/* A number too large for 64 bits lies behind every end, as UINT64_MAX does. */
static const char *take_number(const char *p, uint64_t *ret)
{
	uint64_t value = 0;
	for (; is_digit(*p); p++) {
		uint64_t digit = (uint64_t)(*p - '0');
		if (value > (UINT64_MAX - digit) / 10)
			value = UINT64_MAX;
		else
			value = value * 10 + digit;
	}
	*ret = value;
	return p;
}

/* suffix-range = "-" suffix-length: the last bytes; at p is the length. */
static const char *take_suffix(const char *p, uint64_t size, struct bf_range *ret)
{
	uint64_t length;
	if (!is_digit(*p))
		return NULL;
	p = take_number(p, &length);
	if (length > size)
		length = size;
	*ret = (struct bf_range){.first = size - length, .length = length};
	return p;
}

/* int-range = first-pos "-" [ last-pos ] */
static const char *take_int_range(const char *p, uint64_t size, struct bf_range *ret)
{
	uint64_t first, last = UINT64_MAX;
	if (!is_digit(*p))
		return NULL;
	p = take_number(p, &first);
	if (*p++ != '-')
		return NULL;
	if (is_digit(*p))
		p = take_number(p, &last);
	if (last < first)
		return NULL;
	*ret = (struct bf_range){0};
	if (first < size) {
		uint64_t left = size - first;
		ret->first = first;
		ret->length = last - first < left ? last - first + 1 : left;
	}
	return p;
}

/* One range-spec; NULL if it is malformed, a length of 0 if there is no such part. */
static const char *take_spec(const char *p, uint64_t size, struct bf_range *ret)
{
	p = *p == '-' ? take_suffix(p + 1, size, ret) : take_int_range(p, size, ret);
	if (!p)
		return NULL;
	p = skip_blanks(p);
	return *p == ',' || *p == '\0' ? p : NULL;
}

enum bf_range_kind bf_range_parse(const char *field, uint64_t size, struct bf_ranges *ret)
{
	static const char unit[] = "bytes=";
	size_t n_specs = 0;
	uint64_t total = 0;

	ret->n = 0;
	if (strncasecmp(field, unit, sizeof(unit) - 1) != 0)
		return BF_RANGE_WHOLE;
	for (const char *p = field + sizeof(unit) - 1; *p;) {
		/* A list may have empty elements (5.6.1.2). */
		if (*p == ',' || *p == ' ' || *p == '\t') {
			p++;
			continue;
		}
		struct bf_range range;
		p = take_spec(p, size, &range);
		if (!p || ++n_specs > BF_RANGES_MAX || range.length > size - total)
			return BF_RANGE_WHOLE;
		total += range.length;
		if (range.length > 0)
			ret->items[ret->n++] = range;
	}
	if (n_specs == 0)
		return BF_RANGE_WHOLE;
	return ret->n > 0 ? BF_RANGE_PARTS : BF_RANGE_UNSATISFIABLE;
}
