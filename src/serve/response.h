/* SPDX-License-Identifier: GPL-3.0-only */
/* Answers to requests, as libmicrohttpd's responses. */
#ifndef BF_RESPONSE_H
#define BF_RESPONSE_H

#include <stdbool.h>
#include <stdint.h>

#include "http/microhttpd.h"
#include "http/range.h"
#include "serve/front.h"
#include "serve/served.h"

struct bf_response {
	struct MHD_Response *handle; /* the caller queues and destroys it */
	unsigned status;
	uint64_t length; /* of its content */
	struct bf_ranges
		parts; /* of an image that are its content; none of anything else */
};

/*
 * The answer to a GET or HEAD of an image, as the request's conditions and Range want it.
 * Nothing is copied: the response holds the image until libmicrohttpd is done with it.
 */
int bf_response_image(const struct bf_microhttpd *mhd, struct MHD_Connection *connection,
		      struct bf_served *served, time_t modified, bool is_get,
		      struct bf_response *ret);

/*
 * The answer to a GET or HEAD of the page, as the request's conditions want it: 503 where there
 * is no list. The response holds the list, and the page is not copied.
 */
int bf_response_page(const struct bf_microhttpd *mhd, struct MHD_Connection *connection,
		     struct bf_front *front, struct bf_response *ret);

/* A status with content of a type, which is copied. */
int bf_response_bytes(const struct bf_microhttpd *mhd, unsigned status, const char *type,
		      struct bf_view bytes, struct bf_response *ret);

/* A status with a short text; allow is the Allow field, or NULL. */
int bf_response_text(const struct bf_microhttpd *mhd, unsigned status, const char *text,
		     const char *allow, struct bf_response *ret);

#endif
