/* Many machines: a list of them, and what each boots. */
#ifndef BF_FLEET_H
#define BF_FLEET_H

#include "fleet/expand.h"
#include "fleet/hostlist.h"
#include "script/target.h"

/*
 * Columns with the name of a setting (see bf_target_set()) set it; script is the name of a
 * file. Values of dns are separated by spaces. All columns can be used in the URL pattern.
 */
struct bf_fleet {
	struct bf_hostlist hosts;
	struct bf_expand url; /* for rows with neither url nor script of their own */
	bool has_url;
};

/*
 * Read the list from a file ("-" is standard input). url is the pattern, NULL for none; it
 * must outlive the fleet. BF_ERR_INPUT when the list cannot be used, BF_ERR_USAGE when the
 * pattern does not suit it. Rows are not looked at. Release ret with bf_fleet_free().
 */
int bf_fleet_load(const char *path, const char *url, struct bf_fleet *ret,
		  struct bf_error *reterr);

/*
 * Append to ret the script that boots a row's machine, the body of a slot, by an iPXE that
 * can open these schemes. The sentence of a failure names the line and, where it is one
 * value's fault, the column. Threads may share the fleet.
 */
int bf_fleet_render(const struct bf_fleet *fleet, size_t row, const char *schemes,
		    struct bf_buffer *ret, struct bf_error *reterr);

void bf_fleet_free(struct bf_fleet *fleet);

#endif
