/* SPDX-License-Identifier: GPL-3.0-only */
/* What a server has done so far, as numbers: Prometheus's text format, version 0.0.4. */
#ifndef BF_METRICS_H
#define BF_METRICS_H

#include <stdatomic.h>
#include <time.h>

#include "base/bytes.h"

/* Statuses that are counted each for itself; all others are "other". */
#define BF_METRICS_STATUSES(X)                                                           \
	X(200) X(206) X(304) X(400) X(404) X(405) X(412) X(416) X(500) X(503)

enum bf_metrics_status {
#define BF_METRICS_STATUS(status) BF_METRICS_STATUS_##status,
	BF_METRICS_STATUSES(BF_METRICS_STATUS)
#undef BF_METRICS_STATUS
		BF_METRICS_STATUS_OTHER,
	BF_METRICS_STATUS_NONE, /* no answer: the client went before there was one */
	BF_METRICS_STATUS_COUNT,
};

/* Counters, which only rise; threads may add to them and read them at once. */
struct bf_metrics {
	time_t started;
	atomic_uint_fast64_t requests[BF_METRICS_STATUS_COUNT];
	atomic_uint_fast64_t bytes;      /* content of answers that were sent in full */
	atomic_uint_fast64_t aborted;    /* answers that were not */
	atomic_uint_fast64_t refused;    /* connections beyond one client's share */
	atomic_uint_fast64_t templates;  /* laid out */
	atomic_uint_fast64_t images;     /* made */
	atomic_uint_fast64_t image_ns;   /* that took, signatures included */
	atomic_uint_fast64_t signatures; /* images whose programs were signed */
	atomic_uint_fast64_t signature_ns;
	atomic_uint_fast64_t reloads, failed_reloads; /* of lists and secrets */
};

/* What is not counted but looked at. */
struct bf_metrics_gauges {
	unsigned connections;
	size_t hosts; /* in the list; 0 where every name is one */
	time_t hosts_read;
	uint64_t requests_lost, messages_lost; /* log lines */
};

void bf_metrics_init(struct bf_metrics *metrics);

/* A request has ended: 0 where it got no answer. length is its content's. */
void bf_metrics_count(struct bf_metrics *metrics, unsigned status, uint64_t length,
		      bool complete);

/* An image was made in so many seconds, of which signing took some, or none was signed. */
void bf_metrics_count_image(struct bf_metrics *metrics, double seconds,
			    double signing_seconds);

/* A list or a secret was read again. */
void bf_metrics_count_reload(struct bf_metrics *metrics, bool succeeded);

/* Append all of it. version and commit need no escapes in quotes. */
bf_must_check int bf_metrics_print(const struct bf_metrics *metrics,
				   const struct bf_metrics_gauges *gauges,
				   const char *version, const char *commit,
				   struct bf_buffer *ret);

#endif
