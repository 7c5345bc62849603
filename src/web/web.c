/* SPDX-License-Identifier: GPL-3.0-only */
#include "web/web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "inspect/judge.h"
#include "report/json.h"
#include "report/report.h"
#include "trust/trust.h"
#include "web/command_line.h"

/* ---- Settings ---- */

static void free_made(struct bf_web *web)
{
	bf_image_free(&web->image);
	bf_batch_plan_free(&web->plan);
	bf_fleet_free(&web->fleet);
	bf_maker_free(&web->maker);
	bf_pieces_free(&web->changed);
	bf_repoint_free(&web->repoint);
	web->repoint = (struct bf_repoint){0};
}

void bf_web_reset(struct bf_web *web)
{
	free_made(web);
	bf_target_free(&web->target);
	web->options = bf_maker_options_default();
	for (size_t i = 0; i < web->n_settings; i++) {
		free(web->settings[i].name);
		free(web->settings[i].value);
	}
	web->n_settings = 0;
}

void bf_web_free(struct bf_web *web)
{
	bf_web_reset(web);
	bf_bundle_free(web->bundle);
	web->bundle = NULL;
}

/* Options hold on to their values, and the command line is made of them. */
static int keep(struct bf_web *web, const char *name, const char *value)
{
	if (web->n_settings == BF_WEB_SETTINGS_MAX)
		return BF_ERR_NOMEM;
	struct bf_web_setting *setting = &web->settings[web->n_settings++];
	setting->name = strdup(name);
	setting->value = strdup(value);
	return setting->name && setting->value ? BF_OK : BF_ERR_NOMEM;
}

int bf_web_set(struct bf_web *web, const char *name, const char *value,
	       struct bf_error *reterr)
{
	if (keep(web, name, value))
		return bf_fail_nomem(reterr);
	const char *kept = web->settings[web->n_settings - 1].value;
	bool is_target = bf_target_find(name) != NULL;
	int err = is_target ? bf_target_set(&web->target, name, kept, reterr)
			    : bf_maker_options_set(&web->options, name, kept, reterr);
	/* These two have no option, or one that is the name of a file. */
	if (!err || strcmp(name, "url") == 0 || strcmp(name, "script") == 0)
		return err;
	return bf_fail_in(reterr, err, "--%s", name);
}

/* ---- One image ---- */

static int make(struct bf_web *web, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer script = {0};
	free_made(web);
	int err = bf_maker_init(&web->maker, &web->options, reterr);
	if (!err)
		err = bf_renderer_render(&web->maker.renderer, &web->target, &script,
					 reterr);
	if (!err)
		err = bf_maker_lay_out(&web->maker, &script, script.size, reterr);
	return err ? err : bf_image_make(&web->maker, &web->target, &web->image, reterr);
}

int bf_web_trust(struct bf_web *web, struct bf_buffer *text, struct bf_error *reterr)
{
	bf_cleanup(bf_certificate_free) struct bf_certificate certificate = {0};
	if (!web->options.trust)
		return BF_OK;
	int err = bf_certificate_read(web->options.trust, &certificate, reterr);
	if (err)
		return bf_fail_in(reterr, err, "trust");
	return bf_trust_describe(&certificate, text, reterr);
}

int bf_web_preview(struct bf_web *web, struct bf_buffer *text, struct bf_error *reterr)
{
	int err = make(web, reterr);
	if (err)
		return err;
	return bf_buffer_print(text, BF_SLOT_FIRST_LINE "%.*s",
			       (int)web->image.script.size, web->image.script.data)
		       ? bf_fail_nomem(reterr)
		       : BF_OK;
}

/* ---- JSON ---- */

/* Append what was written to a stream of open_memstream(). */
static int take_stream(FILE *stream, char **bytes, size_t *size, struct bf_buffer *ret,
		       struct bf_error *reterr)
{
	int err = ferror(stream) ? BF_ERR_NOMEM : BF_OK;
	if (fclose(stream) || err || bf_buffer_append(ret, *bytes, *size))
		err = bf_fail_nomem(reterr);
	free(*bytes);
	return err;
}

