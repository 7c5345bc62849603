/* SPDX-License-Identifier: GPL-3.0-only */
#include "cmd/arguments.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/cleanup.h"
#include "base/nearest.h"
#include "base/number.h"
#include "cmd/ask_passphrase.h"
#include "cmd/hint.h"

enum {
	OPTIONS_MAX = 64,
	LONG = 256, /* getopt's value of the row at index i is LONG + i */
};

/* What getopt_long() wants to know of the options that a command takes. */
struct grammar {
	struct option names[OPTIONS_MAX + 1];
	char letters[2 * OPTIONS_MAX + 2];
};

static struct grammar make_grammar(const struct bf_command *command)
{
	struct grammar grammar = {0};
	struct option *name = grammar.names;
	char *letter = grammar.letters;
	assert(bf_n_options <= OPTIONS_MAX);
	*letter++ = ':'; /* tell a missing value from an unknown option */
	for (size_t i = 0; i < bf_n_options; i++) {
		const struct bf_option *option = &bf_options[i];
		if (!bf_command_takes(command, option))
			continue;
		*name++ = (struct option){
			.name = option->name,
			.has_arg = option->argument ? required_argument : no_argument,
			.val = LONG + (int)i,
		};
		if (option->letter)
			*letter++ = option->letter;
		if (option->letter && option->argument)
			*letter++ = ':';
	}
	return grammar;
}

/* ---- What cannot be ---- */

/* Whether text, "--name", "--name=value" or "-x", is the option in full. */
static bool is_called(const struct bf_option *option, const char *text)
{
	size_t length = strlen(option->name);
	if (strncmp(text, "--", 2) != 0)
		return text[1] == option->letter;
	return strcspn(text + 2, "=") == length &&
	       memcmp(text + 2, option->name, length) == 0;
}

/* What text calls, if that is no option of this command but one of another. */
static const struct bf_option *find_elsewhere(const struct bf_command *command,
					      const char *text)
{
	const struct bf_option *found = NULL;
	for (size_t i = 0; i < bf_n_options; i++) {
		if (!is_called(&bf_options[i], text))
			continue;
		if (bf_command_takes(command, &bf_options[i]))
			return NULL;
		found = &bf_options[i];
	}
	return found;
}

/* A command that takes the option. */
static const struct bf_command *find_owner(const struct bf_option *option)
{
	const struct bf_command *command = bf_commands;
	while (!bf_command_takes(command, option))
		command++;
	return command;
}

static int fail_elsewhere(const struct bf_command *command,
			  const struct bf_option *option, struct bf_error *reterr)
{
	const struct bf_command *other = find_owner(option);
	if (command->refused & 1u << option->group)
		return bf_fail(reterr, BF_ERR_USAGE, "option --%s %s", option->name,
			       command->refusal);
	return bf_fail(reterr, BF_ERR_USAGE,
		       "option --%s is not for boots-from %s, but for boots-from %s",
		       option->name, bf_command_title(command), bf_command_title(other));
}

static const char *nearest_name(const struct bf_command *command, const char *name)
{
	const char *names[OPTIONS_MAX];
	size_t n = 0;
	for (size_t i = 0; i < bf_n_options; i++)
		if (bf_command_takes(command, &bf_options[i]))
			names[n++] = bf_options[i].name;
	return bf_nearest(name, names, n);
}

static int fail_unknown(const struct bf_command *command, const char *text,
			struct bf_error *reterr)
{
	char name[64], printable[128];
	const char *nearest = NULL;
	if (strncmp(text, "--", 2) == 0) {
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(text + 2, "="),
			 text + 2);
		nearest = nearest_name(command, name);
	}
	return bf_fail(reterr, BF_ERR_USAGE, "unknown option '%s'%s%s%s",
		       bf_printable(text, printable, sizeof(printable)),
		       nearest ? ": did you mean --" : "", nearest ? nearest : "",
		       nearest ? "?" : "");
}

