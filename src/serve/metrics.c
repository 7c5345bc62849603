/* SPDX-License-Identifier: GPL-3.0-only */
#include "serve/metrics.h"

#include <sys/resource.h>

static const unsigned statuses[] = {
#define STATUS(status) status,
	BF_METRICS_STATUSES(STATUS)
#undef STATUS
};

enum { N_STATUSES = sizeof(statuses) / sizeof(statuses[0]) };

void bf_metrics_init(struct bf_metrics *metrics)
{
	*metrics = (struct bf_metrics){.started = time(NULL)};
}

static enum bf_metrics_status find_status(unsigned status)
{
	for (unsigned i = 0; i < N_STATUSES; i++)
		if (statuses[i] == status)
			return (enum bf_metrics_status)i;
	return status == 0 ? BF_METRICS_STATUS_NONE : BF_METRICS_STATUS_OTHER;
}

void bf_metrics_count(struct bf_metrics *metrics, unsigned status, uint64_t length,
		      bool complete)
{
	atomic_fetch_add(&metrics->requests[find_status(status)], 1);
	if (complete)
		atomic_fetch_add(&metrics->bytes, length);
	else
		atomic_fetch_add(&metrics->aborted, 1);
}

static void add_time(atomic_uint_fast64_t *count, atomic_uint_fast64_t *nanoseconds,
		     double seconds)
{
	atomic_fetch_add(count, 1);
	atomic_fetch_add(nanoseconds, (uint64_t)(seconds * 1e9));
}

void bf_metrics_count_image(struct bf_metrics *metrics, double seconds,
			    double signing_seconds)
{
	add_time(&metrics->images, &metrics->image_ns, seconds);
	if (signing_seconds > 0)
		add_time(&metrics->signatures, &metrics->signature_ns, signing_seconds);
}

void bf_metrics_count_reload(struct bf_metrics *metrics, bool succeeded)
{
	atomic_fetch_add(succeeded ? &metrics->reloads : &metrics->failed_reloads, 1);
}

/* ---- The text format ---- */

/* A buffer and whether everything went into it. */
struct page {
	struct bf_buffer *out;
	int err;
};

#define PRINT(page, ...)                                                                 \
	((page)->err =                                                                   \
		 (page)->err ? (page)->err : bf_buffer_print((page)->out, __VA_ARGS__))

static void head(struct page *page, const char *name, const char *type, const char *help)
{
	PRINT(page, "# HELP boots_from_%s %s\n# TYPE boots_from_%s %s\n", name, help,
	      name, type);
}

static void counter(struct page *page, const char *name, const char *help,
		    const atomic_uint_fast64_t *value)
{
	head(page, name, "counter", help);
	PRINT(page, "boots_from_%s %llu\n", name, (unsigned long long)atomic_load(value));
}

static void gauge(struct page *page, const char *name, const char *help, double value)
{
	head(page, name, "gauge", help);
	PRINT(page, "boots_from_%s %.17g\n", name, value);
}

static void requests(struct page *page, const struct bf_metrics *metrics)
{
	head(page, "requests_total", "counter",
	     "Requests by the status of their answer.");
	for (unsigned i = 0; i < BF_METRICS_STATUS_COUNT; i++) {
		unsigned long long n = atomic_load(&metrics->requests[i]);
		if (i < N_STATUSES)
			PRINT(page, "boots_from_requests_total{status=\"%u\"} %llu\n",
			      statuses[i], n);
		else
			PRINT(page, "boots_from_requests_total{status=\"%s\"} %llu\n",
			      i == BF_METRICS_STATUS_NONE ? "none" : "other", n);
	}
}

/* A summary without quantiles: how many, and how long all of them took. */
static void summary(struct page *page, const char *name, const char *help,
		    const atomic_uint_fast64_t *count,
		    const atomic_uint_fast64_t *nanoseconds)
{
	head(page, name, "summary", help);
	PRINT(page, "boots_from_%s_sum %.9f\nboots_from_%s_count %llu\n", name,
	      (double)atomic_load(nanoseconds) / 1e9, name,
	      (unsigned long long)atomic_load(count));
}

static void pair(struct page *page, const char *name, const char *help, const char *label,
		 const char *const values[2], const uint64_t numbers[2])
{
	head(page, name, "counter", help);
	for (int i = 0; i < 2; i++)
		PRINT(page, "boots_from_%s{%s=\"%s\"} %llu\n", name, label, values[i],
		      (unsigned long long)numbers[i]);
}

static void lists(struct page *page, const struct bf_metrics *metrics,
		  const struct bf_metrics_gauges *gauges)
{
	static const char *const results[] = {"ok", "failed"};
	const uint64_t reloads[] = {atomic_load(&metrics->reloads),
				    atomic_load(&metrics->failed_reloads)};
	gauge(page, "hosts", "Hosts in the list, 0 where every name is one.",
	      (double)gauges->hosts);
	gauge(page, "hosts_read_timestamp_seconds", "When the hosts were read.",
	      (double)gauges->hosts_read);
	pair(page, "reloads_total", "Times that lists and secrets were read again.",
	     "result", results, reloads);
}

static void process(struct page *page, const struct bf_metrics *metrics)
{
	struct rusage usage;
	if (getrusage(RUSAGE_SELF, &usage) == 0)
		PRINT(page,
		      "# HELP process_cpu_seconds_total Processor time used.\n"
		      "# TYPE process_cpu_seconds_total counter\n"
		      "process_cpu_seconds_total %.6f\n",
		      (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
			      (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) /
				      1e6);
	PRINT(page,
	      "# HELP process_start_time_seconds When the server started.\n"
	      "# TYPE process_start_time_seconds gauge\n"
	      "process_start_time_seconds %lld\n",
	      (long long)metrics->started);
}

int bf_metrics_print(const struct bf_metrics *metrics,
		     const struct bf_metrics_gauges *gauges, const char *version,
		     const char *commit, struct bf_buffer *ret)
{
	static const char *const logs[] = {"requests", "messages"};
	const uint64_t lost[] = {gauges->requests_lost, gauges->messages_lost};
	struct page page = {.out = ret};
	head(&page, "build_info", "gauge", "Version and commit of the server.");
	PRINT(&page, "boots_from_build_info{version=\"%s\",commit=\"%s\"} 1\n", version,
	      commit);
	requests(&page, metrics);
	counter(&page, "response_bytes_total",
		"Content of the answers that were sent in full.", &metrics->bytes);
	counter(&page, "responses_aborted_total",
		"Answers that the client did not take to their end.", &metrics->aborted);
	gauge(&page, "connections", "Open connections.", gauges->connections);
	counter(&page, "connections_refused_total",
		"Connections beyond --max-per-address.", &metrics->refused);
	counter(&page, "template_builds_total", "Templates that were laid out.",
		&metrics->templates);
	summary(&page, "image_seconds", "Making images, signatures included.",
		&metrics->images, &metrics->image_ns);
	summary(&page, "signature_seconds", "Signing the programs of an image.",
		&metrics->signatures, &metrics->signature_ns);
	lists(&page, metrics, gauges);
	pair(&page, "log_lines_dropped_total",
	     "Log lines that could not be written in time.", "log", logs, lost);
	process(&page, metrics);
	return page.err;
}
