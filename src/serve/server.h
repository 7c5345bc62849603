/* SPDX-License-Identifier: GPL-3.0-only */
/* The HTTP server: libmicrohttpd, told what to answer and what not to put up with. */
#ifndef BF_SERVER_H
#define BF_SERVER_H

#include <stdbool.h>

#include "http/access_log.h"
#include "http/listener.h"
#include "http/log.h"
#include "serve/catalog.h"
#include "serve/front.h"
#include "serve/permits.h"

struct bf_server_options {
	struct bf_listeners listeners; /* the server closes them */
	unsigned connections;          /* open at once, in all */
	unsigned per_address;       /* and of one bf_peer_share(); 0 for no such limit */
	unsigned idle_seconds;      /* without a byte sent, or without a whole request */
	struct bf_permits *permits; /* this and what follows must outlive the server */
	struct bf_metrics *metrics;
	struct bf_log *log; /* of requests, NULL for none */
	enum bf_access_format log_format;
	struct bf_log *messages;   /* whose lost lines are counted, too */
	struct bf_front_page page; /* answered at /; empty for none */
	uint64_t image_size;
};

struct bf_server;

/*
 * Start serving the catalog, which must outlive the server, in threads of its own; they have
 * the signal mask of the caller. BF_ERR_UNSUPPORTED without libmicrohttpd, BF_ERR_IO when
 * the system refuses what it needs. Release it with bf_server_stop(), which cuts off the
 * answers being sent.
 */
bf_must_check int bf_server_start(const struct bf_server_options *options,
				  struct bf_catalog *catalog, struct bf_server **ret,
				  struct bf_error *reterr);
void bf_server_stop(struct bf_server *server);

/* What has to be done about once a second: close connections that only wait. */
void bf_server_tick(struct bf_server *server);

/*
 * Take no more connections, and no more requests on those there are; answers being sent go
 * on. bf_server_is_idle() tells when the last one is done; go on with bf_server_tick().
 */
void bf_server_drain(struct bf_server *server);
bool bf_server_is_idle(struct bf_server *server);

bool bf_server_is_draining(const struct bf_server *server);

/* What admin.h shows; bf_metrics_print() and bf_history_print() say how. */
bf_must_check int bf_server_print_metrics(struct bf_server *server, const char *version,
					  const char *commit, struct bf_buffer *ret);
bf_must_check int bf_server_print_history(struct bf_server *server,
					  struct bf_buffer *ret);

/*
 * What the page is made from where admin.h shows it: where permits are needed, since it says
 * which hosts there are, and then nobody else is told. NULL otherwise.
 */
struct bf_front *bf_server_hidden_front(struct bf_server *server);

#endif
