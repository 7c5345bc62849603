/* SPDX-License-Identifier: GPL-3.0-only */
#include "cmd/arguments.h"
#include "cmd/option.h"
#include "http/access_log.h"
#include "http/listener.h"
#include "link/secret.h"

/* A row's kind and place go together. */
#define FLAG(field) .kind = BF_OPTION_FLAG, .place = offsetof(struct bf_arguments, field)
#define TEXT(field) .kind = BF_OPTION_TEXT, .place = offsetof(struct bf_arguments, field)
#define TEXTS(field, most)                                                               \
	.kind = BF_OPTION_TEXTS, .place = offsetof(struct bf_arguments, field),          \
	.max = (most)
#define NUMBER(field, least, most)                                                       \
	.kind = BF_OPTION_NUMBER, .place = offsetof(struct bf_arguments, field),         \
	.min = (least), .max = (most)
#define WORD(field, all)                                                                 \
	.kind = BF_OPTION_WORD, .place = offsetof(struct bf_arguments, field),           \
	.value = BF_VALUE_WORD, .words = (all)
#define TIME(field, most)                                                                \
	.kind = BF_OPTION_TIME, .place = offsetof(struct bf_arguments, field),           \
	.max = (most)
#define DAYS(n) ((n)*86400)

/* In the order of the help. */
const struct bf_option bf_options[] = {
	/* ---- The page ---- */
	{.name = "output",
	 .letter = 'o',
	 .group = BF_GROUP_PAGE,
	 .argument = "FILE",
	 .help = "where to write (- is stdout)",
	 .fallback = "./boots-from.html",
	 .value = BF_VALUE_FILE,
	 TEXT(output)},

	/* ---- Building ---- */
	{.name = "output",
	 .letter = 'o',
	 .group = BF_GROUP_BUILD,
	 .argument = "FILE",
	 .help = "where to write (default ./boots-from.iso, - is stdout)",
	 .value = BF_VALUE_FILE,
	 TEXT(output)},
	{.name = "format",
	 .group = BF_GROUP_BUILD,
	 .argument = "KIND",
	 .help = "the whole image or one part alone",
	 .fallback = "iso",
	 .value = BF_VALUE_WORD,
	 .words = bf_template_options_format,
	 .kind = BF_OPTION_MAKER},
	{.name = "print-slot",
	 .group = BF_GROUP_BUILD,
	 .help = "print the script slot to compile into an iPXE with EMBED=",
	 FLAG(print_slot)},
	{.name = "version",
	 .letter = 'V',
	 .group = BF_GROUP_BUILD,
	 .help = "print the versions of boots-from and of what is inside",
	 FLAG(version)},

	/* ---- Many machines ---- */
	{.name = "hosts",
	 .group = BF_GROUP_BATCH,
	 .argument = "FILE",
	 .help = "the list (default -, standard input): a name per line, or a table "
		 "(CSV) whose first line names the columns, one of them host",
	 .value = BF_VALUE_FILE,
	 TEXT(hosts)},
	{.name = "output-dir",
	 .letter = 'd',
	 .group = BF_GROUP_BATCH,
	 .argument = "DIR",
	 .help = "where to write; made if it is not there",
	 .fallback = ".",
	 .value = BF_VALUE_FOLDER,
	 TEXT(folder)},
	{.name = "name",
	 .group = BF_GROUP_BATCH,
	 .argument = "PATTERN",
	 .help = "name of each file",
	 .fallback = "{host}.iso",
	 TEXT(name)},
	{.name = "jobs",
	 .letter = 'j',
	 .group = BF_GROUP_BATCH,
	 .argument = "N",
	 .help = "how many at once (default: the number of processors)",
	 NUMBER(jobs, 1, BF_BATCH_JOBS_MAX)},
	{.name = "check",
	 .group = BF_GROUP_BATCH,
	 .help = "say everything that is wrong with the list, and write nothing",
	 FLAG(check)},
	{.name = "keep-going",
	 .letter = 'k',
	 .group = BF_GROUP_BATCH,
	 .help = "make the other images when one cannot be made",
	 FLAG(keep_going)},
	{.name = "force",
	 .group = BF_GROUP_BATCH,
	 .help = "write also those that are there and need no change",
	 FLAG(force)},

	/* ---- Serving ---- */
	{.name = "listen",
	 .group = BF_GROUP_SERVE,
	 .argument = "ADDRESS:PORT",
	 .help = "where, in numbers, up to eight times; not looked at when systemd "
		 "passes sockets",
	 .fallback = "127.0.0.1:8080",
	 TEXTS(listen, BF_LISTENERS_MAX)},
	{.name = "hosts",
	 .group = BF_GROUP_SERVE,
	 .argument = "FILE",
	 .help = "a list as for boots-from batch: only these hosts exist, with their own "
		 "settings. SIGHUP reads it again",
	 .value = BF_VALUE_FILE,
	 TEXT(hosts)},
	{.name = "max-connections",
	 .group = BF_GROUP_SERVE,
	 .argument = "N",
	 .help = "open at once",
	 .fallback = "1024",
	 NUMBER(connections, 1, 65536)},
	{.name = "max-per-address",
	 .group = BF_GROUP_SERVE,
	 .argument = "N",
	 .help = "of them from one IPv4 address or IPv6 /64, 0 for no limit",
	 .fallback = "64",
	 NUMBER(per_address, 0, 65536)},
	{.name = "idle-timeout",
	 .group = BF_GROUP_SERVE,
	 .argument = "SECONDS",
	 .help = "close a connection that does nothing, or has no whole request, for so "
		 "long",
	 .fallback = "30",
	 NUMBER(idle_seconds, 1, 3600)},

	{.name = "margin",
	 .group = BF_GROUP_SERVE,
	 .argument = "TIME",
	 .help = "with --secret: take a link so much longer than it is made for, since a "
		 "BMC that has mounted an image goes on reading it",
	 .fallback = "4h",
	 TIME(margin, DAYS(3650))},
	{.name = "admin",
	 .group = BF_GROUP_SERVE,
	 .argument = "ADDRESS:PORT",
	 .help = "answer there about the server itself: /metrics for Prometheus, "
		 "/healthz, "
		 "/readyz and /status.json",
	 TEXT(admin)},
	{.name = "page",
	 .group = BF_GROUP_SERVE,
	 .help = "answer at / with the page of boots-from page and, of a list, the "
		 "hosts: "
		 "their URLs, and what was fetched last; with --secret at --admin's",
	 FLAG(page)},
	{.name = "log-format",
	 .group = BF_GROUP_SERVE,
	 .argument = "FORMAT",
	 .help = "of the line for every request",
	 .fallback = "text",
	 WORD(log_format, bf_access_format_name)},
	{.name = "check",
	 .group = BF_GROUP_SERVE,
	 .help = "read everything, say what is wrong, and end",
	 FLAG(check)},
	{.name = "quiet",
	 .letter = 'q',
	 .group = BF_GROUP_SERVE,
	 .help = "no line for every request",
	 FLAG(quiet)},

	/* ---- Links ---- */
	{.name = "expires",
	 .group = BF_GROUP_LINK,
	 .argument = "TIME",
	 .help = "how long the link is good for: 90s, 30m, 2h, 7d",
	 .fallback = "1d",
	 TIME(expires, DAYS(3650))},
	{.name = "base",
	 .group = BF_GROUP_LINK,
	 .argument = "URL",
	 .help = "where the server is reached",
	 .fallback = "http://127.0.0.1:8080",
	 TEXT(base)},
	{.name = "set",
	 .group = BF_GROUP_LINK,
	 .argument = "NAME=VALUE",
	 .help = "what the host boots by, in the link: url=URL, ip=ADDRESS/PREFIX and "
		 "the "
		 "other columns of a list, one each time; the server then needs to know "
		 "nothing of the host",
	 TEXTS(settings, BF_TEXTS_MAX)},
	{.name = "secret",
	 .group = BF_GROUP_SECRET,
	 .argument = "FILE",
	 .help = "32 bytes or more that links are made and judged with; serve takes two, "
		 "for a change, and then nothing without a link. SIGHUP reads it again",
	 .value = BF_VALUE_FILE,
	 TEXTS(secrets, BF_SECRETS_MAX)},

	/* ---- Looking into images ---- */
	{.name = "json",
	 .group = BF_GROUP_INSPECT,
	 .help = "print JSON, for programs",
	 FLAG(json)},

	/* ---- Changing images ---- */
	{.name = "unsigned",
	 .group = BF_GROUP_REPOINT,
	 .help = "take signatures away where the key for new ones is not there",
	 FLAG(is_unsigned)},

	/* ---- Shared ---- */
	{.name = "print-script",
	 .group = BF_GROUP_PRINT,
	 .help = "print the iPXE script, and leave images alone",
	 FLAG(print_script)},
	{.name = "trust",
	 .group = BF_GROUP_TRUST,
	 .argument = "CERT",
	 .help = "trust this certificate for https, a private CA's or the server's own, "
		 "and no other (PEM, DER or PKCS #7; FILE#2 is the second in it)",
	 .value = BF_VALUE_FILE,
	 .kind = BF_OPTION_MAKER},
	{.name = "sign-key",
	 .group = BF_GROUP_TRUST,
	 .argument = "FILE",
	 .help = "sign the UEFI programs for Secure Boot with this private key, RSA (PEM "
		 "or DER)",
	 .value = BF_VALUE_FILE,
	 .kind = BF_OPTION_MAKER},
	{.name = "sign-cert",
	 .group = BF_GROUP_TRUST,
	 .argument = "FILE",
	 .help = "the certificate that belongs to the key, and its issuers (PEM, DER or "
		 "PKCS #7)",
	 .value = BF_VALUE_FILE,
	 .kind = BF_OPTION_MAKER},
	{.name = "sign-passphrase",
	 .group = BF_GROUP_TRUST,
	 .argument = "FILE",
	 .help = "its first line opens the key, which is asked for on the terminal "
		 "otherwise",
	 .value = BF_VALUE_FILE,
	 .kind = BF_OPTION_MAKER},
	{.name = "prebuilt",
	 .group = BF_GROUP_BUNDLE,
	 .argument = "DIR",
	 .help = "use the bundle in DIR instead of the one inside (also: environment "
		 "variable BOOTS_FROM_PREBUILT)",
	 .value = BF_VALUE_FOLDER,
	 .kind = BF_OPTION_MAKER},
	{.name = "quiet",
	 .letter = 'q',
	 .group = BF_GROUP_WRITE,
	 .help = "say nothing on success",
	 FLAG(quiet)},
	{.name = "help",
	 .letter = 'h',
	 .group = BF_GROUP_COMMON,
	 .help = "print this",
	 FLAG(help)},

	/* ---- The image ---- */
	{.name = "arch",
	 .group = BF_GROUP_IMAGE,
	 .argument = "LIST",
	 .help = "boot paths, with commas",
	 .fallback = "bios,x86_64,arm64",
	 .value = BF_VALUE_WORDS,
	 .words = bf_template_options_arch,
	 .kind = BF_OPTION_MAKER},
	{.name = "ipxe",
	 .group = BF_GROUP_IMAGE,
	 .argument = "FILE",
	 .help = "use this iPXE (.efi or .lkrn) for its architecture; may be given more "
		 "than once",
	 .value = BF_VALUE_FILE,
	 .kind = BF_OPTION_MAKER},
	{.name = "shim",
	 .group = BF_GROUP_IMAGE,
	 .argument = "FILE",
	 .help = "have this vendor's shim, signed by Microsoft, start iPXE on its "
		 "architecture; may be given more than once",
	 .value = BF_VALUE_FILE,
	 .kind = BF_OPTION_MAKER},
	{.name = "mokmanager",
	 .group = BF_GROUP_IMAGE,
	 .argument = "FILE",
	 .help = "put the shim's MokManager beside it, which enrols keys; may be given "
		 "more than once",
	 .value = BF_VALUE_FILE,
	 .kind = BF_OPTION_MAKER},
	{.name = "label",
	 .group = BF_GROUP_IMAGE,
	 .argument = "TEXT",
	 .help = "volume label of the ISO",
	 .fallback = BF_TEMPLATE_DEFAULT_LABEL,
	 .kind = BF_OPTION_MAKER},
	{.name = "layout",
	 .group = BF_GROUP_IMAGE,
	 .argument = "LAYOUT",
	 .help = "partition tables of a stick, where cd has none",
	 .fallback = "isohybrid",
	 .value = BF_VALUE_WORD,
	 .words = bf_template_options_layout,
	 .kind = BF_OPTION_MAKER},
	{.name = "script-room",
	 .group = BF_GROUP_IMAGE,
	 .argument = "SIZE",
	 .help = "have room for a script of so many bytes, 256K for example (what does "
		 "not fit iPXE's slot of 8131 goes into a file)",
	 .kind = BF_OPTION_MAKER},

	/* ---- The machine ---- */
	{.name = "script",
	 .group = BF_GROUP_MACHINE,
	 .argument = "FILE",
	 .help = "carry this iPXE script instead of one made for a URL (- is stdin)",
	 .value = BF_VALUE_FILE,
	 TEXT(script)},
	{.name = "ip",
	 .group = BF_GROUP_MACHINE,
	 .argument = "ADDRESS/PREFIX",
	 .help = "static address, IPv4 or IPv6, instead of DHCP",
	 .kind = BF_OPTION_TARGET},
	{.name = "netmask",
	 .group = BF_GROUP_MACHINE,
	 .argument = "MASK",
	 .help = "255.255.255.0 or 24, where --ip has no /PREFIX",
	 .kind = BF_OPTION_TARGET},
	{.name = "gateway",
	 .group = BF_GROUP_MACHINE,
	 .argument = "ADDRESS",
	 .help = "default router, with --ip",
	 .kind = BF_OPTION_TARGET},
	{.name = "dns",
	 .group = BF_GROUP_MACHINE,
	 .argument = "ADDRESS",
	 .help = "DNS server, up to four times; wins over DHCP's",
	 .kind = BF_OPTION_TARGET},
	{.name = "vlan",
	 .group = BF_GROUP_MACHINE,
	 .argument = "TAG",
	 .help = "tagged VLAN, 1 to 4094",
	 .kind = BF_OPTION_TARGET},
	{.name = "nic",
	 .group = BF_GROUP_MACHINE,
	 .argument = "CARD",
	 .help = "network card: net0, net1, ... or its MAC address (net0 with --ip or "
		 "--vlan, else the first that gets an address)",
	 .kind = BF_OPTION_TARGET},
	{.name = "hostname",
	 .group = BF_GROUP_MACHINE,
	 .argument = "NAME",
	 .help = "${hostname}, also in iPXE's iSCSI name; DHCP is not told",
	 .kind = BF_OPTION_TARGET},
	{.name = "retries",
	 .group = BF_GROUP_MACHINE,
	 .argument = "N",
	 .help = "try DHCP up to N more times, of 17 seconds each",
	 .fallback = "2",
	 .kind = BF_OPTION_TARGET},
};

const size_t bf_n_options = sizeof(bf_options) / sizeof(bf_options[0]);

const char *bf_option_heading(enum bf_option_group group)
{
	static const char *const headings[BF_GROUP_COUNT] = {
		[BF_GROUP_IMAGE] = "What the image is:",
		[BF_GROUP_MACHINE] =
			"What the machine does, where DHCP on any card is not "
			"what is wanted:",
	};
	return headings[group];
}
