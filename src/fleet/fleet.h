/* SPDX-License-Identifier: GPL-3.0-only */
/* Many machines: a list of them, and what each boots. */
#ifndef BF_FLEET_H
#define BF_FLEET_H

#include "fleet/expand.h"
#include "fleet/hostlist.h"
#include "script/target.h"

/* A file that rows name as their script: read once, with the list. */
struct bf_fleet_script {
	const char *path;
	struct bf_buffer text;  /* ends in NUL; empty if it could not be read */
	struct bf_error *error; /* why; else NULL */
	int err;
};

/*
 * Columns with the name of a setting (see bf_target_set()) set it; script is the name of a
 * file. Several addresses in dns have blanks, commas or semicolons between them. All columns
 * can be used in the URL pattern.
 */
struct bf_fleet {
	struct bf_hostlist hosts;
	struct bf_expand url; /* for rows with neither url nor script of their own */
	bool has_url;
	struct bf_fleet_script *scripts; /* that the rows name, by path */
	size_t n_scripts;
};

/*
 * Read the list from a file ("-" is standard input). url is the pattern, NULL for none; it
 * must outlive the fleet. BF_ERR_INPUT when the list cannot be used, BF_ERR_USAGE when the
 * pattern does not suit it. Rows are not looked at, but the scripts they name are read: later
 * changes to the files change nothing. Release ret with bf_fleet_free().
 */
bf_must_check int bf_fleet_load(const char *path, const char *url, struct bf_fleet *ret,
				struct bf_error *reterr);

/*
 * The setting that a column sets, NULL if it does not, and whether the column is used at all:
 * as the host, a setting or in the URL. Its name's case does not count, and prefix is another
 * name of netmask.
 */
const char *bf_fleet_setting(const struct bf_fleet *fleet, size_t column);
bool bf_fleet_uses(const struct bf_fleet *fleet, size_t column);

/*
 * Make ret, which is zeroed, what a row's machine boots. The sentence of a failure names the
 * line and, where it is one value's fault, the column. Threads may share the fleet.
 */
bf_must_check int bf_fleet_target(const struct bf_fleet *fleet, size_t row,
				  struct bf_target *ret, struct bf_error *reterr);

/* Say which row a target is of that failed later on. Returns err. */
bf_must_check int bf_fleet_fail_in(const struct bf_fleet *fleet, size_t row, int err,
				   struct bf_error *reterr);

void bf_fleet_free(struct bf_fleet *fleet);

#endif
