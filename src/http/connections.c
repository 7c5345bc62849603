/* SPDX-License-Identifier: GPL-3.0-only */
#include "http/connections.h"

#include <stdlib.h>
#include <sys/socket.h>

static time_t monotonic_seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec;
}

void bf_connections_init(struct bf_connections *connections)
{
	*connections = (struct bf_connections){.mutex = PTHREAD_MUTEX_INITIALIZER};
}

struct bf_connection *bf_connections_add(struct bf_connections *connections, int fd)
{
	struct bf_connection *connection = calloc(1, sizeof(*connection));
	if (!connection)
		return NULL;
	connection->fd = fd;
	connection->waiting_since = monotonic_seconds();
	pthread_mutex_lock(&connections->mutex);
	connection->next = connections->first;
	if (connection->next)
		connection->next->previous = connection;
	connections->first = connection;
	pthread_mutex_unlock(&connections->mutex);
	return connection;
}

void bf_connections_remove(struct bf_connections *connections,
			   struct bf_connection *connection)
{
	pthread_mutex_lock(&connections->mutex);
	if (connection->previous)
		connection->previous->next = connection->next;
	else
		connections->first = connection->next;
	if (connection->next)
		connection->next->previous = connection->previous;
	pthread_mutex_unlock(&connections->mutex);
	free(connection);
}

void bf_connections_set_answering(struct bf_connections *connections,
				  struct bf_connection *connection, bool answering)
{
	pthread_mutex_lock(&connections->mutex);
	connection->answering = answering;
	connection->waiting_since = monotonic_seconds();
	pthread_mutex_unlock(&connections->mutex);
}

bool bf_connections_are_none(struct bf_connections *connections)
{
	pthread_mutex_lock(&connections->mutex);
	bool none = !connections->first;
	pthread_mutex_unlock(&connections->mutex);
	return none;
}

/* A socket that was shut down reads as closed; libmicrohttpd sees that and closes it. */
void bf_connections_expire(struct bf_connections *connections, time_t seconds)
{
	time_t limit = monotonic_seconds() - seconds;
	pthread_mutex_lock(&connections->mutex);
	for (struct bf_connection *c = connections->first; c; c = c->next)
		if (!c->answering && c->waiting_since <= limit)
			(void)shutdown(c->fd, SHUT_RDWR);
	pthread_mutex_unlock(&connections->mutex);
}
