/* SPDX-License-Identifier: GPL-3.0-only */
#include "serve/response.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "http/conditions.h"
#include "http/http_date.h"
#include "http/range.h"
#include "serve/body.h"

static const char image_type[] = "application/octet-stream";
static const char frame_policy[] = "; frame-ancestors 'none'";

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
	making->response->parts.n = parts->n;
	memcpy(making->response->parts.items, parts->ranges,
	       parts->n * sizeof(parts->ranges[0]));
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
	making->response->parts.n = 0;
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

/* ---- The page ---- */

static void release_list(void *closure)
{
	bf_front_list_release(closure);
}

/* The list becomes the response's. */
static int start_page(struct making *making, const struct bf_front_page *page,
		      struct bf_front_list *list)
{
	const struct MHD_IoVec parts[] = {
		{.iov_base = page->before.data, .iov_len = page->before.size},
		{.iov_base = list->json.data, .iov_len = list->json.size},
		{.iov_base = page->after.data, .iov_len = page->after.size},
	};
	making->response->status = MHD_HTTP_OK;
	making->response->parts.n = 0;
	making->response->length = page->before.size + list->json.size + page->after.size;
	making->response->handle =
		making->mhd->create_response_from_iovec(parts, 3, release_list, list);
	if (making->response->handle)
		return BF_OK;
	bf_front_list_release(list);
	return BF_ERR_NOMEM;
}

/* The page's own policy, and what only a header can say: that it stands in no other page. */
static int add_policy(struct making *making, struct bf_view policy)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer text = {0};
	int err = bf_buffer_append(&text, policy.data, policy.size);
	if (!err)
		err = bf_buffer_append(&text, frame_policy, sizeof(frame_policy));
	if (!err)
		add(making, "Content-Security-Policy", (const char *)text.data);
	return err;
}

static int finish_page(struct making *making, const struct bf_front_page *page,
		       const char *etag)
{
	making->failed |= add_policy(making, page->policy) != BF_OK;
	add(making, "X-Content-Type-Options", "nosniff");
	add(making, "Referrer-Policy", "no-referrer");
	add(making, "ETag", etag);
	add(making, "Cache-Control", "no-cache");
	return finish(making);
}

static int answer_page(struct making *making, const struct bf_front_page *page,
		       struct bf_front_list *list)
{
	char etag[BF_SERVED_ETAG_SIZE];
	memcpy(etag, list->etag, sizeof(etag));
	if (start_page(making, page, list))
		return BF_ERR_NOMEM;
	add(making, "Content-Type", "text/html; charset=utf-8");
	return finish_page(making, page, etag);
}

static int answer_same_page(struct making *making, const struct bf_front_page *page,
			    const struct bf_front_list *list)
{
	if (start_text(making, MHD_HTTP_NOT_MODIFIED, ""))
		return BF_ERR_NOMEM;
	return finish_page(making, page, list->etag);
}

/* It has no date: what it lists changes more than once in a second. */
int bf_response_page(const struct bf_microhttpd *mhd, struct MHD_Connection *connection,
		     struct bf_front *front, struct bf_response *ret)
{
	const struct bf_front_page *page = bf_front_page(front);
	struct bf_front_list *list = bf_front_list(front);
	struct making making = {.mhd = mhd, .response = ret};
	if (!list)
		return bf_response_text(mhd, MHD_HTTP_SERVICE_UNAVAILABLE,
					"too much of this page is still being read; try "
					"again\n",
					NULL, ret);
	const struct bf_validators validators = {.etag = list->etag, .now = time(NULL)};
	struct gathering gathering = {.validators = &validators};
	mhd->get_connection_values(connection, MHD_HEADER_KIND, gather, &gathering);
	/* With no date no condition that has one is looked at. */
	gathering.conditions.has_modified_since = false;
	gathering.conditions.has_unmodified_since = false;
	const enum bf_conditions_verdict verdict =
		bf_conditions_judge(&gathering.conditions);
	if (verdict == BF_CONDITIONS_SEND)
		return answer_page(&making, page, list);
	int err = verdict == BF_CONDITIONS_NOT_MODIFIED
			  ? answer_same_page(&making, page, list)
			  : bf_response_text(mhd, MHD_HTTP_PRECONDITION_FAILED,
					     "the page is another one\n", NULL, ret);
	bf_front_list_release(list);
	return err;
}

/* ---- All else ---- */

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
