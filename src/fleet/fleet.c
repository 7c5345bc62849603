/* SPDX-License-Identifier: GPL-3.0-only */
#include "fleet/fleet.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "script/userscript.h"

/* A column that nothing uses is a remark, unless it looks like a setting mistyped. */
static int check_columns(const struct bf_fleet *fleet, struct bf_error *reterr)
{
	const struct bf_hostlist *hosts = &fleet->hosts;
	char text[128];
	for (size_t i = 0; i < hosts->n_columns; i++) {
		const char *name = hosts->columns[i];
		const char *nearest = bf_target_nearest(name);
		bool is_used = i == hosts->host || bf_target_knows(name) ||
			       fleet->url.used & UINT64_C(1) << i;
		if (!is_used && nearest)
			return bf_fail(
				reterr, BF_ERR_INPUT,
				"nothing uses the column '%s': did you mean %s? Give it "
				"another name if not",
				bf_printable(name, text, sizeof(text)), nearest);
	}
	return BF_OK;
}

/* ---- Scripts ---- */

static int by_path(const void *a, const void *b)
{
	const struct bf_fleet_script *left = a, *right = b;
	return strcmp(left->path, right->path);
}

static int read_text(const char *path, struct bf_buffer *ret, struct bf_error *reterr)
{
	char name[256];
	int err = bf_buffer_read_file(path, BF_USERSCRIPT_FILE_MAX, ret, reterr);
	if (err)
		return err;
	if (memchr(ret->data, 0, ret->size))
		return bf_fail(reterr, BF_ERR_INPUT, "'%s': a NUL byte in it",
			       bf_printable(path, name, sizeof(name)));
	return bf_buffer_append(ret, "", 1) ? bf_fail_nomem(reterr) : BF_OK;
}

/* A file that cannot be read is the fault of the rows that name it, and of no other. */
static int read_script(struct bf_fleet_script *script, struct bf_error *reterr)
{
	struct bf_error error;
	script->err = read_text(script->path, &script->text, &error);
	if (!script->err)
		return BF_OK;
	bf_buffer_free(&script->text);
	script->error = malloc(sizeof(*script->error));
	if (!script->error)
		return bf_fail_nomem(reterr);
	*script->error = error;
	return BF_OK;
}

static void list_scripts(struct bf_fleet *fleet, size_t column)
{
	size_t n = 0;
	for (size_t i = 0; i < fleet->hosts.n_rows; i++) {
		const char *path = fleet->hosts.rows[i].values[column];
		if (*path)
			fleet->scripts[n++].path = path;
	}
	qsort(fleet->scripts, n, sizeof(fleet->scripts[0]), by_path);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || by_path(&fleet->scripts[i - 1], &fleet->scripts[i]) != 0)
			fleet->scripts[fleet->n_scripts++] = fleet->scripts[i];
}

static int read_scripts(struct bf_fleet *fleet, struct bf_error *reterr)
{
	size_t column;
	if (!bf_hostlist_find(&fleet->hosts, "script", &column))
		return BF_OK;
	fleet->scripts = calloc(fleet->hosts.n_rows, sizeof(fleet->scripts[0]));
	if (!fleet->scripts)
		return bf_fail_nomem(reterr);
	list_scripts(fleet, column);
	int err = BF_OK;
	for (size_t i = 0; !err && i < fleet->n_scripts; i++)
		err = read_script(&fleet->scripts[i], reterr);
	return err;
}

/* ---- Lists ---- */

static int load(const char *path, const char *url, struct bf_fleet *ret,
		struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer text = {0};
	char name[256];
	int err = bf_buffer_read_path(path, BF_HOSTLIST_SIZE_MAX, &text, reterr);
	if (err)
		return err;
	err = bf_hostlist_parse(bf_buffer_view(&text), &ret->hosts, reterr);
	if (!err && url) {
		err = bf_expand_parse(url, ret->hosts.columns, ret->hosts.n_columns,
				      &ret->url, reterr);
		ret->has_url = true;
	}
	if (!err)
		err = check_columns(ret, reterr);
	if (!err)
		err = read_scripts(ret, reterr);
	return err ? bf_fail_in(reterr, err, "'%s'",
				bf_printable(bf_path_name(path), name, sizeof(name)))
		   : BF_OK;
}

int bf_fleet_load(const char *path, const char *url, struct bf_fleet *ret,
		  struct bf_error *reterr)
{
	struct bf_fleet fleet = {0};
	int err = load(path, url, &fleet, reterr);
	if (err)
		bf_fleet_free(&fleet);
	else
		*ret = fleet;
	return err;
}

