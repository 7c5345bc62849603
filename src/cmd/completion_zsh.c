/* SPDX-License-Identifier: GPL-3.0-only */
#include "cmd/completion.h"

#include <string.h>

/* The same text can be a file in $fpath, run as a function, and read by source. */
static const char head[] =
	"#compdef boots-from\n"
	"# Completes the words of boots-from; made by boots-from completion zsh.\n"
	"\n"
	"_boots_from() {\n"
	"	local curcontext=$curcontext context state line\n"
	"	local -A opt_args\n"
	"	if ((CURRENT > 2)); then\n"
	"		case $words[2] in\n";

static const char tail[] =
	"# An operand that is only explained would keep options from being inserted.\n"
	"_boots_from_nothing() {\n"
	"	return 1\n"
	"}\n"
	"\n"
	"if [[ $funcstack[1] == _boots-from ]]; then\n"
	"	_boots_from \"$@\"\n"
	"else\n"
	"	compdef _boots_from boots-from\n"
	"fi\n";

/* Inside single quotes, with a backslash before what _arguments would take for its own. */
static void print_escaped(FILE *out, const char *text, const char *special)
{
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", out);
		else
			fprintf(out, "%s%c", strchr(special, *text) ? "\\" : "", *text);
}

/* ":what it is called:how it is completed" */
static void print_value(FILE *out, const char *name, enum bf_value value,
			bf_option_words *words)
{
	fputc(':', out);
	print_escaped(out, name, ":\\");
	fputc(':', out);
	if (value == BF_VALUE_FILE || value == BF_VALUE_FOLDER)
		fputs(value == BF_VALUE_FILE ? "_files" : "_files -/", out);
	else if (value == BF_VALUE_WORD || value == BF_VALUE_WORDS) {
		fputs(value == BF_VALUE_WORD ? "(" : "_sequence compadd - ", out);
		bf_completion_print_words(out, words, " ");
		fputs(value == BF_VALUE_WORD ? ")" : "", out);
	} else
		fputc(' ', out);
}

/* One with a value may be given again. */
static void print_option(FILE *out, const struct bf_option *option, const char *indent)
{
	bool has_value = option->argument;
	fprintf(out, " \\\n%s'", indent);
	if (has_value)
		fputc('*', out);
	else if (option->letter)
		fprintf(out, "(-%c --%s)", option->letter, option->name);
	if (option->letter)
		fprintf(out, "'{-%c%s,--%s%s}'", option->letter, has_value ? "+" : "",
			option->name, has_value ? "=" : "");
	else
		fprintf(out, "--%s%s", option->name, has_value ? "=" : "");
	fputc('[', out);
	print_escaped(out, option->help, "[]\\");
	fputc(']', out);
	if (has_value)
		print_value(out, option->argument, option->value, option->words);
	fputc('\'', out);
}

static void print_arguments(FILE *out, const struct bf_command *command,
			    const char *indent)
{
	fprintf(out, "%.*s_arguments -s -S :", (int)strlen(indent) - 1, indent);
	for (size_t i = 0; i < bf_n_options; i++)
		if (bf_command_takes(command, &bf_options[i]))
			print_option(out, &bf_options[i], indent);
	for (size_t i = 0; i < BF_OPERANDS_MAX; i++) {
		const struct bf_operand *operand = &command->operands[i];
		if (operand->value == BF_VALUE_OTHER)
			continue;
		fprintf(out, " \\\n%s'%zu", indent, i + 1);
		print_value(out, operand->name, operand->value, operand->words);
		fputc('\'', out);
	}
	fprintf(out, " \\\n%s'*: :_boots_from_%s'\n", indent,
		*command->name ? "nothing" : "commands");
}

void bf_completion_print_zsh(FILE *out)
{
	fputs(head, out);
	for (size_t i = 1; i < bf_n_commands; i++) {
		fprintf(out,
			"		%s)\n"
			"			shift words\n"
			"			((CURRENT--))\n",
			bf_commands[i].name);
		print_arguments(out, &bf_commands[i], "				");
		fputs("			return\n			;;\n", out);
	}
	fputs("		esac\n	fi\n", out);
	print_arguments(out, &bf_commands[0], "		");
	fputs("}\n\n_boots_from_commands() {\n	local -a commands=(\n", out);
	for (size_t i = 1; i < bf_n_commands; i++) {
		fprintf(out, "		'%s:", bf_commands[i].name);
		print_escaped(out, bf_commands[i].summary, "");
		fputs("'\n", out);
	}
	fputs("	)\n	((CURRENT == 2)) && _describe command commands\n}\n\n", out);
	fputs(tail, out);
}
