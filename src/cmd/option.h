/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * The table of options. A row is everything there is to say of one: its names, its help, and
 * how it is taken. getopt's arrays, the help, the completions and what is said about an
 * option that does not belong to a command are made from it.
 */
#ifndef BF_OPTION_H
#define BF_OPTION_H

#include <stddef.h>

/* Options come in groups, and a command takes whole groups. */
enum bf_option_group {
	BF_GROUP_BUILD, /* these seven are a command's own */
	BF_GROUP_BATCH,
	BF_GROUP_SERVE,
	BF_GROUP_LINK,
	BF_GROUP_INSPECT,
	BF_GROUP_REPOINT,
	BF_GROUP_PAGE,
	BF_GROUP_SECRET,  /* of commands that make links or judge them */
	BF_GROUP_PRINT,   /* of commands with one script */
	BF_GROUP_WRITE,   /* of commands that write images */
	BF_GROUP_TRUST,   /* of commands that make or change images */
	BF_GROUP_BUNDLE,  /* of commands that look into the bundle */
	BF_GROUP_COMMON,  /* of all commands */
	BF_GROUP_IMAGE,   /* what an image is: of commands that make some */
	BF_GROUP_MACHINE, /* what a machine boots: of commands for one machine */
	BF_GROUP_COUNT,
};

/* How an option is taken, and what its place in struct bf_arguments is. */
enum bf_option_kind {
	BF_OPTION_FLAG,  /* bool: becomes true */
	BF_OPTION_TEXT,  /* const char *: the value; the last one counts */
	BF_OPTION_TEXTS, /* struct bf_texts: one value more, of at most max */
	BF_OPTION_WORD, /* unsigned: the index of one of the words; the last one counts */
	BF_OPTION_TIME, /* unsigned, in seconds up to max; the last one counts */
	BF_OPTION_NUMBER, /* unsigned, from min to max; the last one counts */
	BF_OPTION_MAKER,  /* a setting of bf_maker_options_set(), by the option's name */
	BF_OPTION_TARGET, /* a setting of bf_target_set(), by the option's name */
};

/* What a value is, for completing it. */
enum bf_value {
	BF_VALUE_OTHER, /* nobody can know */
	BF_VALUE_FILE,
	BF_VALUE_FOLDER,
	BF_VALUE_WORD,  /* one of the words */
	BF_VALUE_WORDS, /* some of them, with commas */
};

/* The words that can stand for a value, by index from 0 to a NULL. */
typedef const char *bf_option_words(size_t index);

struct bf_option {
	const char *name;
	char letter; /* of the short form, or 0 */
	enum bf_option_group group;
	const char *argument; /* what its value is called, NULL if it takes none */
	const char *help;
	enum bf_option_kind kind;
	size_t place;
	unsigned min, max;
	/* Taken when the option is not given, but by a maker or target, which know it; or NULL. */
	const char *fallback;
	enum bf_value value;
	bf_option_words *words; /* of BF_VALUE_WORD and BF_VALUE_WORDS */
};

extern const struct bf_option bf_options[];
extern const size_t bf_n_options;

/* What stands above a group in the help, NULL for those that need nothing. */
const char *bf_option_heading(enum bf_option_group group);

#endif
