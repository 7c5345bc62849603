#include "cmd/options.h"

#include <stdio.h>
#include <string.h>

#include "cmd/arguments.h"
#include "script/url.h"

const char bf_options_help[] =
	"Usage: boots-from [OPTION]... URL\n"
	"       boots-from [OPTION]... --script FILE\n"
	"Write a hybrid ISO that takes an address by DHCP and boots iPXE into URL.\n"
	"\n"
	"  -o, --output FILE    where to write (default ./boots-from.iso, - is stdout)\n"
	"      --arch LIST      boot paths, with commas: bios, x86_64, arm64, riscv64 "
	"or\n"
	"                       all (default bios,x86_64,arm64)\n"
	"      --format KIND    one part alone: efi, lkrn or esp; default is the whole "
	"iso\n"
	"      --ipxe FILE      use this iPXE (.efi or .lkrn) for its architecture;\n"
	"                       may be given more than once\n"
	"      --label TEXT     volume label of the ISO (default BOOTS_FROM)\n"
	"      --layout LAYOUT  partition tables of a stick: isohybrid (default), gpt, "
	"mbr\n"
	"                       or, for images that boot as CD only, cd\n"
	"      --script FILE    carry this iPXE script instead of one made for a URL\n"
	"                       (- is stdin)\n"
	"      --print-script   print the iPXE script instead of writing an image\n"
	"      --print-slot     print the script slot to compile into an iPXE with "
	"EMBED=\n"
	"      --prebuilt DIR   use the bundle in DIR instead of the one inside\n"
	"                       (also: environment variable BOOTS_FROM_PREBUILT)\n"
	"      --trust CERT     trust this certificate for https, a private CA's or the\n"
	"                       server's own, and no other (PEM or DER)\n"
	"  -q, --quiet          say nothing on success\n"
	"      --version        print the versions of boots-from and of what is inside\n"
	"  -h, --help           print this\n"
	"\n"
	"The machine's network, where DHCP on any card is not what is wanted:\n"
	"      --ip ADDRESS/PREFIX\n"
	"                       static address, IPv4 or IPv6, instead of DHCP\n"
	"      --gateway ADDRESS\n"
	"                       default router, with --ip\n"
	"      --dns ADDRESS    DNS server, up to four times; wins over DHCP's\n"
	"      --vlan TAG       tagged VLAN, 1 to 4094\n"
	"      --nic CARD       network card: net0, net1, ... or its MAC address (net0\n"
	"                       with --ip or --vlan, else the first that gets an "
	"address)\n"
	"      --hostname NAME  ${hostname}, also in iPXE's iSCSI name; DHCP is not "
	"told\n"
	"      --retries N      try DHCP up to N more times, of 17 seconds each\n"
	"\n"
	"URL is anything iPXE's chain takes: http, https, tftp, nfs, iscsi, ...; iPXE\n"
	"settings such as ${net0/mac} may be in it. boots-from does not fetch it.\n"
	"\n"
	"Write the image to a USB stick:  dd if=boots-from.iso of=/dev/sdX bs=4M\n";

enum {
	OPT_IPXE = 256,
	OPT_MADE,    /* any that bf_template_options_set() knows by name */
	OPT_NETWORK, /* any that bf_network_set() knows by name */
	OPT_PREBUILT,
	OPT_PRINT_SCRIPT,
	OPT_PRINT_SLOT,
	OPT_SCRIPT,
	OPT_TRUST,
	OPT_VERSION,
};

