/* SPDX-License-Identifier: GPL-3.0-only */
#include "serve/catalog.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define ITEMS(array) (sizeof(array) / sizeof((array)[0]))

enum { MANY = 2000 }; /* hosts: far more than images are kept */

static char folder[] = "/tmp/boots-from-catalog.XXXXXX";
static struct bf_maker maker, other_maker;
static struct bf_metrics metrics;

static int make(struct bf_maker *ret, const char *label)
{
	struct bf_maker_options options = bf_maker_options_default();
	int err = bf_maker_options_set(&options, "label", label, NULL);
	if (!err)
		err = bf_maker_init(ret, &options, NULL);
	return err ? err : bf_maker_lay_out(ret, NULL, 0, NULL);
}

static int setup(void **state)
{
	(void)state;
	return mkdtemp(folder) && chdir(folder) == 0 && !make(&maker, "one") &&
			       !make(&other_maker, "two")
		       ? 0
		       : -1;
}

static int teardown(void **state)
{
	(void)state;
	bf_maker_free(&maker);
	bf_maker_free(&other_maker);
	return unlink("list") || chdir("/") || rmdir(folder);
}

static void write_list(const char *text)
{
	FILE *file = fopen("list", "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static struct bf_catalog *new_catalog(const struct bf_maker *its_maker, const char *url,
				      const char *hosts_path)
{
	const struct bf_catalog_options options = {its_maker, url, hosts_path, &metrics};
	struct bf_catalog *catalog = NULL;
	struct bf_error error;
	struct bf_hosts hosts;
	if (bf_hosts_load(hosts_path, url, its_maker, &hosts, &error) ||
	    bf_catalog_new(&options, &hosts, &catalog, &error))
		fail_msg("%s", error.text);
	return catalog;
}

static struct bf_served *find(struct bf_catalog *catalog, const char *host)
{
	struct bf_served *served;
	time_t modified;
	assert_int_equal(bf_catalog_find(catalog, &(struct bf_served_key){.host = host},
					 &served, &modified, NULL),
			 BF_OK);
	return served;
}

/* The host's image is there, and its script has the text. */
static void assert_boots(struct bf_catalog *catalog, const char *host, const char *text)
{
	struct bf_served *served = find(catalog, host);
	size_t at;
	assert_non_null(served);
	assert_string_equal(served->host, host);
	if (!bf_view_find(bf_buffer_view(&served->image.script), 0,
			  bf_view(text, strlen(text)), &at))
		fail_msg("%s: no '%s' in '%.*s'", host, text,
			 (int)served->image.script.size,
			 (const char *)served->image.script.data);
	bf_served_release(served);
}

static void test_kept(void **state)
{
	(void)state;
	struct bf_catalog *catalog = new_catalog(&maker, "http://192.0.2.1/{host}", NULL);
	struct bf_served *one = find(catalog, "web1"), *again = find(catalog, "web1");
	struct bf_served *two = find(catalog, "web2");
	assert_ptr_equal(one, again);
	assert_ptr_not_equal(one, two);
	assert_boots(catalog, "web1", "http://192.0.2.1/web1 ");
	assert_boots(catalog, "web2", "http://192.0.2.1/web2 ");
	assert_int_equal(one->image.pieces.size, maker.tmpl.image.pieces.size);
	bf_served_release(again);
	bf_served_release(two);
	/* Who holds an image keeps it, whatever becomes of the catalog. */
	bf_catalog_free(catalog);
	assert_string_equal(one->host, "web1");
	bf_served_release(one);
}

static void find_etag(struct bf_catalog *catalog, const char *host,
		      char ret[BF_SERVED_ETAG_SIZE])
{
	struct bf_served *served = find(catalog, host);
	memcpy(ret, served->etag, BF_SERVED_ETAG_SIZE);
	bf_served_release(served);
}

/* Same bytes, same etag, in any process; and never for other ones. */
static void test_etags(void **state)
{
	(void)state;
	static const struct {
		const struct bf_maker *maker;
		const char *url, *host;
		bool is_same;
	} cases[] = {
		{&maker, "http://192.0.2.1/{host}", "a", true},
		{&maker, "http://192.0.2.1/a", "b", true},
		{&maker, "http://192.0.2.1/{host}", "b", false},
		{&maker, "https://192.0.2.1/{host}", "a", false},
		{&other_maker, "http://192.0.2.1/{host}", "a", false},
	};
	char first[BF_SERVED_ETAG_SIZE], etag[BF_SERVED_ETAG_SIZE];
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct bf_catalog *catalog =
			new_catalog(cases[i].maker, cases[i].url, NULL);
		find_etag(catalog, cases[i].host, etag);
		assert_int_equal(strlen(etag), BF_SERVED_ETAG_SIZE - 1);
		assert_int_equal(etag[0], '"');
		assert_int_equal(strspn(etag + 1, "0123456789abcdef"), 32);
		assert_int_equal(etag[33], '"');
		if (i == 0)
			memcpy(first, etag, sizeof(first));
		assert_int_equal(strcmp(etag, first) == 0, cases[i].is_same);
		bf_catalog_free(catalog);
	}
}

