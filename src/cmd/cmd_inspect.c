#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/source.h"
#include "cmd/arguments.h"
#include "cmd/commands.h"
#include "cmd/report.h"

static const char help[] = "Usage: boots-from inspect [OPTION]... FILE\n"
			   "Say what an ISO, a stick, an ESP, an .efi or an .lkrn holds "
			   "and what boots from it.\n"
			   "\n"
			   "      --json           print JSON, for programs\n"
			   "  -h, --help           print this\n"
			   "\n"
			   "FILE may be a device, such as /dev/sdX; it is only read, and "
			   "never as a whole.\n";

static const struct option long_options[] = {
	{"help", no_argument, NULL, 'h'},
	{"json", no_argument, NULL, 'j'},
	{0},
};

struct options {
	const char *path;
	bool is_json;
	bool is_help;
};

static int parse(int argc, char **argv, struct options *ret, struct bf_error *reterr)
{
	opterr = 0;
	for (int option;
	     (option = getopt_long(argc, argv, ":h", long_options, NULL)) != -1;) {
		if (option == '?' || option == ':')
			return bf_arguments_fail(argv, option, long_options, reterr);
		ret->is_help |= option == 'h';
		ret->is_json |= option == 'j';
	}
	if (ret->is_help)
		return BF_OK;
	if (argc - optind != 1)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "inspect takes one file or device, %d were given",
			       argc - optind);
	ret->path = argv[optind];
	return BF_OK;
}

int bf_cmd_inspect(int argc, char **argv, struct bf_error *reterr)
{
	struct options options = {0};
	struct bf_source source;
	struct bf_inspect *report = NULL;
	int err = parse(argc, argv, &options, reterr);
	if (err)
		return err;
	if (options.is_help) {
		fputs(help, stdout);
		return BF_OK;
	}
	err = bf_source_open(options.path, O_RDONLY, &source, reterr);
	if (err)
		return err;
	if (bf_inspect_new(&source, &report))
		err = bf_fail_nomem(reterr);
	else
		(options.is_json ? bf_report_json : bf_report_text)(options.path, report);
	bf_inspect_free(report);
	bf_source_close(&source);
	return err;
}
