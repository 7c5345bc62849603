/* SPDX-License-Identifier: GPL-3.0-only */
#include "cmd/arguments.h"
#include "cmd/completion.h"

int bf_cmd_completion(struct bf_arguments *arguments, struct bf_error *reterr)
{
	char text[64];
	const char *shell = arguments->shell;
	if (!shell)
		return bf_fail(
			reterr, BF_ERR_USAGE,
			"no shell: give the one to complete for, bash, zsh or fish");
	if (!bf_completion_print(shell, stdout))
		return bf_fail(reterr, BF_ERR_USAGE,
			       "cannot complete for '%s', only for bash, zsh and fish",
			       bf_printable(shell, text, sizeof(text)));
	return BF_OK;
}
