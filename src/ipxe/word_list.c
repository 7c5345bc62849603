/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/word_list.h"

#include <stdio.h>
#include <string.h>

void bf_word_list_split(const char *list, struct bf_word_list *ret)
{
	ret->n = 0;
	snprintf(ret->storage, sizeof(ret->storage), "%s", list);
	char *rest = ret->storage;
	for (char *word; ret->n < BF_WORD_LIST_MAX && (word = strsep(&rest, ","));)
		ret->words[ret->n++] = word;
}

bool bf_word_list_has(const char *list, const char *word)
{
	size_t length = strlen(word);
	for (const char *at = list; *at; at += *at == ',') {
		size_t size = strcspn(at, ",");
		if (size == length && memcmp(at, word, length) == 0)
			return true;
		at += size;
	}
	return false;
}

void bf_word_list_intersect(char *list, const char *other)
{
	struct bf_word_list mine;
	bf_word_list_split(list, &mine);
	char *end = list;
	for (size_t i = 0; i < mine.n; i++) {
		if (!bf_word_list_has(other, mine.words[i]))
			continue;
		if (end != list)
			*end++ = ',';
		end = stpcpy(end, mine.words[i]);
	}
	*end = '\0';
}
