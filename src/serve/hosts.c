/* SPDX-License-Identifier: GPL-3.0-only */
#include "serve/hosts.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "link/path.h"

static int target_any(const struct bf_hosts *hosts, const char *host,
		      struct bf_target *ret, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer url = {0};
	int err = bf_expand_print(&hosts->url, &host, &url, NULL, reterr);
	return err ? err : bf_target_set(ret, "url", (const char *)url.data, reterr);
}

/* What cannot be made is something to learn now, not when a BMC asks. */
static int check_target(struct bf_hosts *hosts, const struct bf_target *target,
			struct bf_buffer *scratch, struct bf_error *reterr)
{
	int err = bf_renderer_render(&hosts->maker->renderer, target, scratch, reterr);
	if (!err && hosts->largest < scratch->size)
		hosts->largest = scratch->size;
	return err;
}

int bf_hosts_any(const char *url, const struct bf_maker *maker, struct bf_hosts *ret,
		 struct bf_error *reterr)
{
	static const char *const columns[] = {"host"};
	bf_cleanup(bf_target_free) struct bf_target target = {0};
	bf_cleanup(bf_buffer_free) struct bf_buffer scratch = {0};
	struct bf_hosts hosts = {.maker = maker, .any = true};
	int err = bf_expand_parse(url, columns, 1, &hosts.url, reterr);
	if (!err)
		err = target_any(&hosts, "host", &target, reterr);
	if (!err)
		err = check_target(&hosts, &target, &scratch, reterr);
	if (!err)
		*ret = hosts;
	return err;
}

static int check_row(struct bf_hosts *hosts, size_t row, struct bf_buffer *scratch,
		     struct bf_error *reterr)
{
	bf_cleanup(bf_target_free) struct bf_target target = {0};
	int err = bf_fleet_target(&hosts->fleet, row, &target, reterr);
	if (err)
		return err;
	err = check_target(hosts, &target, scratch, reterr);
	return err ? bf_fleet_fail_in(&hosts->fleet, row, err, reterr) : BF_OK;
}

static int add_host(struct bf_hosts *hosts, size_t row, struct bf_buffer *scratch,
		    struct bf_error *reterr)
{
	const struct bf_hostlist *list = &hosts->fleet.hosts;
	const char *name = list->rows[row].values[list->host];
	char text[128];
	int err = check_row(hosts, row, scratch, reterr);
	if (err)
		return err;
	if (!bf_path_is_host(name))
		return bf_fail(reterr, BF_ERR_INPUT,
			       "line %zu, column %s: '%s' is no name to serve a host by: "
			       "1 to %d "
			       "letters, digits, '.', '-' and '_', the first a letter or "
			       "a digit",
			       list->rows[row].line, bf_hostlist_title(list, list->host),
			       bf_printable(name, text, sizeof(text)),
			       BF_PATH_HOST_SIZE - 1);
	hosts->items[hosts->n_items++] = (struct bf_host){.name = name, .row = row};
	return BF_OK;
}

static int by_name(const void *a, const void *b)
{
	const struct bf_host *left = a, *right = b;
	return strcmp(left->name, right->name);
}

static int check_unique(const struct bf_hosts *hosts, struct bf_error *reterr)
{
	const struct bf_hostlist *list = &hosts->fleet.hosts;
	for (size_t i = 1; i < hosts->n_items; i++) {
		const struct bf_host *one = &hosts->items[i - 1], *other = one + 1;
		if (by_name(one, other) != 0)
			continue;
		const struct bf_host *later = one->row > other->row ? one : other;
		return bf_fail(
			reterr, BF_ERR_INPUT,
			"line %zu, column %s: the host '%s' is there twice, on line %zu "
			"too",
			list->rows[later->row].line, bf_hostlist_title(list, list->host),
			one->name, list->rows[(later == one ? other : one)->row].line);
	}
	return BF_OK;
}

static int fill(struct bf_hosts *hosts, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer scratch = {0};
	size_t n = hosts->fleet.hosts.n_rows;
	hosts->items = calloc(n, sizeof(hosts->items[0]));
	if (!hosts->items)
		return bf_fail_nomem(reterr);
	for (size_t row = 0; row < n; row++) {
		int err = add_host(hosts, row, &scratch, reterr);
		if (err)
			return err;
	}
	qsort(hosts->items, n, sizeof(hosts->items[0]), by_name);
	return check_unique(hosts, reterr);
}

int bf_hosts_read(const char *path, const char *url, const struct bf_maker *maker,
		  struct bf_hosts *ret, struct bf_error *reterr)
{
	struct bf_hosts hosts = {.maker = maker};
	char name[256];
	int err = bf_fleet_load(path, url, &hosts.fleet, reterr);
	if (err)
		return err;
	err = fill(&hosts, reterr);
	if (err) {
		bf_hosts_free(&hosts);
		return bf_fail_in(reterr, err, "'%s'",
				  bf_printable(path, name, sizeof(name)));
	}
	*ret = hosts;
	return BF_OK;
}

int bf_hosts_load(const char *path, const char *url, const struct bf_maker *maker,
		  struct bf_hosts *ret, struct bf_error *reterr)
{
	if (path)
		return bf_hosts_read(path, url, maker, ret, reterr);
	if (url)
		return bf_hosts_any(url, maker, ret, reterr);
	*ret = (struct bf_hosts){.maker = maker};
	return BF_OK;
}

void bf_hosts_free(struct bf_hosts *hosts)
{
	free(hosts->items);
	bf_fleet_free(&hosts->fleet);
	*hosts = (struct bf_hosts){0};
}

int bf_hosts_target(const struct bf_hosts *hosts, const char *host, bool *ret_exists,
		    struct bf_target *ret, struct bf_error *reterr)
{
	*ret_exists = true;
	if (hosts->any)
		return target_any(hosts, host, ret, reterr);
	const struct bf_host key = {.name = host}, *found = NULL;
	if (hosts->n_items > 0)
		found = bsearch(&key, hosts->items, hosts->n_items,
				sizeof(hosts->items[0]), by_name);
	*ret_exists = found;
	return found ? bf_fleet_target(&hosts->fleet, found->row, ret, reterr) : BF_OK;
}