static void put_archs(struct bf_json *json, unsigned archs)
{
	bf_json_open_array(json, "archs");
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++)
		if (archs & 1u << arch)
			bf_json_string(json, NULL, bf_arch_name(arch));
	bf_json_close_array(json);
}

static void put_warnings(struct bf_json *json, const struct bf_web *web, int64_t now)
{
	struct bf_trust_warnings warnings = {.n = 0};
	if (web->maker.has_certificate)
		bf_trust_warn(&web->maker.certificate, web->target.url, now, &warnings);
	bf_json_open_array(json, "warnings");
	for (size_t i = 0; i < warnings.n; i++)
		bf_json_string(json, NULL, warnings.texts[i]);
	bf_json_close_array(json);
}

static int describe(const struct bf_web *web, int64_t now, struct bf_buffer *ret,
		    struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer command = {0};
	char *bytes = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&bytes, &size);
	if (!stream)
		return bf_fail_nomem(reterr);
	int err = bf_command_line_print(web, NULL, &command);
	struct bf_json json = {.out = stream};
	bf_json_open_object(&json, NULL);
	put_archs(&json, web->maker.layout.archs);
	bf_json_string(&json, "format", bf_format_name(web->maker.layout.format));
	bf_json_number(&json, "size", web->image.pieces.size);
	bf_json_text(&json, "command", bf_buffer_view(&command));
	put_warnings(&json, web, now);
	bf_json_close_object(&json);
	int end = take_stream(stream, &bytes, &size, ret, reterr);
	return err ? bf_fail_nomem(reterr) : end;
}

int bf_web_make(struct bf_web *web, int64_t now, struct bf_buffer *json,
		struct bf_error *reterr)
{
	int err = make(web, reterr);
	return err ? err : describe(web, now, json, reterr);
}

/* ---- An image that is there ---- */

int bf_web_inspect(const char *name, struct bf_view image, struct bf_buffer *json,
		   struct bf_error *reterr)
{
	struct bf_source source = bf_source_view(image);
	struct bf_inspect *report = NULL;
	char *bytes = NULL;
	size_t size = 0;
	int err = bf_inspect_new(&source, &report);
	if (!err)
		err = bf_judge_boot_paths(report);
	FILE *stream = err ? NULL : open_memstream(&bytes, &size);
	if (stream)
		bf_report_json(name, report, stream);
	bf_inspect_free(report);
	return stream ? take_stream(stream, &bytes, &size, json, reterr)
		      : bf_fail_nomem(reterr);
}

static int change(struct bf_web *web, const struct bf_source *source,
		  struct bf_error *reterr)
{
	static const struct bf_resign none = {0};
	bf_cleanup(bf_buffer_free) struct bf_buffer script = {0};
	struct bf_repoint *repoint = &web->repoint;
	int err = bf_repoint_open(source, web->bundle, repoint, reterr);
	if (!err)
		err = bf_repoint_trust(repoint, web->options.trust, reterr);
	if (!err)
		err = bf_renderer_render(&repoint->renderer, &web->target, &script,
					 reterr);
	if (!err)
		err = bf_repoint_fill(repoint, bf_buffer_view(&script), &none, reterr);
	return err;
}

int bf_web_repoint(struct bf_web *web, const char *name, struct bf_view image,
		   struct bf_buffer *text, struct bf_error *reterr)
{
	bf_cleanup(bf_pieces_free) struct bf_pieces whole = {0};
	struct bf_source source = bf_source_view(image);
	const struct bf_patches *patches = &web->repoint.patches;
	free_made(web);
	int err = web->bundle
			  ? BF_OK
			  : bf_bundle_load(web->options.prebuilt, &web->bundle, reterr);
	if (!err)
		err = change(web, &source, reterr);
	if (err)
		return err;
	err = bf_pieces_append(&whole, image);
	if (!err)
		err = bf_pieces_overlay(&whole, patches->pieces, patches->n_pieces,
					&web->changed, reterr);
	if (!err)
		err = bf_command_line_print(web, name, text);
	return err ? bf_fail_nomem(reterr) : BF_OK;
}
