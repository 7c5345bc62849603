/* SPDX-License-Identifier: GPL-3.0-only */
#include "web/command_line.h"

#include <string.h>

/* A word as a shell reads it: in single quotes, unless nothing in it means anything. */
static int print_word(struct bf_buffer *text, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789%+,-./:=@_";
	if (*word && word[strspn(word, plain)] == '\0')
		return bf_buffer_print(text, " %s", word);
	int err = bf_buffer_print(text, " '");
	for (; !err && *word; word++)
		err = *word == '\'' ? bf_buffer_print(text, "'\\''")
				    : bf_buffer_append(text, word, 1);
	return err ? err : bf_buffer_append(text, "'", 1);
}

static int print_option(struct bf_buffer *text, const struct bf_web_setting *setting)
{
	int err = bf_buffer_print(text, " --%s", setting->name);
	if (err)
		return err;
	/* The script is in the form, and has to become a file first. */
	return print_word(text, strcmp(setting->name, "script") == 0 ? "script.ipxe"
								     : setting->value);
}

int bf_command_line_print(const struct bf_web *web, const char *image,
			  struct bf_buffer *text)
{
	const char *url = NULL;
	int err = bf_buffer_print(text, "boots-from%s", image ? " repoint" : "");
	for (size_t i = 0; !err && i < web->n_settings; i++) {
		const struct bf_web_setting *setting = &web->settings[i];
		if (strcmp(setting->name, "url") == 0)
			url = setting->value;
		else
			err = print_option(text, setting);
	}
	if (!err && image)
		err = print_word(text, image);
	return err || !url ? err : print_word(text, url);
}
