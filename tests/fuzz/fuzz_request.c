/* SPDX-License-Identifier: GPL-3.0-only */
/* What a client decides: a path, a Range field and a condition, each a line of the input. */
#include <stdio.h>
#include <string.h>

#include "http/conditions.h"
#include "http/range.h"
#include "http/request_path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_range(const char *field)
{
	const uint64_t whole = 3 << 20;
	struct bf_ranges ranges;
	uint64_t total = 0;
	if (bf_range_parse(field, whole, &ranges) != BF_RANGE_PARTS)
		return;
	if (ranges.n < 1 || ranges.n > BF_RANGES_MAX)
		__builtin_trap();
	for (size_t i = 0; i < ranges.n; i++) {
		const struct bf_range *range = &ranges.items[i];
		if (range->length < 1 || range->first >= whole ||
		    range->length > whole - range->first)
			__builtin_trap();
		total += range->length;
	}
	if (total > whole)
		__builtin_trap();
}

static void read_path(const char *path)
{
	char host[BF_PATH_HOST_SIZE];
	if (bf_path_parse(path, host) == BF_PATH_IMAGE && !bf_path_is_host(host))
		__builtin_trap();
}

static void read_condition(const char *value)
{
	static const char *const names[] = {"If-Range", "If-None-Match", "If-Match",
					    "If-Modified-Since", "If-Unmodified-Since"};
	static const struct bf_validators validators = {
		.etag = "\"abc\"", .modified = 784111777, .now = 784111800};
	struct bf_conditions conditions = {0};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		bf_conditions_add(&conditions, &validators, names[i], value);
	(void)bf_conditions_judge(&conditions);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const readers[])(const char *text) = {read_path, read_range,
							    read_condition};
	char text[4096];
	snprintf(text, sizeof(text), "%.*s", (int)(size < 4095 ? size : 4095),
		 (const char *)data);
	char *next = text;
	for (size_t i = 0; next && i < sizeof(readers) / sizeof(readers[0]); i++)
		readers[i](strsep(&next, "\n"));
	return 0;
}
