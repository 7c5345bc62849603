/* SPDX-License-Identifier: GPL-3.0-only */
/* What is told of every request: in the access log, in numbers, and as a host's last fetch. */
#ifndef BF_JOURNAL_H
#define BF_JOURNAL_H

#include "http/connections.h"
#include "serve/history.h"
#include "serve/metrics.h"

/* Threads may use one at once. */
struct bf_journal {
	struct bf_log *log; /* NULL for none */
	enum bf_access_format format;
	bool hides_folders; /* those that permit to fetch an image, for whoever reads the log */
	struct bf_metrics *metrics;
	struct bf_history *history;
};

/* A request begins on a connection; method is NULL as long as only its line was read. */
void bf_journal_begin(const struct bf_journal *journal, struct bf_connection *connection,
		      const char *method, const char *path);

/* It has ended, with the status in the connection's access, or 0 for none. */
void bf_journal_end(const struct bf_journal *journal,
		    const struct bf_connection *connection, bool complete);

/* A connection ended on which something came that was no request, or was not let in. */
void bf_journal_no_request(const struct bf_journal *journal,
			   const struct bf_connection *connection);
void bf_journal_refused(const struct bf_journal *journal, const struct bf_peer *peer);

#endif
