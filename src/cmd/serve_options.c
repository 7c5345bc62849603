#include "cmd/serve_options.h"

#include <stdlib.h>

#include "cmd/arguments.h"

const char bf_serve_options_help[] =
	"Usage: boots-from serve [OPTION]... URL\n"
	"Serve an image for every host over HTTP, at /HOST.iso and /FOLDER/HOST.iso,\n"
	"for BMCs that mount it. {host} in URL stands for the host's name.\n"
	"\n"
	"      --listen ADDRESS:PORT  where (default 127.0.0.1:8080); not looked at "
	"when\n"
	"                             systemd passes a socket\n"
	"      --hosts FILE           a list as for boots-from batch: only these hosts "
	"exist,\n"
	"                             with their own settings. SIGHUP reads it again\n"
	"      --max-connections N    open at once (default 1024)\n"
	"      --max-per-address N    of them from one address (default 64, 0: no "
	"limit)\n"
	"      --idle-timeout SECONDS close a connection that does nothing, or has no "
	"whole\n"
	"                             request, for so long (default 30)\n"
	"      --arch, --ipxe, --label, --layout, --prebuilt, --trust\n"
	"                             what the images are, as without serve\n"
	"  -q, --quiet                no line for every request\n"
	"  -h, --help                 print this\n"
	"\n"
	"SIGTERM lets answers being sent finish. There is no TLS: put a reverse proxy "
	"in\n"
	"front where it is wanted.\n";

enum {
	OPT_HOSTS = 256,
	OPT_IDLE_TIMEOUT,
	OPT_MAKER, /* any that bf_maker_options_set() knows by name */
	OPT_LISTEN,
	OPT_MAX_CONNECTIONS,
	OPT_MAX_PER_ADDRESS,
};

static const struct option long_options[] = {
	{"arch", required_argument, NULL, OPT_MAKER},
	{"help", no_argument, NULL, 'h'},
	{"hosts", required_argument, NULL, OPT_HOSTS},
	{"idle-timeout", required_argument, NULL, OPT_IDLE_TIMEOUT},
	{"ipxe", required_argument, NULL, OPT_MAKER},
	{"label", required_argument, NULL, OPT_MAKER},
	{"layout", required_argument, NULL, OPT_MAKER},
	{"listen", required_argument, NULL, OPT_LISTEN},
	{"max-connections", required_argument, NULL, OPT_MAX_CONNECTIONS},
	{"max-per-address", required_argument, NULL, OPT_MAX_PER_ADDRESS},
	{"prebuilt", required_argument, NULL, OPT_MAKER},
	{"quiet", no_argument, NULL, 'q'},
	{"trust", required_argument, NULL, OPT_MAKER},
	{0},
};

static int parse_number(const char *name, const char *text, unsigned min, unsigned max,
			unsigned *ret, struct bf_error *reterr)
{
	char *end, printable[64];
	unsigned long number = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || number < min || number > max)
		return bf_fail(
			reterr, BF_ERR_USAGE, "--%s: '%s' is not a number from %u to %u",
			name, bf_printable(text, printable, sizeof(printable)), min, max);
	*ret = (unsigned)number;
	return BF_OK;
}

static int take(int option, const char *name, const char *value, void *into,
		struct bf_error *reterr)
{
	struct bf_serve_options *options = into;
	switch (option) {
	case 'h':
		options->help = true;
		return BF_OK;
	case 'q':
		options->quiet = true;
		return BF_OK;
	case OPT_MAKER:
		return bf_arguments_set_maker(&options->made_from, name, value, reterr);
	case OPT_HOSTS:
		options->hosts = value;
		return BF_OK;
	case OPT_LISTEN:
		options->listen = value;
		return BF_OK;
	case OPT_IDLE_TIMEOUT:
		return parse_number(name, value, 1, 3600, &options->idle_seconds, reterr);
	case OPT_MAX_CONNECTIONS:
		return parse_number(name, value, 1, 65536, &options->connections, reterr);
	default: /* OPT_MAX_PER_ADDRESS */
		return parse_number(name, value, 0, 65536, &options->per_address, reterr);
	}
}

static int take_url(int argc, char **argv, struct bf_serve_options *options,
		    struct bf_error *reterr)
{
	char second[256];
	if (optind + 1 < argc)
		return bf_fail(reterr, BF_ERR_USAGE, "serve: one URL too many: '%s'",
			       bf_printable(argv[optind + 1], second, sizeof(second)));
	if (optind < argc)
		options->url = argv[optind];
	else if (!options->hosts)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "serve: no URL: give the one to boot from, such as "
			       "'http://10.0.0.1/boot/{host}'");
	return BF_OK;
}

int bf_serve_options_parse(int argc, char **argv, struct bf_serve_options *ret,
			   struct bf_error *reterr)
{
	struct bf_serve_options options = {
		.listen = "127.0.0.1:8080",
		.made_from = {.prebuilt = bf_arguments_prebuilt(),
			      .layout = bf_template_options_default()},
		.connections = 1024,
		.per_address = 64,
		.idle_seconds = 30,
	};
	int err = bf_arguments_parse(argc, argv, ":hq", long_options, take, &options,
				     reterr);
	if (!err && !options.help)
		err = take_url(argc, argv, &options, reterr);
	if (!err)
		*ret = options;
	return err;
}
