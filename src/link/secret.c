/* SPDX-License-Identifier: GPL-3.0-only */
#include "link/secret.h"

#include "base/file.h"

enum { FILE_MAX = 1 << 16 };

int bf_secret_check(struct bf_view bytes, struct bf_error *reterr)
{
	if (bytes.size < BF_SECRET_MIN || bytes.size > BF_SECRET_MAX)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "a secret of %zu bytes: it has to have %d to %d, as "
			       "openssl rand -hex 32 makes them",
			       bytes.size, BF_SECRET_MIN, BF_SECRET_MAX);
	return BF_OK;
}

/* Editors end a file with a line end, programs do not; both mean the same secret. */
static void drop_line_end(struct bf_buffer *bytes)
{
	if (bytes->size > 0 && bytes->data[bytes->size - 1] == '\n')
		bytes->size--;
	if (bytes->size > 0 && bytes->data[bytes->size - 1] == '\r')
		bytes->size--;
}

static int check(struct bf_buffer *bytes, bool is_open, struct bf_error *reterr)
{
	if (is_open)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "others than its owner can read it, and so make links: "
			       "chmod 600 it");
	drop_line_end(bytes);
	return bf_secret_check(bf_buffer_view(bytes), reterr);
}

static int read_one(const char *path, struct bf_buffer *ret, struct bf_error *reterr)
{
	char name[256];
	bool is_open;
	int err = bf_buffer_read_secret(path, FILE_MAX, ret, &is_open, reterr);
	if (err)
		return err;
	err = check(ret, is_open, reterr);
	return err ? bf_fail_in(reterr, err, "'%s'",
				bf_printable(path, name, sizeof(name)))
		   : BF_OK;
}

int bf_secrets_read(const char *const *paths, size_t n, struct bf_secrets *ret,
		    struct bf_error *reterr)
{
	struct bf_secrets secrets = {.n = n};
	int err = BF_OK;
	for (size_t i = 0; !err && i < n; i++)
		err = read_one(paths[i], &secrets.items[i], reterr);
	if (err)
		bf_secrets_free(&secrets);
	else
		*ret = secrets;
	return err;
}

void bf_secrets_free(struct bf_secrets *secrets)
{
	for (size_t i = 0; i < secrets->n; i++)
		bf_buffer_wipe(&secrets->items[i]);
	*secrets = (struct bf_secrets){0};
}
