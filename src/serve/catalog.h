/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Which hosts there are, and their images. Those asked for lately are kept, because a BMC
 * reads an image in some thousand requests.
 */
#ifndef BF_CATALOG_H
#define BF_CATALOG_H

#include <time.h>

#include "serve/hosts.h"
#include "serve/metrics.h"
#include "serve/served.h"

struct bf_catalog_options {
	const struct bf_maker *maker;
	const char *url; /* of every host; {host} in it is the host's name */
	/* CSV of the hosts there are; NULL when every name is one, or with no URL, none. */
	const char *hosts_path;
	struct bf_metrics *metrics; /* counts what is made and read; must outlive it */
};

struct bf_catalog;

/*
 * hosts is what was read with the same options, and becomes the catalog's, also after a
 * failure; the maker has been laid out since, with room for their scripts. The strings and the
 * maker must outlive the catalog.
 */
bf_must_check int bf_catalog_new(const struct bf_catalog_options *options,
				 struct bf_hosts *hosts, struct bf_catalog **ret,
				 struct bf_error *reterr);
void bf_catalog_free(struct bf_catalog *catalog);

/*
 * Read the hosts again. What is wrong with the file leaves everything as it was. Threads may
 * go on calling bf_catalog_find().
 */
bf_must_check int bf_catalog_reload(struct bf_catalog *catalog, struct bf_error *reterr);

/*
 * Append what the list of hosts is taken for, line by line (see fleet/remarks.h); nothing
 * where every name is one. For the thread that reloads.
 */
bf_must_check int bf_catalog_remark(const struct bf_catalog *catalog,
				    struct bf_buffer *ret, struct bf_error *reterr);

/*
 * The image of a host, held for the caller, who releases it; ret_modified is since when its
 * bytes are surely these. With settings, a token's, the host boots by these and need not be
 * one of the catalog's. *ret is NULL when there is no such host; a failure is one to make
 * the image. Threads may call it at once.
 */
bf_must_check int bf_catalog_find(struct bf_catalog *catalog,
				  const struct bf_served_key *key, struct bf_served **ret,
				  time_t *ret_modified, struct bf_error *reterr);

/*
 * Append the names of the list's hosts in order, each with a NUL at its end, if the list is not
 * the one of *generation, which then becomes its number; they start with 1. Nothing where every
 * name is a host. Threads may call it at once.
 */
bf_must_check int bf_catalog_names(struct bf_catalog *catalog, unsigned *generation,
				   struct bf_buffer *ret);

/* How many hosts its list has, 0 where every name is one, and when it was read. */
void bf_catalog_size(struct bf_catalog *catalog, size_t *ret_hosts, time_t *ret_read);

#endif
