/* SPDX-License-Identifier: GPL-3.0-only */
#include "http/conditions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define EARLIER "Sun, 06 Nov 1994 08:49:36 GMT"
#define MODIFIED "Sun, 06 Nov 1994 08:49:37 GMT"
#define LATER "Sun, 06 Nov 1994 08:49:38 GMT"

static const struct bf_validators validators = {
	.etag = "\"abc\"", .modified = 784111777, .now = 784111800};

enum { FIELDS_MAX = 3 };

struct field {
	const char *name, *value;
};

static const struct {
	struct field fields[FIELDS_MAX];
	enum bf_conditions_verdict verdict;
} verdicts[] = {
	{{{0}}, BF_CONDITIONS_SEND},
	{{{"X-Other", "\"abc\""}}, BF_CONDITIONS_SEND},

	{{{"If-None-Match", "\"abc\""}}, BF_CONDITIONS_NOT_MODIFIED},
	{{{"if-none-match", "\"abc\""}}, BF_CONDITIONS_NOT_MODIFIED},
	{{{"If-None-Match", "W/\"abc\""}}, BF_CONDITIONS_NOT_MODIFIED},
	{{{"If-None-Match", "*"}}, BF_CONDITIONS_NOT_MODIFIED},
	{{{"If-None-Match", "\"x\", W/\"y\" ,\"abc\""}}, BF_CONDITIONS_NOT_MODIFIED},
	{{{"If-None-Match", "\"x\""}, {"If-None-Match", "\"abc\""}},
	 BF_CONDITIONS_NOT_MODIFIED},
	{{{"If-None-Match", "\"x,\"abc\""}}, BF_CONDITIONS_SEND},
	{{{"If-None-Match", "\"abcd\""}}, BF_CONDITIONS_SEND},
	{{{"If-None-Match", "\"ab\""}}, BF_CONDITIONS_SEND},
	{{{"If-None-Match", "abc"}}, BF_CONDITIONS_SEND},
	{{{"If-None-Match", "\"abc"}}, BF_CONDITIONS_SEND},
	{{{"If-None-Match", ""}}, BF_CONDITIONS_SEND},

	{{{"If-Modified-Since", MODIFIED}}, BF_CONDITIONS_NOT_MODIFIED},
	{{{"If-Modified-Since", LATER}}, BF_CONDITIONS_NOT_MODIFIED},
	{{{"If-Modified-Since", EARLIER}}, BF_CONDITIONS_SEND},
	{{{"If-Modified-Since", "yesterday"}}, BF_CONDITIONS_SEND},
	/* The tag decides, whatever the date says. */
	{{{"If-None-Match", "\"x\""}, {"If-Modified-Since", LATER}}, BF_CONDITIONS_SEND},
	{{{"If-None-Match", "\"abc\""}, {"If-Modified-Since", EARLIER}},
	 BF_CONDITIONS_NOT_MODIFIED},

	{{{"If-Match", "\"abc\""}}, BF_CONDITIONS_SEND},
	{{{"If-Match", "*"}}, BF_CONDITIONS_SEND},
	{{{"If-Match", "\"x\", \"abc\""}}, BF_CONDITIONS_SEND},
	{{{"If-Match", "W/\"abc\""}}, BF_CONDITIONS_FAILED},
	{{{"If-Match", "\"x\""}}, BF_CONDITIONS_FAILED},
	{{{"If-Unmodified-Since", MODIFIED}}, BF_CONDITIONS_SEND},
	{{{"If-Unmodified-Since", EARLIER}}, BF_CONDITIONS_FAILED},
	{{{"If-Unmodified-Since", "yesterday"}}, BF_CONDITIONS_SEND},
	{{{"If-Match", "\"abc\""}, {"If-Unmodified-Since", EARLIER}}, BF_CONDITIONS_SEND},
	/* Failed comes before not modified. */
	{{{"If-None-Match", "\"abc\""}, {"If-Match", "\"x\""}}, BF_CONDITIONS_FAILED},
	{{{"If-Match", "\"abc\""}, {"If-None-Match", "\"abc\""}},
	 BF_CONDITIONS_NOT_MODIFIED},
};

static struct bf_conditions gather(const struct field fields[FIELDS_MAX])
{
	struct bf_conditions conditions = {0};
	for (size_t i = 0; i < FIELDS_MAX && fields[i].name; i++)
		bf_conditions_add(&conditions, &validators, fields[i].name,
				  fields[i].value);
	return conditions;
}

static void test_verdicts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		struct bf_conditions conditions = gather(verdicts[i].fields);
		enum bf_conditions_verdict verdict = bf_conditions_judge(&conditions);
		if (verdict != verdicts[i].verdict)
			fail_msg("case %zu, %s: verdict %d", i,
				 verdicts[i].fields[0].name, (int)verdict);
	}
}

static void test_range(void **state)
{
	(void)state;
	static const struct {
		struct field fields[FIELDS_MAX];
		bool obeyed;
	} cases[] = {
		{{{0}}, false},
		{{{"Range", "bytes=0-1"}}, true},
		{{{"Range", "bytes=0-1"}, {"Range", "bytes=0-1"}}, false},
		{{{"Range", "bytes=0-1"}, {"If-Range", "\"abc\""}}, true},
		{{{"If-Range", "\"abc\""}, {"range", "bytes=0-1"}}, true},
		{{{"Range", "bytes=0-1"}, {"If-Range", "W/\"abc\""}}, false},
		{{{"Range", "bytes=0-1"}, {"If-Range", "\"x\""}}, false},
		{{{"Range", "bytes=0-1"}, {"If-Range", "\"abc\", \"x\""}}, false},
		{{{"Range", "bytes=0-1"}, {"If-Range", "*"}}, false},
		{{{"Range", "bytes=0-1"}, {"If-Range", MODIFIED}}, true},
		{{{"Range", "bytes=0-1"}, {"If-Range", LATER}}, false},
		{{{"Range", "bytes=0-1"}, {"If-Range", EARLIER}}, false},
		{{{"If-Range", "\"abc\""}}, false},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_conditions conditions = gather(cases[i].fields);
		if (!bf_conditions_range(&conditions) == cases[i].obeyed)
			fail_msg("case %zu", i);
	}
}

/* A date of this very second could be that of two different images. */
static void test_weak_date(void **state)
{
	(void)state;
	const struct bf_validators fresh = {
		.etag = "\"abc\"", .modified = 784111777, .now = 784111777};
	struct bf_conditions conditions = {0};
	bf_conditions_add(&conditions, &fresh, "Range", "bytes=0-1");
	bf_conditions_add(&conditions, &fresh, "If-Range", MODIFIED);
	assert_null(bf_conditions_range(&conditions));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_weak_date),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
