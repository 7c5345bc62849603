#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/commands.h"

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

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv, struct bf_error *reterr);
} commands[] = {
	{"batch", bf_cmd_batch},
	{"inspect", bf_cmd_inspect},
	{"repoint", bf_cmd_repoint},
	{"serve", bf_cmd_serve},
};

/* Anything that is no command's name is for building; a URL always has a colon. */
static int run_command(int argc, char **argv, struct bf_error *reterr)
{
	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1, reterr);
	return bf_cmd_build(argc, argv, reterr);
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
	occupy_standard_descriptors();
	/* A reader that went away or a limit is an error to report: no silent death. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);

	int err = run_command(argc, argv, &error);
	if (!err)
		err = flush_stdout(&error);
	if (!err)
		return 0;
	fprintf(stderr, "boots-from: %s%s\n", error.text,
		err == BF_ERR_USAGE ? " (see boots-from --help)" : "");
	return err == BF_ERR_USAGE ? 2 : 1;
}
