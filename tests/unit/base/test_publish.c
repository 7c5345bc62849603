/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/publish.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/boots-from-publish.XXXXXX";

static int setup(void **state)
{
	(void)state;
	return mkdtemp(folder) && chdir(folder) == 0 && mkdir("other", 0700) == 0 ? 0
										  : -1;
}

/* Fails, too, when anything has been left behind. */
static int teardown(void **state)
{
	(void)state;
	return rmdir("other") || chdir("/") || rmdir(folder);
}

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void assert_holds(const char *path, const char *text)
{
	char found[16] = {0};
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	size_t n = fread(found, 1, sizeof(found) - 1, file);
	fclose(file);
	assert_int_equal(n, strlen(text));
	assert_string_equal(found, text);
}

static struct bf_output written(const char *path)
{
	struct bf_output output = {0};
	struct bf_pieces pieces = {0};
	assert_int_equal(bf_pieces_append(&pieces, bf_view("new", 3)), BF_OK);
	assert_int_equal(bf_output_open(path, &output, NULL), BF_OK);
	assert_int_equal(bf_output_write(&output, &pieces, NULL), BF_OK);
	bf_pieces_free(&pieces);
	return output;
}

static void add(struct bf_round *round, const char *path)
{
	struct bf_output output = written(path);
	assert_true(bf_round_add(round, &output));
	assert_null(output.path);
	bf_output_close(&output);
}

/* What was told. */
struct told {
	size_t n_good, n_bad;
	struct bf_error first;
};

static void tell(void *context, int err, const struct bf_error *error)
{
	struct told *told = context;
	if (!err)
		told->n_good++;
	else if (told->n_bad++ == 0)
		told->first = *error;
}

static void test_one(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct bf_output output = written("a");
		assert_int_equal(output.replaces, i == 1);
		assert_int_equal(bf_output_publish(&output, NULL), BF_OK);
		bf_output_close(&output);
		assert_holds("a", "new");
	}
	assert_int_equal(unlink("a"), 0);
}

/* Two find the name free; the second one replaces what the first one wrote. */
static void test_a_name_is_taken_meanwhile(void **state)
{
	(void)state;
	struct bf_output output = written("a");
	put("a", "somebody's");
	assert_int_equal(bf_output_publish(&output, NULL), BF_OK);
	bf_output_close(&output);
	assert_holds("a", "new");
	assert_int_equal(unlink("a"), 0);
}

static void test_a_folder_takes_the_name_meanwhile(void **state)
{
	(void)state;
	struct bf_output output = written("a");
	struct bf_error error;
	assert_int_equal(mkdir("a", 0700), 0);
	assert_int_equal(bf_output_publish(&output, &error), BF_ERR_IO);
	assert_string_equal(error.text, "'a': cannot put it in place: Is a directory");
	bf_output_close(&output);
	assert_int_equal(rmdir("a"), 0);
}

static void test_what_a_round_does_not_take(void **state)
{
	(void)state;
	struct bf_round round = {0};
	struct told told = {0};
	struct bf_output new = written("new");
	assert_false(bf_round_add(&round, &new));
	assert_string_equal(new.path, "new");
	bf_output_close(&new);

	put("a", "old");
	put("other/b", "old");
	add(&round, "a");
	struct bf_output elsewhere = written("other/b");
	assert_false(bf_round_add(&round, &elsewhere));
	bf_output_close(&elsewhere);
	bf_round_publish(&round, tell, &told);
	assert_holds("a", "new");
	assert_holds("other/b", "old");
	assert_int_equal(told.n_good, 1);
	assert_int_equal(unlink("a") || unlink("other/b"), 0);
}

static void test_a_round(void **state)
{
	(void)state;
	struct bf_round round = {0};
	struct told told = {0};
	char name[16];
	for (int i = 0; i < BF_ROUND_SIZE; i++) {
		snprintf(name, sizeof(name), "%d", i);
		put(name, "old");
		add(&round, name);
	}
	assert_holds("0", "old");
	/* One of them cannot be put in place; that is no other's concern. */
	assert_int_equal(unlink("7") || mkdir("7", 0700), 0);
	bf_round_publish(&round, tell, &told);
	assert_int_equal(round.n, 0);
	assert_int_equal(told.n_good, BF_ROUND_SIZE - 1);
	assert_int_equal(told.n_bad, 1);
	assert_string_equal(told.first.text,
			    "'7': cannot put it in place: Is a directory");
	assert_int_equal(rmdir("7"), 0);
	for (int i = 0; i < BF_ROUND_SIZE; i++) {
		if (i == 7)
			continue;
		snprintf(name, sizeof(name), "%d", i);
		assert_holds(name, "new");
		assert_int_equal(unlink(name), 0);
	}
	bf_round_publish(&round, tell, &told); /* none is nothing */
	assert_int_equal(told.n_good, BF_ROUND_SIZE - 1);
}

static void test_giving_up(void **state)
{
	(void)state;
	struct bf_round round = {0};
	put("a", "old");
	add(&round, "a");
	bf_round_free(&round);
	bf_round_free(&round);
	assert_holds("a", "old");
	assert_int_equal(unlink("a"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_a_name_is_taken_meanwhile),
		cmocka_unit_test(test_a_folder_takes_the_name_meanwhile),
		cmocka_unit_test(test_what_a_round_does_not_take),
		cmocka_unit_test(test_a_round),
		cmocka_unit_test(test_giving_up),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
