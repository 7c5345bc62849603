/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "guard.h"

#define ITEMS(array) (sizeof(array) / sizeof((array)[0]))

/* The same by trying every needle at every place. */
static struct bf_search_hits look_for(struct bf_view haystack, struct bf_view needle)
{
	struct bf_search_hits hits = {0};
	for (size_t at = 0; bf_view_has(haystack, at, needle.size); at++)
		if (memcmp(haystack.data + at, needle.data, needle.size) == 0 &&
		    hits.count++ == 0)
			hits.first = at;
	return hits;
}

static void assert_found(struct bf_view haystack, const struct bf_view *needles, size_t n)
{
	struct bf_search_hits hits[BF_SEARCH_NEEDLES_MAX];
	struct guard guard = guard_copy(haystack.data, haystack.size);
	bf_search(bf_view(guard.data, guard.size), needles, n, hits);
	for (size_t i = 0; i < n; i++) {
		struct bf_search_hits wanted = look_for(haystack, needles[i]);
		assert_int_equal(hits[i].count, wanted.count);
		if (wanted.count)
			assert_int_equal(hits[i].first, wanted.first);
	}
	guard_free(&guard);
}

/* Needles that start, end, contain and repeat each other. */
static void test_needles(void **state)
{
	(void)state;
	static const struct bf_view needles[] = {
		BF_LITERAL("he"),   BF_LITERAL("she"),       BF_LITERAL("his"),
		BF_LITERAL("hers"), BF_LITERAL("h"),         BF_LITERAL("ers\0h"),
		BF_LITERAL("hhhh"), BF_LITERAL("abcabcabd"), BF_LITERAL("bcab"),
		BF_LITERAL("\xff"), BF_LITERAL("he"),
	};
	static const struct bf_view haystacks[] = {
		BF_LITERAL("ushers"),
		BF_LITERAL("hhhhhhh"),
		BF_LITERAL("abcabcabcabd, abcabcabe"),
		BF_LITERAL("hers\0hers\0his\xff\xffshe"),
		BF_LITERAL("nothing of it: zzz"),
		BF_LITERAL("s"),
		BF_LITERAL(""),
	};
	for (size_t i = 0; i < ITEMS(haystacks); i++)
		assert_found(haystacks[i], needles, ITEMS(needles));
	assert_found(haystacks[0], needles, 0);
}

/* All texts of up to 10 letters of two, so that no way through the states is left out. */
static void test_all(void **state)
{
	(void)state;
	static const struct bf_view needles[] = {
		BF_LITERAL("aab"),  BF_LITERAL("abaab"), BF_LITERAL("ba"),
		BF_LITERAL("bbbb"), BF_LITERAL("b"),
	};
	for (unsigned bits = 0; bits < 1 << 10; bits++) {
		char text[10];
		for (size_t i = 0; i < sizeof(text); i++)
			text[i] = bits >> i & 1 ? 'a' : 'b';
		assert_found(bf_view(text, sizeof(text)), needles, ITEMS(needles));
	}
}

/* As many as there may be, with 250 bytes together. */
static void test_room(void **state)
{
	(void)state;
	char texts[BF_SEARCH_NEEDLES_MAX][8], all[BF_SEARCH_NEEDLES_MAX * 8];
	struct bf_view needles[BF_SEARCH_NEEDLES_MAX];
	for (size_t i = 0; i < BF_SEARCH_NEEDLES_MAX; i++) {
		for (size_t j = 0; j < 8; j++)
			texts[i][j] = (char)('a' + (i * 5 + j * 3) % 26);
		texts[i][0] = (char)i;
		needles[i] = bf_view(texts[i], i < 2 ? 5 : 8);
		memcpy(all + 8 * (BF_SEARCH_NEEDLES_MAX - 1 - i), texts[i], 8);
	}
	assert_found(bf_view(all, sizeof(all)), needles, BF_SEARCH_NEEDLES_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_needles),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
