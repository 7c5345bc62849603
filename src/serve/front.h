/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * What is answered at /: the page, and in it the hosts of the list, each with what was taken of
 * its image last. There is one copy of the page, and of the hosts one as long as nothing changes.
 */
#ifndef BF_FRONT_H
#define BF_FRONT_H

#include <stdatomic.h>

#include "serve/catalog.h"
#include "serve/history.h"
#include "serve/served.h"

/* The page (page/page.h): HTML, and between its two parts JSON. All of it outlives the front. */
struct bf_front_page {
	struct bf_view before, after;
	struct bf_view policy; /* Content-Security-Policy */
};

struct bf_front_options {
	struct bf_front_page page;
	struct bf_catalog *catalog; /* these must outlive the front, too */
	struct bf_history *history;
	uint64_t image_size; /* of every host's */
	bool needs_links;    /* an image is given to whoever has a link to it only */
	double age;      /* seconds that a list may be old: it takes a moment to make */
	size_t held_max; /* bytes of lists that may be held at once */
};

struct bf_front;

bf_must_check int bf_front_new(const struct bf_front_options *options,
			       struct bf_front **ret, struct bf_error *reterr);
/* When nobody holds a list of its any more. NULL is fine. */
void bf_front_free(struct bf_front *front);

const struct bf_front_page *bf_front_page(const struct bf_front *front);

/*
 * What stands in the middle of the page, and of which the whole has this ETag:
 * {"size": ..., "links": ..., "hosts": [{"host": ..., "last": {"time": ..., "client": ...,
 * "bytes": ..., "complete": ...}}, ...]}, without "last" where nothing was taken. It is null where
 * every name is a host. Never changes once made; each answer that sends it holds it.
 */
struct bf_front_list {
	atomic_uint holders;
	atomic_size_t *held; /* bytes of all lists that somebody holds */
	struct bf_buffer json;
	char etag[BF_SERVED_ETAG_SIZE];
};

/*
 * The list as it is now, or was a moment ago, held for the caller, who releases it. NULL without
 * memory, or when readers that do not read hold too much of it. Threads may call it at once.
 */
struct bf_front_list *bf_front_list(struct bf_front *front);
void bf_front_list_release(struct bf_front_list *list);

#endif
