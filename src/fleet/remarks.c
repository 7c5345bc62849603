/* SPDX-License-Identifier: GPL-3.0-only */
#include "fleet/remarks.h"

static bool is_setting(const struct bf_fleet *fleet, size_t column)
{
	return bf_fleet_setting(fleet, column) != NULL;
}

static bool is_in_url(const struct bf_fleet *fleet, size_t column)
{
	return fleet->url.used & UINT64_C(1) << column;
}

static bool is_unused(const struct bf_fleet *fleet, size_t column)
{
	return !bf_fleet_uses(fleet, column);
}

/* The columns that are so, by the names they have in the list; nothing where none is. */
static int print_columns(const struct bf_fleet *fleet, const char *before,
			 bool (*belongs)(const struct bf_fleet *fleet, size_t column),
			 const char *after, struct bf_buffer *ret)
{
	const struct bf_hostlist *hosts = &fleet->hosts;
	const char *between = before;
	char text[128];
	int err = BF_OK;
	for (size_t i = 0; !err && i < hosts->n_columns; i++) {
		if (!belongs(fleet, i))
			continue;
		err = bf_buffer_print(
			ret, "%s%s", between,
			bf_printable(bf_hostlist_title(hosts, i), text, sizeof(text)));
		between = ", ";
	}
	return !err && between != before ? bf_buffer_print(ret, "%s", after) : err;
}

static int print_table(const struct bf_fleet *fleet, struct bf_buffer *ret)
{
	const struct bf_hostlist *hosts = &fleet->hosts;
	char text[128];
	int err = hosts->n_needed == 1
			  ? bf_buffer_print(ret, "a table with one column")
			  : bf_buffer_print(ret, "a table with %ss between %zu columns",
					    bf_hostlist_separator_name(hosts->separator),
					    hosts->n_needed);
	if (!err && hosts->host != hosts->host_source)
		err = bf_buffer_print(ret, "; '%s' is taken for host",
				      bf_printable(bf_hostlist_title(hosts, hosts->host),
						   text, sizeof(text)));
	return err ? err : print_columns(fleet, "; settings: ", is_setting, "", ret);
}

/* What the list is taken for. */
static int print_form(const struct bf_fleet *fleet, struct bf_buffer *ret)
{
	size_t n = fleet->hosts.n_rows;
	int err = bf_buffer_print(ret, "%zu machine%s, ", n, n == 1 ? "" : "s");
	if (!err && fleet->hosts.separator)
		err = print_table(fleet, ret);
	else if (!err)
		err = bf_buffer_print(ret, "one name per line");
	return err ? err : bf_buffer_print(ret, "\n");
}

static int print_mac(const struct bf_fleet *fleet, struct bf_buffer *ret)
{
	size_t column;
	if (!bf_hostlist_find(&fleet->hosts, "mac", &column) ||
	    bf_hostlist_find(&fleet->hosts, "nic", &column))
		return BF_OK;
	return bf_buffer_print(ret,
			       "the column mac picks no network card: one called nic "
			       "does\n");
}

int bf_remarks_print(const struct bf_fleet *fleet, struct bf_buffer *ret,
		     struct bf_error *reterr)
{
	int err = print_form(fleet, ret);
	if (!err)
		err = print_mac(fleet, ret);
	return err ? bf_fail_nomem(reterr) : BF_OK;
}

int bf_remarks_describe(const struct bf_fleet *fleet, struct bf_buffer *ret,
			struct bf_error *reterr)
{
	int err = print_form(fleet, ret);
	if (!err)
		err = print_columns(fleet, "in the URL: ", is_in_url, "\n", ret);
	if (!err)
		err = print_columns(fleet, "not used: ", is_unused, "\n", ret);
	if (!err)
		err = print_mac(fleet, ret);
	return err ? bf_fail_nomem(reterr) : BF_OK;
}
