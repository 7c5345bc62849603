/* SPDX-License-Identifier: GPL-3.0-only */
/* The listener for the house: how the server is, and what it did. It hands out no image. */
#ifndef BF_ADMIN_H
#define BF_ADMIN_H

#include "http/listener.h"
#include "serve/server.h"

struct bf_admin;

/*
 * Answer on a listening socket, which becomes its own, in a thread of its own: /metrics, /healthz,
 * /readyz, which is 503 once the server drains, /status.json, and the page where the server hides
 * it. The server and both texts must outlive it.
 */
bf_must_check int bf_admin_start(int fd, struct bf_server *server, const char *version,
				 const char *commit, struct bf_admin **ret,
				 struct bf_error *reterr);
void bf_admin_stop(struct bf_admin *admin);

#endif
