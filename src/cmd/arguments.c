#include "cmd/arguments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"

enum { OPTIONS_MAX = 64 };

static int fail_unknown(const char *option, const struct option *long_options,
			struct bf_error *reterr)
{
	const char *names[OPTIONS_MAX];
	char name[64], text[128];
	size_t n = 0;
	while (n < OPTIONS_MAX && long_options[n].name) {
		names[n] = long_options[n].name;
		n++;
	}
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(option + 2, "="), option + 2);
	const char *nearest = bf_nearest(name, names, n);
	return bf_fail(reterr, BF_ERR_USAGE, "unknown option '%s'%s%s%s",
		       bf_printable(option, text, sizeof(text)),
		       nearest ? ": did you mean --" : "", nearest ? nearest : "",
		       nearest ? "?" : "");
}

/* What getopt_long() refused when it returned result, '?' or ':'; it prints nothing. */
static int fail(char **argv, int result, const struct option *long_options,
		struct bf_error *reterr)
{
	char text[128];
	char brief[3] = {'-', (char)optopt, '\0'};
	const char *option = argv[optind - 1];
	if (result == ':') {
		if (optopt < 256)
			option = brief;
		return bf_fail(reterr, BF_ERR_USAGE, "option %s needs a value",
			       bf_printable(option, text, sizeof(text)));
	}
	if (strncmp(option, "--", 2) != 0)
		return bf_fail(reterr, BF_ERR_USAGE, "unknown option '%s'",
			       bf_printable(brief, text, sizeof(text)));
	if (optopt)
		return bf_fail(reterr, BF_ERR_USAGE, "option %.*s takes no value",
			       (int)strcspn(option, "="), option);
	return fail_unknown(option, long_options, reterr);
}

/* getopt_long() leaves the index alone when it meets the short form of an option. */
static const char *long_name(int option, int index, const struct option *long_options)
{
	for (const struct option *row = long_options; row->name; row++)
		if (row->val == option && option < 256)
			return row->name;
	return long_options[index].name;
}

int bf_arguments_parse(int argc, char **argv, const char *brief,
		       const struct option *long_options,
		       int (*take)(int option, const char *name, const char *value,
				   void *into, struct bf_error *reterr),
		       void *into, struct bf_error *reterr)
{
	opterr = 0;
	int index = 0;
	for (int option;
	     (option = getopt_long(argc, argv, brief, long_options, &index)) != -1;) {
		if (option == '?' || option == ':')
			return fail(argv, option, long_options, reterr);
		int err = take(option, long_name(option, index, long_options), optarg,
			       into, reterr);
		if (err)
			return err;
	}
	return BF_OK;
}

const char *bf_arguments_prebuilt(void)
{
	const char *folder = getenv("BOOTS_FROM_PREBUILT");
	return folder && *folder ? folder : NULL;
}

int bf_arguments_set_maker(struct bf_maker_options *options, const char *name,
			   const char *value, struct bf_error *reterr)
{
	if (strcmp(name, "trust") == 0 && options->trust)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "--trust: given twice, iPXE trusts one certificate");
	int err = bf_maker_options_set(options, name, value, reterr);
	return err ? bf_fail_in(reterr, err, "--%s", name) : BF_OK;
}
