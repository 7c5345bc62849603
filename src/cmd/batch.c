/* SPDX-License-Identifier: GPL-3.0-only */
#include "cmd/batch.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/publish.h"
#include "cmd/progress.h"

/* What the threads share; batch is only read, the round and the rest have a lock each. */
struct run {
	const struct bf_batch *batch;
	pthread_mutex_t round_lock; /* taken before the other where both are */
	struct bf_round round;      /* written, and waiting for their names */
	pthread_mutex_t lock;
	size_t next; /* row that nobody has taken yet */
	bool is_over;
	struct bf_batch_counts counts;
	struct bf_progress progress;
};

/* One thread's, used again for each of its images. */
struct scratch {
	struct bf_buffer path;
	struct bf_image image;
};

static void scratch_free(struct scratch *scratch)
{
	bf_buffer_free(&scratch->path);
	bf_image_free(&scratch->image);
}

static int compose(const struct bf_batch *batch, size_t row, struct scratch *scratch,
		   struct bf_error *reterr)
{
	bf_cleanup(bf_target_free) struct bf_target target = {0};
	scratch->path.size = 0;
	int err = bf_fleet_target(batch->fleet, row, &target, reterr);
	if (!err)
		err = bf_image_make(batch->maker, &target, &scratch->image, reterr);
	if (!err && (bf_buffer_print(&scratch->path, "%s/%s", batch->options->folder,
				     bf_batch_plan_name(batch->plan, row)) ||
		     bf_buffer_append(&scratch->path, "", 1)))
		err = bf_fail_nomem(reterr);
	return err;
}

/* What a terminal or a manager asks a program to end with. */
static const int endings[] = {SIGHUP, SIGINT, SIGTERM};
#define N_ENDINGS (sizeof(endings) / sizeof(endings[0]))

static bool is_asked_to_end(void)
{
	sigset_t pending;
	if (sigpending(&pending))
		return false;
	for (size_t i = 0; i < N_ENDINGS; i++)
		if (sigismember(&pending, endings[i]) == 1)
			return true;
	return false;
}

/* The next row to work on; false when there is none, or no more is wanted. */
static bool take_row(struct run *run, size_t *ret)
{
	const struct bf_batch_plan *plan = run->batch->plan;
	size_t n_rows = run->batch->fleet->hosts.n_rows;
	pthread_mutex_lock(&run->lock);
	if (is_asked_to_end())
		run->is_over = run->counts.interrupted = true;
	while (run->next < n_rows && plan->is_bad[run->next])
		run->next++;
	bool is_there = !run->is_over && run->next < n_rows;
	*ret = run->next++;
	pthread_mutex_unlock(&run->lock);
	return is_there;
}

static void finish_row(struct run *run, int err, bool written,
		       const struct bf_error *error)
{
	pthread_mutex_lock(&run->lock);
	struct bf_batch_counts *counts = &run->counts;
	if (err) {
		counts->failed++;
		bf_progress_hide(&run->progress);
		fprintf(stderr, "boots-from: %s\n", error->text);
		run->is_over = !run->batch->options->keep_going;
	} else if (written) {
		counts->written++;
	} else {
		counts->unchanged++;
	}
	if (!run->batch->options->quiet)
		bf_progress_show(&run->progress,
				 counts->written + counts->unchanged + counts->failed);
	pthread_mutex_unlock(&run->lock);
}

static void tell_of_written(void *context, int err, const struct bf_error *error)
{
	finish_row(context, err, true, error);
}

/* Returns how many images have been waiting for it. */
static size_t publish_round(struct run *run)
{
	pthread_mutex_lock(&run->round_lock);
	size_t n = run->round.n;
	bf_round_publish(&run->round, tell_of_written, run);
	pthread_mutex_unlock(&run->round_lock);
	return n;
}

/* Whether the file is the round's now, which is published when it is full. */
static bool add_to_round(struct run *run, struct bf_output *output)
{
	pthread_mutex_lock(&run->round_lock);
	bool is_added = bf_round_add(&run->round, output);
	if (run->round.n == BF_ROUND_SIZE)
		bf_round_publish(&run->round, tell_of_written, run);
	pthread_mutex_unlock(&run->round_lock);
	return is_added;
}

static int write_output(const char *path, const struct bf_pieces *image,
			struct bf_output *ret, struct bf_error *reterr)
{
	int err = bf_output_open(path, ret, reterr);
	return err ? err : bf_output_write(ret, image, reterr);
}

static void write_image(struct run *run, const char *path, const struct bf_pieces *image)
{
	bf_cleanup(bf_output_close) struct bf_output output = {0};
	struct bf_error error;
	int err = write_output(path, image, &output, &error);
	/* What waits takes room on the disk beside what it replaces, and descriptors. */
	if (err == BF_ERR_IO && publish_round(run) > 0) {
		bf_output_close(&output);
		err = write_output(path, image, &output, &error);
	}
	if (!err && add_to_round(run, &output))
		return;
	if (!err)
		err = bf_output_publish(&output, &error);
	finish_row(run, err, true, &error);
}

static void make_image(struct run *run, size_t row, struct scratch *scratch)
{
	const struct bf_batch *batch = run->batch;
	struct bf_error error;
	int err = compose(batch, row, scratch, &error);
	const char *path = (const char *)scratch->path.data;
	const struct bf_pieces *image = &scratch->image.pieces;
	if (!err && (batch->options->force || !bf_output_is_there(path, image)))
		write_image(run, path, image);
	else
		finish_row(run, err, false, &error);
}

static void *work(void *argument)
{
	struct run *run = argument;
	bf_cleanup(scratch_free) struct scratch scratch = {0};
	size_t row;
	while (take_row(run, &row))
		make_image(run, row, &scratch);
	return NULL;
}

/* This thread works too; with fewer others than asked for it only takes longer. */
static void work_together(struct run *run, unsigned jobs)
{
	pthread_t threads[BF_BATCH_JOBS_MAX];
	unsigned n = 0;
	while (n + 1 < jobs && pthread_create(&threads[n], NULL, work, run) == 0)
		n++;
	work(run);
	while (n > 0)
		pthread_join(threads[--n], NULL);
}

/*
 * Held in all threads, a signal waits until the images being written have their names; it
 * takes effect when the caller lets it. One that nohup or a shell's background ignores is not
 * held: held, it would be pending all the same.
 */
void bf_batch_hold_signals(sigset_t *ret_before)
{
	sigset_t held;
	sigemptyset(&held);
	for (size_t i = 0; i < N_ENDINGS; i++) {
		struct sigaction action;
		if (sigaction(endings[i], NULL, &action) == 0 &&
		    action.sa_handler != SIG_IGN)
			sigaddset(&held, endings[i]);
	}
	pthread_sigmask(SIG_BLOCK, &held, ret_before);
}

void bf_batch_run(const struct bf_batch *batch, struct bf_batch_counts *ret)
{
	struct run run = {
		.batch = batch,
		.round_lock = PTHREAD_MUTEX_INITIALIZER,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.counts.failed = batch->plan->n_bad,
		.progress = bf_progress_start(batch->fleet->hosts.n_rows),
	};
	work_together(&run, batch->options->jobs);
	publish_round(&run);
	bf_progress_hide(&run.progress);
	run.counts.seconds = bf_clock_seconds(&run.progress.start);
	*ret = run.counts;
	pthread_mutex_destroy(&run.lock);
	pthread_mutex_destroy(&run.round_lock);
}
