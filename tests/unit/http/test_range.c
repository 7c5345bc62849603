/* SPDX-License-Identifier: GPL-3.0-only */
#include "http/range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "guard.h"

/* Ranges are "first+length,..." of something of 1000 bytes. */
static const struct {
	const char *field;
	enum bf_range_kind kind;
	const char *ranges;
} cases[] = {
	{"bytes=0-0", BF_RANGE_PARTS, "0+1"},
	{"bytes=0-999", BF_RANGE_PARTS, "0+1000"},
	{"bytes=0-1000", BF_RANGE_PARTS, "0+1000"},
	{"bytes=999-999", BF_RANGE_PARTS, "999+1"},
	{"bytes=999-", BF_RANGE_PARTS, "999+1"},
	{"bytes=0-", BF_RANGE_PARTS, "0+1000"},
	{"bytes=500-18446744073709551615", BF_RANGE_PARTS, "500+500"},
	{"bytes=500-99999999999999999999999", BF_RANGE_PARTS, "500+500"},
	{"bytes=007-008", BF_RANGE_PARTS, "7+2"},
	{"BYTES=1-2", BF_RANGE_PARTS, "1+2"},
	{"bytes=-1", BF_RANGE_PARTS, "999+1"},
	{"bytes=-1000", BF_RANGE_PARTS, "0+1000"},
	{"bytes=-1001", BF_RANGE_PARTS, "0+1000"},
	{"bytes=-18446744073709551616", BF_RANGE_PARTS, "0+1000"},
	{"bytes=0-0,-1", BF_RANGE_PARTS, "0+1,999+1"},
	{"bytes=500-599,0-99", BF_RANGE_PARTS, "500+100,0+100"},
	{"bytes=0-9 , 20-29\t,,30-39,", BF_RANGE_PARTS, "0+10,20+10,30+10"},
	{"bytes= 0-9", BF_RANGE_PARTS, "0+10"},
	{"bytes=,0-9", BF_RANGE_PARTS, "0+10"},
	{"bytes=0-9,1000-", BF_RANGE_PARTS, "0+10"},
	{"bytes=5000-,0-9", BF_RANGE_PARTS, "0+10"},
	{"bytes=-0,0-9", BF_RANGE_PARTS, "0+10"},
	{"bytes=0-99,50-149", BF_RANGE_PARTS, "0+100,50+100"},
	{"bytes=0-499,500-999", BF_RANGE_PARTS, "0+500,500+500"},

	{"bytes=1000-", BF_RANGE_UNSATISFIABLE, ""},
	{"bytes=1000-1000", BF_RANGE_UNSATISFIABLE, ""},
	{"bytes=-0", BF_RANGE_UNSATISFIABLE, ""},
	{"bytes=1000-,2000-3000,-0", BF_RANGE_UNSATISFIABLE, ""},
	{"bytes=99999999999999999999-", BF_RANGE_UNSATISFIABLE, ""},
	{"bytes=99999999999999999999-99999999999999999998", BF_RANGE_UNSATISFIABLE, ""},

	/* More bytes than the whole has. */
	{"bytes=0-999,0-0", BF_RANGE_WHOLE, ""},
	{"bytes=0-,0-,0-,0-", BF_RANGE_WHOLE, ""},
	/* Another unit, or none. */
	{"items=0-9", BF_RANGE_WHOLE, ""},
	{"bytes", BF_RANGE_WHOLE, ""},
	{"bytes 0-9", BF_RANGE_WHOLE, ""},
	{"bytes =0-9", BF_RANGE_WHOLE, ""},
	{"", BF_RANGE_WHOLE, ""},
	/* Malformed, also when another part is not. */
	{"bytes=", BF_RANGE_WHOLE, ""},
	{"bytes=,", BF_RANGE_WHOLE, ""},
	{"bytes=-", BF_RANGE_WHOLE, ""},
	{"bytes=5", BF_RANGE_WHOLE, ""},
	{"bytes=9-0", BF_RANGE_WHOLE, ""},
	{"bytes=0-9,9-0", BF_RANGE_WHOLE, ""},
	{"bytes=0-9;20-29", BF_RANGE_WHOLE, ""},
	{"bytes=0-9 20-29", BF_RANGE_WHOLE, ""},
	{"bytes=0 -9", BF_RANGE_WHOLE, ""},
	{"bytes=0- 9", BF_RANGE_WHOLE, ""},
	{"bytes=--9", BF_RANGE_WHOLE, ""},
	{"bytes=+1-9", BF_RANGE_WHOLE, ""},
	{"bytes=0x1-9", BF_RANGE_WHOLE, ""},
	{"bytes=a-b", BF_RANGE_WHOLE, ""},
	{"bytes=0-9\n", BF_RANGE_WHOLE, ""},
};

