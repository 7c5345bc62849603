/* SPDX-License-Identifier: GPL-3.0-only */
#include "serve/catalog.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/digest.h"
#include "fleet/remarks.h"
#include "link/link.h"

/*
 * Images kept, one per value of a hash: some 27 KB each, or as much as a large script. Two
 * hosts with the same value replace each other, which costs a rendering of microseconds each
 * time.
 */
enum { KEPT = 256 };

/* All that a change of the hosts replaces. */
struct contents {
	struct bf_hosts hosts;
	time_t modified; /* when the hosts were read */
	unsigned generation;
	struct bf_served *kept[KEPT];
};

struct bf_catalog {
	struct bf_catalog_options options;
	uint8_t template_hash[BF_SHA256_SIZE];
	pthread_mutex_t mutex; /* guards what follows */
	struct contents now;
};

/* What the image boots; false if there is no such host. */
static int find_target(const struct bf_catalog *catalog, const struct bf_served_key *key,
		       bool *ret_exists, struct bf_target *ret, struct bf_error *reterr)
{
	if (key->settings.size == 0)
		return bf_hosts_target(&catalog->now.hosts, key->host, ret_exists, ret,
				       reterr);
	*ret_exists = true;
	return bf_link_target(key->settings, ret, reterr);
}

/* *ret is NULL if there is no such host. */
static int make(const struct bf_catalog *catalog, const struct bf_served_key *key,
		struct bf_served **ret, struct bf_error *reterr)
{
	bf_cleanup(bf_target_free) struct bf_target target = {0};
	bool exists;
	*ret = NULL;
	int err = find_target(catalog, key, &exists, &target, reterr);
	if (err || !exists)
		return err;
	const struct timespec start = bf_clock_start();
	err = bf_served_new(catalog->options.maker, catalog->template_hash, key, &target,
			    ret, reterr);
	if (!err)
		bf_metrics_count_image(catalog->options.metrics, bf_clock_seconds(&start),
				       (*ret)->image.signing_seconds);
	return err;
}

static size_t place(const struct bf_served_key *key)
{
	uint64_t hash = bf_digest_hash(bf_view(key->host, strlen(key->host)), 0);
	return bf_digest_hash(key->settings, hash) % KEPT;
}

static int find(struct bf_catalog *catalog, const struct bf_served_key *key,
		struct bf_served **ret, struct bf_error *reterr)
{
	*ret = NULL;
	struct bf_served **kept = &catalog->now.kept[place(key)];
	if (!*kept || !bf_served_is(*kept, key)) {
		struct bf_served *made;
		int err = make(catalog, key, &made, reterr);
		if (err || !made)
			return err;
		bf_served_release(*kept);
		*kept = made;
	}
	bf_served_hold(*kept);
	*ret = *kept;
	return BF_OK;
}

int bf_catalog_find(struct bf_catalog *catalog, const struct bf_served_key *key,
		    struct bf_served **ret, time_t *ret_modified, struct bf_error *reterr)
{
	/* An image is made with the mutex held: it takes microseconds, and a change of the
	 * hosts then never meets an image half made from the old ones. */
	pthread_mutex_lock(&catalog->mutex);
	int err = find(catalog, key, ret, reterr);
	*ret_modified = catalog->now.modified;
	pthread_mutex_unlock(&catalog->mutex);
	return err;
}

static void free_contents(struct contents *contents)
{
	for (size_t i = 0; i < KEPT; i++)
		bf_served_release(contents->kept[i]);
	bf_hosts_free(&contents->hosts);
}

int bf_catalog_reload(struct bf_catalog *catalog, struct bf_error *reterr)
{
	struct bf_hosts hosts;
	int err = bf_hosts_load(catalog->options.hosts_path, catalog->options.url,
				catalog->options.maker, &hosts, reterr);
	bf_metrics_count_reload(catalog->options.metrics, !err);
	if (err)
		return err;
	pthread_mutex_lock(&catalog->mutex);
	struct contents old = catalog->now;
	catalog->now = (struct contents){
		.hosts = hosts, .modified = time(NULL), .generation = old.generation + 1};
	pthread_mutex_unlock(&catalog->mutex);
	free_contents(&old); /* takes longer than requests should have to wait */
	return BF_OK;
}

int bf_catalog_remark(const struct bf_catalog *catalog, struct bf_buffer *ret,
		      struct bf_error *reterr)
{
	return catalog->now.hosts.any
		       ? BF_OK
		       : bf_remarks_print(&catalog->now.hosts.fleet, ret, reterr);
}

int bf_catalog_new(const struct bf_catalog_options *options, struct bf_hosts *hosts,
		   struct bf_catalog **ret, struct bf_error *reterr)
{
	struct bf_catalog *catalog = calloc(1, sizeof(*catalog));
	if (!catalog) {
		bf_hosts_free(hosts);
		return bf_fail_nomem(reterr);
	}
	*catalog = (struct bf_catalog){
		.options = *options,
		.mutex = PTHREAD_MUTEX_INITIALIZER,
		.now = {.hosts = *hosts, .modified = time(NULL), .generation = 1}};
	*hosts = (struct bf_hosts){0};
	int err = bf_served_hash_template(&options->maker->tmpl, catalog->template_hash,
					  reterr);
	if (err) {
		bf_catalog_free(catalog);
		return err;
	}
	*ret = catalog;
	return BF_OK;
}

int bf_catalog_names(struct bf_catalog *catalog, unsigned *generation,
		     struct bf_buffer *ret)
{
	int err = BF_OK;
	pthread_mutex_lock(&catalog->mutex);
	const struct contents *now = &catalog->now;
	bool is_other = now->generation != *generation;
	for (size_t i = 0; is_other && !err && i < now->hosts.n_items; i++) {
		const char *name = now->hosts.items[i].name;
		err = bf_buffer_append(ret, name, strlen(name) + 1);
	}
	if (!err)
		*generation = now->generation;
	pthread_mutex_unlock(&catalog->mutex);
	return err;
}

void bf_catalog_size(struct bf_catalog *catalog, size_t *ret_hosts, time_t *ret_read)
{
	pthread_mutex_lock(&catalog->mutex);
	*ret_hosts = catalog->now.hosts.n_items;
	*ret_read = catalog->now.modified;
	pthread_mutex_unlock(&catalog->mutex);
}

void bf_catalog_free(struct bf_catalog *catalog)
{
	if (!catalog)
		return;
	free_contents(&catalog->now);
	free(catalog);
}