/* What getopt_long() refused when it returned result, '?' or ':'; it prints nothing. */
static int fail(const struct bf_command *command, char **argv, int result,
		struct bf_error *reterr)
{
	char printable[128];
	char brief[3] = {'-', (char)optopt, '\0'};
	/* 0 for a long one that is unknown; optind waits at a cluster of short ones. */
	bool is_long = optopt == 0 || optopt >= LONG;
	const char *text = is_long ? argv[optind - 1] : brief;
	const struct bf_option *elsewhere = find_elsewhere(command, text);
	if (elsewhere)
		return fail_elsewhere(command, elsewhere, reterr);
	if (result == ':')
		return bf_fail(reterr, BF_ERR_USAGE, "option %s needs a value",
			       bf_printable(text, printable, sizeof(printable)));
	if (is_long && optopt)
		return bf_fail(reterr, BF_ERR_USAGE, "option %.*s takes no value",
			       (int)strcspn(text, "="), text);
	return fail_unknown(command, text, reterr);
}

/* ---- Options ---- */

static int find_word(const struct bf_option *option, const char *value, unsigned *ret,
		     struct bf_error *reterr)
{
	char printable[64];
	bf_cleanup(bf_buffer_free) struct bf_buffer words = {0};
	const char *word;
	for (unsigned i = 0; (word = option->words(i)); i++) {
		if (strcmp(word, value) == 0) {
			*ret = i;
			return BF_OK;
		}
		if (bf_buffer_print(&words, "%s%s", i > 0 ? ", " : "", word))
			return bf_fail_nomem(reterr);
	}
	return bf_fail(reterr, BF_ERR_USAGE, "'%s' is none of %.*s",
		       bf_printable(value, printable, sizeof(printable)), (int)words.size,
		       (const char *)words.data);
}

static int add(const struct bf_option *option, const char *value, struct bf_texts *texts,
	       struct bf_error *reterr)
{
	assert(option->max <= BF_TEXTS_MAX);
	if (texts->n == option->max)
		return bf_fail(reterr, BF_ERR_USAGE, "given more than %u time%s",
			       option->max, option->max == 1 ? "" : "s");
	texts->text[texts->n++] = value;
	return BF_OK;
}

static int set(const struct bf_option *option, const char *value,
	       struct bf_arguments *arguments, struct bf_error *reterr)
{
	if (arguments->n_given == BF_GIVEN_MAX)
		return bf_fail(reterr, BF_ERR_USAGE, "more than %d settings",
			       BF_GIVEN_MAX);
	arguments->given[arguments->n_given++] =
		(struct bf_page_setting){.name = option->name, .value = value};
	return option->kind == BF_OPTION_MAKER
		       ? bf_maker_options_set(&arguments->made_from, option->name, value,
					      reterr)
		       : bf_target_set(&arguments->target, option->name, value, reterr);
}

static int take(const struct bf_option *option, const char *value,
		struct bf_arguments *arguments, struct bf_error *reterr)
{
	void *place = (char *)arguments + option->place;
	int err = BF_OK;
	switch (option->kind) {
	case BF_OPTION_FLAG:
		*(bool *)place = true;
		break;
	case BF_OPTION_TEXT:
		*(const char **)place = value;
		break;
	case BF_OPTION_TEXTS:
		err = add(option, value, place, reterr);
		break;
	case BF_OPTION_NUMBER:
		err = bf_number_parse(value, option->min, option->max, place, reterr);
		break;
	case BF_OPTION_WORD:
		err = find_word(option, value, place, reterr);
		break;
	case BF_OPTION_TIME:
		err = bf_duration_parse(value, option->max, place, reterr);
		break;
	case BF_OPTION_MAKER:
	case BF_OPTION_TARGET:
		err = set(option, value, arguments, reterr);
		break;
	}
	return err ? bf_fail_in(reterr, err, "--%s", option->name) : BF_OK;
}

/* The row that getopt_long() means by result. */
static const struct bf_option *find_option(const struct bf_command *command, int result)
{
	const struct bf_option *option = bf_options;
	if (result >= LONG)
		return &bf_options[result - LONG];
	while (option->letter != result || !bf_command_takes(command, option))
		option++;
	return option;
}

/*
 * getopt_long() takes the start of a long option for the option: another command's, in
 * full, is a mistake all the same.
 */
static const struct bf_option *find_mistaken(const struct bf_command *command,
					     char **argv, int result)
{
	const char *word =
		argv[optind - 1] == optarg ? argv[optind - 2] : argv[optind - 1];
	return result >= LONG ? find_elsewhere(command, word) : NULL;
}

