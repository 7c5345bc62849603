/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * The table of commands. Each reports to the user itself only on success; failures go to
 * main().
 */
#ifndef BF_COMMAND_H
#define BF_COMMAND_H

#include <stdbool.h>

#include "base/error.h"
#include "cmd/option.h"

struct bf_arguments;

/* A word of the command line that is no option. */
struct bf_operand {
	const char *name;
	size_t place; /* in struct bf_arguments, a const char * */
	enum bf_value value;
	bf_option_words *words;
};

enum { BF_OPERANDS_MAX = 2, BF_USAGES_MAX = 2, BF_NOTES_MAX = 2 };

struct bf_command {
	const char *name;                 /* empty for building */
	const char *usage[BF_USAGES_MAX]; /* what follows the name */
	const char *summary;
	const char *notes[BF_NOTES_MAX]; /* paragraphs below the options */
	unsigned groups;                 /* set of 1u << enum bf_option_group it takes */
	unsigned refused;    /* set of those about which there is a sentence, */
	const char *refusal; /* and how it goes on after the option */
	struct bf_operand operands[BF_OPERANDS_MAX]; /* at most, in this order */
	const char *one_more;                        /* why more are too many, or NULL */
	int (*run)(struct bf_arguments *arguments, struct bf_error *reterr);
};

/* The first is building, which has no name. */
extern const struct bf_command bf_commands[];
extern const size_t bf_n_commands;

/* The command of that name, NULL if there is none. */
const struct bf_command *bf_command_find(const char *name);

/* What stands for a command behind "boots-from". */
static inline const char *bf_command_title(const struct bf_command *command)
{
	return *command->name ? command->name : "URL";
}

/* The names there are, by index from 0 to a NULL. */
const char *bf_command_word(size_t index);

static inline bool bf_command_takes(const struct bf_command *command,
				    const struct bf_option *option)
{
	return command->groups & 1u << option->group;
}

bf_must_check int bf_cmd_build(struct bf_arguments *arguments, struct bf_error *reterr);
bf_must_check int bf_cmd_inspect(struct bf_arguments *arguments, struct bf_error *reterr);
bf_must_check int bf_cmd_repoint(struct bf_arguments *arguments, struct bf_error *reterr);
bf_must_check int bf_cmd_batch(struct bf_arguments *arguments, struct bf_error *reterr);
bf_must_check int bf_cmd_serve(struct bf_arguments *arguments, struct bf_error *reterr);
bf_must_check int bf_cmd_link(struct bf_arguments *arguments, struct bf_error *reterr);
bf_must_check int bf_cmd_page(struct bf_arguments *arguments, struct bf_error *reterr);
bf_must_check int bf_cmd_completion(struct bf_arguments *arguments,
				    struct bf_error *reterr);
bf_must_check int bf_cmd_help(struct bf_arguments *arguments, struct bf_error *reterr);
bf_must_check int bf_cmd_version(struct bf_arguments *arguments, struct bf_error *reterr);

#endif
