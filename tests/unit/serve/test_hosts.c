/* SPDX-License-Identifier: GPL-3.0-only */
#include "serve/hosts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ipxe/loose.h"
#include "link/path.h"

#define ITEMS(array) (sizeof(array) / sizeof((array)[0]))

static char folder[] = "/tmp/boots-from-hosts.XXXXXX";
static struct bf_maker maker;

static int setup(void **state)
{
	(void)state;
	const struct bf_maker_options options = bf_maker_options_default();
	return mkdtemp(folder) && chdir(folder) == 0
		       ? bf_maker_init(&maker, &options, NULL)
		       : -1;
}

static int teardown(void **state)
{
	(void)state;
	bf_maker_free(&maker);
	return chdir("/") || rmdir(folder);
}

static void write_file(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}

static int read_list(const char *list, const char *url, struct bf_hosts *ret,
		     struct bf_error *reterr)
{
	write_file("list", list);
	int err = bf_hosts_read("list", url, &maker, ret, reterr);
	assert_int_equal(unlink("list"), 0);
	return err;
}

/* What a host boots is this URL; NULL: there is no such host. */
static void assert_url(const struct bf_hosts *hosts, const char *host, const char *url)
{
	struct bf_target target = {0};
	bool exists;
	assert_int_equal(bf_hosts_target(hosts, host, &exists, &target, NULL), BF_OK);
	assert_int_equal(exists, url != NULL);
	if (url)
		assert_string_equal(target.url, url);
	else
		assert_null(target.url);
	bf_target_free(&target);
}

static void assert_sentence(const struct bf_error *error, const char *start)
{
	if (strncmp(error->text, start, strlen(start)) != 0)
		fail_msg("not '%s' but '%s'", start, error->text);
}

static void test_any(void **state)
{
	(void)state;
	struct bf_hosts hosts;
	assert_int_equal(bf_hosts_any("http://192.0.2.1/{host}?x=${net0/mac}", &maker,
				      &hosts, NULL),
			 BF_OK);
	assert_int_equal(hosts.n_items, 0);
	assert_url(&hosts, "web1", "http://192.0.2.1/web1?x=${net0/mac}");
	assert_url(&hosts, "WEB1", "http://192.0.2.1/WEB1?x=${net0/mac}");
	bf_hosts_free(&hosts);
	assert_int_equal(bf_hosts_any("tftp://192.0.2.1/all", &maker, &hosts, NULL),
			 BF_OK);
	assert_url(&hosts, "any.name-at_all", "tftp://192.0.2.1/all");
	bf_hosts_free(&hosts);
}

/* A pattern no host could boot from is refused before anybody asks. */
static void test_any_refused(void **state)
{
	(void)state;
	static const struct {
		const char *url;
		int err;
		const char *sentence;
	} cases[] = {
		{"http://192.0.2.1/{rack}", BF_ERR_USAGE,
		 "there is no column 'rack' for {rack}"},
		{"http://192.0.2.1/{host", BF_ERR_USAGE,
		 "the { at column 18 is without its }"},
		{"192.0.2.1/{host}", BF_ERR_INPUT, "'192.0.2.1/host' has no scheme: "},
		{"gopher://192.0.2.1/{host}", BF_ERR_INPUT,
		 "this iPXE cannot open gopher: URLs, "},
		{"http://192.0.2.1/a b", BF_ERR_INPUT,
		 "the URL has a space at column 19"},
		{"", BF_ERR_INPUT, "the URL is empty: "},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct bf_hosts hosts;
		struct bf_error error;
		assert_int_equal(bf_hosts_any(cases[i].url, &maker, &hosts, &error),
				 cases[i].err);
		assert_sentence(&error, cases[i].sentence);
	}
}

static void test_list(void **state)
{
	(void)state;
	static const char list[] = "host,url,rack\n"
				   "web2,,a1\n"
				   "db-1.example,http://192.0.2.9/own,\n"
				   "Web2,,b2\n"
				   "web10,,a1\n";
	struct bf_hosts hosts;
	assert_int_equal(read_list(list, "http://192.0.2.1/{rack}/{host}", &hosts, NULL),
			 BF_OK);
	assert_int_equal(hosts.n_items, 4);
	assert_url(&hosts, "web2", "http://192.0.2.1/a1/web2");
	assert_url(&hosts, "Web2", "http://192.0.2.1/b2/Web2");
	assert_url(&hosts, "web10", "http://192.0.2.1/a1/web10");
	assert_url(&hosts, "db-1.example", "http://192.0.2.9/own");
	static const char *const others[] = {"",     "web",  "web1", "web22",
					     "WEB2", "db-1", "zzz",  "host"};
	for (size_t i = 0; i < ITEMS(others); i++)
		assert_url(&hosts, others[i], NULL);
	bf_hosts_free(&hosts);
	assert_null(hosts.items);
	bf_hosts_free(&hosts);
}

