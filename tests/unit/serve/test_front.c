/* SPDX-License-Identifier: GPL-3.0-only */
#include "serve/front.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char url[] = "http://10.0.0.1/{host}";
static char folder[] = "/tmp/boots-from-front.XXXXXX";
static struct bf_maker maker;
static struct bf_metrics metrics;

/* A front with all it is made from. */
struct stand {
	struct bf_catalog *catalog;
	struct bf_history *history;
	struct bf_front *front;
};

static int setup(void **state)
{
	(void)state;
	struct bf_maker_options options = bf_maker_options_default();
	return mkdtemp(folder) && chdir(folder) == 0 &&
			       !bf_maker_init(&maker, &options, NULL) &&
			       !bf_maker_lay_out(&maker, NULL, 0, NULL)
		       ? 0
		       : -1;
}

static int teardown(void **state)
{
	(void)state;
	bf_maker_free(&maker);
	return unlink("list") || chdir("/") || rmdir(folder);
}

static void write_list(const char *text)
{
	FILE *file = fopen("list", "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static struct stand make(const char *hosts_path, double age, size_t held_max)
{
	const struct bf_catalog_options of_catalog = {&maker, url, hosts_path, &metrics};
	struct bf_hosts hosts = {0};
	struct stand stand = {.history = bf_history_new(10)};
	assert_non_null(stand.history);
	assert_int_equal(bf_hosts_load(hosts_path, url, &maker, &hosts, NULL), BF_OK);
	assert_int_equal(bf_catalog_new(&of_catalog, &hosts, &stand.catalog, NULL),
			 BF_OK);
	const struct bf_front_options options = {
		.page = {.before = bf_view("before", 6), .after = bf_view("after", 5)},
		.catalog = stand.catalog,
		.history = stand.history,
		.image_size = 1000,
		.age = age,
		.held_max = held_max};
	assert_int_equal(bf_front_new(&options, &stand.front, NULL), BF_OK);
	return stand;
}

static void destroy(struct stand *stand)
{
	bf_front_free(stand->front);
	bf_catalog_free(stand->catalog);
	bf_history_free(stand->history);
}

static void fetch(const struct stand *stand, const char *host, uint64_t first,
		  uint64_t length)
{
	const struct bf_fetch one = {.when = 1800000000, .status = 206, .complete = true};
	struct bf_subject image = {.version = 1, .size = 1000};
	snprintf(image.name, sizeof(image.name), "%s", host);
	image.parts.n = 1;
	image.parts.items[0] = (struct bf_range){first, length};
	bf_history_add(stand->history, &image, &one);
}

static void assert_json(struct bf_front *front, const char *wanted)
{
	struct bf_front_list *list = bf_front_list(front);
	assert_non_null(list);
	assert_int_equal(list->json.size, strlen(wanted));
	assert_memory_equal(list->json.data, wanted, strlen(wanted));
	bf_front_list_release(list);
}

static void test_list(void **state)
{
	(void)state;
	write_list("web2\nweb1\n");
	struct stand stand = make("list", 0, 1 << 20);
	assert_json(stand.front, "{\"size\":1000,\"links\":false,\"hosts\":[\n"
				 "{\"host\":\"web1\"},\n{\"host\":\"web2\"}\n]}");
	fetch(&stand, "web2", 0, 100);
	fetch(&stand, "web3", 0, 100); /* no host of the list any more */
	assert_json(stand.front,
		    "{\"size\":1000,\"links\":false,\"hosts\":[\n{\"host\":\"web1\"},\n"
		    "{\"host\":\"web2\",\"last\":{\"time\":\"2027-01-15T08:00:00Z\","
		    "\"client\":\"[::]:0\",\"bytes\":100,\"complete\":true}}\n]}");
	write_list("web4\n");
	assert_int_equal(bf_catalog_reload(stand.catalog, NULL), BF_OK);
	assert_json(stand.front, "{\"size\":1000,\"links\":false,\"hosts\":[\n"
				 "{\"host\":\"web4\"}\n]}");
	destroy(&stand);
}

static void test_without_a_list(void **state)
{
	(void)state;
	struct stand stand = make(NULL, 0, 1 << 20);
	struct bf_front_list *one = bf_front_list(stand.front);
	fetch(&stand, "web1", 0, 100);
	struct bf_front_list *two = bf_front_list(stand.front);
	assert_ptr_equal(one, two);
	bf_front_list_release(one);
	bf_front_list_release(two);
	assert_json(stand.front, "null");
	destroy(&stand);
}

static void test_etag(void **state)
{
	(void)state;
	write_list("web1\n");
	struct stand stand = make("list", 0, 1 << 20);
	struct bf_front_list *one = bf_front_list(stand.front);
	struct bf_front_list *same = bf_front_list(stand.front);
	assert_ptr_equal(one, same);
	fetch(&stand, "web1", 0, 100);
	struct bf_front_list *other = bf_front_list(stand.front);
	assert_string_not_equal(one->etag, other->etag);
	bf_front_list_release(one);
	bf_front_list_release(same);
	bf_front_list_release(other);
	destroy(&stand);
}

/* However many ask and whatever happens, a list is not made all the time. */
static void test_age(void **state)
{
	(void)state;
	write_list("web1\n");
	struct stand stand = make("list", 1e9, 1 << 20);
	struct bf_front_list *one = bf_front_list(stand.front);
	fetch(&stand, "web1", 0, 100);
	struct bf_front_list *two = bf_front_list(stand.front);
	assert_ptr_equal(one, two);
	bf_front_list_release(one);
	bf_front_list_release(two);
	destroy(&stand);
}

/* Who takes a page and does not read it keeps the list of its time, and only so many can. */
static void test_held(void **state)
{
	(void)state;
	write_list("web1\n");
	struct stand stand = make("list", 0, 100);
	struct bf_front_list *held = bf_front_list(stand.front);
	assert_json(stand.front, "{\"size\":1000,\"links\":false,\"hosts\":[\n"
				 "{\"host\":\"web1\"}\n]}");
	fetch(&stand, "web1", 0, 100);
	assert_null(bf_front_list(stand.front));
	assert_null(bf_front_list(stand.front));
	bf_front_list_release(held);
	held = bf_front_list(stand.front);
	assert_non_null(held);
	bf_front_list_release(held);
	destroy(&stand);
}

/* Returns NULL if every list was a whole one. */
static void *ask_many(void *closure)
{
	const struct stand *stand = closure;
	for (unsigned i = 0; i < 500; i++) {
		struct bf_front_list *list = bf_front_list(stand->front);
		if (!list || list->json.data[list->json.size - 1] != '}')
			return closure;
		fetch(stand, i % 2 ? "web1" : "web2", i, 1);
		bf_front_list_release(list);
	}
	return NULL;
}

static void test_threads(void **state)
{
	enum { THREADS = 4 };
	pthread_t threads[THREADS];
	(void)state;
	write_list("web1\nweb2\n");
	struct stand stand = make("list", 0, 1 << 20);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask_many, &stand), 0);
	for (int i = 0; i < 20; i++)
		assert_int_equal(bf_catalog_reload(stand.catalog, NULL), BF_OK);
	for (int i = 0; i < THREADS; i++) {
		void *problem = &stand;
		assert_int_equal(pthread_join(threads[i], &problem), 0);
		assert_null(problem);
	}
	destroy(&stand);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list), cmocka_unit_test(test_without_a_list),
		cmocka_unit_test(test_etag), cmocka_unit_test(test_age),
		cmocka_unit_test(test_held), cmocka_unit_test(test_threads),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
