/* SPDX-License-Identifier: GPL-3.0-only */
#include "fleet/remarks.h"

static int print_host(const struct bf_fleet *fleet, struct bf_buffer *ret)
{
	const struct bf_hostlist *hosts = &fleet->hosts;
	char text[128];
	if (hosts->host == hosts->host_source)
		return BF_OK;
	return bf_buffer_print(
		ret, "no column is called host: '%s' is taken for it\n",
		bf_printable(bf_hostlist_title(hosts, hosts->host), text, sizeof(text)));
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
	int err = print_host(fleet, ret);
	if (!err)
		err = print_mac(fleet, ret);
	return err ? bf_fail_nomem(reterr) : BF_OK;
}

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

static int print_columns(const struct bf_fleet *fleet, const char *what,
			 bool (*belongs)(const struct bf_fleet *fleet, size_t column),
			 struct bf_buffer *ret)
{
	const struct bf_hostlist *hosts = &fleet->hosts;
	const char *before = what, *between = ": ";
	char text[128];
	int err = BF_OK;
	for (size_t i = 0; !err && i < hosts->n_columns; i++) {
		if (!belongs(fleet, i))
			continue;
		bf_printable(bf_hostlist_title(hosts, i), text, sizeof(text));
		err = bf_buffer_print(ret, "%s%s%s", before, between, text);
		before = "";
		between = ", ";
	}
	return !err && before != what ? bf_buffer_print(ret, "\n") : err;
}

static int print_form(const struct bf_hostlist *hosts, struct bf_buffer *ret)
{
	const char *plural = hosts->n_rows == 1 ? "" : "s";
	if (!hosts->separator)
		return bf_buffer_print(ret, "%zu machine%s, one name per line\n",
				       hosts->n_rows, plural);
	return bf_buffer_print(
		ret, "%zu machine%s, a table with %ss between %zu columns\n",
		hosts->n_rows, plural, bf_hostlist_separator_name(hosts->separator),
		hosts->n_needed);
}

int bf_remarks_describe(const struct bf_fleet *fleet, struct bf_buffer *ret,
			struct bf_error *reterr)
{
	int err = print_form(&fleet->hosts, ret);
	if (!err)
		err = print_columns(fleet, "settings", is_setting, ret);
	if (!err)
		err = print_columns(fleet, "in the URL", is_in_url, ret);
	if (!err)
		err = print_columns(fleet, "not used", is_unused, ret);
	return err ? bf_fail_nomem(reterr) : BF_OK;
}
