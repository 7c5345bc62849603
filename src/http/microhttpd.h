/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * libmicrohttpd, loaded when `serve` needs it. Debian's archive wants GnuTLS and all that
 * GnuTLS wants, for TLS we leave to a reverse proxy; linked in, every other command would pay
 * for it at each start, and the executable would no longer run where there is only libc. One
 * that is fully static has a libmicrohttpd without TLS inside.
 */
#ifndef BF_MICROHTTPD_H
#define BF_MICROHTTPD_H

#include <microhttpd.h>

#include "base/error.h"

/* The functions we call: mhd->queue_response is MHD_queue_response. */
#define BF_MICROHTTPD_FUNCTIONS(X)                                                       \
	X(add_connection)                                                                \
	X(add_response_header)                                                           \
	X(create_response_from_buffer)                                                   \
	X(create_response_from_iovec)                                                    \
	X(destroy_response)                                                              \
	X(get_connection_info)                                                           \
	X(get_connection_values)                                                         \
	X(queue_response)                                                                \
	X(start_daemon)                                                                  \
	X(stop_daemon)

struct bf_microhttpd {
#define BF_MICROHTTPD_MEMBER(name) __typeof__(MHD_##name) *name;
	BF_MICROHTTPD_FUNCTIONS(BF_MICROHTTPD_MEMBER)
#undef BF_MICROHTTPD_MEMBER
};

/*
 * Load the library, for as long as the process lives. BF_ERR_UNSUPPORTED when it is not
 * installed or too old; what is linked in cannot fail.
 */
bf_must_check int bf_microhttpd_load(struct bf_microhttpd *ret, struct bf_error *reterr);

#endif
