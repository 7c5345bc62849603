/* SPDX-License-Identifier: GPL-3.0-only */
#include "link/link.h"

#include <string.h>

#include "base/cleanup.h"
#include "link/path.h"

/* One setting, "name=value", of a target. */
static int set(struct bf_target *target, const char *setting, struct bf_error *reterr)
{
	char name[32], printable[64];
	size_t length = strcspn(setting, "=");
	if (!setting[length] || length >= sizeof(name))
		return bf_fail(reterr, BF_ERR_USAGE,
			       "'%s' is no setting: give NAME=VALUE, such as "
			       "url=http://10.0.0.1/boot",
			       bf_printable(setting, printable, sizeof(printable)));
	memcpy(name, setting, length);
	name[length] = '\0';
	int err = bf_target_set(target, name, setting + length + 1, reterr);
	return err ? bf_fail_in(reterr, err, "%s",
				bf_printable(name, printable, sizeof(printable)))
		   : BF_OK;
}

int bf_link_target(struct bf_view settings, struct bf_target *ret,
		   struct bf_error *reterr)
{
	const char *p = (const char *)settings.data, *end = p + settings.size;
	while (p < end) {
		const char *stop = memchr(p, '\0', (size_t)(end - p));
		if (!stop)
			return bf_fail(reterr, BF_ERR_INPUT, "the settings are cut off");
		int err = set(ret, p, reterr);
		if (err)
			return err;
		p = stop + 1;
	}
	return BF_OK;
}

/* ---- Making one ---- */

/* Printable ASCII but for what is no part of a path, RFC 3986 section 3.3. */
static bool is_url_text(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text > '~' || strchr("\"<>\\^`{|}?#", *text))
			return false;
	return true;
}

static int check_base(const char *base, size_t *ret_length, struct bf_error *reterr)
{
	char printable[128];
	size_t scheme = strncmp(base, "http://", 7) == 0    ? 7
			: strncmp(base, "https://", 8) == 0 ? 8
							    : 0;
	size_t length = strlen(base);
	while (length > scheme && base[length - 1] == '/')
		length--;
	if (scheme == 0 || length == scheme || base[scheme] == '/' || !is_url_text(base))
		return bf_fail(reterr, BF_ERR_USAGE,
			       "'%s' is no base for links: give the http or https URL "
			       "that the server is reached by, such as "
			       "http://10.0.0.1:8080",
			       bf_printable(base, printable, sizeof(printable)));
	*ret_length = length;
	return BF_OK;
}

static int check_host(const char *host, struct bf_error *reterr)
{
	char printable[128];
	if (bf_path_is_host(host))
		return BF_OK;
	return bf_fail(
		reterr, BF_ERR_INPUT,
		"'%s' is no name to serve a host by: 1 to %d letters, digits, '.', "
		"'-' and '_', the first a letter or a digit",
		bf_printable(host, printable, sizeof(printable)), BF_PATH_HOST_SIZE - 1);
}

static int check_time(int64_t expires, struct bf_error *reterr)
{
	if (expires < 0 || expires > UINT32_MAX)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "no link can expire before 1970 or after February 2106");
	return BF_OK;
}

/* What could not be served is said here, where somebody reads the sentence. */
static int check_settings(const struct bf_link *link, struct bf_error *reterr)
{
	bf_cleanup(bf_target_free) struct bf_target target = {0};
	bf_cleanup(bf_buffer_free) struct bf_buffer script = {0};
	if (link->settings.size == 0)
		return BF_OK;
	if (link->settings.size > BF_TOKEN_SETTINGS_MAX)
		return bf_fail(reterr, BF_ERR_TOO_BIG,
			       "the settings have %zu bytes; a link has room for %d: put "
			       "them into the server's list of hosts",
			       link->settings.size, BF_TOKEN_SETTINGS_MAX);
	int err = bf_link_target(link->settings, &target, reterr);
	return err ? err : bf_renderer_render(link->renderer, &target, &script, reterr);
}

static int print(const struct bf_link *link, size_t base_length,
		 const struct bf_token *token, struct bf_buffer *ret)
{
	int err = bf_buffer_append(ret, link->base, base_length);
	if (!err)
		err = bf_buffer_append(ret, "/", 1);
	if (!err)
		err = bf_token_print(link->secret, token, link->host, ret);
	return err ? err : bf_buffer_print(ret, "/%s.iso", link->host);
}

int bf_link_print(const struct bf_link *link, struct bf_buffer *ret,
		  struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer url = {0};
	size_t base_length = 0;
	int err = bf_secret_check(link->secret, reterr);
	if (!err)
		err = check_base(link->base, &base_length, reterr);
	if (!err)
		err = check_host(link->host, reterr);
	if (!err)
		err = check_time(link->expires, reterr);
	if (!err)
		err = check_settings(link, reterr);
	if (err)
		return err;
	const struct bf_token token = {.expires = (uint32_t)link->expires,
				       .settings = link->settings};
	if (print(link, base_length, &token, &url))
		return bf_fail_nomem(reterr);
	if (url.size - base_length > BF_PATH_MAX)
		return bf_fail(
			reterr, BF_ERR_TOO_BIG,
			"the path of this link has %zu bytes; servers take %d: put "
			"settings into the server's list of hosts",
			url.size - base_length, BF_PATH_MAX);
	return bf_buffer_append(ret, url.data, url.size) ? bf_fail_nomem(reterr) : BF_OK;
}
