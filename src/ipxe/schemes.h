/* Lists of URL schemes as text: "aoe,http,https". */
#ifndef BF_SCHEMES_H
#define BF_SCHEMES_H

#include <stddef.h>

enum {
	BF_SCHEMES_SIZE = 256, /* bytes of a list, with the NUL */
	BF_SCHEMES_MAX = 64,   /* names in a list */
};

/* A list cut into names, which live in storage. */
struct bf_schemes {
	char storage[BF_SCHEMES_SIZE];
	const char *names[BF_SCHEMES_MAX];
	size_t n;
};

/* Cut a list shorter than BF_SCHEMES_SIZE into its names. */
void bf_schemes_split(const char *list, struct bf_schemes *ret);

/* Take out of list what other does not have. */
void bf_schemes_intersect(char *list, const char *other);

#endif
