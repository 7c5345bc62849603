/* SPDX-License-Identifier: GPL-3.0-only */
#include "cmd/hint.h"

#include <string.h>
#include <sys/stat.h>

#include "base/nearest.h"
#include "cmd/command.h"

enum { COMMANDS_MAX = 16 };

const char *bf_hint_command(const char *word)
{
	const char *names[COMMANDS_MAX];
	size_t n = 0;
	for (; n < COMMANDS_MAX && bf_command_word(n); n++)
		names[n] = bf_command_word(n);
	return bf_nearest(word, names, n);
}

static bool is_script(const char *path)
{
	static const char ending[] = ".ipxe";
	size_t length = strlen(path), size = sizeof(ending) - 1;
	return length > size && strcmp(path + length - size, ending) == 0;
}

/* What could be a command; a host or a file mostly has a dot or a slash in it. */
static bool is_word(const char *text)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-";
	return *text && text[strspn(text, letters)] == '\0';
}

int bf_hint_check(const char *word, struct bf_error *reterr)
{
	char text[256];
	struct stat status;
	const char *command = bf_hint_command(word);
	bf_printable(word, text, sizeof(text));
	/* Every URL has a scheme, or a setting of iPXE's that brings one. */
	if (strchr(word, ':') || strstr(word, "${"))
		return BF_OK;
	if (stat(word, &status) == 0 &&
	    (S_ISREG(status.st_mode) || S_ISBLK(status.st_mode)))
		return bf_fail(reterr, BF_ERR_USAGE,
			       "'%s' is a %s and no URL; to %s: boots-from %s %s", text,
			       S_ISBLK(status.st_mode) ? "device" : "file",
			       is_script(word) ? "boot from it" : "look into it",
			       is_script(word) ? "--script" : "inspect", text);
	if (command && strcmp(command, word) == 0)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "a command comes first, before options: boots-from %s ...",
			       command);
	if (command)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "'%s' is neither a URL nor a command: did you mean "
			       "boots-from %s?",
			       text, command);
	if (is_word(word))
		return bf_fail(reterr, BF_ERR_USAGE,
			       "'%s' is neither a URL, such as "
			       "http://my-bootserver.example/boot, nor a command",
			       text);
	return BF_OK;
}
