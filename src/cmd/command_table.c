/* SPDX-License-Identifier: GPL-3.0-only */
#include <string.h>

#include "cmd/arguments.h"
#include "cmd/completion.h"

#define URL_OPERAND                                                                      \
	{                                                                                \
		.name = "URL", .place = offsetof(struct bf_arguments, url)               \
	}
#define GROUP(name) (1u << BF_GROUP_##name)

static const char one_image[] = "one image boots from one";
static const char in_list[] =
	"is for one machine: where there are many it is a column of their list, see "
	"--hosts";

/* In the order of the help; the first has no name. */
const struct bf_command bf_commands[] = {
	{.name = "",
	 .usage = {"[OPTION]... URL", "[OPTION]... --script FILE"},
	 .summary =
		 "Write a hybrid ISO that takes an address by DHCP and boots iPXE into "
		 "URL.",
	 .notes = {"URL is anything iPXE's chain takes: http, https, tftp, nfs, iscsi, "
		   "...; iPXE settings such as ${net0/mac} may be in it. boots-from does "
		   "not fetch it.",
		   "Write the image to a USB stick: dd if=boots-from.iso of=/dev/sdX "
		   "bs=4M"},
	 .groups = GROUP(BUILD) | GROUP(PRINT) | GROUP(WRITE) | GROUP(TRUST) |
		   GROUP(BUNDLE) | GROUP(COMMON) | GROUP(IMAGE) | GROUP(MACHINE),
	 .operands = {URL_OPERAND},
	 .one_more = one_image,
	 .run = bf_cmd_build},
	{.name = "inspect",
	 .usage = {"[OPTION]... FILE"},
	 .summary =
		 "Say what an ISO, a stick, an ESP, an .efi or an .lkrn holds and what "
		 "boots from it.",
	 .notes = {"FILE may be a device, such as /dev/sdX; it is only read, and never "
		   "as a whole."},
	 .groups = GROUP(INSPECT) | GROUP(COMMON),
	 .operands = {{.name = "FILE",
		       .place = offsetof(struct bf_arguments, image),
		       .value = BF_VALUE_FILE}},
	 .one_more = "give one file or device",
	 .run = bf_cmd_inspect},
	{.name = "repoint",
	 .usage = {"[OPTION]... IMAGE URL", "[OPTION]... --script FILE IMAGE"},
	 .summary =
		 "Make a finished image (ISO, stick, ESP, .efi, .lkrn) boot from another "
		 "URL, in place.",
	 .notes = {"--trust is the certificate that the image was made with, --sign-key "
		   "the key of a signed one. IMAGE may be a device. If it is "
		   "interrupted, run it again: that repairs the "
		   "image."},
	 .groups = GROUP(REPOINT) | GROUP(PRINT) | GROUP(WRITE) | GROUP(TRUST) |
		   GROUP(BUNDLE) | GROUP(COMMON) | GROUP(MACHINE),
	 .refused = GROUP(BUILD) | GROUP(IMAGE),
	 .refusal = "is for building: repoint changes nothing but the script",
	 .operands = {{.name = "IMAGE",
		       .place = offsetof(struct bf_arguments, image),
		       .value = BF_VALUE_FILE},
		      URL_OPERAND},
	 .one_more = one_image,
	 .run = bf_cmd_repoint},
	{.name = "batch",
	 .usage = {"[OPTION]... [URL]"},
	 .summary = "Write an image for each machine of a list.",
	 .notes =
		 {"URL and PATTERN may have {column} in them, for each row's value. The "
		  "columns url, ip, netmask (or prefix), gateway, dns, vlan, nic, "
		  "hostname, "
		  "retries and script (a file) are settings of the row, like the options "
		  "of the same names; empty is not given."},
	 .groups = GROUP(BATCH) | GROUP(WRITE) | GROUP(TRUST) | GROUP(BUNDLE) |
		   GROUP(COMMON) | GROUP(IMAGE),
	 .refused = GROUP(MACHINE),
	 .refusal = in_list,
	 .operands = {URL_OPERAND},
	 .one_more = "the list of machines is --hosts FILE or standard input",
	 .run = bf_cmd_batch},
	{.name = "serve",
	 .usage = {"[OPTION]... URL", "[OPTION]... --hosts FILE"},
	 .summary = "Serve an image for every host over HTTP, for BMCs that mount it.",
	 .notes = {"The images are at /HOST.iso and /FOLDER/HOST.iso; {host} in URL "
		   "stands for the host's name.",
		   "SIGTERM lets answers being sent finish. There is no TLS: put a "
		   "reverse proxy in front where it is wanted."},
	 .groups = GROUP(SERVE) | GROUP(SECRET) | GROUP(TRUST) | GROUP(BUNDLE) |
		   GROUP(COMMON) | GROUP(IMAGE),
	 .refused = GROUP(MACHINE),
	 .refusal = in_list,
	 .operands = {URL_OPERAND},
	 .one_more = "hosts that boot others are listed with --hosts FILE",
	 .run = bf_cmd_serve},
	{.name = "link",
	 .usage = {"--secret FILE [OPTION]... HOST"},
	 .summary = "Print the URL of a host's image on a server with the same secret, "
		    "which permits to fetch it for a time.",
	 .notes = {"Whoever has the link has the image, and nobody else has: hand it to "
		   "the BMC alone."},
	 .groups = GROUP(LINK) | GROUP(SECRET) | GROUP(BUNDLE) | GROUP(COMMON),
	 .operands = {{.name = "HOST", .place = offsetof(struct bf_arguments, host)}},
	 .one_more = "a link is for one host",
	 .run = bf_cmd_link},
	{.name = "page",
	 .usage = {"[OPTION]... [URL]"},
	 .summary =
		 "Write an HTML file that makes, shows and changes images in a browser, "
		 "without network.",
	 .notes = {"Open it from disk or put it on a web server. URL and the options are "
		   "what its form starts with."},
	 .groups = GROUP(PAGE) | GROUP(WRITE) | GROUP(TRUST) | GROUP(BUNDLE) |
		   GROUP(COMMON) | GROUP(IMAGE) | GROUP(MACHINE),
	 .operands = {URL_OPERAND},
	 .one_more = one_image,
	 .run = bf_cmd_page},
	{.name = "completion",
	 .usage = {"SHELL"},
	 .summary = "Print what makes a shell complete the words of boots-from: bash, "
		    "zsh or fish.",
	 .notes = {"For one session: source <(boots-from completion bash), the same with "
		   "zsh, or boots-from completion fish | source."},
	 .groups = GROUP(COMMON),
	 .operands = {{.name = "SHELL",
		       .place = offsetof(struct bf_arguments, shell),
		       .value = BF_VALUE_WORD,
		       .words = bf_completion_shell}},
	 .run = bf_cmd_completion},
	{.name = "version",
	 .usage = {"[OPTION]..."},
	 .summary =
		 "Print the versions of boots-from and of what is inside, as --version.",
	 .groups = GROUP(BUNDLE) | GROUP(COMMON),
	 .run = bf_cmd_version},
	{.name = "help",
	 .usage = {"[COMMAND]"},
	 .summary = "Print a summary, as --help, or that of a command.",
	 .groups = GROUP(COMMON),
	 .operands = {{.name = "COMMAND",
		       .place = offsetof(struct bf_arguments, topic),
		       .value = BF_VALUE_WORD,
		       .words = bf_command_word}},
	 .run = bf_cmd_help},
};

const size_t bf_n_commands = sizeof(bf_commands) / sizeof(bf_commands[0]);

const struct bf_command *bf_command_find(const char *name)
{
	for (size_t i = 1; i < bf_n_commands; i++)
		if (strcmp(bf_commands[i].name, name) == 0)
			return &bf_commands[i];
	return NULL;
}

const char *bf_command_word(size_t index)
{
	return index + 1 < bf_n_commands ? bf_commands[index + 1].name : NULL;
}