static int set_words(struct bf_target *target, const char *name, const char *value,
		     struct bf_error *reterr)
{
	char word[64];
	int err = BF_OK;
	for (const char *p = value + strspn(value, " "); !err && *p;) {
		size_t size = strcspn(p, " ");
		if (size >= sizeof(word))
			return bf_fail(reterr, BF_ERR_INPUT, "a word of %zu characters",
				       size);
		memcpy(word, p, size);
		word[size] = '\0';
		err = bf_target_set(target, name, word, reterr);
		p += size;
		p += strspn(p, " ");
	}
	return err;
}

static int set_script(const struct bf_fleet *fleet, struct bf_target *target,
		      const char *path, struct bf_error *reterr)
{
	char name[256];
	const struct bf_fleet_script key = {.path = path};
	const struct bf_fleet_script *script =
		bsearch(&key, fleet->scripts, fleet->n_scripts, sizeof(fleet->scripts[0]),
			by_path);
	if (script->err)
		return bf_fail(reterr, script->err, "%s", script->error->text);
	int err =
		bf_target_set(target, "script", (const char *)script->text.data, reterr);
	return err ? bf_fail_in(reterr, err, "'%s'",
				bf_printable(path, name, sizeof(name)))
		   : BF_OK;
}

static int set_cell(const struct bf_fleet *fleet, struct bf_target *target,
		    const char *name, const char *value, struct bf_error *reterr)
{
	if (!*value || !bf_target_knows(name))
		return BF_OK;
	if (strcmp(name, "script") == 0)
		return set_script(fleet, target, value, reterr);
	if (strcmp(name, "dns") == 0)
		return set_words(target, name, value, reterr);
	return bf_target_set(target, name, value, reterr);
}

/* Where the row brings neither URL nor script. */
static int set_url(const struct bf_fleet *fleet, const struct bf_hostlist_row *row,
		   struct bf_target *ret, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer url = {0};
	char text[128];
	size_t column;
	if (ret->url || ret->script.size)
		return BF_OK;
	if (!fleet->has_url)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "line %zu: no URL: give one in a column url, or a "
			       "pattern for all",
			       row->line);
	int err = bf_expand_print(&fleet->url, row->values, &url, &column, reterr);
	if (err == BF_ERR_NOMEM) /* no column's fault, and none is named */
		return err;
	if (err)
		return bf_fail_in(
			reterr, err, "line %zu, column %s", row->line,
			bf_printable(fleet->hosts.columns[column], text, sizeof(text)));
	return bf_target_set(ret, "url", (const char *)url.data, reterr);
}

/* ---- Rows ---- */

int bf_fleet_target(const struct bf_fleet *fleet, size_t index, struct bf_target *ret,
		    struct bf_error *reterr)
{
	const struct bf_hostlist *hosts = &fleet->hosts;
	const struct bf_hostlist_row *row = &hosts->rows[index];
	int err = bf_hostlist_check_row(hosts, index, reterr);
	if (err)
		return bf_fail_in(reterr, err, "line %zu", row->line);
	for (size_t i = 0; i < hosts->n_columns; i++) {
		err = set_cell(fleet, ret, hosts->columns[i], row->values[i], reterr);
		if (err)
			return bf_fail_in(reterr, err, "line %zu, column %s", row->line,
					  hosts->columns[i]);
	}
	return set_url(fleet, row, ret, reterr);
}

/* Whether the row has a URL in its own column. */
static bool has_own_url(const struct bf_fleet *fleet, const struct bf_hostlist_row *row)
{
	size_t column;
	return bf_hostlist_find(&fleet->hosts, "url", &column) && *row->values[column];
}

int bf_fleet_fail_in(const struct bf_fleet *fleet, size_t index, int err,
		     struct bf_error *reterr)
{
	const struct bf_hostlist_row *row = &fleet->hosts.rows[index];
	char host[128];
	if (err == BF_ERR_INPUT && has_own_url(fleet, row))
		return bf_fail_in(reterr, err, "line %zu, column url", row->line);
	return bf_fail_in(
		reterr, err, "line %zu (%s)", row->line,
		bf_printable(row->values[fleet->hosts.host], host, sizeof(host)));
}

void bf_fleet_free(struct bf_fleet *fleet)
{
	for (size_t i = 0; i < fleet->n_scripts; i++) {
		bf_buffer_free(&fleet->scripts[i].text);
		free(fleet->scripts[i].error);
	}
	free(fleet->scripts);
	bf_hostlist_free(&fleet->hosts);
	*fleet = (struct bf_fleet){0};
}
