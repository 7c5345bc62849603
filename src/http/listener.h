/* SPDX-License-Identifier: GPL-3.0-only */
/* The listening socket: bound here, or handed over by whoever started us. */
#ifndef BF_LISTENER_H
#define BF_LISTENER_H

#include "base/error.h"

enum { BF_LISTENER_TEXT_SIZE = 64 };

/*
 * Listen on ADDRESS:PORT or [ADDRESS]:PORT, numbers both; port 0 takes a free one. ret_fd is
 * the caller's to close. BF_ERR_USAGE when the text is no such address, BF_ERR_IO when the
 * system refuses it.
 */
bf_must_check int bf_listener_open(const char *address, int *ret_fd,
				   struct bf_error *reterr);

/*
 * Take the socket passed as descriptor 3, the way systemd does and sd_listen_fds(3)
 * describes. ret_fd is -1 when none was passed. BF_ERR_INPUT when there is more than one, or
 * it is not a listening TCP socket.
 */
bf_must_check int bf_listener_inherit(int *ret_fd, struct bf_error *reterr);

/* The address it listens on, as text. Returns out. */
const char *bf_listener_name(int fd, char out[BF_LISTENER_TEXT_SIZE]);

#endif
