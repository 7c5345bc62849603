/* SPDX-License-Identifier: GPL-3.0-only */
#include "cmd/arguments.h"
#include "cmd/help.h"
#include "cmd/hint.h"

int bf_cmd_help(struct bf_arguments *arguments, struct bf_error *reterr)
{
	char text[128];
	const char *topic = arguments->topic;
	const struct bf_command *command = topic ? bf_command_find(topic) : bf_commands;
	if (!command) {
		const char *nearest = bf_hint_command(topic);
		return bf_fail(reterr, BF_ERR_USAGE, "there is no command '%s'%s%s%s",
			       bf_printable(topic, text, sizeof(text)),
			       nearest ? ": did you mean " : "", nearest ? nearest : "",
			       nearest ? "?" : "");
	}
	bf_help_print(command, stdout);
	return BF_OK;
}
