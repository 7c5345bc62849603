/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * The open connections, so that one that only waits can be closed: libmicrohttpd's own time
 * limit starts again with every byte, and a byte now and then would hold a connection forever.
 */
#ifndef BF_CONNECTIONS_H
#define BF_CONNECTIONS_H

#include <pthread.h>
#include <stdbool.h>
#include <time.h>

#include "http/access_log.h"

struct bf_connection {
	struct bf_connection *previous, *next;
	int fd;
	bool answering;       /* a request is here in full and its answer not yet sent */
	time_t waiting_since; /* when it is not: since it began or the last answer ended */
	struct bf_access access;
};

/* Threads may call any of these functions at once. */
struct bf_connections {
	pthread_mutex_t mutex;
	struct bf_connection *first;
};

void bf_connections_init(struct bf_connections *connections);

/* Add an open socket; NULL when out of memory. */
struct bf_connection *bf_connections_add(struct bf_connections *connections, int fd);

/* Forget it, before its socket is closed. */
void bf_connections_remove(struct bf_connections *connections,
			   struct bf_connection *connection);

/* An answer begins, or ends. */
void bf_connections_set_answering(struct bf_connections *connections,
				  struct bf_connection *connection, bool answering);

bool bf_connections_are_none(struct bf_connections *connections);

/* Shut down those that have waited for a request for at least so many seconds. */
void bf_connections_expire(struct bf_connections *connections, time_t seconds);

#endif
