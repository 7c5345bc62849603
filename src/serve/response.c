/* SPDX-License-Identifier: GPL-3.0-only */
#include "serve/response.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/conditions.h"
#include "http/http_date.h"
#include "http/range.h"
#include "serve/body.h"

static const char image_type[] = "application/octet-stream";

enum { FIELD_SIZE = 128 };

/* A response being made, and whether that still goes well. */
struct making {
	const struct bf_microhttpd *mhd;
	struct bf_response *response;
	bool failed;
};

static void add(struct making *making, const char *name, const char *value)
{
	if (making->mhd->add_response_header(making->response->handle, name, value) !=
	    MHD_YES)
		making->failed = true;
}

static void add_validators(struct making *making, const struct bf_validators *validators)
{
	char date[BF_HTTP_DATE_SIZE];
	add(making, "ETag", validators->etag);
	add(making, "Last-Modified", bf_http_date_print(validators->modified, date));
	/* The bytes of a URL change when the hosts do: caches ask before they reuse them. */
	add(making, "Cache-Control", "no-cache");
}

static int finish(struct making *making)
{
	if (!making->failed)
		return BF_OK;
	making->mhd->destroy_response(making->response->handle);
	return BF_ERR_NOMEM;
}

static int start_body(struct making *making, struct bf_served *served,
		      const struct bf_body_parts *parts, unsigned status)
{
	making->response->status = status;
	making->response->handle =
		bf_body_response(making->mhd, served, parts, &making->response->length);
	return making->response->handle ? BF_OK : BF_ERR_NOMEM;
}

static int answer_whole(struct making *making, struct bf_served *served,
			const struct bf_validators *validators)
{
	const struct bf_range whole = {.length = served->image.pieces.size};
	const struct bf_body_parts parts = {.ranges = &whole, .n = 1};
	if (start_body(making, served, &parts, MHD_HTTP_OK))
		return BF_ERR_NOMEM;
	add(making, "Content-Type", image_type);
	add(making, "Accept-Ranges", "bytes");
	add_validators(making, validators);
	return finish(making);
}

static int answer_parts(struct making *making, struct bf_served *served,
			const struct bf_validators *validators,
			const struct bf_ranges *ranges)
{
	char type[FIELD_SIZE], boundary[BF_SERVED_ETAG_SIZE], range[FIELD_SIZE];
	/* Text that stands in the image only if somebody found a collision of SHA-256. */
	snprintf(boundary, sizeof(boundary), "%.32s", served->etag + 1);
	const struct bf_body_parts parts = {.ranges = ranges->items,
					    .n = ranges->n,
					    .type = image_type,
					    .boundary = boundary};
	if (start_body(making, served, &parts, MHD_HTTP_PARTIAL_CONTENT))
		return BF_ERR_NOMEM;
	if (ranges->n == 1) {
		add(making, "Content-Type", image_type);
		add(making, "Content-Range",
		    bf_body_print_range(&ranges->items[0], served->image.pieces.size,
					range, sizeof(range)));
	} else {
		snprintf(type, sizeof(type), "multipart/byteranges; boundary=%s",
			 boundary);
		add(making, "Content-Type", type);
	}
	add(making, "Accept-Ranges", "bytes");
	add_validators(making, validators);
	return finish(making);
}

static int start_bytes(struct making *making, unsigned status, struct bf_view bytes)
{
	making->response->status = status;
	making->response->length = bytes.size;
	making->response->handle = making->mhd->create_response_from_buffer(
		bytes.size, (void *)(uintptr_t)bytes.data, MHD_RESPMEM_MUST_COPY);
	return making->response->handle ? BF_OK : BF_ERR_NOMEM;
}

static int start_text(struct making *making, unsigned status, const char *text)
{
	return start_bytes(making, status, bf_view(text, strlen(text)));
}

static int answer_unsatisfiable(struct making *making, uint64_t size)
{
	char range[FIELD_SIZE];
	if (start_text(making, MHD_HTTP_RANGE_NOT_SATISFIABLE, "no such range\n"))
		return BF_ERR_NOMEM;
	snprintf(range, sizeof(range), "bytes */%llu", (unsigned long long)size);
	add(making, "Content-Range", range);
	add(making, "Content-Type", "text/plain");
	return finish(making);
}

static int answer_not_modified(struct making *making,
			       const struct bf_validators *validators)
{
	if (start_text(making, MHD_HTTP_NOT_MODIFIED, ""))
		return BF_ERR_NOMEM;
	add_validators(making, validators);
	return finish(making);
}

struct gathering {
	struct bf_conditions conditions;
	const struct bf_validators *validators;
};

static enum MHD_Result gather(void *closure, enum MHD_ValueKind kind, const char *name,
			      const char *value)
{
	struct gathering *gathering = closure;
	(void)kind;
	if (value)
		bf_conditions_add(&gathering->conditions, gathering->validators, name,
				  value);
	return MHD_YES;
}

int bf_response_image(const struct bf_microhttpd *mhd, struct MHD_Connection *connection,
		      struct bf_served *served, time_t modified, bool is_get,
		      struct bf_response *ret)
{
	const struct bf_validators validators = {
		.etag = served->etag, .modified = modified, .now = time(NULL)};
	struct gathering gathering = {.validators = &validators};
	struct making making = {.mhd = mhd, .response = ret};
	struct bf_ranges ranges;
	uint64_t size = served->image.pieces.size;

	mhd->get_connection_values(connection, MHD_HEADER_KIND, gather, &gathering);
	switch (bf_conditions_judge(&gathering.conditions)) {
	case BF_CONDITIONS_FAILED:
		return bf_response_text(mhd, MHD_HTTP_PRECONDITION_FAILED,
					"the image is another one\n", NULL, ret);
	case BF_CONDITIONS_NOT_MODIFIED:
		return answer_not_modified(&making, &validators);
	case BF_CONDITIONS_SEND:
		break;
	}
	/* Range is defined for GET only (14.2). */
	const char *range = is_get ? bf_conditions_range(&gathering.conditions) : NULL;
	switch (range ? bf_range_parse(range, size, &ranges) : BF_RANGE_WHOLE) {
	case BF_RANGE_PARTS:
		return answer_parts(&making, served, &validators, &ranges);
	case BF_RANGE_UNSATISFIABLE:
		return answer_unsatisfiable(&making, size);
	case BF_RANGE_WHOLE:
		break;
	}
	return answer_whole(&making, served, &validators);
}

int bf_response_bytes(const struct bf_microhttpd *mhd, unsigned status, const char *type,
		      struct bf_view bytes, struct bf_response *ret)
{
	struct making making = {.mhd = mhd, .response = ret};
	if (start_bytes(&making, status, bytes))
		return BF_ERR_NOMEM;
	add(&making, "Content-Type", type);
	return finish(&making);
}

int bf_response_text(const struct bf_microhttpd *mhd, unsigned status, const char *text,
		     const char *allow, struct bf_response *ret)
{
	struct making making = {.mhd = mhd, .response = ret};
	if (start_text(&making, status, text))
		return BF_ERR_NOMEM;
	add(&making, "Content-Type", "text/plain");
	if (allow)
		add(&making, "Allow", allow);
	return finish(&making);
}
