/* SPDX-License-Identifier: GPL-3.0-only */
#include "serve/history.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/digest.h"
#include "serve/coverage.h"

enum { BUCKETS = 1 << 14 };

struct host {
	struct host *next; /* in its bucket */
	struct host *newer, *older;
	struct bf_fetch last;
	uint64_t requests;
	struct bf_taking taken; /* all zero before the first one; its size is in parts */
	uint64_t version;       /* of the image that was taken */
	struct bf_coverage parts;
	char name[];
};

struct bf_history {
	size_t max;
	uint64_t seed;         /* names come from whoever asks */
	pthread_mutex_t mutex; /* guards what follows */
	size_t n;
	uint64_t forgotten;
	uint64_t changes;
	struct host *newest, *oldest;
	struct host *buckets[BUCKETS];
};

struct bf_history *bf_history_new(size_t max)
{
	struct bf_history *history = calloc(1, sizeof(*history));
	if (!history)
		return NULL;
	history->max = max;
	/* Where there is no randomness yet, an address is hard enough to guess. */
	if (getrandom(&history->seed, sizeof(history->seed), GRND_NONBLOCK) < 0)
		history->seed = (uintptr_t)history;
	pthread_mutex_init(&history->mutex, NULL);
	return history;
}

static void free_host(struct host *host)
{
	bf_coverage_free(&host->parts);
	free(host);
}

void bf_history_free(struct bf_history *history)
{
	if (!history)
		return;
	for (struct host *host = history->newest, *older; host; host = older) {
		older = host->older;
		free_host(host);
	}
	pthread_mutex_destroy(&history->mutex);
	free(history);
}

static struct host **find_bucket(struct bf_history *history, const char *name)
{
	uint64_t hash = bf_digest_hash(bf_view(name, strlen(name)), history->seed);
	return &history->buckets[hash % BUCKETS];
}

static struct host *find(struct bf_history *history, const char *name)
{
	struct host *host = *find_bucket(history, name);
	while (host && strcmp(host->name, name) != 0)
		host = host->next;
	return host;
}

static void unlink_by_age(struct bf_history *history, struct host *host)
{
	*(host->newer ? &host->newer->older : &history->newest) = host->older;
	*(host->older ? &host->older->newer : &history->oldest) = host->newer;
}

static void link_as_newest(struct bf_history *history, struct host *host)
{
	host->newer = NULL;
	host->older = history->newest;
	*(history->newest ? &history->newest->newer : &history->oldest) = host;
	history->newest = host;
}

static void forget_oldest(struct bf_history *history)
{
	struct host *host = history->oldest;
	struct host **link = find_bucket(history, host->name);
	while (*link != host)
		link = &(*link)->next;
	*link = host->next;
	unlink_by_age(history, host);
	free_host(host);
	history->n--;
	history->forgotten++;
	history->changes++;
}

static struct host *add_host(struct bf_history *history, const char *name)
{
	size_t size = strlen(name) + 1;
	struct host *host = calloc(1, sizeof(*host) + size);
	if (!host)
		return NULL;
	memcpy(host->name, name, size);
	if (history->n == history->max)
		forget_oldest(history);
	struct host **bucket = find_bucket(history, name);
	host->next = *bucket;
	*bucket = host;
	link_as_newest(history, host);
	history->n++;
	return host;
}

static bool goes_on(const struct host *host, const struct bf_subject *image,
		    const struct bf_fetch *fetch)
{
	return host->version == image->version && host->taken.whole == image->size &&
	       fetch->when - host->taken.when <= BF_TAKING_PAUSE &&
	       memcmp(host->taken.peer.address, fetch->peer.address,
		      sizeof(fetch->peer.address)) == 0;
}

/* Of an answer that was not taken to its end nobody knows how much arrived. */
static void take(struct host *host, const struct bf_subject *image,
		 const struct bf_fetch *fetch)
{
	if (!goes_on(host, image, fetch))
		bf_coverage_free(&host->parts);
	host->version = image->version;
	host->taken = (struct bf_taking){.when = fetch->when,
					 .peer = fetch->peer,
					 .whole = image->size,
					 .complete = fetch->complete};
	for (size_t i = 0; fetch->complete && i < image->parts.n; i++)
		bf_coverage_add(&host->parts, &image->parts.items[i]);
}

void bf_history_add(struct bf_history *history, const struct bf_subject *image,
		    const struct bf_fetch *fetch)
{
	pthread_mutex_lock(&history->mutex);
	struct host *host = find(history, image->name);
	if (!host)
		host = add_host(history, image->name);
	if (host) {
		unlink_by_age(history, host);
		link_as_newest(history, host);
		host->last = *fetch;
		host->requests++;
	}
	if (host && image->parts.n > 0) {
		take(host, image, fetch);
		history->changes++;
	}
	pthread_mutex_unlock(&history->mutex);
}

bool bf_history_find(struct bf_history *history, const char *name, struct bf_taking *ret)
{
	pthread_mutex_lock(&history->mutex);
	const struct host *host = find(history, name);
	bool found = host && host->taken.whole > 0;
	if (found) {
		*ret = host->taken;
		ret->size = bf_coverage_size(&host->parts);
	}
	pthread_mutex_unlock(&history->mutex);
	return found;
}

uint64_t bf_history_changes(struct bf_history *history)
{
	pthread_mutex_lock(&history->mutex);
	uint64_t changes = history->changes;
	pthread_mutex_unlock(&history->mutex);
	return changes;
}

static int print_host(const struct host *host, const char *separator,
		      struct bf_buffer *ret)
{
	char when[32] = "", peer[BF_PEER_TEXT_SIZE];
	struct tm tm;
	if (gmtime_r(&host->last.when, &tm))
		strftime(when, sizeof(when), "%FT%TZ", &tm);
	/* A host's name, a time and an address need no escapes. */
	return bf_buffer_print(ret,
			       "%s\n  {\"host\": \"%s\", \"requests\": %llu, \"last\": "
			       "{\"time\": \"%s\", \"client\": \"%s\", "
			       "\"status\": %u, \"bytes\": %llu, \"complete\": %s}}",
			       separator, host->name, (unsigned long long)host->requests,
			       when, bf_peer_print(&host->last.peer, peer),
			       host->last.status, (unsigned long long)host->last.length,
			       host->last.complete ? "true" : "false");
}

static int print_bucket(const struct host *host, const char **separator,
			struct bf_buffer *ret)
{
	int err = BF_OK;
	for (; !err && host; host = host->next) {
		err = print_host(host, *separator, ret);
		*separator = ",";
	}
	return err;
}

/* A few hosts at a time, so that nobody who adds one waits for all of them. */
int bf_history_print(struct bf_history *history, struct bf_buffer *ret)
{
	const char *separator = "";
	int err = bf_buffer_print(ret, "{\"hosts\": [");
	for (size_t i = 0; !err && i < BUCKETS; i++) {
		pthread_mutex_lock(&history->mutex);
		err = print_bucket(history->buckets[i], &separator, ret);
		pthread_mutex_unlock(&history->mutex);
	}
	if (err)
		return err;
	pthread_mutex_lock(&history->mutex);
	unsigned long long forgotten = history->forgotten;
	pthread_mutex_unlock(&history->mutex);
	return bf_buffer_print(ret, "],\n \"forgotten\": %llu}\n", forgotten);
}