static const struct option long_options[] = {
	{"arch", required_argument, NULL, OPT_MADE},
	{"dns", required_argument, NULL, OPT_NETWORK},
	{"format", required_argument, NULL, OPT_MADE},
	{"gateway", required_argument, NULL, OPT_NETWORK},
	{"help", no_argument, NULL, 'h'},
	{"hostname", required_argument, NULL, OPT_NETWORK},
	{"ip", required_argument, NULL, OPT_NETWORK},
	{"ipxe", required_argument, NULL, OPT_IPXE},
	{"label", required_argument, NULL, OPT_MADE},
	{"layout", required_argument, NULL, OPT_MADE},
	{"nic", required_argument, NULL, OPT_NETWORK},
	{"output", required_argument, NULL, 'o'},
	{"prebuilt", required_argument, NULL, OPT_PREBUILT},
	{"print-script", no_argument, NULL, OPT_PRINT_SCRIPT},
	{"print-slot", no_argument, NULL, OPT_PRINT_SLOT},
	{"quiet", no_argument, NULL, 'q'},
	{"retries", required_argument, NULL, OPT_NETWORK},
	{"script", required_argument, NULL, OPT_SCRIPT},
	{"trust", required_argument, NULL, OPT_TRUST},
	{"version", no_argument, NULL, OPT_VERSION},
	{"vlan", required_argument, NULL, OPT_NETWORK},
	{0},
};

/* iPXE has room for one fingerprint, and on BIOS no byte that is provably unused. */
static int take_trust(const char *path, struct bf_options *options,
		      struct bf_error *reterr)
{
	char first[256], second[256];
	if (options->trust)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "more than one --trust: '%s' and '%s'; iPXE trusts one "
			       "certificate, give that of a CA which signed all others",
			       bf_printable(options->trust, first, sizeof(first)),
			       bf_printable(path, second, sizeof(second)));
	if (!*path)
		return bf_fail(reterr, BF_ERR_USAGE, "--trust: the file name is empty");
	options->trust = path;
	return BF_OK;
}

static int apply_network(const char *name, const char *value, struct bf_network *network,
			 struct bf_error *reterr)
{
	int err = bf_network_set(network, name, value, reterr);
	return err ? bf_fail_in(reterr, err, "--%s", name) : BF_OK;
}

static int apply_made(const char *name, const char *value,
		      struct bf_template_options *made, struct bf_error *reterr)
{
	int err = bf_template_options_set(made, name, value, reterr);
	return err ? bf_fail_in(reterr, err, "--%s", name) : BF_OK;
}

static int add_ipxe(const char *path, struct bf_options *options, struct bf_error *reterr)
{
	if (options->n_ipxe == BF_OPTIONS_IPXE_MAX)
		return bf_fail(reterr, BF_ERR_USAGE, "--ipxe: more than %d files",
			       BF_OPTIONS_IPXE_MAX);
	options->ipxe[options->n_ipxe++] = path;
	return BF_OK;
}

static int take(int option, const char *name, const char *value, void *into,
		struct bf_error *reterr)
{
	struct bf_options *options = into;
	switch (option) {
	case 'o':
		options->output = value;
		return BF_OK;
	case 'q':
		options->quiet = true;
		return BF_OK;
	case 'h':
		options->action = BF_ACTION_HELP;
		return BF_OK;
	case OPT_VERSION:
		options->action = BF_ACTION_VERSION;
		return BF_OK;
	case OPT_PRINT_SCRIPT:
		options->action = BF_ACTION_PRINT_SCRIPT;
		return BF_OK;
	case OPT_NETWORK:
		return apply_network(name, value, &options->network, reterr);
	case OPT_SCRIPT:
		options->script = value;
		return BF_OK;
	case OPT_PRINT_SLOT:
		options->action = BF_ACTION_PRINT_SLOT;
		return BF_OK;
	case OPT_IPXE:
		return add_ipxe(value, options, reterr);
	case OPT_PREBUILT:
		options->prebuilt = value;
		return BF_OK;
	case OPT_TRUST:
		return take_trust(value, options, reterr);
	default: /* OPT_MADE */
		return apply_made(name, value, &options->made, reterr);
	}
}

