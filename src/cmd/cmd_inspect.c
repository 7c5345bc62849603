#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/source.h"
#include "cmd/arguments.h"
#include "cmd/commands.h"
#include "cmd/report.h"
#include "inspect/judge.h"

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

static int take(int option, const char *name, const char *value, void *into,
		struct bf_error *reterr)
{
	struct options *options = into;
	(void)name;
	(void)value;
	(void)reterr;
	options->is_help |= option == 'h';
	options->is_json |= option == 'j';
	return BF_OK;
}

static int parse(int argc, char **argv, struct options *ret, struct bf_error *reterr)
{
	int err = bf_arguments_parse(argc, argv, ":h", long_options, take, ret, reterr);
	if (err || ret->is_help)
		return err;
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
	if (bf_inspect_new(&source, &report)) {
		err = bf_fail_nomem(reterr);
	} else {
		bf_judge_boot_paths(report);
		(options.is_json ? bf_report_json : bf_report_text)(options.path, report);
	}
	bf_inspect_free(report);
	bf_source_close(&source);
	return err;
}
