/* SPDX-License-Identifier: GPL-3.0-only */
#include "http/acceptor.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* How long to wait when the system has no descriptor or memory left for a connection. */
enum { PAUSE_MS = 100 };

/* Take one connection; false when the system has nothing left to take it with. */
static bool accept_one(const struct bf_acceptor *acceptor, int listener)
{
	struct sockaddr_storage from = {0};
	socklen_t size = sizeof(from);
	int fd = accept4(listener, (struct sockaddr *)&from, &size,
			 SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd >= 0) {
		acceptor->handler.take(acceptor->handler.closure, fd,
				       (const struct sockaddr *)&from, size);
		return true;
	}
	return errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM;
}

/* Wait for connections, for which there must be room; true if it is worth looking for some. */
static bool wait_for_some(const struct bf_acceptor *acceptor, struct pollfd *items,
			  bool pause)
{
	eventfd_t count;
	bool room = !pause && acceptor->handler.has_room(acceptor->handler.closure);
	nfds_t n = room ? 1 + acceptor->listeners.n : 1;
	if (poll(items, n, pause ? PAUSE_MS : -1) < 0)
		return false;
	if (items[0].revents)
		(void)eventfd_read(acceptor->wake, &count);
	return room;
}

static void *run(void *closure)
{
	struct bf_acceptor *acceptor = closure;
	struct pollfd items[1 + BF_LISTENERS_MAX] = {
		{.fd = acceptor->wake, .events = POLLIN}};
	size_t n = acceptor->listeners.n;
	for (size_t i = 0; i < n; i++)
		items[1 + i] = (struct pollfd){.fd = acceptor->listeners.fds[i],
					       .events = POLLIN};
	bool pause = false;
	while (!atomic_load(&acceptor->stopping)) {
		bool some = wait_for_some(acceptor, items, pause);
		pause = false;
		for (size_t i = 0; some && i < n; i++)
			if (items[1 + i].revents &&
			    acceptor->handler.has_room(acceptor->handler.closure))
				pause |= !accept_one(acceptor, items[1 + i].fd);
	}
	return NULL;
}

int bf_acceptor_init(struct bf_acceptor *acceptor, const struct bf_listeners *listeners,
		     const struct bf_acceptor_handler *handler, struct bf_error *reterr)
{
	*acceptor = (struct bf_acceptor){
		.listeners = *listeners,
		.handler = *handler,
		.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
	};
	if (acceptor->wake >= 0)
		return BF_OK;
	int error = errno;
	bf_listeners_close(&acceptor->listeners);
	return bf_fail(reterr, BF_ERR_IO, "cannot take connections: %s", strerror(error));
}

int bf_acceptor_start(struct bf_acceptor *acceptor, struct bf_error *reterr)
{
	int error = pthread_create(&acceptor->thread, NULL, run, acceptor);
	if (error)
		return bf_fail(reterr, BF_ERR_IO, "cannot start a thread: %s",
			       strerror(error));
	acceptor->running = true;
	return BF_OK;
}

void bf_acceptor_wake(struct bf_acceptor *acceptor)
{
	(void)eventfd_write(acceptor->wake, 1);
}

void bf_acceptor_stop(struct bf_acceptor *acceptor)
{
	if (acceptor->running) {
		atomic_store(&acceptor->stopping, true);
		bf_acceptor_wake(acceptor);
		pthread_join(acceptor->thread, NULL);
		acceptor->running = false;
	}
	bf_listeners_close(&acceptor->listeners);
}

void bf_acceptor_free(struct bf_acceptor *acceptor)
{
	bf_acceptor_stop(acceptor);
	close(acceptor->wake);
}
