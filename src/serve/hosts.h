/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * The hosts there are and what each boots: those of a list (see fleet/fleet.h), or every
 * name there can be.
 */
#ifndef BF_HOSTS_H
#define BF_HOSTS_H

#include <stdbool.h>

#include "fleet/fleet.h"
#include "image/image.h"

/* A host of the list. */
struct bf_host {
	const char *name;
	size_t row;
};

/* A zeroed struct is freed like any other. */
struct bf_hosts {
	const struct bf_maker *maker;
	bool any;             /* every name is a host; there is no list */
	struct bf_expand url; /* of every name */
	struct bf_fleet fleet;
	struct bf_host *items; /* the list's hosts by name */
	size_t n_items;
	size_t largest; /* script that was checked, in bytes */
};

/*
 * Every name is a host, and boots url with {host} replaced. What is given here and below
 * must outlive the hosts. BF_ERR_USAGE or BF_ERR_INPUT when no host could boot from it.
 */
bf_must_check int bf_hosts_any(const char *url, const struct bf_maker *maker,
			       struct bf_hosts *ret, struct bf_error *reterr);

/*
 * The hosts of a list; see bf_fleet_load() for path and url. Everything is made of the list,
 * and of the scripts it names, now: later changes to these files change nothing.
 * BF_ERR_INPUT, with the line, for a row that could not be served.
 */
bf_must_check int bf_hosts_read(const char *path, const char *url,
				const struct bf_maker *maker, struct bf_hosts *ret,
				struct bf_error *reterr);

/* One of the two, bf_hosts_any() where path is NULL; no host at all where url is, too. */
bf_must_check int bf_hosts_load(const char *path, const char *url,
				const struct bf_maker *maker, struct bf_hosts *ret,
				struct bf_error *reterr);
void bf_hosts_free(struct bf_hosts *hosts);

/*
 * Make ret, which is zeroed, what a host boots. ret_exists is false when there is no such
 * host.
 */
bf_must_check int bf_hosts_target(const struct bf_hosts *hosts, const char *host,
				  bool *ret_exists, struct bf_target *ret,
				  struct bf_error *reterr);

#endif