/* Parse a copy that ends at a guard page. */
static enum bf_range_kind parse(const char *field, uint64_t size, struct bf_ranges *ret)
{
	struct guard guard = guard_copy(field, strlen(field) + 1);
	enum bf_range_kind kind = bf_range_parse((const char *)guard.data, size, ret);
	guard_free(&guard);
	return kind;
}

static void print_ranges(const struct bf_ranges *ranges, char *out, size_t size)
{
	size_t used = 0;
	out[0] = '\0';
	for (size_t i = 0; i < ranges->n; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%llu+%llu",
					 i ? "," : "",
					 (unsigned long long)ranges->items[i].first,
					 (unsigned long long)ranges->items[i].length);
}

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_ranges ranges;
		char text[2048] = "";
		enum bf_range_kind kind = parse(cases[i].field, 1000, &ranges);
		if (kind == BF_RANGE_PARTS)
			print_ranges(&ranges, text, sizeof(text));
		if (kind != cases[i].kind || strcmp(text, cases[i].ranges) != 0)
			fail_msg("'%s': kind %d, ranges '%s'", cases[i].field, (int)kind,
				 text);
	}
}

static void test_number_of_parts(void **state)
{
	(void)state;
	char field[1024] = "bytes=";
	struct bf_ranges ranges;
	for (size_t i = 0; i < BF_RANGES_MAX; i++)
		snprintf(field + strlen(field), sizeof(field) - strlen(field), "%zu-%zu,",
			 i * 10, i * 10);
	assert_int_equal(parse(field, 1000, &ranges), BF_RANGE_PARTS);
	assert_int_equal(ranges.n, BF_RANGES_MAX);
	strcat(field, "999-");
	assert_int_equal(parse(field, 1000, &ranges), BF_RANGE_WHOLE);
}

/* Fields put together at random from what fields are made of: whatever comes out exists. */
static void test_random_fields(void **state)
{
	(void)state;
	static const char *const words[] = {
		"bytes=", "0",  "9",    "-",  "-",    ",",
		" ",      "\t", "37",   "99", "4096", "18446744073709551615",
		"=",      "\"", "\x80",
	};
	enum { N_WORDS = sizeof(words) / sizeof(words[0]) };
	size_t n_parts = 0;
	srand(1);
	for (int round = 0; round < 200000; round++) {
		char field[256] = "bytes=";
		struct bf_ranges ranges;
		uint64_t size = (uint64_t)(rand() % 5000) + 1;
		for (int n = rand() % 10; n > 0; n--)
			strcat(field, words[rand() % N_WORDS]);
		if (bf_range_parse(field, size, &ranges) != BF_RANGE_PARTS)
			continue;
		n_parts++;
		uint64_t total = 0;
		assert_in_range(ranges.n, 1, BF_RANGES_MAX);
		for (size_t i = 0; i < ranges.n; i++) {
			assert_true(ranges.items[i].length > 0);
			assert_true(ranges.items[i].first < size);
			assert_true(ranges.items[i].length <=
				    size - ranges.items[i].first);
			total += ranges.items[i].length;
		}
		assert_true(total <= size);
	}
	assert_true(n_parts > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_number_of_parts),
		cmocka_unit_test(test_random_fields),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
