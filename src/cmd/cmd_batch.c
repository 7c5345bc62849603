/* SPDX-License-Identifier: GPL-3.0-only */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/temporary.h"
#include "cmd/batch.h"
#include "cmd/signers.h"
#include "cmd/warn.h"
#include "fleet/remarks.h"

static int make_folder(const char *folder, struct bf_error *reterr)
{
	char text[256];
	if (mkdir(folder, 0777) == 0 || errno == EEXIST)
		return BF_OK;
	return bf_fail(reterr, BF_ERR_IO, "'%s': cannot make the folder: %s",
		       bf_printable(folder, text, sizeof(text)), strerror(errno));
}

static void report(const struct bf_batch *batch, const struct bf_batch_counts *counts)
{
	double size = (double)batch->maker->tmpl.image.pieces.size;
	double seconds = counts->seconds > 0 ? counts->seconds : 1e-9;
	fprintf(stderr,
		"boots-from: %zu written, %zu unchanged, %zu failed, of %zu: %.1f MiB in "
		"%.1f s (%.0f/s)\n",
		counts->written, counts->unchanged, counts->failed,
		batch->fleet->hosts.n_rows, (double)counts->written * size / (1 << 20),
		seconds, (double)(counts->written + counts->unchanged) / seconds);
}

/* What the list was taken for, in a line; all about its columns where it is to be checked. */
static void remark(const struct bf_batch *batch)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer text = {0};
	if (batch->options->quiet)
		return;
	if ((batch->options->check ? bf_remarks_describe
				   : bf_remarks_print)(batch->fleet, &text, NULL) ||
	    bf_buffer_append(&text, "", 1))
		return;
	char *rest = (char *)text.data, *line;
	while ((line = strsep(&rest, "\n")) && *line)
		fprintf(stderr, "boots-from: %s\n", line);
}

static int fail_rows(const struct bf_batch *batch, const struct bf_batch_counts *counts,
		     struct bf_error *reterr)
{
	size_t n_rows = batch->fleet->hosts.n_rows;
	size_t rest = n_rows - counts->written - counts->unchanged - counts->failed;
	if (rest > 0)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "stopped with %zu of %zu images to go: run it again, or "
			       "with --keep-going",
			       rest + counts->failed, n_rows);
	return bf_fail(reterr, BF_ERR_INPUT, "%zu of %zu images could not be made",
		       counts->failed, n_rows);
}

/* The plan has said what is wrong with each row. */
static int fail_plan(const struct bf_batch *batch, struct bf_error *reterr)
{
	remark(batch);
	return bf_fail(reterr, BF_ERR_INPUT,
		       "%zu of %zu rows cannot be used, nothing was written: correct "
		       "them, or leave them out with --keep-going",
		       batch->plan->n_bad, batch->fleet->hosts.n_rows);
}

static int check(const struct bf_batch *batch, struct bf_error *reterr)
{
	size_t n = batch->fleet->hosts.n_rows;
	if (batch->plan->n_bad)
		return fail_plan(batch, reterr);
	remark(batch);
	if (!batch->options->quiet)
		fprintf(stderr,
			"boots-from: nothing is wrong with the %zu row%s; nothing was "
			"written\n",
			n, n == 1 ? "" : "s");
	return BF_OK;
}

static int run(const struct bf_batch *batch, struct bf_error *reterr)
{
	const struct bf_arguments *options = batch->options;
	struct bf_batch_counts counts;
	sigset_t before;
	if (batch->plan->n_bad && !options->keep_going)
		return fail_plan(batch, reterr);
	int err = make_folder(options->folder, reterr);
	if (err)
		return err;
	bf_temporary_sweep(options->folder);
	bf_batch_hold_signals(&before);
	bf_batch_run(batch, &counts);
	if (!options->quiet) {
		report(batch, &counts);
		bf_signers_report(batch->maker, "each is");
	}
	remark(batch);
	if (counts.interrupted)
		fprintf(stderr, "boots-from: interrupted: run it again for the rest\n");
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	size_t made = counts.written + counts.unchanged;
	return made < batch->fleet->hosts.n_rows ? fail_rows(batch, &counts, reterr)
						 : BF_OK;
}

static void tell(void *context, size_t row, const struct bf_error *error)
{
	(void)context;
	(void)row;
	fprintf(stderr, "boots-from: %s\n", error->text);
}

static int plan_and_run(const struct bf_arguments *options, const struct bf_fleet *fleet,
			struct bf_error *reterr)
{
	bf_cleanup(bf_maker_free) struct bf_maker maker = {0};
	bf_cleanup(bf_batch_plan_free) struct bf_batch_plan plan = {0};
	int err = bf_maker_init(&maker, &options->made_from, reterr);
	if (err)
		return err;
	bf_warn_of_maker(&maker, &options->made_from, NULL);
	err = bf_batch_plan_init(fleet, options->name, &maker, tell, NULL, &plan, reterr);
	if (!err)
		err = bf_maker_lay_out(&maker, NULL, plan.largest, reterr);
	if (err)
		return err;
	const struct bf_batch batch = {
		.options = options, .fleet = fleet, .plan = &plan, .maker = &maker};
	return options->check ? check(&batch, reterr) : run(&batch, reterr);
}

/* Nobody types a list; a person at a terminal wants to know what is missing. */
static int find_hosts(struct bf_arguments *arguments, struct bf_error *reterr)
{
	if (!arguments->hosts && isatty(STDIN_FILENO))
		return bf_fail(reterr, BF_ERR_USAGE,
			       "no list of machines: give --hosts FILE, or send it to "
			       "standard input");
	if (!arguments->hosts)
		arguments->hosts = "-";
	return BF_OK;
}

static unsigned processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	if (n < 1)
		return 1;
	return n < BF_BATCH_JOBS_MAX ? (unsigned)n : BF_BATCH_JOBS_MAX;
}

int bf_cmd_batch(struct bf_arguments *arguments, struct bf_error *reterr)
{
	bf_cleanup(bf_fleet_free) struct bf_fleet fleet = {0};
	if (!arguments->jobs)
		arguments->jobs = processors();
	int err = find_hosts(arguments, reterr);
	if (!err)
		err = bf_fleet_load(arguments->hosts, arguments->url, &fleet, reterr);
	return err ? err : plan_and_run(arguments, &fleet, reterr);
}
