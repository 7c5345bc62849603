/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * The open connections: how many there are, in all and of one client, and which of them only
 * wait. libmicrohttpd counts every address of an IPv6 network as another client, and its time
 * limit starts again with every byte.
 */
#ifndef BF_CONNECTIONS_H
#define BF_CONNECTIONS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "http/access_log.h"
#include "http/peer.h"
#include "http/range.h"

/* What an answer is about, for whoever handles it. */
struct bf_subject {
	char name[256];         /* empty for nothing */
	uint64_t version;       /* another number for other bytes */
	uint64_t size;          /* of the whole */
	struct bf_ranges parts; /* of it that are the answer's content */
};

struct bf_connection {
	struct bf_connection *previous, *next; /* in its bucket */
	struct bf_peer peer;
	int fd;
	bool answering;       /* a request is here in full and its answer not yet sent */
	time_t waiting_since; /* when it is not: since it began or the last answer ended */
	uint64_t received;    /* bytes, up to the end of the last request */
	/* The request it is at, whose line and then whose head has been read. */
	bool has_line, has_head;
	bool has_content; /* or something else behind its head that is no request */
	struct bf_access access;
	struct bf_subject about;
};

enum {
	BF_CONNECTIONS_BUCKET_BITS = 10,
	BF_CONNECTIONS_BUCKETS = 1 << BF_CONNECTIONS_BUCKET_BITS,
};

/* Threads may call any of these functions at once. */
struct bf_connections {
	unsigned max;       /* in all */
	unsigned per_share; /* and of one bf_peer_share(); 0 for no such limit */

	pthread_mutex_t mutex; /* guards what follows */
	unsigned n;
	struct bf_connection *buckets[BF_CONNECTIONS_BUCKETS]; /* by share */
	struct bf_connection **by_fd;
	size_t by_fd_size;
};

void bf_connections_init(struct bf_connections *connections, unsigned max,
			 unsigned per_share);
void bf_connections_free(struct bf_connections *connections);

/* Whether there is room for one more, of whomever. */
bool bf_connections_have_room(struct bf_connections *connections);

/* Add an open socket; false when its peer has its share already, or out of memory. */
bool bf_connections_add(struct bf_connections *connections, int fd,
			const struct bf_peer *peer);

/* The connection with this socket, NULL if there is none. */
struct bf_connection *bf_connections_find(struct bf_connections *connections, int fd);

/* Forget a connection before its socket is closed; true if there was no room before. */
bool bf_connections_remove(struct bf_connections *connections,
			   struct bf_connection *connection);

/* Its answer begins; its request ends. */
void bf_connections_begin_answer(struct bf_connections *connections,
				 struct bf_connection *connection);
void bf_connections_end_request(struct bf_connections *connections,
				struct bf_connection *connection);

/* Whether something was received since the last request that was no request's line. */
bool bf_connection_has_unread(const struct bf_connection *connection);

unsigned bf_connections_count(struct bf_connections *connections);

/* Shut down those that have waited for a request for at least so many seconds. */
void bf_connections_expire(struct bf_connections *connections, time_t seconds);

#endif
