/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * A thread that takes connections from several listening sockets, as long as there is room;
 * libmicrohttpd listens on one, with its own count of what it lets in.
 */
#ifndef BF_ACCEPTOR_H
#define BF_ACCEPTOR_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "http/listener.h"

struct bf_acceptor_handler {
	/* Whether another connection may be taken; the others wait in the kernel. */
	bool (*has_room)(void *closure);
	/* Take a non-blocking socket, and close it when done. */
	void (*take)(void *closure, int fd, const struct sockaddr *from,
		     socklen_t from_size);
	void *closure;
};

struct bf_acceptor {
	struct bf_listeners listeners;
	struct bf_acceptor_handler handler;
	pthread_t thread;
	int wake;
	atomic_bool stopping;
	bool running;
};

/* Make one that does not run yet; the listeners are its own from here on, whatever happens. */
bf_must_check int bf_acceptor_init(struct bf_acceptor *acceptor,
				   const struct bf_listeners *listeners,
				   const struct bf_acceptor_handler *handler,
				   struct bf_error *reterr);
void bf_acceptor_free(struct bf_acceptor *acceptor);

bf_must_check int bf_acceptor_start(struct bf_acceptor *acceptor,
				    struct bf_error *reterr);

/* Take no more connections and close the listening sockets. */
void bf_acceptor_stop(struct bf_acceptor *acceptor);

/* There may be room again. Any thread may call it. */
void bf_acceptor_wake(struct bf_acceptor *acceptor);

#endif
