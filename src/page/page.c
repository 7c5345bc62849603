/* SPDX-License-Identifier: GPL-3.0-only */
#include "page/page.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/base85.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/sha256.h"
#include "image/heads.h"
#include "page/pack.h"
#include "page/parts.h"
#include "report/json.h"
#include "trust/facts.h"
#include "trust/trust.h"

/* ---- What it carries ---- */

static int add_heads(struct bf_buffer *pack, const struct bf_maker *maker,
		     struct bf_error *reterr)
{
	bf_cleanup(bf_iso_heads_free) struct bf_iso_heads heads = {0};
	bf_cleanup(bf_buffer_free) struct bf_buffer bytes = {0};
	int err = bf_heads_add(&heads, maker->bundle, &maker->binaries, reterr);
	if (!err)
		err = bf_iso_heads_print(&heads, &bytes, reterr);
	if (err)
		return err;
	return bf_pack_add(pack, BF_PACK_BUNDLED "iso-heads", bf_buffer_view(&bytes))
		       ? bf_fail_nomem(reterr)
		       : BF_OK;
}

static int add_ipxe(struct bf_buffer *pack, const char *path, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer bytes = {0};
	int err = bf_buffer_read_file(path, BF_BINARIES_FILE_SIZE_MAX, &bytes, reterr);
	if (err)
		return bf_fail_in(reterr, err, "ipxe");
	return bf_pack_add(pack, path, bf_buffer_view(&bytes)) ? bf_fail_nomem(reterr)
							       : BF_OK;
}

/* What was read of the certificate: the page need not read it again. */
static int add_trust(struct bf_buffer *pack, const char *path,
		     const struct bf_certificate *certificate, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer facts = {0};
	if (bf_facts_print(certificate, &facts) ||
	    bf_pack_add(pack, path, bf_buffer_view(&facts)))
		return bf_fail_nomem(reterr);
	return BF_OK;
}

/* The files that a setting names. */
static int add_named(struct bf_buffer *pack, const struct bf_page_setting *setting,
		     const struct bf_maker *maker, struct bf_error *reterr)
{
	if (strcmp(setting->name, "ipxe") == 0)
		return add_ipxe(pack, setting->value, reterr);
	if (strcmp(setting->name, "trust") == 0)
		return add_trust(pack, setting->value, &maker->certificate, reterr);
	return BF_OK;
}

static int add_bundle(struct bf_buffer *pack, const struct bf_bundle *bundle,
		      struct bf_error *reterr)
{
	int err = bf_pack_add(pack, BF_PACK_BUNDLED "MANIFEST", bundle->manifest);
	for (size_t i = 0; !err && i < bundle->n_files; i++) {
		char name[sizeof(BF_PACK_BUNDLED) + BF_BUNDLE_NAME_SIZE];
		snprintf(name, sizeof(name), BF_PACK_BUNDLED "%s", bundle->files[i].name);
		err = bf_pack_add(pack, name, bundle->files[i].bytes);
	}
	return err ? bf_fail_nomem(reterr) : BF_OK;
}

static int fill_pack(const struct bf_page_request *request, struct bf_buffer *pack,
		     struct bf_error *reterr)
{
	int err = add_bundle(pack, request->maker->bundle, reterr);
	if (!err)
		err = add_heads(pack, request->maker, reterr);
	for (size_t i = 0; !err && i < request->n_settings; i++)
		err = add_named(pack, &request->settings[i], request->maker, reterr);
	return err;
}

/* ---- What the form starts with ---- */

/* JSON in a script element: what would end that stands for itself in another way. */
static int print_escaped(struct bf_buffer *out, const char *text, size_t size)
{
	int err = BF_OK;
	for (size_t i = 0; !err && i < size; i++)
		err = text[i] == '<' ? bf_buffer_print(out, "\\u003c")
				     : bf_buffer_append(out, text + i, 1);
	return err;
}

static void put_archs(struct bf_json *json, const struct bf_maker *maker)
{
	bf_json_open_array(json, "archs");
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++) {
		if (!maker->binaries.of[arch].is_present)
			continue;
		bf_json_open_object(json, NULL);
		bf_json_string(json, "name", bf_arch_name(arch));
		bf_json_bool(json, "chosen", maker->layout.archs & 1u << arch);
		bf_json_close_object(json);
	}
	bf_json_close_array(json);
}

/* What iPXE will trust, in a line, or null. */
static int put_trust(struct bf_json *json, const struct bf_maker *maker)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer text = {0};
	int err = maker->has_certificate
			  ? bf_trust_describe(&maker->certificate, &text, NULL)
			  : BF_OK;
	if (text.size)
		bf_json_text(json, "trust", bf_buffer_view(&text));
	else
		bf_json_null(json, "trust");
	return err;
}

