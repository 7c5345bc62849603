/* SPDX-License-Identifier: GPL-3.0-only */
/* A URL pattern on the first line, then a list: what each machine in it boots. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fleet/fleet.h"
#include "fleet/remarks.h"
#include "fuzz.h"

enum { ROWS_MAX = 64 };

static const char path[] = "/proc/self/fd/100";

/* Make the list a file. */
static void write_list(const char *list)
{
	static int fd = -1;
	size_t size = list ? strlen(list) : 0;
	if (fd < 0)
		fd = dup2(memfd_create("list", 0), 100);
	fuzz_require(fd == 100 && ftruncate(fd, 0) == 0);
	fuzz_require(pwrite(fd, list, size, 0) == (ssize_t)size);
}

static void check_row(const struct bf_fleet *fleet, size_t row)
{
	struct bf_target target = {0};
	struct bf_buffer script = {0};
	struct bf_error error = {""};
	int err = fuzz_try(bf_fleet_target(fleet, row, &target, &error), &error);
	if (!err) {
		err = bf_target_render(&target, "http,https,iscsi,tftp", &script, &error);
		if (err)
			fuzz_try(bf_fleet_fail_in(fleet, row, err, &error), &error);
		else
			fuzz_check_script(bf_buffer_view(&script));
	}
	bf_buffer_free(&script);
	bf_target_free(&target);
}

/* Lines for a person, whatever is in the list. */
static void check_remarks(const struct bf_fleet *fleet)
{
	struct bf_buffer text = {0};
	fuzz_require(!bf_remarks_print(fleet, &text, NULL));
	fuzz_require(!bf_remarks_describe(fleet, &text, NULL));
	fuzz_require(text.size && text.data[text.size - 1] == '\n');
	for (size_t i = 0; i < text.size; i++)
		fuzz_require(text.data[i] == '\n' ||
			     (text.data[i] >= ' ' && text.data[i] <= '~'));
	bf_buffer_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *rest = text;
	const char *url = fuzz_take_line(&rest);
	struct bf_fleet fleet = {0};
	struct bf_error error = {""};
	/* A column with the names of files would lead out of here. */
	if (!rest || !strcasestr(rest, "script")) {
		write_list(rest);
		if (!fuzz_try(bf_fleet_load(path, *url ? url : NULL, &fleet, &error),
			      &error)) {
			check_remarks(&fleet);
			for (size_t i = 0; i < fleet.hosts.n_rows && i < ROWS_MAX; i++)
				check_row(&fleet, i);
		}
		bf_fleet_free(&fleet);
	}
	free(text);
	return 0;
}
