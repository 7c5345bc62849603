/* SPDX-License-Identifier: GPL-3.0-only */
/* The listening sockets: bound here, or handed over by whoever started us. */
#ifndef BF_LISTENER_H
#define BF_LISTENER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum {
	BF_LISTENERS_MAX = 8,
	BF_LISTENER_TEXT_SIZE = 64,
};

/* Non-blocking listening TCP sockets; zeroed, there are none. */
struct bf_listeners {
	int fds[BF_LISTENERS_MAX];
	size_t n;
};

/*
 * Listen on n addresses, each ADDRESS:PORT or [ADDRESS]:PORT in numbers; port 0 takes a free
 * one. [::] takes IPv4 too, unless there is an IPv4 address with its port in the list.
 * BF_ERR_USAGE for a text that is no such address or one too many, BF_ERR_IO when the system
 * refuses one.
 */
bf_must_check int bf_listeners_open(const char *const *addresses, size_t n,
				    struct bf_listeners *ret, struct bf_error *reterr);

/*
 * Take the sockets passed as descriptors 3 and up, the way systemd does and sd_listen_fds(3)
 * describes; there may be none. BF_ERR_INPUT when there are too many, or one is not a
 * listening TCP socket.
 */
bf_must_check int bf_listeners_inherit(struct bf_listeners *ret, struct bf_error *reterr);

void bf_listeners_close(struct bf_listeners *listeners);

/* The address a socket listens on, as text. Returns out. */
const char *bf_listener_name(int fd, char out[BF_LISTENER_TEXT_SIZE]);

/* Whether nobody but this machine itself reaches a socket. */
bool bf_listener_is_loopback(int fd);

#endif