static int print_defaults(const struct bf_page_request *request,
			  struct bf_buffer *defaults, struct bf_error *reterr)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	if (!stream)
		return bf_fail_nomem(reterr);
	struct bf_json json = {.out = stream};
	bf_json_open_object(&json, NULL);
	put_archs(&json, request->maker);
	int err = put_trust(&json, request->maker);
	bf_json_open_array(&json, "settings");
	for (size_t i = 0; i < request->n_settings; i++) {
		bf_json_open_array(&json, NULL);
		bf_json_string(&json, NULL, request->settings[i].name);
		bf_json_string(&json, NULL, request->settings[i].value);
		bf_json_close_array(&json);
	}
	bf_json_close_array(&json);
	bf_json_close_object(&json);
	if (ferror(stream))
		err = BF_ERR_NOMEM;
	if (fclose(stream) || err || print_escaped(defaults, text, size))
		err = bf_fail_nomem(reterr);
	free(text);
	return err;
}

/* ---- All of it ---- */

/* 'sha256-...', by which a Content Security Policy (CSP3, 8.1) knows what it lets be. */
static int append_hash(struct bf_buffer *html, struct bf_view part)
{
	uint8_t digest[BF_SHA256_SIZE];
	int err = bf_sha256(part, digest);
	if (!err)
		err = bf_buffer_print(html, "'sha256-");
	if (!err)
		err = bf_base64_append(html, bf_view(digest, sizeof(digest)));
	return err ? err : bf_buffer_print(html, "'");
}

static int append_text(struct bf_buffer *html, struct bf_view part)
{
	return bf_buffer_append(html, part.data, part.size);
}

/* A text in the HTML, and what is written there instead of it. */
struct place {
	const char *name;
	struct bf_view content;
	int (*append)(struct bf_buffer *html, struct bf_view content);
};

/* The place that comes first at or after from, and its offset; NULL if there is none. */
static const struct place *find_place(const struct place *places, size_t n,
				      struct bf_view text, size_t from,
				      size_t *ret_offset)
{
	const struct place *found = NULL;
	for (size_t i = 0; i < n; i++) {
		size_t offset;
		struct bf_view name = bf_view(places[i].name, strlen(places[i].name));
		if (!bf_view_find(text, from, name, &offset) ||
		    (found && offset > *ret_offset))
			continue;
		found = &places[i];
		*ret_offset = offset;
	}
	return found;
}

static int print(const struct place *places, size_t n, struct bf_view text,
		 struct bf_buffer *html)
{
	size_t from = 0, offset = 0;
	const struct place *place;
	while ((place = find_place(places, n, text, from, &offset))) {
		if (bf_buffer_append(html, text.data + from, offset - from) ||
		    place->append(html, place->content))
			return BF_ERR_NOMEM;
		from = offset + strlen(place->name);
	}
	return bf_buffer_append(html, text.data + from, text.size - from);
}

int bf_page_build(const struct bf_page_request *request, struct bf_buffer *html,
		  struct bf_error *reterr)
{
	struct bf_page_parts parts = bf_page_parts();
	if (parts.html.size == 0)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "this boots-from was built without its page: build it "
			       "with BF_WEB");
	if (bf_binaries_sealed(&request->maker->binaries))
		return bf_fail(reterr, BF_ERR_SIGNED,
			       "ipxe: it is signed, and a page makes images of unsigned "
			       "ones: bring it unsigned");
	bf_cleanup(bf_buffer_free) struct bf_buffer defaults = {0}, pack = {0};
	int err = print_defaults(request, &defaults, reterr);
	if (!err)
		err = fill_pack(request, &pack, reterr);
	if (err)
		return err;
	const struct place places[] = {
		{"{{script-hash}}", parts.script, append_hash},
		{"{{style-hash}}", parts.style, append_hash},
		{"{{style}}", parts.style, append_text},
		{"{{defaults}}", bf_buffer_view(&defaults), append_text},
		{"{{pack}}", bf_buffer_view(&pack), bf_base85_append},
		{"{{module}}", parts.module, bf_base85_append},
		{"{{certificates}}", parts.certificates, bf_base85_append},
		{"{{script}}", parts.script, append_text},
	};
	return print(places, sizeof(places) / sizeof(places[0]), parts.html, html)
		       ? bf_fail_nomem(reterr)
		       : BF_OK;
}

/* ---- As a server sends it ---- */

/* What stands behind start and in front of end; both are in the HTML, before anybody's texts. */
static struct bf_view find_between(struct bf_view html, const char *start,
				   const char *end)
{
	size_t first = 0, last = 0;
	bool found = bf_view_find(html, 0, bf_view(start, strlen(start)), &first);
	first += strlen(start);
	found = found && bf_view_find(html, first, bf_view(end, strlen(end)), &last);
	assert(found);
	(void)found;
	return bf_view_part(html, first, last - first);
}

struct bf_page_split bf_page_split(struct bf_view html)
{
	struct bf_view hosts = find_between(
		html, "<script id=\"served\" type=\"application/json\">", "</script>");
	size_t before = (size_t)(hosts.data - html.data);
	size_t after = before + hosts.size;
	return (struct bf_page_split){
		.before = bf_view_part(html, 0, before),
		.after = bf_view_part(html, after, html.size - after),
		.policy =
			find_between(html, "Content-Security-Policy\" content=\"", "\""),
	};
}
