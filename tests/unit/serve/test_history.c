/* SPDX-License-Identifier: GPL-3.0-only */
#include "serve/history.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"

enum { THREADS = 4, ROUNDS = 2000 };

static void add(struct bf_history *history, const char *host, uint64_t length)
{
	const struct bf_fetch fetch = {
		.when = 1800000000, .status = 206, .length = length, .complete = true};
	struct bf_subject image = {.version = 1};
	snprintf(image.name, sizeof(image.name), "%s", host);
	bf_history_add(history, &image, &fetch);
}

/* The text, to be freed. */
static char *print(struct bf_history *history)
{
	struct bf_buffer text = {0};
	assert_int_equal(bf_history_print(history, &text), BF_OK);
	assert_int_equal(bf_buffer_append(&text, "", 1), BF_OK);
	return (char *)text.data;
}

static void assert_says(struct bf_history *history, const char *words, bool is_said)
{
	char *text = print(history);
	if (!strstr(text, words) == is_said)
		fail_msg("'%s' in: %s", words, text);
	free(text);
}

static void test_empty(void **state)
{
	(void)state;
	struct bf_history *history = bf_history_new(3);
	char *text = print(history);
	assert_string_equal(text, "{\"hosts\": [],\n \"forgotten\": 0}\n");
	free(text);
	bf_history_free(history);
	bf_history_free(NULL);
}

static void test_last_counts(void **state)
{
	(void)state;
	struct bf_history *history = bf_history_new(3);
	add(history, "web1", 7);
	add(history, "web1", 8);
	assert_says(history,
		    "{\"host\": \"web1\", \"requests\": 2, \"last\": {\"time\": "
		    "\"2027-01-15T08:00:00Z\", \"client\": \"[::]:0\", \"status\": 206, "
		    "\"bytes\": 8, \"complete\": true}}",
		    true);
	assert_says(history, "\"bytes\": 7", false);
	bf_history_free(history);
}

/* Those go of which nobody fetched longest, whenever they came. */
static void test_forgets_the_oldest(void **state)
{
	(void)state;
	struct bf_history *history = bf_history_new(3);
	add(history, "web1", 1);
	add(history, "web2", 1);
	add(history, "web3", 1);
	add(history, "web1", 1);
	add(history, "web4", 1);
	assert_says(history, "\"web2\"", false);
	assert_says(history, "\"forgotten\": 1}", true);
	add(history, "web5", 1);
	assert_says(history, "\"web3\"", false);
	assert_says(history, "\"web1\"", true);
	assert_says(history, "\"web4\"", true);
	assert_says(history, "\"web5\"", true);
	bf_history_free(history);
}

static void test_one_at_most(void **state)
{
	(void)state;
	struct bf_history *history = bf_history_new(1);
	for (int i = 0; i < 100; i++) {
		char name[16];
		snprintf(name, sizeof(name), "web%d", i);
		add(history, name, 1);
	}
	assert_says(history, "\"web99\", \"requests\": 1", true);
	assert_says(history, "\"forgotten\": 99}", true);
	bf_history_free(history);
}

static void *add_many(void *closure)
{
	for (int i = 0; i < ROUNDS; i++) {
		char name[16];
		snprintf(name, sizeof(name), "web%d", i % 300);
		add(closure, name, 1);
		if (i % 200 == 0)
			free(print(closure));
	}
	return NULL;
}

static void test_threads(void **state)
{
	(void)state;
	struct bf_history *history = bf_history_new(100);
	pthread_t threads[THREADS];
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, add_many, history), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	char *text = print(history);
	size_t hosts = 0;
	for (const char *p = text; (p = strstr(p, "\"host\"")); p++)
		hosts++;
	assert_int_equal(hosts, 100);
	free(text);
	bf_history_free(history);
}

/* ---- What was taken ---- */

enum { WHOLE = 1000, NOW = 1800000000 };

/* An answer with one part of web1's image. */
struct answer {
	uint64_t first, length; /* 0 for an answer without content */
	uint64_t version;
	uint8_t from; /* last byte of the address */
	uint16_t port;
	time_t when;
	bool is_cut_off;
};

