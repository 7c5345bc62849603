/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * What a page does: an image made from the settings of a form, an image that was dropped on
 * it looked into and changed, and the images of a list. Settings come by name, as on the
 * command line, and what is wrong is said in the command's words.
 */
#ifndef BF_WEB_H
#define BF_WEB_H

#include "batch/batch_plan.h"
#include "image/image.h"
#include "image/repoint.h"

enum { BF_WEB_SETTINGS_MAX = 64 };

/* An option as it was given. */
struct bf_web_setting {
	char *name, *value;
};

/* A zeroed struct has nothing set. Released with bf_web_free(). */
struct bf_web {
	struct bf_web_setting settings[BF_WEB_SETTINGS_MAX];
	size_t n_settings;
	struct bf_maker_options options;
	struct bf_target target;

	struct bf_maker maker;
	struct bf_image image; /* of the one machine, or of a row */

	struct bf_bundle *bundle; /* for changing images */
	struct bf_repoint repoint;
	struct bf_pieces changed;

	struct bf_fleet fleet;
	struct bf_batch_plan plan;
};

void bf_web_free(struct bf_web *web);

/* Forget all that was set, and made. */
void bf_web_reset(struct bf_web *web);

/*
 * Set an option of the command by its name, url, or script, which is the text of one. The
 * sentence of a failure starts as the command's does.
 */
bf_must_check int bf_web_set(struct bf_web *web, const char *name, const char *value,
			     struct bf_error *reterr);

/*
 * Append which certificate images will trust, in the manner of a sentence, or nothing where none
 * is set. Fails as bf_web_make() does for a certificate.
 */
bf_must_check int bf_web_trust(struct bf_web *web, struct bf_buffer *text,
			       struct bf_error *reterr);

/* Append the script of the image that bf_web_make() would make, and fail as that does. */
bf_must_check int bf_web_preview(struct bf_web *web, struct bf_buffer *text,
				 struct bf_error *reterr);

/*
 * Make the image, web->image.pieces, and append what it is as JSON: its boot paths, its size,
 * the command line that makes the same one, and warnings about the certificate it trusts. now is
 * in seconds since 1970 UTC.
 */
bf_must_check int bf_web_make(struct bf_web *web, int64_t now, struct bf_buffer *json,
			      struct bf_error *reterr);

/* Append a finished image's report as boots-from inspect --json prints it. */
bf_must_check int bf_web_inspect(const char *name, struct bf_view image,
				 struct bf_buffer *json, struct bf_error *reterr);

/*
 * Change a finished image, which must outlive web->changed, the result: it boots what is set.
 * Appends the command line that does the same.
 */
bf_must_check int bf_web_repoint(struct bf_web *web, const char *name,
				 struct bf_view image, struct bf_buffer *text,
				 struct bf_error *reterr);

/*
 * Read a list of machines from the file hosts and check every row; url is a pattern, if it is
 * set. After bf_web_reset(). Appends JSON: the rows in order, each with its line, host and the
 * name of its file, and what is wrong with it or null; and remarks about the list. The template
 * is laid out, and bf_web_row() makes the images of the rows that are good.
 */
bf_must_check int bf_web_plan(struct bf_web *web, const char *hosts, const char *name,
			      struct bf_buffer *json, struct bf_error *reterr);
bf_must_check int bf_web_row(struct bf_web *web, size_t row, struct bf_error *reterr);

#endif