/* What one row has wrong is known when the list is read, not when its host boots. */
static void test_list_refused(void **state)
{
	(void)state;
	static const struct {
		const char *list, *url;
		int err;
		const char *sentence;
	} cases[] = {
		{"host\nweb1\n-web2\n", "http://192.0.2.1/", BF_ERR_INPUT,
		 "'list': line 3, column host: '-web2' is no name to serve a host by: 1 "
		 "to 253 "},
		{"host\nweb1\na/b\n", "http://192.0.2.1/", BF_ERR_INPUT,
		 "'list': line 3, column host: 'a/b' is no name to serve a host by: "},
		{"host\nweb1\n..\n", "http://192.0.2.1/", BF_ERR_INPUT,
		 "'list': line 3, column host: '..' is no name to serve a host by: "},
		{"host\na\033b\n", "http://192.0.2.1/", BF_ERR_INPUT,
		 "'list': line 2, column host: 'a\\x1bb' is no name to serve a host "
		 "by: "},
		{"host\na\nb\na\n", "http://192.0.2.1/", BF_ERR_INPUT,
		 "'list': line 4, column host: the host 'a' is there twice, on line 2 "
		 "too"},
		{"host,url\na,\n", NULL, BF_ERR_INPUT, "'list': line 2: no URL: "},
		{"host,url\na,gopher://s/\n", NULL, BF_ERR_INPUT,
		 "'list': line 2, column url: this iPXE cannot open gopher: URLs"},
		{"host,vlan\na,7\nb,x\n", "http://192.0.2.1/", BF_ERR_USAGE,
		 "'list': line 3, column vlan: 'x' is not a number from 1 to 4094"},
		{"host,script\na,missing\n", "http://192.0.2.1/", BF_ERR_IO,
		 "'list': line 2, column script: 'missing': cannot open: "},
		{"host,ip\na,192.0.2.7/24\n", "http://name/", BF_ERR_USAGE,
		 "'list': line 2, column ip: a static address without DNS: "},
		{"host\na\n", "http://s/{rack}", BF_ERR_USAGE,
		 "'list': there is no column 'rack' for {rack}"},
		{"host\n", "http://192.0.2.1/", BF_ERR_INPUT,
		 "'list': the list has no machine in it"},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct bf_hosts hosts = {0};
		struct bf_error error;
		assert_int_equal(read_list(cases[i].list, cases[i].url, &hosts, &error),
				 cases[i].err);
		assert_sentence(&error, cases[i].sentence);
		assert_null(hosts.items);
	}
	struct bf_hosts hosts = {0};
	struct bf_error error;
	assert_int_equal(
		bf_hosts_read("gone", "http://192.0.2.1/", &maker, &hosts, &error),
		BF_ERR_IO);
	assert_sentence(&error, "'gone': cannot open: ");
}

static void test_longest_name(void **state)
{
	(void)state;
	char list[BF_PATH_HOST_SIZE + 8] = "host\n";
	char *name = list + strlen(list);
	struct bf_hosts hosts = {0};
	struct bf_error error;
	memset(name, 'n', BF_PATH_HOST_SIZE - 1);
	assert_int_equal(read_list(list, "http://192.0.2.1/", &hosts, NULL), BF_OK);
	assert_url(&hosts, name, "http://192.0.2.1/");
	bf_hosts_free(&hosts);
	name[BF_PATH_HOST_SIZE - 1] = 'n';
	assert_int_equal(read_list(list, "http://192.0.2.1/", &hosts, &error),
			 BF_ERR_INPUT);
	assert_sentence(&error, "'list': line 2, column host: 'nnnnnn");
}

/* Not one character more than the slots take, of which one is a newline. */
static void test_large_script(void **state)
{
	(void)state;
	static const char list[] = "host,script\na,large\nb,small\n";
	char script[BF_SLOT_SIZE + 1] = "";
	struct bf_hosts hosts = {0};
	struct bf_error error;
	size_t fits = bf_slot_capacity(BF_SLOT_SIZE) - 1;
	memset(script, '#', fits);
	write_file("large", script);
	write_file("small", "shell\n");
	assert_int_equal(read_list(list, NULL, &hosts, NULL), BF_OK);
	assert_int_equal(hosts.largest, fits + 1);
	bf_hosts_free(&hosts);
	/* Until the template is laid out there can be more room; then there is what it has. */
	script[fits] = '#';
	write_file("large", script);
	assert_int_equal(read_list(list, NULL, &hosts, NULL), BF_OK);
	assert_int_equal(hosts.largest, fits + 2 + bf_loose_preamble().size);
	bf_hosts_free(&hosts);
	bf_renderer_settle(&maker.renderer, 0);
	assert_int_equal(read_list(list, NULL, &hosts, &error), BF_ERR_TOO_BIG);
	assert_sentence(&error,
			"'list': line 2, column script: the script is 8132 bytes, "
			"the slot takes 8131");
	maker.renderer.is_open = true;
	maker.renderer.loose_size = BF_SLOT_LOOSE_SIZE_MAX;
	assert_int_equal(unlink("large") || unlink("small"), 0);
}

/* A row's script is read with the list: what becomes of the file changes nothing. */
static void test_script(void **state)
{
	(void)state;
	struct bf_hosts hosts;
	struct bf_target target = {0};
	bool exists;
	write_file("own", "echo one\n");
	assert_int_equal(read_list("host,script\na,own\n", NULL, &hosts, NULL), BF_OK);
	write_file("own", "echo two\n");
	assert_int_equal(unlink("own"), 0);
	assert_int_equal(bf_hosts_target(&hosts, "a", &exists, &target, NULL), BF_OK);
	assert_true(exists);
	assert_null(target.url);
	assert_int_equal(target.script.size, 9);
	assert_memory_equal(target.script.data, "echo one\n", 9);
	bf_target_free(&target);
	bf_hosts_free(&hosts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any),          cmocka_unit_test(test_any_refused),
		cmocka_unit_test(test_list),         cmocka_unit_test(test_list_refused),
		cmocka_unit_test(test_longest_name), cmocka_unit_test(test_large_script),
		cmocka_unit_test(test_script),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