static void give(struct bf_history *history, const struct answer *answer)
{
	const struct bf_fetch fetch = {
		.when = answer->when,
		.peer = {.address = {[15] = answer->from}, .port = answer->port},
		.status = 206,
		.length = answer->length,
		.complete = !answer->is_cut_off};
	struct bf_subject image = {
		.name = "web1", .version = answer->version, .size = WHOLE};
	image.parts.n = answer->length > 0;
	image.parts.items[0] = (struct bf_range){answer->first, answer->length};
	bf_history_add(history, &image, &fetch);
}

/* Two answers, and what is known to have been taken after the second one. */
static void test_taking(void **state)
{
	static const struct {
		struct answer one, two;
		uint64_t size;
		bool complete;
	} cases[] = {
		{{0, 100, 1, 1, 1, NOW, false},
		 {100, 50, 1, 1, 2, NOW, false},
		 150,
		 true},
		{{0, 100, 1, 1, 1, NOW, false},
		 {50, 100, 1, 1, 2, NOW, false},
		 150,
		 true},
		{{0, 100, 1, 1, 1, NOW, false},
		 {0, WHOLE, 1, 1, 2, NOW, false},
		 WHOLE,
		 true},
		/* After a pause, from elsewhere, and of another image it begins anew. */
		{{0, 100, 1, 1, 1, NOW, false},
		 {100, 50, 1, 1, 1, NOW + 3600, false},
		 150,
		 true},
		{{0, 100, 1, 1, 1, NOW, false},
		 {100, 50, 1, 1, 1, NOW + 3601, false},
		 50,
		 true},
		{{0, 100, 1, 1, 1, NOW, false}, {100, 50, 1, 2, 1, NOW, false}, 50, true},
		{{0, 100, 1, 1, 1, NOW, false}, {100, 50, 2, 1, 1, NOW, false}, 50, true},
		/* What was cut off may have arrived, or not. */
		{{0, 100, 1, 1, 1, NOW, false},
		 {100, 50, 1, 1, 1, NOW, true},
		 100,
		 false},
		{{0, 100, 1, 1, 1, NOW, true}, {100, 50, 1, 1, 1, NOW, false}, 50, true},
		/* An answer without content takes nothing. */
		{{0, 100, 1, 1, 1, NOW, false}, {0, 0, 1, 2, 1, NOW, false}, 100, true},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bf_history *history = bf_history_new(3);
		struct bf_taking taking;
		assert_false(bf_history_find(history, "web1", &taking));
		give(history, &cases[i].one);
		assert_true(bf_history_find(history, "web1", &taking));
		uint64_t changes = bf_history_changes(history);
		give(history, &cases[i].two);
		assert_true(bf_history_find(history, "web1", &taking));
		if (taking.size != cases[i].size || taking.complete != cases[i].complete)
			fail_msg("case %zu: %llu bytes", i,
				 (unsigned long long)taking.size);
		const struct answer *last =
			cases[i].two.length > 0 ? &cases[i].two : &cases[i].one;
		assert_int_equal(taking.whole, WHOLE);
		assert_int_equal(taking.when, last->when);
		assert_int_equal(taking.peer.address[15], last->from);
		assert_int_equal(taking.peer.port, last->port);
		assert_int_equal(bf_history_changes(history) == changes,
				 cases[i].two.length == 0);
		bf_history_free(history);
	}
}

static void test_taking_is_forgotten(void **state)
{
	(void)state;
	struct bf_history *history = bf_history_new(1);
	struct bf_taking taking;
	const struct answer answer = {0, 100, 1, 1, 1, NOW, false};
	give(history, &answer);
	uint64_t changes = bf_history_changes(history);
	add(history, "web2", 1);
	assert_false(bf_history_find(history, "web1", &taking));
	assert_int_not_equal(bf_history_changes(history), changes);
	assert_false(bf_history_find(history, "web2", &taking));
	bf_history_free(history);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taking),
		cmocka_unit_test(test_taking_is_forgotten),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_last_counts),
		cmocka_unit_test(test_forgets_the_oldest),
		cmocka_unit_test(test_one_at_most),
		cmocka_unit_test(test_threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
