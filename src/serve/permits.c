/* SPDX-License-Identifier: GPL-3.0-only */
#include "serve/permits.h"

#include <pthread.h>
#include <stdlib.h>

struct bf_permits {
	const char *paths[BF_SECRETS_MAX];
	size_t n;
	unsigned margin;
	pthread_rwlock_t lock; /* guards what follows */
	struct bf_secrets secrets;
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
	for (size_t i = 0; i < n; i++)
		permits->paths[i] = paths[i];
	int err = bf_permits_reload(permits, reterr);
	if (err)
		bf_permits_free(permits);
	else
		*ret = permits;
	return err;
}

void bf_permits_free(struct bf_permits *permits)
{
	if (!permits)
		return;
	bf_secrets_free(&permits->secrets);
	pthread_rwlock_destroy(&permits->lock);
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
	pthread_rwlock_unlock(&permits->lock);
	bf_secrets_free(&old);
	return BF_OK;
}

bool bf_permits_are_needed(const struct bf_permits *permits)
{
	return permits->n > 0;
}

bool bf_permits_judge(struct bf_permits *permits, const struct bf_path *path, int64_t now,
		      struct bf_token_bytes *bytes, struct bf_token *ret)
{
	*ret = (struct bf_token){0};
	if (!bf_permits_are_needed(permits))
		return true;
	pthread_rwlock_rdlock(&permits->lock);
	bool is_permitted = bf_token_judge(&permits->secrets, path->folder, path->host,
					   now - (int64_t)permits->margin, bytes, ret);
	pthread_rwlock_unlock(&permits->lock);
	return is_permitted;
}
