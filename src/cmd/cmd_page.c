/* SPDX-License-Identifier: GPL-3.0-only */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/publish.h"
#include "cmd/arguments.h"
#include "cmd/html.h"
#include "cmd/warn.h"

static int write_page(const struct bf_buffer *html, const char *path,
		      struct bf_error *reterr)
{
	bf_cleanup(bf_output_close) struct bf_output output = {0};
	bf_cleanup(bf_pieces_free) struct bf_pieces pieces = {0};
	if (bf_pieces_append(&pieces, bf_buffer_view(html)))
		return bf_fail_nomem(reterr);
	int err = bf_output_open(path, &output, reterr);
	if (!err)
		err = bf_output_write(&output, &pieces, reterr);
	return err ? err : bf_output_publish(&output, reterr);
}

int bf_cmd_page(struct bf_arguments *arguments, struct bf_error *reterr)
{
	struct timespec start = bf_clock_start();
	bf_cleanup(bf_maker_free) struct bf_maker maker = {0};
	bf_cleanup(bf_buffer_free) struct bf_buffer html = {0};
	char name[256];
	int err = bf_html_check(&arguments->made_from, reterr);
	if (!err)
		err = bf_maker_init(&maker, &arguments->made_from, reterr);
	if (err)
		return err;
	bf_warn_of_maker(&maker, &arguments->made_from, arguments->url);
	err = bf_html_make(arguments, &maker, &html, reterr);
	if (!err)
		err = write_page(&html, arguments->output, reterr);
	if (err || arguments->quiet)
		return err;
	fprintf(stderr,
		"boots-from: wrote %s, %.1f MiB, a page to open in a browser (%.1f ms)\n",
		strcmp(arguments->output, "-") == 0
			? "to standard output"
			: bf_printable(arguments->output, name, sizeof(name)),
		(double)html.size / (1 << 20), bf_clock_seconds(&start) * 1e3);
	return BF_OK;
}
