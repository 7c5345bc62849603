/* SPDX-License-Identifier: GPL-3.0-only */
#include "batch/batch_plan.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"

/* What the checks share. */
struct check {
	const struct bf_fleet *fleet;
	const struct bf_maker *maker;
	struct bf_expand name;
	struct bf_batch_plan *plan;
	bf_batch_plan_tell *tell;
	void *context;
};

const char *bf_batch_plan_name(const struct bf_batch_plan *plan, size_t row)
{
	return (const char *)plan->names.data + plan->name[row];
}

static void mark_bad(const struct check *check, size_t row, const struct bf_error *error)
{
	struct bf_batch_plan *plan = check->plan;
	check->tell(check->context, row, error);
	if (!plan->is_bad[row])
		plan->n_bad++;
	plan->is_bad[row] = true;
}

/*
 * Plain ASCII, so that no two file systems see different names in it, in one folder
 * whichever slash the system has, and nothing that a folder listing hides: temporary files
 * start with a dot.
 */
static int check_name(const char *name, struct bf_error *reterr)
{
	char text[256];
	bf_printable(name, text, sizeof(text));
	if (!*name)
		return bf_fail(reterr, BF_ERR_INPUT, "the file's name is empty");
	if (strchr(name, '/'))
		return bf_fail(reterr, BF_ERR_INPUT,
			       "the file '%s' would be in another folder", text);
	if (strchr(name, '\\'))
		return bf_fail(reterr, BF_ERR_INPUT,
			       "the file '%s' has a backslash in its name", text);
	if (name[0] == '.')
		return bf_fail(reterr, BF_ERR_INPUT, "the file '%s' starts with a dot",
			       text);
	for (const char *p = name; *p; p++)
		if (*p < 0x20 || *p > 0x7e)
			return bf_fail(reterr, BF_ERR_INPUT,
				       "the file '%s' has the byte \\x%02x in its name",
				       text, (unsigned char)*p);
	if (strlen(name) > NAME_MAX)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "the file '%s' has a name of %zu characters, at most %d "
			       "are possible",
			       text, strlen(name), NAME_MAX);
	return BF_OK;
}

/* The first column in the name whose value is no name by itself; else the first at all. */
static size_t column_to_blame(const struct bf_expand *name, const char *const *values)
{
	size_t first = BF_HOSTLIST_COLUMNS_MAX;
	for (size_t i = 0; i < name->n_parts; i++) {
		size_t column = name->parts[i].column;
		if (name->parts[i].text.size > 0)
			continue;
		if (check_name(values[column], NULL) != BF_OK)
			return column;
		if (first == BF_HOSTLIST_COLUMNS_MAX)
			first = column;
	}
	return first;
}

static int fail_row(const struct check *check, size_t row, size_t column, int err,
		    struct bf_error *reterr)
{
	const struct bf_hostlist *hosts = &check->fleet->hosts;
	char text[128];
	if (column == BF_HOSTLIST_COLUMNS_MAX)
		return bf_fail_in(reterr, err, "line %zu", hosts->rows[row].line);
	return bf_fail_in(
		reterr, err, "line %zu, column %s", hosts->rows[row].line,
		bf_printable(bf_hostlist_title(hosts, column), text, sizeof(text)));
}

/* Fill in the row's name, an empty one if it has none that can be used. */
static int name_row(const struct check *check, size_t row, struct bf_buffer *scratch,
		    struct bf_error *reterr)
{
	struct bf_batch_plan *plan = check->plan;
	const char *const *values = check->fleet->hosts.rows[row].values;
	struct bf_error error;
	size_t column = BF_HOSTLIST_COLUMNS_MAX;
	int err = bf_hostlist_check_row(&check->fleet->hosts, row, &error);
	if (!err)
		err = bf_expand_print(&check->name, values, scratch, &column, &error);
	if (!err) {
		err = check_name((const char *)scratch->data, &error);
		column = column_to_blame(&check->name, values);
	}
	if (err == BF_ERR_NOMEM)
		return bf_fail_nomem(reterr);
	if (err) {
		fail_row(check, row, column, err, &error);
		mark_bad(check, row, &error);
		scratch->size = 0;
	}
	plan->name[row] = plan->names.size;
	if (bf_buffer_append(&plan->names, scratch->data, scratch->size) ||
	    (err && bf_buffer_append(&plan->names, "", 1)))
		return bf_fail_nomem(reterr);
	return BF_OK;
}

static int name_rows(const struct check *check, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer scratch = {0};
	int err = BF_OK;
	for (size_t row = 0; !err && row < check->fleet->hosts.n_rows; row++)
		err = name_row(check, row, &scratch, reterr);
	return err;
}

struct named {
	const char *name;
	size_t row;
};

/* Where case does not count (FAT, NTFS, APFS, SMB) a.iso and A.iso are one file. */
static int by_name(const void *a, const void *b)
{
	const struct named *left = a, *right = b;
	int order = strcasecmp(left->name, right->name);
	return order ? order : (left->row > right->row) - (left->row < right->row);
}

