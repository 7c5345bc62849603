/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * What a client decides, a line each: a path, a Range field, a condition, the version, and
 * then header fields, "Host: a".
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "http/conditions.h"
#include "http/framing.h"
#include "http/range.h"
#include "link/path.h"

static void read_range(const char *field)
{
	const uint64_t whole = 3 << 20;
	struct bf_ranges ranges;
	uint64_t total = 0;
	if (bf_range_parse(field, whole, &ranges) != BF_RANGE_PARTS)
		return;
	fuzz_require(ranges.n >= 1 && ranges.n <= BF_RANGES_MAX);
	for (size_t i = 0; i < ranges.n; i++) {
		const struct bf_range *range = &ranges.items[i];
		fuzz_require(range->length >= 1 && range->first < whole);
		fuzz_require(range->length <= whole - range->first);
		total += range->length;
	}
	fuzz_require(total <= whole);
}

static void read_path(const char *path)
{
	struct bf_path parsed;
	if (bf_path_parse(path, &parsed) == BF_PATH_IMAGE)
		fuzz_require(bf_path_is_host(parsed.host) &&
			     strlen(parsed.host) + strlen(parsed.folder) < strlen(path));
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

/* Of what passes there is one host, and one way to tell where the request ends. */
static void read_fields(const char *version, char *fields)
{
	struct bf_framing framing = {0};
	while (fields) {
		char *value = fuzz_take_line(&fields);
		const char *name = strsep(&value, ":");
		bf_framing_add(&framing, name, value ? value + strspn(value, " ") : "");
	}
	if (bf_framing_problem(&framing, version))
		return;
	fuzz_require(framing.hosts <= 1 && framing.lengths + framing.codings <= 1);
	fuzz_require(framing.hosts == 1 || !strcmp(version, "HTTP/1.0"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *rest = text;
	read_path(fuzz_take_line(&rest));
	read_range(fuzz_take_line(&rest));
	read_condition(fuzz_take_line(&rest));
	const char *version = fuzz_take_line(&rest);
	read_fields(version, rest);
	free(text);
	return 0;
}
