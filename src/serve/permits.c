/* SPDX-License-Identifier: GPL-3.0-only */
#include "serve/permits.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"

/*
 * Tokens that were right are kept, one per value of a hash of the host: a BMC reads an image in
 * some thousand requests, and an HMAC costs as much as half of one.
 */
enum { KEPT = 256 };

struct kept {
	struct bf_path path;
	struct bf_token_bytes bytes;
	struct bf_token token; /* leads into bytes */
};

struct bf_permits {
	const char *paths[BF_SECRETS_MAX];
	size_t n;
	unsigned margin;
	pthread_rwlock_t lock; /* guards the secrets */
	struct bf_secrets secrets;
	pthread_mutex_t mutex; /* guards what is kept, and is taken inside the lock */
	struct kept *kept[KEPT];
};

int bf_permits_new(const char *const *paths, size_t n, unsigned margin,
		   struct bf_permits **ret, struct bf_error *reterr)
{
	struct bf_permits *permits = calloc(1, sizeof(*permits));
	if (!permits)
		return bf_fail_nomem(reterr);
	permits->n = n;
	permits->margin = margin;
	pthread_rwlock_init(&permits->lock, NULL);
	pthread_mutex_init(&permits->mutex, NULL);
	for (size_t i = 0; i < n; i++)
		permits->paths[i] = paths[i];
	int err = bf_permits_reload(permits, reterr);
	if (err)
		bf_permits_free(permits);
	else
		*ret = permits;
	return err;
}

static void forget_kept(struct bf_permits *permits)
{
	pthread_mutex_lock(&permits->mutex);
	for (size_t i = 0; i < KEPT; i++) {
		free(permits->kept[i]);
		permits->kept[i] = NULL;
	}
	pthread_mutex_unlock(&permits->mutex);
}

void bf_permits_free(struct bf_permits *permits)
{
	if (!permits)
		return;
	forget_kept(permits);
	bf_secrets_free(&permits->secrets);
	pthread_rwlock_destroy(&permits->lock);
	pthread_mutex_destroy(&permits->mutex);
	free(permits);
}

int bf_permits_reload(struct bf_permits *permits, struct bf_error *reterr)
{
	struct bf_secrets secrets = {0};
	int err = bf_secrets_read(permits->paths, permits->n, &secrets, reterr);
	if (err)
		return err;
	pthread_rwlock_wrlock(&permits->lock);
	struct bf_secrets old = permits->secrets;
	permits->secrets = secrets;
	forget_kept(permits);
	pthread_rwlock_unlock(&permits->lock);
	bf_secrets_free(&old);
	return BF_OK;
}

bool bf_permits_are_needed(const struct bf_permits *permits)
{
	return permits->n > 0;
}

/* ---- Judging ---- */

static size_t place(const char *host)
{
	return bf_digest_hash(bf_view(host, strlen(host)), 0) % KEPT;
}

/* How much of a token is right is told by no time it takes. */
static bool is_path(const struct kept *kept, const struct bf_path *path)
{
	size_t size = strlen(path->folder);
	return strcmp(kept->path.host, path->host) == 0 &&
	       strlen(kept->path.folder) == size &&
	       CRYPTO_memcmp(kept->path.folder, path->folder, size) == 0;
}

/* bytes and ret become what is kept of another token. */
static void take(const struct bf_token_bytes *from_bytes, const struct bf_token *from,
		 struct bf_token_bytes *bytes, struct bf_token *ret)
{
	size_t offset = (size_t)(from->settings.data - from_bytes->data);
	*ret = *from;
	ret->settings.data = bytes->data + offset;
	if (from->settings.size > 0)
		memcpy(bytes->data + offset, from->settings.data, from->settings.size);
}

static bool find_kept(struct bf_permits *permits, const struct bf_path *path,
		      struct bf_token_bytes *bytes, struct bf_token *ret)
{
	pthread_mutex_lock(&permits->mutex);
	const struct kept *kept = permits->kept[place(path->host)];
	bool found = kept && is_path(kept, path);
	if (found)
		take(&kept->bytes, &kept->token, bytes, ret);
	pthread_mutex_unlock(&permits->mutex);
	return found;
}

/* Without memory the next request is judged as this one was. */
static void keep(struct bf_permits *permits, const struct bf_path *path,
		 const struct bf_token_bytes *bytes, const struct bf_token *token)
{
	pthread_mutex_lock(&permits->mutex);
	struct kept **kept = &permits->kept[place(path->host)];
	if (!*kept)
		*kept = malloc(sizeof(**kept));
	if (*kept) {
		(*kept)->path = *path;
		take(bytes, token, &(*kept)->bytes, &(*kept)->token);
	}
	pthread_mutex_unlock(&permits->mutex);
}

static bool judge(struct bf_permits *permits, const struct bf_path *path, int64_t now,
		  struct bf_token_bytes *bytes, struct bf_token *ret)
{
	if (find_kept(permits, path, bytes, ret))
		return now < ret->expires;
	bool is_right = bf_token_judge(&permits->secrets, path->folder, path->host, now,
				       bytes, ret);
	if (is_right)
		keep(permits, path, bytes, ret);
	return is_right;
}

bool bf_permits_judge(struct bf_permits *permits, const struct bf_path *path, int64_t now,
		      struct bf_token_bytes *bytes, struct bf_token *ret)
{
	*ret = (struct bf_token){0};
	if (!bf_permits_are_needed(permits))
		return true;
	pthread_rwlock_rdlock(&permits->lock);
	bool is_permitted =
		judge(permits, path, now - (int64_t)permits->margin, bytes, ret);
	pthread_rwlock_unlock(&permits->lock);
	return is_permitted;
}
