/* SPDX-License-Identifier: GPL-3.0-only */
/* Lists of words as text, with commas: the schemes "aoe,http,https", the keys "rsa,ecdsa". */
#ifndef BF_WORD_LIST_H
#define BF_WORD_LIST_H

#include <stdbool.h>
#include <stddef.h>

enum {
	BF_WORD_LIST_SIZE = 256, /* bytes of a list, with the NUL */
	BF_WORD_LIST_MAX = 64,   /* words in a list */
};

/* A list cut into words, which live in storage. */
struct bf_word_list {
	char storage[BF_WORD_LIST_SIZE];
	const char *words[BF_WORD_LIST_MAX];
	size_t n;
};

/* Cut a list shorter than BF_WORD_LIST_SIZE into its words. */
void bf_word_list_split(const char *list, struct bf_word_list *ret);

/* Whether a list has this word in it. */
bool bf_word_list_has(const char *list, const char *word);

/* Take out of list what other does not have. */
void bf_word_list_intersect(char *list, const char *other);

#endif