/* Images that are not kept any more are made anew, and no host gets another's. */
static void test_many_hosts(void **state)
{
	(void)state;
	struct bf_catalog *catalog =
		new_catalog(&maker, "http://192.0.2.1/{host}/x", NULL);
	struct bf_served *held = find(catalog, "h0");
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < MANY; i++) {
			char host[16], url[64];
			snprintf(host, sizeof(host), "h%d", i);
			snprintf(url, sizeof(url), "http://192.0.2.1/h%d/x ", i);
			assert_boots(catalog, host, url);
		}
	assert_string_equal(held->host, "h0");
	bf_served_release(held);
	bf_catalog_free(catalog);
}

static void assert_remarks(const struct bf_catalog *catalog, const char *wanted)
{
	struct bf_buffer text = {0};
	assert_int_equal(bf_catalog_remark(catalog, &text, NULL), BF_OK);
	assert_int_equal(bf_buffer_append(&text, "", 1), BF_OK);
	assert_string_equal((const char *)text.data, wanted);
	bf_buffer_free(&text);
}

static void test_no_such_host(void **state)
{
	(void)state;
	write_list("host\nweb1\n");
	struct bf_catalog *catalog =
		new_catalog(&maker, "http://192.0.2.1/{host}", "list");
	assert_boots(catalog, "web1", "http://192.0.2.1/web1 ");
	assert_null(find(catalog, "web2"));
	assert_null(find(catalog, ""));
	bf_catalog_free(catalog);
}

static void test_reload(void **state)
{
	(void)state;
	char before[BF_SERVED_ETAG_SIZE], after[BF_SERVED_ETAG_SIZE];
	write_list("host,path\nweb1,old\nweb2,old\n");
	struct bf_catalog *catalog =
		new_catalog(&maker, "http://192.0.2.1/{path}/{host}", "list");
	struct bf_served *held = find(catalog, "web1");
	find_etag(catalog, "web2", before);

	write_list("host,path\nweb2,old\nweb1,new\nweb3,new\n");
	assert_boots(catalog, "web1", "/old/web1 ");
	assert_null(find(catalog, "web3"));
	assert_int_equal(bf_catalog_reload(catalog, NULL), BF_OK);
	assert_remarks(catalog, "3 machines, a table with commas between 2 columns\n");
	assert_boots(catalog, "web1", "/new/web1 ");
	assert_boots(catalog, "web3", "/new/web3 ");
	/* What did not change has the same bytes, and whoever is being sent the old ones
	 * gets them to the end. */
	find_etag(catalog, "web2", after);
	assert_string_equal(before, after);
	size_t at;
	assert_true(bf_view_find(bf_buffer_view(&held->image.script), 0,
				 bf_view("/old/web1 ", 10), &at));
	bf_served_release(held);
	bf_catalog_free(catalog);
}

/* The modification time is that of the last list that was read. */
static void test_modified(void **state)
{
	(void)state;
	struct bf_served *served;
	time_t modified, again, start = time(NULL);
	write_list("host\nweb1\n");
	struct bf_catalog *catalog = new_catalog(&maker, "http://192.0.2.1/", "list");
	assert_int_equal(bf_catalog_find(catalog, &(struct bf_served_key){.host = "web1"},
					 &served, &modified, NULL),
			 BF_OK);
	bf_served_release(served);
	assert_true(modified >= start && modified <= time(NULL));
	while (time(NULL) == modified)
		usleep(10000);
	assert_int_equal(bf_catalog_find(catalog, &(struct bf_served_key){.host = "web1"},
					 &served, &again, NULL),
			 BF_OK);
	bf_served_release(served);
	assert_true(again == modified);
	assert_int_equal(bf_catalog_reload(catalog, NULL), BF_OK);
	assert_int_equal(bf_catalog_find(catalog, &(struct bf_served_key){.host = "web1"},
					 &served, &again, NULL),
			 BF_OK);
	bf_served_release(served);
	assert_true(again > modified);
	bf_catalog_free(catalog);
}

static void assert_sentence(const struct bf_error *error, const char *start)
{
	if (strncmp(error->text, start, strlen(start)) != 0)
		fail_msg("not '%s' but '%s'", start, error->text);
}

