/* SPDX-License-Identifier: GPL-3.0-only */
#include "http/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "http/environment.h"
#include "http/peer.h"

enum {
	FIRST_PASSED = 3, /* SD_LISTEN_FDS_START */
	BACKLOG = 1024,
	/*
	 * What the kernel may hold of an answer for a slow reader: without a limit it takes
	 * megabytes, for each of a thousand connections.
	 */
	SEND_BUFFER = 256 << 10,
};

/* Accepted sockets inherit it. */
static bool limit_send_buffer(int fd)
{
	static const int size = SEND_BUFFER;
	return setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)) == 0;
}

/* Split "ADDRESS:PORT" at the last colon, in place; brackets are taken off. */
static bool split(char *text, const char **ret_address, const char **ret_port)
{
	char *colon = strrchr(text, ':');
	if (!colon || colon == text || colon[1] == '\0')
		return false;
	*colon = '\0';
	*ret_address = text;
	*ret_port = colon + 1;
	if (text[0] != '[')
		return !strchr(text, ':');
	if (colon[-1] != ']')
		return false;
	colon[-1] = '\0';
	*ret_address = text + 1;
	return true;
}

static int resolve(const char *address, struct addrinfo **ret, struct bf_error *reterr)
{
	static const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM,
	};
	char text[BF_LISTENER_TEXT_SIZE], printable[128];
	const char *host, *port;
	snprintf(text, sizeof(text), "%s", address);
	if (strlen(address) >= sizeof(text) || !split(text, &host, &port) ||
	    getaddrinfo(host, port, &hints, ret) != 0)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "'%s' is not ADDRESS:PORT in numbers, such as "
			       "127.0.0.1:8080 or [::]:8080",
			       bf_printable(address, printable, sizeof(printable)));
	return BF_OK;
}

/* The addresses in the order given; NULL where there is none. */
struct resolved {
	struct addrinfo *items[BF_LISTENERS_MAX];
};

static void free_resolved(struct resolved *resolved)
{
	for (size_t i = 0; i < BF_LISTENERS_MAX; i++)
		if (resolved->items[i])
			freeaddrinfo(resolved->items[i]);
}

static in_port_t port_of(const struct addrinfo *address)
{
	return address->ai_family == AF_INET
		       ? ((const struct sockaddr_in *)(const void *)address->ai_addr)
				 ->sin_port
		       : ((const struct sockaddr_in6 *)(const void *)address->ai_addr)
				 ->sin6_port;
}

/* An IPv6 socket leaves IPv4 to a socket of the list that is for it. */
static bool is_for_ipv6_only(const struct resolved *resolved, size_t index)
{
	const struct addrinfo *address = resolved->items[index];
	for (size_t i = 0; i < BF_LISTENERS_MAX; i++) {
		const struct addrinfo *other = resolved->items[i];
		if (other && address->ai_family == AF_INET6 &&
		    other->ai_family == AF_INET && port_of(other) == port_of(address))
			return true;
	}
	return false;
}

static bool bind_and_listen(int fd, const struct addrinfo *address, bool ipv6_only)
{
	static const int on = 1;
	if (ipv6_only && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0)
		return false;
	return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	       limit_send_buffer(fd) &&
	       bind(fd, address->ai_addr, address->ai_addrlen) == 0 &&
	       listen(fd, BACKLOG) == 0;
}

static int open_one(const struct addrinfo *address, bool ipv6_only, const char *text,
		    int *ret_fd, struct bf_error *reterr)
{
	int fd =
		socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || !bind_and_listen(fd, address, ipv6_only)) {
		int error = errno;
		if (fd >= 0)
			close(fd);
		return bf_fail(reterr, BF_ERR_IO, "cannot listen on %s: %s", text,
			       strerror(error));
	}
	*ret_fd = fd;
	return BF_OK;
}

int bf_listeners_open(const char *const *addresses, size_t n, struct bf_listeners *ret,
		      struct bf_error *reterr)
{
	struct bf_listeners listeners = {0};
	bf_cleanup(free_resolved) struct resolved resolved = {0};
	int err = BF_OK;
	if (n > BF_LISTENERS_MAX)
		return bf_fail(reterr, BF_ERR_USAGE, "more than %d addresses",
			       BF_LISTENERS_MAX);
	for (size_t i = 0; !err && i < n; i++)
		err = resolve(addresses[i], &resolved.items[i], reterr);
	for (; !err && listeners.n < n; listeners.n += !err)
		err = open_one(resolved.items[listeners.n],
			       is_for_ipv6_only(&resolved, listeners.n),
			       addresses[listeners.n], &listeners.fds[listeners.n],
			       reterr);
	if (err)
		bf_listeners_close(&listeners);
	else
		*ret = listeners;
	return err;
}

static bool is_listening_tcp(int fd)
{
	int listening = 0, domain = 0, type = 0;
	socklen_t size = sizeof(int);
	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 &&
	       getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
	       getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && listening &&
	       type == SOCK_STREAM && (domain == AF_INET || domain == AF_INET6);
}

int bf_listeners_inherit(struct bf_listeners *ret, struct bf_error *reterr)
{
	struct bf_listeners listeners = {0};
	long n = bf_environment_number("LISTEN_FDS");
	/* Variables meant for another process, which we were started by, are not for us. */
	if (bf_environment_number("LISTEN_PID") != getpid() || n == 0) {
		*ret = listeners;
		return BF_OK;
	}
	if (n < 0 || n > BF_LISTENERS_MAX)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "LISTEN_FDS: not a number from 0 to %d of sockets passed",
			       BF_LISTENERS_MAX);
	for (; listeners.n < (size_t)n; listeners.n++) {
		int fd = FIRST_PASSED + (int)listeners.n;
		if (!is_listening_tcp(fd) || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ||
		    fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK) < 0 || !limit_send_buffer(fd))
			return bf_fail(reterr, BF_ERR_INPUT,
				       "descriptor %d, which was passed, is not a "
				       "listening TCP socket",
				       fd);
		listeners.fds[listeners.n] = fd;
	}
	*ret = listeners;
	return BF_OK;
}

void bf_listeners_close(struct bf_listeners *listeners)
{
	for (size_t i = 0; i < listeners->n; i++)
		close(listeners->fds[i]);
	listeners->n = 0;
}

const char *bf_listener_name(int fd, char out[BF_LISTENER_TEXT_SIZE])
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	char host[48], port[8];
	if (getsockname(fd, (struct sockaddr *)&address, &size) < 0 ||
	    getnameinfo((struct sockaddr *)&address, size, host, sizeof(host), port,
			sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
		snprintf(out, BF_LISTENER_TEXT_SIZE, "?");
		return out;
	}
	snprintf(out, BF_LISTENER_TEXT_SIZE, strchr(host, ':') ? "[%s]:%s" : "%s:%s",
		 host, port);
	return out;
}

bool bf_listener_is_loopback(int fd)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	if (getsockname(fd, (struct sockaddr *)&address, &size) < 0)
		return false;
	const struct bf_peer peer = bf_peer((struct sockaddr *)&address);
	return bf_peer_is_loopback(&peer);
}
