#include "ipxe/schemes.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

void bf_schemes_split(const char *list, struct bf_schemes *ret)
{
	ret->n = 0;
	snprintf(ret->storage, sizeof(ret->storage), "%s", list);
	char *rest = ret->storage;
	for (char *name; ret->n < BF_SCHEMES_MAX && (name = strsep(&rest, ","));)
		ret->names[ret->n++] = name;
}

static bool has(const struct bf_schemes *schemes, const char *name)
{
	for (size_t i = 0; i < schemes->n; i++)
		if (strcmp(schemes->names[i], name) == 0)
			return true;
	return false;
}

void bf_schemes_intersect(char *list, const char *other)
{
	struct bf_schemes mine, theirs;
	bf_schemes_split(list, &mine);
	bf_schemes_split(other, &theirs);
	char *end = list;
	for (size_t i = 0; i < mine.n; i++) {
		if (!has(&theirs, mine.names[i]))
			continue;
		if (end != list)
			*end++ = ',';
		end = stpcpy(end, mine.names[i]);
	}
	*end = '\0';
}
