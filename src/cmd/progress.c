/* SPDX-License-Identifier: GPL-3.0-only */
#include "cmd/progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { BAR = 30 };

/* A terminal is for eyes, a log for afterwards. */
static const double terminal_interval = 0.1;
static const double log_interval = 5;

struct bf_progress bf_progress_start(size_t total)
{
	struct bf_progress progress = {.total = total,
				       .is_terminal = isatty(STDERR_FILENO)};
	progress.next = progress.is_terminal ? terminal_interval : log_interval;
	progress.start = bf_clock_start();
	return progress;
}

/* "7 s", "2:05 min", "1:10 h": as exact as an estimate deserves. */
static void print_duration(double seconds, char *out, size_t size)
{
	static const double days = 100 * 3600;
	unsigned long whole = (unsigned long)((seconds < days ? seconds : days) + 0.5);
	if (seconds >= days)
		snprintf(out, size, "over 99 h");
	else if (whole < 60)
		snprintf(out, size, "%lu s", whole);
	else if (whole < 3600)
		snprintf(out, size, "%lu:%02lu min", whole / 60, whole % 60);
	else
		snprintf(out, size, "%lu:%02lu h", whole / 3600, whole / 60 % 60);
}

static void print_bar(size_t done, size_t total, char out[BAR + 4])
{
	size_t full = total ? done * BAR / total : BAR;
	out[0] = '[';
	memset(out + 1, ' ', BAR);
	memset(out + 1, '=', full);
	if (full < BAR)
		out[1 + full] = '>';
	memcpy(out + 1 + BAR, "] ", 3);
}

const char *bf_progress_format(size_t done, size_t total, double seconds, bool with_bar,
			       char out[BF_PROGRESS_LINE_SIZE])
{
	char bar[BAR + 4] = "", left[32] = "?";
	double rate = seconds > 0 ? (double)done / seconds : 0;
	if (with_bar)
		print_bar(done, total, bar);
	if (rate > 0)
		print_duration((double)(total - done) / rate, left, sizeof(left));
	snprintf(out, BF_PROGRESS_LINE_SIZE, "%s%zu %% %zu/%zu, %.*f/s, %s left", bar,
		 total ? done * 100 / total : 100, done, total, rate < 10 ? 1 : 0, rate,
		 left);
	return out;
}

void bf_progress_show(struct bf_progress *progress, size_t done)
{
	char line[BF_PROGRESS_LINE_SIZE];
	double seconds = bf_clock_seconds(&progress->start);
	if (seconds < progress->next)
		return;
	bf_progress_format(done, progress->total, seconds, progress->is_terminal, line);
	if (progress->is_terminal) {
		/* ECMA-48 EL: what an earlier, longer line left behind it. */
		fprintf(stderr, "\r%s\033[K", line);
		progress->is_drawn = true;
		progress->next = seconds + terminal_interval;
	} else {
		fprintf(stderr, "boots-from: %s\n", line);
		progress->next = seconds + log_interval;
	}
}

void bf_progress_hide(struct bf_progress *progress)
{
	if (progress->is_drawn)
		fputs("\r\033[K", stderr);
	progress->is_drawn = false;
}
