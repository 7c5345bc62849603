/* SPDX-License-Identifier: GPL-3.0-only */
#include "http/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

static bool bind_and_listen(int fd, const struct addrinfo *address)
{
	static const int on = 1;
	return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	       limit_send_buffer(fd) &&
	       bind(fd, address->ai_addr, address->ai_addrlen) == 0 &&
	       listen(fd, BACKLOG) == 0;
}

int bf_listener_open(const char *address, int *ret_fd, struct bf_error *reterr)
{
	struct addrinfo *resolved;
	int err = resolve(address, &resolved, reterr);
	if (err)
		return err;
	int fd = socket(resolved->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			0);
	bool good = fd >= 0 && bind_and_listen(fd, resolved);
	int error = errno;
	freeaddrinfo(resolved);
	if (!good) {
		if (fd >= 0)
			close(fd);
		return bf_fail(reterr, BF_ERR_IO, "cannot listen on %s: %s", address,
			       strerror(error));
	}
	*ret_fd = fd;
	return BF_OK;
}

static bool has_number(const char *variable, long number)
{
	const char *value = getenv(variable);
	char *end;
	return value && *value && strtol(value, &end, 10) == number && *end == '\0';
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

int bf_listener_inherit(int *ret_fd, struct bf_error *reterr)
{
	/* Variables meant for another process, which we were started by, are not for us. */
	if (!has_number("LISTEN_PID", getpid()) || has_number("LISTEN_FDS", 0)) {
		*ret_fd = -1;
		return BF_OK;
	}
	if (!has_number("LISTEN_FDS", 1))
		return bf_fail(
			reterr, BF_ERR_INPUT,
			"LISTEN_FDS: more than one socket was passed, one is served");
	if (!is_listening_tcp(FIRST_PASSED) ||
	    fcntl(FIRST_PASSED, F_SETFD, FD_CLOEXEC) < 0 ||
	    fcntl(FIRST_PASSED, F_SETFL, O_RDWR | O_NONBLOCK) < 0 ||
	    !limit_send_buffer(FIRST_PASSED))
		return bf_fail(
			reterr, BF_ERR_INPUT,
			"descriptor %d, which was passed, is not a listening TCP socket",
			FIRST_PASSED);
	*ret_fd = FIRST_PASSED;
	return BF_OK;
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
