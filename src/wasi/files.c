/* SPDX-License-Identifier: GPL-3.0-only */
#include "wasi/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "bundle/embedded.h"

enum { BF_FILES_BUNDLED_SIZE = 128 };

static struct {
	char *name;
	struct bf_buffer bytes;
} files[BF_FILES_MAX];
static size_t n_files;

static size_t find(const char *name)
{
	size_t i = 0;
	while (i < n_files && strcmp(files[i].name, name) != 0)
		i++;
	return i;
}

int bf_files_put(const char *name, struct bf_buffer bytes)
{
	bf_files_drop(name);
	char *copy = n_files < BF_FILES_MAX ? strdup(name) : NULL;
	if (!copy)
		return BF_ERR_NOMEM;
	files[n_files].name = copy;
	files[n_files++].bytes = bytes;
	return BF_OK;
}

bool bf_files_find(const char *name, struct bf_view *ret)
{
	size_t i = find(name);
	if (i == n_files)
		return false;
	*ret = bf_buffer_view(&files[i].bytes);
	return true;
}

void bf_files_drop(const char *name)
{
	size_t i = find(name);
	if (i == n_files)
		return;
	free(files[i].name);
	bf_buffer_free(&files[i].bytes);
	files[i] = files[--n_files];
}

/* ---- base/file.h ---- */

const char *bf_path_name(const char *path)
{
	return path;
}

bool bf_path_exists(const char *path)
{
	return find(path) < n_files;
}

int bf_buffer_read_file(const char *path, size_t limit, struct bf_buffer *ret,
			struct bf_error *reterr)
{
	char text[256];
	struct bf_view bytes;
	struct bf_buffer buffer = {0};
	bf_printable(path, text, sizeof(text));
	if (!bf_files_find(path, &bytes))
		return bf_fail(reterr, BF_ERR_IO,
			       "'%s': the page does not have this file: drop it there "
			       "together with what names it",
			       text);
	if (bytes.size > limit)
		return bf_fail(reterr, BF_ERR_TOO_BIG,
			       "'%s': larger than the limit of %zu bytes", text, limit);
	if (bf_buffer_append(&buffer, bytes.data, bytes.size))
		return bf_fail_nomem(reterr);
	bf_buffer_free(ret);
	*ret = buffer;
	return BF_OK;
}

int bf_buffer_read_path(const char *path, size_t limit, struct bf_buffer *ret,
			struct bf_error *reterr)
{
	return bf_buffer_read_file(path, limit, ret, reterr);
}

int bf_buffer_read_secret(const char *path, size_t limit, struct bf_buffer *ret,
			  bool *ret_is_open, struct bf_error *reterr)
{
	*ret_is_open = false;
	return bf_buffer_read_file(path, limit, ret, reterr);
}

/* ---- bundle/embedded.h ---- */

struct bf_view bf_embedded_file(const char *name)
{
	char path[BF_FILES_BUNDLED_SIZE];
	struct bf_view bytes = {0};
	snprintf(path, sizeof(path), BF_FILES_BUNDLED "%s", name);
	return bf_files_find(path, &bytes) ? bytes : bf_view(NULL, 0);
}
