/* SPDX-License-Identifier: GPL-3.0-only */
#include "fleet/fleet.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "script/url.h"
#include "script/userscript.h"

const char *bf_fleet_setting(const struct bf_fleet *fleet, size_t column)
{
	const char *name = fleet->hosts.columns[column];
	return strcasecmp(name, "prefix") == 0 ? "netmask" : bf_target_find(name);
}

bool bf_fleet_uses(const struct bf_fleet *fleet, size_t column)
{
	const struct bf_hostlist *hosts = &fleet->hosts;
	return column == hosts->host || column == hosts->host_source ||
	       bf_fleet_setting(fleet, column) || fleet->url.used & UINT64_C(1) << column;
}

static bool is_set(const struct bf_fleet *fleet, const char *setting)
{
	for (size_t i = 0; i < fleet->hosts.n_columns; i++) {
		const char *found = bf_fleet_setting(fleet, i);
		if (found && strcmp(found, setting) == 0)
			return true;
	}
	return false;
}

/* A column that nothing uses does no harm, unless it is a setting mistyped. */
static int check_columns(const struct bf_fleet *fleet, struct bf_error *reterr)
{
	const struct bf_hostlist *hosts = &fleet->hosts;
	char text[128];
	for (size_t i = 0; i < hosts->n_columns; i++) {
		const char *meant = bf_target_slip(hosts->columns[i]);
		if (meant && !bf_fleet_uses(fleet, i) && !is_set(fleet, meant))
			return bf_fail(
				reterr, BF_ERR_INPUT,
				"line %zu: nothing uses the column '%s': did you mean "
				"%s? Give it another name if not",
				hosts->line,
				bf_printable(hosts->columns[i], text, sizeof(text)),
				meant);
	}
	return BF_OK;
}

static int fail_column(const struct bf_fleet *fleet, size_t row, size_t column, int err,
		       struct bf_error *reterr)
{
	const struct bf_hostlist *hosts = &fleet->hosts;
	char text[128];
	if (err == BF_ERR_NOMEM) /* no column's fault, and none is named */
		return err;
	return bf_fail_in(
		reterr, err, "line %zu, column %s", hosts->rows[row].line,
		bf_printable(bf_hostlist_title(hosts, column), text, sizeof(text)));
}

/* The column that gives the row this setting; false if none does. */
static bool find_setting(const struct bf_fleet *fleet, size_t row, const char *setting,
			 size_t *ret_column)
{
	for (size_t i = 0; i < fleet->hosts.n_columns; i++) {
		const char *found = bf_fleet_setting(fleet, i);
		if (found && strcmp(found, setting) == 0 &&
		    *fleet->hosts.rows[row].values[i]) {
			*ret_column = i;
			return true;
		}
	}
	return false;
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

/* Lists in a value: a separator of the columns has to be in quotes. */
static int set_words(struct bf_target *target, const char *name, const char *value,
		     struct bf_error *reterr)
{
	static const char separators[] = " ,;\t\r\n";
	char word[64];
	int err = BF_OK;
	for (const char *p = value + strspn(value, separators); !err && *p;) {
		size_t size = strcspn(p, separators);
		if (size >= sizeof(word))
			return bf_fail(reterr, BF_ERR_INPUT, "a word of %zu characters",
				       size);
		memcpy(word, p, size);
		word[size] = '\0';
		err = bf_target_set(target, name, word, reterr);
		p += size;
		p += strspn(p, separators);
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

static int set_cell(const struct bf_fleet *fleet, size_t column, const char *value,
		    struct bf_target *target, struct bf_error *reterr)
{
	const char *setting = bf_fleet_setting(fleet, column);
	if (!*value || !setting)
		return BF_OK;
	if (strcmp(setting, "script") == 0)
		return set_script(fleet, target, value, reterr);
	if (strcmp(setting, "dns") == 0)
		return set_words(target, setting, value, reterr);
	return bf_target_set(target, setting, value, reterr);
}

/* What a URL cannot have in it is the fault of the value that brings it. */
static int check_values(const struct bf_fleet *fleet, size_t row, struct bf_error *reterr)
{
	for (size_t i = 0; i < fleet->hosts.n_columns; i++) {
		if (!(fleet->url.used & UINT64_C(1) << i))
			continue;
		int err = bf_url_check_part(fleet->hosts.rows[row].values[i], reterr);
		if (err)
			return fail_column(fleet, row, i, err, reterr);
	}
	return BF_OK;
}

/* Where the row brings neither URL nor script. */
static int set_url(const struct bf_fleet *fleet, size_t row, struct bf_target *ret,
		   struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer url = {0};
	const struct bf_hostlist_row *values = &fleet->hosts.rows[row];
	size_t column = 0;
	if (ret->url || ret->script.size)
		return BF_OK;
	if (!fleet->has_url)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "line %zu: no URL: give one in a column url, or a "
			       "pattern for all",
			       values->line);
	int err = check_values(fleet, row, reterr);
	if (err)
		return err;
	err = bf_expand_print(&fleet->url, values->values, &url, &column, reterr);
	if (err)
		return fail_column(fleet, row, column, err, reterr);
	return bf_target_set(ret, "url", (const char *)url.data, reterr);
}

/* ---- Rows ---- */

/* Whether the row's settings go together; a script has none beside it, as is seen later. */
static int check_network(const struct bf_fleet *fleet, size_t row,
			 const struct bf_target *target, struct bf_error *reterr)
{
	size_t column = fleet->hosts.host;
	int err =
		target->script.size ? BF_OK : bf_network_check(&target->network, reterr);
	if (!err)
		return BF_OK;
	find_setting(fleet, row, bf_network_fault(&target->network), &column);
	return fail_column(fleet, row, column, err, reterr);
}

int bf_fleet_target(const struct bf_fleet *fleet, size_t row, struct bf_target *ret,
		    struct bf_error *reterr)
{
	const struct bf_hostlist *hosts = &fleet->hosts;
	int err = bf_hostlist_check_row(hosts, row, reterr);
	if (err)
		return bf_fail_in(reterr, err, "line %zu", hosts->rows[row].line);
	for (size_t i = 0; i < hosts->n_columns; i++) {
		err = set_cell(fleet, i, hosts->rows[row].values[i], ret, reterr);
		if (err)
			return fail_column(fleet, row, i, err, reterr);
	}
	err = check_network(fleet, row, ret, reterr);
	return err ? err : set_url(fleet, row, ret, reterr);
}

int bf_fleet_fail_in(const struct bf_fleet *fleet, size_t row, int err,
		     struct bf_error *reterr)
{
	const struct bf_hostlist_row *found = &fleet->hosts.rows[row];
	char host[128];
	size_t column;
	/* Settings that do not go with the URL are an address without DNS. */
	if (find_setting(fleet, row, "script", &column) ||
	    (err == BF_ERR_INPUT && find_setting(fleet, row, "url", &column)) ||
	    (err == BF_ERR_USAGE && find_setting(fleet, row, "ip", &column)))
		return fail_column(fleet, row, column, err, reterr);
	return bf_fail_in(
		reterr, err, "line %zu (%s)", found->line,
		bf_printable(found->values[fleet->hosts.host], host, sizeof(host)));
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
