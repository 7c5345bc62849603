/* SPDX-License-Identifier: GPL-3.0-only */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/arguments.h"
#include "cmd/help.h"

/*
 * A closed standard descriptor must not be handed out again for a file of ours. Opened
 * for reading only, writing to it goes on failing as it should.
 */
static void occupy_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)open("/dev/null", O_RDONLY);
}

static int run(struct bf_arguments *arguments, struct bf_error *reterr)
{
	if (!arguments->help)
		return arguments->command->run(arguments, reterr);
	bf_help_print(arguments->command, stdout);
	return BF_OK;
}

static int flush_stdout(struct bf_error *reterr)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return BF_OK;
	return bf_fail(reterr, BF_ERR_IO, "'standard output': cannot write: %s",
		       strerror(errno));
}

int main(int argc, char **argv)
{
	struct bf_error error;
	struct bf_arguments arguments;
	occupy_standard_descriptors();
	/* A reader that went away or a limit is an error to report: no silent death. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);

	int err = bf_arguments_parse(argc, argv, &arguments, &error);
	if (!err)
		err = run(&arguments, &error);
	if (!err)
		err = flush_stdout(&error);
	bf_arguments_free(&arguments);
	if (!err)
		return 0;
	fprintf(stderr, "boots-from: %s%s\n", error.text,
		err == BF_ERR_USAGE ? " (see boots-from --help)" : "");
	return err == BF_ERR_USAGE ? 2 : 1;
}