static int take_options(int argc, char **argv, struct bf_arguments *arguments,
			bool given[OPTIONS_MAX], struct bf_error *reterr)
{
	const struct bf_command *command = arguments->command;
	const struct grammar grammar = make_grammar(command);
	opterr = 0;
	for (int result; (result = getopt_long(argc, argv, grammar.letters, grammar.names,
					       NULL)) != -1;) {
		if (result == '?' || result == ':')
			return fail(command, argv, result, reterr);
		const struct bf_option *mistaken = find_mistaken(command, argv, result);
		if (mistaken)
			return fail_elsewhere(command, mistaken, reterr);
		const struct bf_option *option = find_option(command, result);
		int err = take(option, optarg, arguments, reterr);
		if (err)
			return err;
		given[option - bf_options] = true;
	}
	return BF_OK;
}

/* What is said by not giving an option of this command. */
static void take_fallbacks(struct bf_arguments *arguments, const bool given[OPTIONS_MAX])
{
	for (size_t i = 0; i < bf_n_options; i++) {
		const struct bf_option *option = &bf_options[i];
		if (given[i] || !option->fallback || option->kind == BF_OPTION_MAKER ||
		    option->kind == BF_OPTION_TARGET ||
		    !bf_command_takes(arguments->command, option))
			continue;
		int err = take(option, option->fallback, arguments, NULL);
		assert(err == BF_OK);
		(void)err;
	}
}

/* ---- Operands ---- */

static int take_operands(int argc, char **argv, struct bf_arguments *arguments,
			 struct bf_error *reterr)
{
	char last[256], more[256];
	const struct bf_command *command = arguments->command;
	int n = 0;
	int err = command == bf_commands && optind < argc
			  ? bf_hint_check(argv[optind], reterr)
			  : BF_OK;
	if (err)
		return err;
	for (; optind + n < argc && n < BF_OPERANDS_MAX && command->operands[n].name; n++)
		*(const char **)((char *)arguments + command->operands[n].place) =
			argv[optind + n];
	if (optind + n == argc)
		return BF_OK;
	bf_printable(argv[optind + n], more, sizeof(more));
	if (n == 0)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "boots-from %s takes no argument: '%s'", command->name,
			       more);
	return bf_fail(reterr, BF_ERR_USAGE, "more than one %s: '%s' and '%s'%s%s",
		       command->operands[n - 1].name,
		       bf_printable(argv[optind + n - 1], last, sizeof(last)), more,
		       command->one_more ? "; " : "",
		       command->one_more ? command->one_more : "");
}

/* ---- All of it ---- */

static const char *prebuilt_in_environment(void)
{
	const char *folder = getenv("BOOTS_FROM_PREBUILT");
	return folder && *folder ? folder : NULL;
}

/* A key is not to end up in a core dump, nor in the hands of another of the user's processes. */
static void hide_memory(void)
{
	(void)prctl(PR_SET_DUMPABLE, 0);
}

int bf_arguments_parse(int argc, char **argv, struct bf_arguments *ret,
		       struct bf_error *reterr)
{
	bool given[OPTIONS_MAX] = {false};
	const struct bf_command *command = argc > 1 ? bf_command_find(argv[1]) : NULL;
	*ret = (struct bf_arguments){
		.command = command ? command : &bf_commands[0],
		.made_from = bf_maker_options_default(),
	};
	ret->made_from.prebuilt = prebuilt_in_environment();
	ret->made_from.passphrase = &bf_ask_passphrase;
	if (command) {
		argc--;
		argv++;
	}
	int err = take_options(argc, argv, ret, given, reterr);
	if (err || ret->help)
		return err;
	take_fallbacks(ret, given);
	if (ret->made_from.sign_key)
		hide_memory();
	return take_operands(argc, argv, ret, reterr);
}

int bf_arguments_need_url(const struct bf_arguments *arguments, struct bf_error *reterr)
{
	if (arguments->url || arguments->script)
		return BF_OK;
	return bf_fail(reterr, BF_ERR_USAGE,
		       "no URL: give the one to boot from, such as "
		       "http://my-bootserver.example/boot");
}

int bf_arguments_aim(struct bf_arguments *arguments, struct bf_error *reterr)
{
	struct bf_target *target = &arguments->target;
	int err = BF_OK;
	if (arguments->url)
		err = bf_target_set(target, "url", arguments->url, reterr);
	if (!err && arguments->script)
		err = bf_target_read_script(target, arguments->script, reterr);
	return err;
}

void bf_arguments_free(struct bf_arguments *arguments)
{
	bf_target_free(&arguments->target);
}
