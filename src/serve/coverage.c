/* SPDX-License-Identifier: GPL-3.0-only */
#include "serve/coverage.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static uint64_t end(const struct bf_range *range)
{
	return range->first + range->length;
}

/* The first item that ends at or after offset; n if there is none. */
static size_t find(const struct bf_coverage *coverage, uint64_t offset)
{
	size_t i = 0;
	while (i < coverage->n && end(&coverage->items[i]) < offset)
		i++;
	return i;
}

static void remove_items(struct bf_coverage *coverage, size_t at, size_t n)
{
	memmove(&coverage->items[at], &coverage->items[at + n],
		(coverage->n - at - n) * sizeof(coverage->items[0]));
	coverage->n -= n;
}

static bool reserve_one(struct bf_coverage *coverage)
{
	if (coverage->n < coverage->capacity)
		return true;
	/* One more than may stay, for what is there while the shortest is looked for. */
	size_t capacity = coverage->capacity ? 4 * coverage->capacity : 1;
	if (capacity > BF_COVERAGE_MAX)
		capacity = BF_COVERAGE_MAX + 1;
	struct bf_range *items =
		realloc(coverage->items, capacity * sizeof(coverage->items[0]));
	if (!items)
		return false;
	coverage->items = items;
	coverage->capacity = capacity;
	return true;
}

static void insert(struct bf_coverage *coverage, size_t at, const struct bf_range *range)
{
	if (!reserve_one(coverage))
		return;
	if (at < coverage->n)
		memmove(&coverage->items[at + 1], &coverage->items[at],
			(coverage->n - at) * sizeof(coverage->items[0]));
	coverage->items[at] = *range;
	coverage->n++;
}

static void forget_shortest(struct bf_coverage *coverage)
{
	size_t shortest = 0;
	for (size_t i = 1; i < coverage->n; i++)
		if (coverage->items[i].length < coverage->items[shortest].length)
			shortest = i;
	remove_items(coverage, shortest, 1);
}

void bf_coverage_add(struct bf_coverage *coverage, const struct bf_range *range)
{
	struct bf_range joined = *range;
	size_t first = find(coverage, range->first), last = first;
	for (; last < coverage->n && coverage->items[last].first <= end(range); last++) {
		const struct bf_range *item = &coverage->items[last];
		uint64_t stop = end(item) > end(&joined) ? end(item) : end(&joined);
		if (item->first < joined.first)
			joined.first = item->first;
		joined.length = stop - joined.first;
	}
	if (last > first) {
		coverage->items[first] = joined;
		remove_items(coverage, first + 1, last - first - 1);
		return;
	}
	insert(coverage, first, &joined);
	if (coverage->n > BF_COVERAGE_MAX)
		forget_shortest(coverage);
}

uint64_t bf_coverage_size(const struct bf_coverage *coverage)
{
	uint64_t size = 0;
	for (size_t i = 0; i < coverage->n; i++)
		size += coverage->items[i].length;
	return size;
}

void bf_coverage_free(struct bf_coverage *coverage)
{
	free(coverage->items);
	*coverage = (struct bf_coverage){0};
}
