/* SPDX-License-Identifier: GPL-3.0-only */
#include "http/connections.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static time_t monotonic_seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec;
}

void bf_connections_init(struct bf_connections *connections, unsigned max,
			 unsigned per_share)
{
	*connections = (struct bf_connections){
		.max = max, .per_share = per_share, .mutex = PTHREAD_MUTEX_INITIALIZER};
}

void bf_connections_free(struct bf_connections *connections)
{
	for (size_t fd = 0; fd < connections->by_fd_size; fd++)
		free(connections->by_fd[fd]);
	free(connections->by_fd);
	pthread_mutex_destroy(&connections->mutex);
}

bool bf_connections_have_room(struct bf_connections *connections)
{
	pthread_mutex_lock(&connections->mutex);
	bool room = connections->n < connections->max;
	pthread_mutex_unlock(&connections->mutex);
	return room;
}

static struct bf_connection **bucket(struct bf_connections *connections,
				     const struct bf_peer *peer)
{
	/* Fibonacci hashing: only the uppermost bits depend on all of the share. */
	uint64_t hash = bf_peer_share(peer) * UINT64_C(0x9e3779b97f4a7c15);
	return &connections->buckets[hash >> (64 - BF_CONNECTIONS_BUCKET_BITS)];
}

static bool has_share(struct bf_connections *connections, const struct bf_peer *peer)
{
	unsigned n = 0;
	uint64_t share = bf_peer_share(peer);
	if (connections->per_share == 0)
		return false;
	for (const struct bf_connection *c = *bucket(connections, peer); c; c = c->next)
		n += bf_peer_share(&c->peer) == share;
	return n >= connections->per_share;
}

/* Have by_fd reach to fd. */
static bool reserve(struct bf_connections *connections, size_t fd)
{
	if (fd < connections->by_fd_size)
		return true;
	size_t size = 2 * fd + 64;
	struct bf_connection **items =
		realloc(connections->by_fd, size * sizeof(connections->by_fd[0]));
	if (!items)
		return false;
	memset(items + connections->by_fd_size, 0,
	       (size - connections->by_fd_size) * sizeof(items[0]));
	connections->by_fd = items;
	connections->by_fd_size = size;
	return true;
}

static void unlink_and_free(struct bf_connections *connections,
			    struct bf_connection *connection)
{
	if (connection->previous)
		connection->previous->next = connection->next;
	else
		*bucket(connections, &connection->peer) = connection->next;
	if (connection->next)
		connection->next->previous = connection->previous;
	connections->by_fd[connection->fd] = NULL;
	connections->n--;
	free(connection);
}

static bool add(struct bf_connections *connections, int fd, const struct bf_peer *peer)
{
	if (!reserve(connections, (size_t)fd))
		return false;
	/* libmicrohttpd does not tell when it gives a connection up before it began. */
	if (connections->by_fd[fd])
		unlink_and_free(connections, connections->by_fd[fd]);
	if (has_share(connections, peer))
		return false;
	struct bf_connection *connection = calloc(1, sizeof(*connection));
	if (!connection)
		return false;
	connection->fd = fd;
	connection->peer = *peer;
	connection->waiting_since = monotonic_seconds();
	bf_access_begin(&connection->access, NULL, NULL);
	struct bf_connection **first = bucket(connections, peer);
	connection->next = *first;
	if (connection->next)
		connection->next->previous = connection;
	*first = connection;
	connections->by_fd[fd] = connection;
	connections->n++;
	return true;
}

bool bf_connections_add(struct bf_connections *connections, int fd,
			const struct bf_peer *peer)
{
	pthread_mutex_lock(&connections->mutex);
	bool added = add(connections, fd, peer);
	pthread_mutex_unlock(&connections->mutex);
	return added;
}

struct bf_connection *bf_connections_find(struct bf_connections *connections, int fd)
{
	pthread_mutex_lock(&connections->mutex);
	struct bf_connection *found =
		(size_t)fd < connections->by_fd_size ? connections->by_fd[fd] : NULL;
	pthread_mutex_unlock(&connections->mutex);
	return found;
}

bool bf_connections_remove(struct bf_connections *connections,
			   struct bf_connection *connection)
{
	pthread_mutex_lock(&connections->mutex);
	bool was_full = connections->n >= connections->max;
	unlink_and_free(connections, connection);
	pthread_mutex_unlock(&connections->mutex);
	return was_full;
}

/* How many bytes came so far, 0 from kernels before 4.1, which do not say. */
static uint64_t count_received(int fd)
{
	struct tcp_info info;
	socklen_t size = sizeof(info);
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0 ||
	    size < offsetof(struct tcp_info, tcpi_bytes_received) +
			    sizeof(info.tcpi_bytes_received))
		return 0;
	return info.tcpi_bytes_received;
}

void bf_connections_begin_answer(struct bf_connections *connections,
				 struct bf_connection *connection)
{
	/* Later may be too late: whoever has the answer may have sent more. */
	connection->received = count_received(connection->fd);
	pthread_mutex_lock(&connections->mutex);
	connection->answering = true;
	pthread_mutex_unlock(&connections->mutex);
}

void bf_connections_end_request(struct bf_connections *connections,
				struct bf_connection *connection)
{
	if (!connection->answering || connection->has_content)
		connection->received = count_received(connection->fd);
	connection->has_line = false;
	connection->has_head = false;
	connection->has_content = false;
	bf_access_begin(&connection->access, NULL, NULL);
	pthread_mutex_lock(&connections->mutex);
	connection->answering = false;
	connection->waiting_since = monotonic_seconds();
	pthread_mutex_unlock(&connections->mutex);
}

bool bf_connection_has_unread(const struct bf_connection *connection)
{
	/* The end of what the client sends counts as a byte. */
	return count_received(connection->fd) > connection->received + 1;
}

unsigned bf_connections_count(struct bf_connections *connections)
{
	pthread_mutex_lock(&connections->mutex);
	unsigned n = connections->n;
	pthread_mutex_unlock(&connections->mutex);
	return n;
}

/* A socket that was shut down reads as closed; libmicrohttpd sees that and closes it. */
void bf_connections_expire(struct bf_connections *connections, time_t seconds)
{
	time_t limit = monotonic_seconds() - seconds;
	pthread_mutex_lock(&connections->mutex);
	for (size_t fd = 0; fd < connections->by_fd_size; fd++) {
		const struct bf_connection *c = connections->by_fd[fd];
		if (c && !c->answering && c->waiting_since <= limit)
			(void)shutdown(c->fd, SHUT_RDWR);
	}
	pthread_mutex_unlock(&connections->mutex);
}
