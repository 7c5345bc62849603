/* SPDX-License-Identifier: GPL-3.0-only */
/* What the tables of options and commands must keep to, whoever adds a row. */

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/number.h"
#include "cmd/arguments.h"

static void test_no_two_are_alike_in_one_command(void **state)
{
	(void)state;
	for (size_t c = 0; c < bf_n_commands; c++)
		for (size_t i = 0; i < bf_n_options; i++)
			for (size_t j = 0; j < i; j++) {
				const struct bf_option *one = &bf_options[i];
				const struct bf_option *other = &bf_options[j];
				if (!bf_command_takes(&bf_commands[c], one) ||
				    !bf_command_takes(&bf_commands[c], other))
					continue;
				assert_string_not_equal(one->name, other->name);
				assert_true(!one->letter || one->letter != other->letter);
			}
}

/* Completions, and what is said of another command's option, go by the name alone. */
static void test_one_name_is_one_kind_of_option(void **state)
{
	(void)state;
	for (size_t i = 0; i < bf_n_options; i++)
		for (size_t j = 0; j < i; j++) {
			const struct bf_option *one = &bf_options[i];
			const struct bf_option *other = &bf_options[j];
			bool is_same = strcmp(one->name, other->name) == 0;
			if (is_same || (one->letter && one->letter == other->letter)) {
				assert_string_equal(one->name, other->name);
				assert_int_equal(one->letter, other->letter);
				assert_int_equal(one->value, other->value);
				assert_int_equal(!one->argument, !other->argument);
			}
		}
}

static void test_every_option_is_complete(void **state)
{
	(void)state;
	for (size_t i = 0; i < bf_n_options; i++) {
		const struct bf_option *option = &bf_options[i];
		unsigned number, groups = 0;
		bool has_words =
			option->value == BF_VALUE_WORD || option->value == BF_VALUE_WORDS;
		for (size_t c = 0; c < bf_n_commands; c++)
			groups |= bf_commands[c].groups;
		assert_true(groups & 1u << option->group);
		assert_true(strlen(option->help) > 0);
		assert_int_equal(!option->argument, option->kind == BF_OPTION_FLAG);
		assert_int_equal(!option->words, !has_words);
		assert_true(!option->fallback || option->argument);
		if (option->kind == BF_OPTION_TEXTS)
			assert_in_range(option->max, 1, BF_TEXTS_MAX);
		if (option->kind == BF_OPTION_NUMBER && option->fallback)
			assert_int_equal(bf_number_parse(option->fallback, option->min,
							 option->max, &number, NULL),
					 BF_OK);
		if (option->kind == BF_OPTION_TARGET)
			assert_string_equal(bf_target_find(option->name), option->name);
		if (option->kind == BF_OPTION_MAKER && option->fallback) {
			struct bf_maker_options options = bf_maker_options_default();
			assert_int_equal(bf_maker_options_set(&options, option->name,
							      option->fallback, NULL),
					 BF_OK);
		}
	}
}

/* What is refused with a sentence of its own is not taken, and some command takes it. */
static void test_commands(void **state)
{
	(void)state;
	for (size_t c = 0; c < bf_n_commands; c++) {
		const struct bf_command *command = &bf_commands[c];
		assert_int_equal(command->groups & command->refused, 0);
		assert_int_equal(!command->refused, !command->refusal);
		assert_true(command->groups & 1u << BF_GROUP_COMMON);
		assert_non_null(command->usage[0]);
		assert_non_null(command->run);
		assert_int_equal(strlen(command->name) == 0, c == 0);
		assert_ptr_equal(bf_command_find(command->name), c ? command : NULL);
	}
	assert_null(bf_command_word(bf_n_commands - 1));
}

/* words ends in a NULL; getopt only reorders them. */
static void parse(const char **words, struct bf_arguments *ret)
{
	struct bf_error error = {"no error text"};
	int argc = 0;
	while (words[argc])
		argc++;
	optind = 0; /* getopt's own, for a second command line */
	if (bf_arguments_parse(argc, (char **)words, ret, &error))
		fail_msg("%s", error.text);
}

static void test_fallbacks(void **state)
{
	(void)state;
	struct bf_arguments arguments;
	const char *plain[] = {"boots-from", "serve", NULL};
	const char *given[] = {"boots-from", "serve", "--listen=a:1", "--idle-timeout=7",
			       NULL};
	parse(plain, &arguments);
	assert_int_equal(arguments.listen.n, 1);
	assert_string_equal(arguments.listen.text[0], "127.0.0.1:8080");
	assert_int_equal(arguments.idle_seconds, 30);
	assert_null(arguments.folder); /* is batch's */
	bf_arguments_free(&arguments);

	/* One that is given takes the place of the fallback instead of joining it. */
	parse(given, &arguments);
	assert_int_equal(arguments.listen.n, 1);
	assert_string_equal(arguments.listen.text[0], "a:1");
	assert_int_equal(arguments.idle_seconds, 7);
	assert_int_equal(arguments.connections, 1024);
	bf_arguments_free(&arguments);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_two_are_alike_in_one_command),
		cmocka_unit_test(test_one_name_is_one_kind_of_option),
		cmocka_unit_test(test_every_option_is_complete),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_fallbacks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
