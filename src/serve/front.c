/* SPDX-License-Identifier: GPL-3.0-only */
#include "serve/front.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/sha256.h"

struct bf_front {
	struct bf_front_options options;
	uint8_t page_hash[BF_SHA256_SIZE];
	atomic_size_t held;
	pthread_mutex_t mutex; /* guards what follows */
	unsigned generation;   /* of the names */
	struct bf_buffer names;
	uint64_t changes; /* the history's when the list was made */
	struct timespec made;
	size_t size;                /* of the last list */
	struct bf_front_list *list; /* NULL before the first one */
};

static int hash_page(const struct bf_front_page *page, uint8_t ret[BF_SHA256_SIZE])
{
	uint8_t hashes[2 * BF_SHA256_SIZE];
	int err = bf_sha256(page->before, hashes);
	if (!err)
		err = bf_sha256(page->after, hashes + BF_SHA256_SIZE);
	return err ? err : bf_sha256(bf_view(hashes, sizeof(hashes)), ret);
}

int bf_front_new(const struct bf_front_options *options, struct bf_front **ret,
		 struct bf_error *reterr)
{
	struct bf_front *front = calloc(1, sizeof(*front));
	if (!front)
		return bf_fail_nomem(reterr);
	front->options = *options;
	pthread_mutex_init(&front->mutex, NULL);
	if (hash_page(&options->page, front->page_hash)) {
		bf_front_free(front);
		return bf_fail_nomem(reterr);
	}
	*ret = front;
	return BF_OK;
}

void bf_front_free(struct bf_front *front)
{
	if (!front)
		return;
	bf_front_list_release(front->list);
	bf_buffer_free(&front->names);
	pthread_mutex_destroy(&front->mutex);
	free(front);
}

const struct bf_front_page *bf_front_page(const struct bf_front *front)
{
	return &front->options.page;
}

/* ---- A list ---- */

void bf_front_list_release(struct bf_front_list *list)
{
	if (!list || atomic_fetch_sub(&list->holders, 1) > 1)
		return;
	atomic_fetch_sub(list->held, list->json.size);
	bf_buffer_free(&list->json);
	free(list);
}

/* A host's name, a time and an address need no escapes, and have nothing that ends a script. */
static int print_host(const struct bf_front *front, const char *name,
		      struct bf_buffer *ret)
{
	struct bf_taking last;
	char when[32] = "", peer[BF_PEER_TEXT_SIZE];
	struct tm tm;
	int err = bf_buffer_print(ret, "{\"host\":\"%s\"", name);
	if (!err && bf_history_find(front->options.history, name, &last)) {
		if (gmtime_r(&last.when, &tm))
			strftime(when, sizeof(when), "%FT%TZ", &tm);
		err = bf_buffer_print(ret,
				      ",\"last\":{\"time\":\"%s\",\"client\":\"%s\","
				      "\"bytes\":%llu,\"complete\":%s}",
				      when, bf_peer_print(&last.peer, peer),
				      (unsigned long long)last.size,
				      last.complete ? "true" : "false");
	}
	return err ? err : bf_buffer_append(ret, "}", 1);
}

static int print(const struct bf_front *front, struct bf_buffer *ret)
{
	if (front->names.size == 0)
		return bf_buffer_print(ret, "null");
	const char *name = (const char *)front->names.data;
	const char *end = name + front->names.size;
	int err = bf_buffer_print(ret, "{\"size\":%llu,\"links\":%s,\"hosts\":[",
				  (unsigned long long)front->options.image_size,
				  front->options.needs_links ? "true" : "false");
	for (const char *separator = "\n"; !err && name < end;
	     name += strlen(name) + 1, separator = ",\n") {
		err = bf_buffer_print(ret, "%s", separator);
		if (!err)
			err = print_host(front, name, ret);
	}
	return err ? err : bf_buffer_print(ret, "\n]}");
}

static int make_etag(const struct bf_front *front, struct bf_front_list *list)
{
	uint8_t hashes[2 * BF_SHA256_SIZE];
	char hex[BF_SHA256_HEX_SIZE];
	memcpy(hashes, front->page_hash, BF_SHA256_SIZE);
	int err = bf_sha256(bf_buffer_view(&list->json), hashes + BF_SHA256_SIZE);
	if (!err)
		err = bf_sha256_hex(bf_view(hashes, sizeof(hashes)), hex);
	if (!err)
		snprintf(list->etag, sizeof(list->etag), "\"%.32s\"", hex);
	return err;
}

static struct bf_front_list *make(struct bf_front *front)
{
	struct bf_front_list *list = calloc(1, sizeof(*list));
	if (!list)
		return NULL;
	atomic_init(&list->holders, 1);
	list->held = &front->held;
	int err = print(front, &list->json);
	atomic_fetch_add(list->held, list->json.size);
	if (err || make_etag(front, list)) {
		bf_front_list_release(list);
		return NULL;
	}
	return list;
}

/* ---- The list there is ---- */

static bool read_names(struct bf_front *front)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer names = {0};
	unsigned generation = front->generation;
	if (bf_catalog_names(front->options.catalog, &generation, &names))
		return false;
	if (generation == front->generation)
		return true;
	struct bf_buffer old = front->names;
	front->generation = generation;
	front->names = names;
	names = old;
	return true;
}

/* Whether the list is to be made anew. */
static bool look(struct bf_front *front, uint64_t changes)
{
	const unsigned before = front->generation;
	if (!front->list)
		return read_names(front);
	if (bf_clock_seconds(&front->made) < front->options.age)
		return false;
	return (read_names(front) && front->generation != before) ||
	       (front->names.size > 0 && changes != front->changes);
}

/* What is kept by others is not ours to free: then there is none until they are done. */
static void renew(struct bf_front *front, uint64_t changes)
{
	bf_front_list_release(front->list);
	front->list = NULL;
	size_t held = atomic_load(&front->held);
	if (held > 0 && held + front->size > front->options.held_max)
		return;
	front->list = make(front);
	front->made = bf_clock_start();
	front->changes = changes;
	if (front->list)
		front->size = front->list->json.size;
}

struct bf_front_list *bf_front_list(struct bf_front *front)
{
	pthread_mutex_lock(&front->mutex);
	/* Asked for before the list is made: what comes meanwhile is in the next one. */
	uint64_t changes = bf_history_changes(front->options.history);
	if (look(front, changes))
		renew(front, changes);
	struct bf_front_list *list = front->list;
	if (list)
		atomic_fetch_add(&list->holders, 1);
	pthread_mutex_unlock(&front->mutex);
	return list;
}