static void complain_same(const struct check *check, const struct named *one,
			  const struct named *other)
{
	char text[256], other_text[256];
	struct bf_error error;
	size_t line = check->fleet->hosts.rows[other->row].line;
	size_t column =
		column_to_blame(&check->name, check->fleet->hosts.rows[one->row].values);
	bf_printable(one->name, text, sizeof(text));
	if (strcmp(one->name, other->name) == 0)
		bf_error_set(&error, "line %zu has the file '%s' too", line, text);
	else
		bf_error_set(&error,
			     "where case does not count, the file '%s' is the '%s' of "
			     "line %zu",
			     text, bf_printable(other->name, other_text, 256), line);
	fail_row(check, one->row, column, BF_ERR_INPUT, &error);
	mark_bad(check, one->row, &error);
}

/* Of those that want the same file nobody gets it: which one is right is not ours to say. */
static int find_collisions(const struct check *check, struct bf_error *reterr)
{
	const struct bf_batch_plan *plan = check->plan;
	size_t n_rows = check->fleet->hosts.n_rows, n = 0;
	struct named *named = malloc(n_rows * sizeof(*named));
	if (!named)
		return bf_fail_nomem(reterr);
	for (size_t row = 0; row < n_rows; row++)
		if (!plan->is_bad[row])
			named[n++] = (struct named){bf_batch_plan_name(plan, row), row};
	qsort(named, n, sizeof(*named), by_name);
	for (size_t i = 1, first = 0; i < n; i++) {
		if (strcasecmp(named[i].name, named[first].name) != 0) {
			first = i;
			continue;
		}
		if (i == first + 1)
			complain_same(check, &named[first], &named[i]);
		complain_same(check, &named[i], &named[first]);
	}
	free(named);
	return BF_OK;
}

static int check_script(const struct check *check, size_t row, struct bf_buffer *scratch,
			struct bf_error *reterr)
{
	bf_cleanup(bf_target_free) struct bf_target target = {0};
	int err = bf_fleet_target(check->fleet, row, &target, reterr);
	if (err)
		return err;
	err = bf_renderer_render(&check->maker->renderer, &target, scratch, reterr);
	return err ? bf_fleet_fail_in(check->fleet, row, err, reterr) : BF_OK;
}

static int check_scripts(const struct check *check, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer script = {0};
	for (size_t row = 0; row < check->fleet->hosts.n_rows; row++) {
		struct bf_error error;
		if (check->plan->is_bad[row])
			continue;
		int err = check_script(check, row, &script, &error);
		if (err == BF_ERR_NOMEM)
			return bf_fail_nomem(reterr);
		if (err)
			mark_bad(check, row, &error);
		else if (check->plan->largest < script.size)
			check->plan->largest = script.size;
	}
	return BF_OK;
}

static int check_rows(struct check *check, const char *name_pattern,
		      struct bf_error *reterr)
{
	const struct bf_hostlist *hosts = &check->fleet->hosts;
	int err = bf_expand_parse(name_pattern, hosts->columns, hosts->n_columns,
				  &check->name, reterr);
	if (!err && strchr(name_pattern, '/'))
		err = bf_fail(reterr, BF_ERR_USAGE,
			      "there is a '/' in it: the files go into --output-dir");
	if (!err && !check->name.used && hosts->n_rows > 1)
		err = bf_fail(reterr, BF_ERR_USAGE,
			      "without a {column}, %zu machines would have one file",
			      hosts->n_rows);
	if (err)
		return bf_fail_in(reterr, err, "--name");
	check->plan->name = calloc(hosts->n_rows, sizeof(*check->plan->name));
	check->plan->is_bad = calloc(hosts->n_rows, sizeof(*check->plan->is_bad));
	if (!check->plan->name || !check->plan->is_bad)
		return bf_fail_nomem(reterr);
	err = name_rows(check, reterr);
	if (!err)
		err = find_collisions(check, reterr);
	return err ? err : check_scripts(check, reterr);
}

int bf_batch_plan_init(const struct bf_fleet *fleet, const char *name_pattern,
		       const struct bf_maker *maker, bf_batch_plan_tell *tell,
		       void *context, struct bf_batch_plan *ret, struct bf_error *reterr)
{
	struct bf_batch_plan plan = {0};
	struct check check = {.fleet = fleet,
			      .maker = maker,
			      .plan = &plan,
			      .tell = tell,
			      .context = context};
	int err = check_rows(&check, name_pattern, reterr);
	if (err)
		bf_batch_plan_free(&plan);
	else
		*ret = plan;
	return err;
}

void bf_batch_plan_free(struct bf_batch_plan *plan)
{
	bf_buffer_free(&plan->names);
	free(plan->name);
	free(plan->is_bad);
	*plan = (struct bf_batch_plan){0};
}
