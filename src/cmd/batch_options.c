#include "cmd/batch_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/arguments.h"

const char bf_batch_help[] =
	"Usage: boots-from batch [OPTION]... [URL]\n"
	"Write an image for each machine of a list.\n"
	"\n"
	"      --hosts FILE     the list (default -, standard input): a name per line, "
	"or\n"
	"                       CSV whose first line names the columns, one of them "
	"host\n"
	"  -d, --output-dir DIR where to write (default .); made if it is not there\n"
	"      --name PATTERN   name of each file (default {host}.iso)\n"
	"  -j, --jobs N         how many at once (default: the number of processors)\n"
	"  -k, --keep-going     make the other images when one cannot be made\n"
	"      --force          write also those that are there and need no change\n"
	"      --arch, --ipxe, --label, --layout, --prebuilt, --trust, -q\n"
	"                       as without batch\n"
	"  -h, --help           print this\n"
	"\n"
	"URL and PATTERN may have {column} in them, for each row's value. The columns\n"
	"url, ip, gateway, dns, vlan, nic, hostname, retries and script (a file) are\n"
	"settings of the row, like the options of the same names; empty is not given.\n";

enum {
	OPT_FORCE = 256,
	OPT_HOSTS,
	OPT_MAKER, /* any that bf_maker_options_set() knows by name */
	OPT_NAME,
};

static const struct option long_options[] = {
	{"arch", required_argument, NULL, OPT_MAKER},
	{"force", no_argument, NULL, OPT_FORCE},
	{"help", no_argument, NULL, 'h'},
	{"hosts", required_argument, NULL, OPT_HOSTS},
	{"ipxe", required_argument, NULL, OPT_MAKER},
	{"jobs", required_argument, NULL, 'j'},
	{"keep-going", no_argument, NULL, 'k'},
	{"label", required_argument, NULL, OPT_MAKER},
	{"layout", required_argument, NULL, OPT_MAKER},
	{"name", required_argument, NULL, OPT_NAME},
	{"output-dir", required_argument, NULL, 'd'},
	{"prebuilt", required_argument, NULL, OPT_MAKER},
	{"quiet", no_argument, NULL, 'q'},
	{"trust", required_argument, NULL, OPT_MAKER},
	{0},
};

static int parse_jobs(const char *value, unsigned *ret, struct bf_error *reterr)
{
	char text[64];
	size_t length = strlen(value);
	unsigned long jobs = 0;
	if (length <= 4 && strspn(value, "0123456789") == length)
		jobs = strtoul(value, NULL, 10);
	if (jobs < 1 || jobs > BF_BATCH_JOBS_MAX)
		return bf_fail(
			reterr, BF_ERR_USAGE, "--jobs: '%s' is not a number from 1 to %d",
			bf_printable(value, text, sizeof(text)), BF_BATCH_JOBS_MAX);
	*ret = (unsigned)jobs;
	return BF_OK;
}

static int take(int option, const char *name, const char *value, void *into,
		struct bf_error *reterr)
{
	struct bf_batch_options *options = into;
	switch (option) {
	case 'd':
		options->folder = value;
		return BF_OK;
	case 'h':
		options->help = true;
		return BF_OK;
	case 'j':
		return parse_jobs(value, &options->jobs, reterr);
	case 'k':
		options->keep_going = true;
		return BF_OK;
	case 'q':
		options->quiet = true;
		return BF_OK;
	case OPT_FORCE:
		options->force = true;
		return BF_OK;
	case OPT_HOSTS:
		options->hosts = value;
		return BF_OK;
	case OPT_MAKER:
		return bf_arguments_set_maker(&options->made_from, name, value, reterr);
	default: /* OPT_NAME */
		options->name = value;
		return BF_OK;
	}
}

static unsigned processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	if (n < 1)
		return 1;
	return n < BF_BATCH_JOBS_MAX ? (unsigned)n : BF_BATCH_JOBS_MAX;
}

static int take_url(int argc, char **argv, struct bf_batch_options *options,
		    struct bf_error *reterr)
{
	char first[256], second[256];
	if (optind + 1 < argc)
		return bf_fail(
			reterr, BF_ERR_USAGE,
			"more than one URL: '%s' and '%s'; the list of machines is "
			"--hosts FILE or standard input",
			bf_printable(argv[optind], first, sizeof(first)),
			bf_printable(argv[optind + 1], second, sizeof(second)));
	options->url = argv[optind];
	return BF_OK;
}

/* Nobody types a list; a person at a terminal wants to know what is missing. */
static int take_hosts(struct bf_batch_options *options, struct bf_error *reterr)
{
	if (!options->hosts && isatty(STDIN_FILENO))
		return bf_fail(reterr, BF_ERR_USAGE,
			       "no list of machines: give --hosts FILE, or send it to "
			       "standard input");
	if (!options->hosts)
		options->hosts = "-";
	return BF_OK;
}

int bf_batch_options_parse(int argc, char **argv, struct bf_batch_options *ret,
			   struct bf_error *reterr)
{
	struct bf_batch_options options = {
		.folder = ".",
		.name = "{host}.iso",
		.made_from = {.prebuilt = bf_arguments_prebuilt(),
			      .layout = bf_template_options_default()},
		.jobs = processors(),
	};
	int err = bf_arguments_parse(argc, argv, ":d:hj:kq", long_options, take, &options,
				     reterr);
	if (!err && !options.help)
		err = take_url(argc, argv, &options, reterr);
	if (!err && !options.help)
		err = take_hosts(&options, reterr);
	if (!err)
		*ret = options;
	return err;
}