/* A list that cannot be used leaves everything as it was, the images kept too. */
static void test_reload_refused(void **state)
{
	(void)state;
	static const struct {
		const char *list;
		int err;
		const char *sentence;
	} cases[] = {
		{"host,vlan\nweb1,7\nweb2,x\n", BF_ERR_USAGE,
		 "'list': line 3, column vlan: "},
		{"host\nweb1\nweb1\n", BF_ERR_INPUT,
		 "'list': line 3, column host: the host 'web1' is there twice, on line "
		 "2 too"},
		{"host\n", BF_ERR_INPUT, "'list': the list has no machine in it"},
	};
	write_list("host\nweb1\n");
	struct bf_catalog *catalog =
		new_catalog(&maker, "http://192.0.2.1/{host}", "list");
	struct bf_served *before = find(catalog, "web1");
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct bf_error error;
		write_list(cases[i].list);
		assert_int_equal(bf_catalog_reload(catalog, &error), cases[i].err);
		assert_sentence(&error, cases[i].sentence);
		assert_remarks(catalog, "1 machine, a table with one column\n");
		struct bf_served *after = find(catalog, "web1");
		assert_ptr_equal(before, after);
		bf_served_release(after);
	}
	bf_served_release(before);
	bf_catalog_free(catalog);
}

static void test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *url, *hosts_path;
		int err;
		const char *sentence;
	} cases[] = {
		{"gopher://a/", NULL, BF_ERR_INPUT, "this iPXE cannot open gopher: URLs"},
		{"http://a/{rack}", NULL, BF_ERR_USAGE, "there is no column 'rack'"},
		{"http://a/{rack}", "list", BF_ERR_USAGE,
		 "'list': there is no column 'rack'"},
		{"http://a/", "gone", BF_ERR_IO, "'gone': cannot open: "},
	};
	write_list("host\nweb1\n");
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct bf_hosts hosts = {0};
		struct bf_error error;
		assert_int_equal(bf_hosts_load(cases[i].hosts_path, cases[i].url, &maker,
					       &hosts, &error),
				 cases[i].err);
		assert_sentence(&error, cases[i].sentence);
		assert_null(hosts.maker);
	}
	bf_catalog_free(NULL);
}

/* A host whose image cannot be made: the name makes a script too large for its slot. */
static void test_image_refused(void **state)
{
	(void)state;
	char url[4096] = "http://192.0.2.1/";
	struct bf_served *served = NULL;
	struct bf_error error;
	time_t modified;
	for (int i = 0; i < 31; i++)
		strcat(url, "{host}");
	struct bf_catalog *catalog = new_catalog(&maker, url, NULL);
	char host[BF_PATH_HOST_SIZE];
	memset(host, 'n', sizeof(host));
	host[sizeof(host) - 1] = '\0';
	assert_int_equal(bf_catalog_find(catalog, &(struct bf_served_key){.host = host},
					 &served, &modified, &error),
			 BF_ERR_TOO_BIG);
	assert_sentence(&error, "the script is ");
	assert_null(served);
	assert_boots(catalog, "n", "http://192.0.2.1/nnn");
	bf_catalog_free(catalog);
}

struct asker {
	pthread_t thread;
	struct bf_catalog *catalog;
	const char *problem;
};

static const char *ask_once(struct bf_catalog *catalog, int i)
{
	struct bf_served *served;
	time_t modified;
	char host[16];
	snprintf(host, sizeof(host), "h%d", i % 500);
	if (i % 100 == 0 && bf_catalog_reload(catalog, NULL))
		return "a reload failed";
	if (bf_catalog_find(catalog, &(struct bf_served_key){.host = host}, &served,
			    &modified, NULL) ||
	    !served)
		return "no image";
	bool is_right = strcmp(served->host, host) == 0;
	bf_served_release(served);
	return is_right ? NULL : "another host's image";
}

static void *ask(void *closure)
{
	struct asker *asker = closure;
	for (int i = 0; i < MANY && !asker->problem; i++)
		asker->problem = ask_once(asker->catalog, i);
	return NULL;
}

static void test_threads(void **state)
{
	(void)state;
	struct asker askers[4] = {0};
	struct bf_catalog *catalog = new_catalog(&maker, "http://192.0.2.1/{host}", NULL);
	for (size_t i = 0; i < ITEMS(askers); i++) {
		askers[i].catalog = catalog;
		assert_int_equal(pthread_create(&askers[i].thread, NULL, ask, &askers[i]),
				 0);
	}
	for (size_t i = 0; i < ITEMS(askers); i++) {
		assert_int_equal(pthread_join(askers[i].thread, NULL), 0);
		if (askers[i].problem)
			fail_msg("%s", askers[i].problem);
	}
	bf_catalog_free(catalog);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_etags),
		cmocka_unit_test(test_many_hosts),
		cmocka_unit_test(test_no_such_host),
		cmocka_unit_test(test_reload),
		cmocka_unit_test(test_modified),
		cmocka_unit_test(test_reload_refused),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_image_refused),
		cmocka_unit_test(test_threads),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
