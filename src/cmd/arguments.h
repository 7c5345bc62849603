/* SPDX-License-Identifier: GPL-3.0-only */
/* The command line, parsed by the tables of options and commands. */
#ifndef BF_ARGUMENTS_H
#define BF_ARGUMENTS_H

#include "cmd/command.h"
#include "image/maker.h"
#include "page/page.h"
#include "script/target.h"

enum { BF_BATCH_JOBS_MAX = 64, BF_TEXTS_MAX = 16 };

/* The values of an option that may be given several times. */
struct bf_texts {
	const char *text[BF_TEXTS_MAX];
	size_t n;
};

enum { BF_GIVEN_MAX = 64 };

/*
 * What the options and operands of all commands say; a command looks at its own. Strings
 * belong to argv.
 */
struct bf_arguments {
	const struct bf_command *command;
	bool help;
	bool version;
	bool quiet;

	/* Operands. */
	const char *url;
	const char *image; /* to look into or to change */
	const char *shell; /* to complete for */
	const char *topic; /* the command to print help about */

	struct bf_maker_options made_from;
	/* Those of the image's and the machine's options that were given, in order. */
	struct bf_page_setting given[BF_GIVEN_MAX];
	size_t n_given;
	struct bf_target target; /* without URL and script until bf_arguments_aim() */
	const char *script;      /* its file, "-" is standard input, or NULL */
	bool print_script;
	bool print_slot;
	const char *output; /* "-" is standard output, NULL what suits the format */

	const char *hosts; /* file with a list of machines, "-" is standard input */
	const char *folder;
	const char *name; /* pattern of the images' names */
	unsigned jobs;    /* 0: as many as there are processors */
	bool check;
	bool keep_going;
	bool force;

	struct bf_texts listen; /* each ADDRESS:PORT */
	unsigned connections;
	unsigned per_address;
	unsigned idle_seconds;
	unsigned margin;     /* seconds */
	const char *admin;   /* ADDRESS:PORT, NULL for none */
	unsigned log_format; /* enum bf_access_format */
	bool page;

	struct bf_texts secrets; /* files */
	const char *host;
	const char *base;
	unsigned expires;         /* seconds */
	struct bf_texts settings; /* each NAME=VALUE */

	bool json;

	bool is_unsigned; /* no signature is made where another script breaks one */
};

/*
 * Find the command in argv and take what follows. BF_ERR_USAGE for what makes no sense,
 * BF_ERR_INPUT for a value that cannot be used; the sentence names the option. Release ret
 * with bf_arguments_free(), also after a failure.
 */
bf_must_check int bf_arguments_parse(int argc, char **argv, struct bf_arguments *ret,
				     struct bf_error *reterr);
/* For commands with one machine: BF_ERR_USAGE when there is neither a URL nor a script. */
bf_must_check int bf_arguments_need_url(const struct bf_arguments *arguments,
					struct bf_error *reterr);

/* Put what there is of the two into the target; the script is read now. */
bf_must_check int bf_arguments_aim(struct bf_arguments *arguments,
				   struct bf_error *reterr);

void bf_arguments_free(struct bf_arguments *arguments);

#endif