/* A script says itself what network to set up and what to boot. */
static int check_script_alone(int argc, char **argv, const struct bf_options *options,
			      struct bf_error *reterr)
{
	char url[256];
	const char *setting = bf_network_given(&options->network);
	if (optind < argc)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "--script and the URL '%s': the script says what to boot, "
			       "give one of the two",
			       bf_printable(argv[optind], url, sizeof(url)));
	if (setting)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "--script and --%s: the script sets up the network, "
			       "write it there",
			       setting);
	return BF_OK;
}

static int take_url(int argc, char **argv, struct bf_options *options,
		    struct bf_error *reterr)
{
	char first[256], second[256];
	if (optind == argc)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "no URL: give the one to boot from, such as "
			       "http://my-bootserver.example/boot");
	if (optind + 1 < argc)
		return bf_fail(
			reterr, BF_ERR_USAGE,
			"more than one URL: '%s' and '%s'; one image boots from one",
			bf_printable(argv[optind], first, sizeof(first)),
			bf_printable(argv[optind + 1], second, sizeof(second)));
	options->url = argv[optind];
	if (options->network.address.family && !options->network.n_dns &&
	    bf_url_needs_dns(options->url))
		return bf_fail(reterr, BF_ERR_USAGE,
			       "--ip without --dns: iPXE cannot look up the host name in "
			       "'%s': add --dns ADDRESS or write the host's address",
			       bf_printable(options->url, first, sizeof(first)));
	return BF_OK;
}

/* What to boot, and over which network. */
static int take_target(int argc, char **argv, struct bf_options *options,
		       struct bf_error *reterr)
{
	if (options->script)
		return check_script_alone(argc, argv, options, reterr);
	int err = bf_network_check(&options->network, reterr);
	return err ? err : take_url(argc, argv, options, reterr);
}

/* What only building an image can heed. */
static int take_for_repoint(int option, const char *name, const char *value, void *into,
			    struct bf_error *reterr)
{
	static const int refused[] = {
		'o', OPT_IPXE, OPT_MADE, OPT_PRINT_SLOT, OPT_VERSION,
	};
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (option == refused[i])
			return bf_fail(reterr, BF_ERR_USAGE,
				       "option --%s is for building: repoint changes "
				       "nothing but the script",
				       name);
	return take(option, name, value, into, reterr);
}

static struct bf_options defaults(void)
{
	return (struct bf_options){
		.prebuilt = bf_arguments_prebuilt(),
		.made = bf_template_options_default(),
	};
}

static bool needs_url(const struct bf_options *options)
{
	return options->action == BF_ACTION_BUILD ||
	       options->action == BF_ACTION_PRINT_SCRIPT;
}

static const char *default_output(enum bf_format format)
{
	static const char *const names[BF_FORMAT_COUNT] = {
		[BF_FORMAT_ISO] = "boots-from.iso",
		[BF_FORMAT_EFI] = "boots-from.efi",
		[BF_FORMAT_LKRN] = "boots-from.lkrn",
		[BF_FORMAT_ESP] = "boots-from.esp",
	};
	return names[format];
}

int bf_options_parse(int argc, char **argv, struct bf_options *ret,
		     struct bf_error *reterr)
{
	struct bf_options options = defaults();
	int err = bf_arguments_parse(argc, argv, ":ho:q", long_options, take, &options,
				     reterr);
	if (!err && needs_url(&options))
		err = take_target(argc, argv, &options, reterr);
	if (!options.output)
		options.output = default_output(options.made.format);
	if (!err)
		*ret = options;
	return err;
}

int bf_options_parse_repoint(int argc, char **argv, struct bf_options *ret,
			     struct bf_error *reterr)
{
	struct bf_options options = defaults();
	int err = bf_arguments_parse(argc, argv, ":ho:q", long_options, take_for_repoint,
				     &options, reterr);
	if (err)
		return err;
	if (needs_url(&options)) {
		if (optind == argc)
			return bf_fail(reterr, BF_ERR_USAGE,
				       "no image: give the one to change, then the URL");
		options.image = argv[optind++];
		err = take_target(argc, argv, &options, reterr);
	}
	if (!err)
		*ret = options;
	return err;
}
