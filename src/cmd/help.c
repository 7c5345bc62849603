/* SPDX-License-Identifier: GPL-3.0-only */
#include "cmd/help.h"

#include <string.h>

enum {
	WIDTH = 79,
	HELP_COLUMN = 23, /* where the text about an option starts */
	TEXT_SIZE = 512,
};

static void pad(FILE *out, int from, int to)
{
	fprintf(out, "%*s", to > from ? to - from : 0, "");
}

/* Print words with the output at column, and go on at indent where they do not fit. */
static void wrap(FILE *out, const char *text, int column, int indent)
{
	for (const char *separator = ""; *text; separator = " ") {
		int length = (int)strcspn(text, " ");
		if (*separator && column + 1 + length > WIDTH) {
			fputc('\n', out);
			pad(out, 0, indent);
			column = indent;
			separator = "";
		}
		column += fprintf(out, "%s%.*s", separator, length, text);
		text += length;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

/* ": efi, lkrn or esp", appended to the text in out. */
static void append_words(char out[TEXT_SIZE], bf_option_words *words)
{
	for (size_t i = 0; words(i); i++) {
		size_t length = strlen(out);
		snprintf(out + length, TEXT_SIZE - length, "%s%s",
			 i == 0         ? ": "
			 : words(i + 1) ? ", "
					: " or ",
			 words(i));
	}
}

static void print_option(FILE *out, const struct bf_option *option)
{
	char text[TEXT_SIZE];
	snprintf(text, sizeof(text), "%s", option->help);
	if (option->words)
		append_words(text, option->words);
	if (option->fallback) {
		size_t length = strlen(text);
		snprintf(text + length, sizeof(text) - length, " (default %s)",
			 option->fallback);
	}
	int column = option->letter ? fprintf(out, "  -%c, ", option->letter)
				    : fprintf(out, "      ");
	column += fprintf(out, "--%s%s%s", option->name, option->argument ? " " : "",
			  option->argument ? option->argument : "");
	if (column >= HELP_COLUMN) {
		fputc('\n', out);
		column = 0;
	}
	pad(out, column, HELP_COLUMN);
	wrap(out, text, HELP_COLUMN, HELP_COLUMN);
}

static void print_group(FILE *out, enum bf_option_group group)
{
	for (size_t i = 0; i < bf_n_options; i++)
		if (bf_options[i].group == group)
			print_option(out, &bf_options[i]);
}

/* Those without a heading first, in the order of the table. */
static void print_options(const struct bf_command *command, FILE *out)
{
	for (size_t i = 0; i < bf_n_options; i++)
		if (bf_command_takes(command, &bf_options[i]) &&
		    !bf_option_heading(bf_options[i].group))
			print_option(out, &bf_options[i]);
	for (enum bf_option_group group = 0; group < BF_GROUP_COUNT; group++)
		if (command->groups & 1u << group && bf_option_heading(group)) {
			fprintf(out, "\n%s\n", bf_option_heading(group));
			print_group(out, group);
		}
}

static void print_usage(const struct bf_command *command, FILE *out)
{
	const char *lead = "Usage:";
	for (size_t i = 0; i < BF_USAGES_MAX && command->usage[i]; i++) {
		fprintf(out, "%-6s boots-from %s%s%s\n", lead, command->name,
			*command->name ? " " : "", command->usage[i]);
		lead = "";
	}
}

static void print_commands(FILE *out)
{
	fputs("\nCommands, which have a --help of their own:\n", out);
	for (size_t i = 1; i < bf_n_commands; i++) {
		int column = fprintf(out, "  boots-from %s", bf_commands[i].name);
		pad(out, column, HELP_COLUMN + 2);
		wrap(out, bf_commands[i].summary, HELP_COLUMN + 2, HELP_COLUMN + 2);
	}
}

void bf_help_print(const struct bf_command *command, FILE *out)
{
	print_usage(command, out);
	wrap(out, command->summary, 0, 0);
	fputc('\n', out);
	print_options(command, out);
	if (!*command->name)
		print_commands(out);
	for (size_t i = 0; i < BF_NOTES_MAX && command->notes[i]; i++) {
		fputc('\n', out);
		wrap(out, command->notes[i], 0, 0);
	}
}
