/* SPDX-License-Identifier: GPL-3.0-only */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fuzz_fail(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
	abort();
}

/* ---- Sentences ---- */

/* Printable, and what is below the first line is indented. */
static bool is_clean(const char *text)
{
	for (; *text; text++)
		if (*text == '\n' ? strncmp(text + 1, "  ", 2) != 0
				  : *text < ' ' || *text > '~')
			return false;
	return true;
}

static const char *find_fault(int err, const char *text)
{
	size_t size = strcspn(text, "\n");
	if (err > 0 || err < BF_ERR_WORK)
		return "a status that is none";
	if (!size)
		return "an error without a sentence";
	if (!is_clean(text))
		return "a sentence that is not a line of printable ASCII";
	return text[size - 1] == '.' ? "a sentence with a full stop at its end" : NULL;
}

int fuzz_check_error(int err, const struct bf_error *error, const char *file, int line)
{
	const char *fault = err ? find_fault(err, error->text) : NULL;
	if (!fault)
		return err;
	fprintf(stderr, "%s:%d: %s (%d): '%s'\n", file, line, fault, err, error->text);
	abort();
}

/* ---- Text ---- */

char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	fuzz_require(text);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

char *fuzz_take_line(char **text)
{
	static char none[1];
	char *line = strsep(text, "\n");
	return line ? line : none;
}

void fuzz_check_same(struct bf_view a, struct bf_view b)
{
	fuzz_require(a.size == b.size);
	fuzz_require(!a.size || memcmp(a.data, b.data, a.size) == 0);
}

/* ---- Scripts ---- */

static bool starts_with_command(struct bf_view line)
{
	static const char *const commands[] = {
		"chain", "dhcp", "echo",  "exit",    "goto", "ifstat", "iflinkwait",
		"inc",   "iseq", "isset", "sanboot", "set",  "shell",  "vcreate"};
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		size_t size = strlen(commands[i]);
		if (bf_view_has(line, 0, size) &&
		    memcmp(line.data, commands[i], size) == 0 &&
		    (line.size == size || line.data[size] == ' '))
			return true;
	}
	return line.size == 0 || line.data[0] == ':' || line.data[0] == '#';
}

/* The label of every " goto LABEL" in the line: a URL has no space in it. */
static void check_labels(struct bf_view script, struct bf_view line)
{
	static const char word[] = " goto ";
	char label[64];
	size_t at = 0;
	while (bf_view_find(line, at, bf_view(word, sizeof(word) - 1), &at)) {
		at += sizeof(word) - 1;
		size_t size = 0;
		while (at + size < line.size && line.data[at + size] != ' ')
			size++;
		int length = snprintf(label, sizeof(label), "\n:%.*s\n", (int)size,
				      (const char *)line.data + at);
		size_t found;
		fuzz_require(length < (int)sizeof(label));
		fuzz_require(
			bf_view_find(script, 0, bf_view(label, (size_t)length), &found));
		fuzz_require(!bf_view_find(script, found + 1,
					   bf_view(label, (size_t)length), &found));
	}
}

static void check_line(struct bf_view script, struct bf_view line)
{
	for (size_t i = 0; i < line.size; i++)
		fuzz_require(line.data[i] >= ' ' && line.data[i] <= '~');
	fuzz_require(starts_with_command(line));
	fuzz_require(!line.size || line.data[line.size - 1] != '\\');
	check_labels(script, line);
}

void fuzz_check_script(struct bf_view script)
{
	static const char end[] = "\nshell\n";
	size_t end_size = sizeof(end) - 1;
	fuzz_require(script.size >= end_size);
	fuzz_require(!memcmp(script.data + script.size - end_size, end, end_size));
	for (size_t at = 0, next; at < script.size; at = next + 1) {
		fuzz_require(bf_view_find(script, at, bf_view("\n", 1), &next));
		check_line(script, bf_view_part(script, at, next - at));
	}
}
