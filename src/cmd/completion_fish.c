/* SPDX-License-Identifier: GPL-3.0-only */
#include "cmd/completion.h"

static const char head[] =
	"# Completes the words of boots-from; made by boots-from completion fish.\n"
	"\n"
	"# Whether the command is one of these, URL being that without a name.\n"
	"function __boots_from_is\n"
	"	set -l words (commandline -opc)\n"
	"	set -l command URL\n"
	"	contains -- \"$words[2]\" ";

/* Between the commands' names and the options that have a value. */
static const char count_operands[] =
	"\n"
	"	and set command $words[2]\n"
	"	contains -- $command $argv\n"
	"end\n"
	"\n"
	"# Whether so many words that are no options stand behind the command.\n"
	"function __boots_from_has\n"
	"	set -l words (commandline -opc)\n"
	"	set -l operands 0\n"
	"	set -l is_value 0\n"
	"	set -e words[1..2]\n"
	"	for word in $words\n"
	"		if test $is_value = 1\n"
	"			set is_value 0\n"
	"			continue\n"
	"		end\n"
	"		switch $word\n"
	"			case ";

static const char tail[] =
	"\n"
	"				set is_value 1\n"
	"			case '-*'\n"
	"			case '*'\n"
	"				set operands (math $operands + 1)\n"
	"		end\n"
	"	end\n"
	"	test $operands = $argv[1]\n"
	"end\n"
	"\n"
	"# What there is already of an option's value.\n"
	"function __boots_from_value\n"
	"	commandline -ct | string replace -r '^--[^=]*=' ''\n"
	"end\n"
	"\n"
	"# Those of these words that are not in the list yet, which has commas.\n"
	"function __boots_from_list\n"
	"	set -l before (__boots_from_value | string replace -r '[^,]*$' '')\n"
	"	for word in $argv\n"
	"		string match -q \"*,$word,*\" \",$before\"\n"
	"		or printf '%s\\n' $before$word\n"
	"	end\n"
	"end\n"
	"\n"
	"complete -c boots-from -f\n";

static void print_quoted(FILE *out, const char *text)
{
	fputc('\'', out);
	for (; *text; text++)
		fprintf(out, "%s%c", *text == '\'' || *text == '\\' ? "\\" : "", *text);
	fputc('\'', out);
}

static void print_value(FILE *out, enum bf_value value, bf_option_words *words)
{
	switch (value) {
	case BF_VALUE_FILE:
		fputs(" -F", out);
		break;
	case BF_VALUE_FOLDER:
		fputs(" -a '(__fish_complete_directories (__boots_from_value))'", out);
		break;
	case BF_VALUE_WORD:
	case BF_VALUE_WORDS:
		fputs(value == BF_VALUE_WORDS ? " -a '(__boots_from_list " : " -a '",
		      out);
		bf_completion_print_words(out, words, " ");
		fputs(value == BF_VALUE_WORDS ? ")'" : "'", out);
		break;
	case BF_VALUE_OTHER:
		break;
	}
}

static void print_option(FILE *out, const struct bf_option *option)
{
	fputs("complete -c boots-from -n '__boots_from_is", out);
	for (size_t i = 0; i < bf_n_commands; i++)
		if (bf_command_takes(&bf_commands[i], option))
			fprintf(out, " %s", bf_command_title(&bf_commands[i]));
	fprintf(out, "' -l %s", option->name);
	if (option->letter)
		fprintf(out, " -s %c", option->letter);
	if (option->argument) {
		fputs(option->value == BF_VALUE_FILE ? " -r" : " -x", out);
		print_value(out, option->value, option->words);
	}
	fputs(" -d ", out);
	print_quoted(out, option->help);
	fputc('\n', out);
}

static void print_operand(FILE *out, const struct bf_command *command, size_t number)
{
	const struct bf_operand *operand = &command->operands[number];
	if (operand->value == BF_VALUE_OTHER)
		return;
	fprintf(out,
		"complete -c boots-from -n '__boots_from_is %s; and __boots_from_has "
		"%zu'",
		command->name, number);
	print_value(out, operand->value, operand->words);
	fputc('\n', out);
}

void bf_completion_print_fish(FILE *out)
{
	fputs(head, out);
	bf_completion_print_words(out, bf_command_word, " ");
	fputs(count_operands, out);
	for (enum bf_value value = 0; value <= BF_VALUE_WORDS; value++) {
		fputs(value ? " " : "", out);
		bf_completion_print_options(out, value, " ");
	}
	fputs(tail, out);
	for (size_t i = 1; i < bf_n_commands; i++) {
		fprintf(out,
			"complete -c boots-from -n 'test (count (commandline -opc)) -eq "
			"1' -a %s -d ",
			bf_commands[i].name);
		print_quoted(out, bf_commands[i].summary);
		fputc('\n', out);
	}
	for (size_t i = 0; i < bf_n_options; i++)
		print_option(out, &bf_options[i]);
	for (size_t i = 0; i < bf_n_commands; i++)
		for (size_t n = 0; n < BF_OPERANDS_MAX; n++)
			print_operand(out, &bf_commands[i], n);
}
