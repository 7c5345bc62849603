/* SPDX-License-Identifier: GPL-3.0-only */
#include "script/target.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/nearest.h"
#include "script/script.h"
#include "script/url.h"
#include "script/userscript.h"

static const char *const names[] = {"dns", "gateway", "hostname", "ip",  "netmask",
				    "nic", "retries", "script",   "url", "vlan"};

enum { N_NAMES = sizeof(names) / sizeof(names[0]) };

const char *bf_target_find(const char *name)
{
	for (size_t i = 0; i < N_NAMES; i++)
		if (strcasecmp(names[i], name) == 0)
			return names[i];
	return NULL;
}

bool bf_target_is_empty(const struct bf_target *target)
{
	return !target->url && !target->script.size &&
	       !bf_network_given(&target->network);
}

static const char *lower_case(const char *name, char ret[64])
{
	size_t size = 0;
	for (; name[size] && size < 63; size++)
		ret[size] = (char)tolower((unsigned char)name[size]);
	ret[size] = '\0';
	return ret;
}

const char *bf_target_slip(const char *name)
{
	char lower[64];
	lower_case(name, lower);
	for (size_t i = 0; i < N_NAMES; i++)
		if (bf_nearest_is_slip(lower, names[i]))
			return names[i];
	return NULL;
}

static int fail_twice(struct bf_error *reterr)
{
	return bf_fail(reterr, BF_ERR_USAGE, "given twice, one is possible");
}

static int set_url(struct bf_target *target, const char *url, struct bf_error *reterr)
{
	if (target->url)
		return fail_twice(reterr);
	target->url = strdup(url);
	return target->url ? BF_OK : bf_fail_nomem(reterr);
}

static int set_script(struct bf_target *target, const char *text, struct bf_error *reterr)
{
	if (target->script.size)
		return fail_twice(reterr);
	return bf_userscript_convert(bf_view(text, strlen(text)), &target->script,
				     reterr);
}

int bf_target_read_script(struct bf_target *target, const char *path,
			  struct bf_error *reterr)
{
	char name[256];
	bf_cleanup(bf_buffer_free) struct bf_buffer text = {0};
	int err = bf_buffer_read_path(path, BF_USERSCRIPT_FILE_MAX, &text, reterr);
	if (err)
		return err;
	err = target->script.size ? fail_twice(reterr)
				  : bf_userscript_convert(bf_buffer_view(&text),
							  &target->script, reterr);
	return err ? bf_fail_in(reterr, err, "'%s'",
				bf_printable(bf_path_name(path), name, sizeof(name)))
		   : BF_OK;
}

static int fail_unknown(const char *name, struct bf_error *reterr)
{
	char text[128], lower[64];
	const char *nearest = bf_nearest(lower_case(name, lower), names, N_NAMES);
	return bf_fail(reterr, BF_ERR_USAGE, "there is no setting '%s'%s%s%s",
		       bf_printable(name, text, sizeof(text)),
		       nearest ? ": did you mean " : "", nearest ? nearest : "",
		       nearest ? "?" : "");
}

int bf_target_set(struct bf_target *target, const char *name, const char *value,
		  struct bf_error *reterr)
{
	const char *found = bf_target_find(name);
	if (!found || strcmp(found, name) != 0)
		return fail_unknown(name, reterr);
	if (strcmp(name, "url") == 0)
		return set_url(target, value, reterr);
	if (strcmp(name, "script") == 0)
		return set_script(target, value, reterr);
	return bf_network_set(&target->network, name, value, reterr);
}

static int render_own(const struct bf_target *target, struct bf_buffer *ret,
		      struct bf_error *reterr)
{
	const char *setting = target->url ? "url" : bf_network_given(&target->network);
	if (setting)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "a script and %s: the script says what to boot and how, "
			       "give one of the two",
			       setting);
	if (bf_buffer_append(ret, target->script.data, target->script.size))
		return bf_fail_nomem(reterr);
	return BF_OK;
}

static int check_url(const struct bf_target *target, const char *schemes,
		     struct bf_error *reterr)
{
	char url[256];
	if (!target->url)
		return bf_fail(reterr, BF_ERR_USAGE, "neither a URL nor a script");
	int err = bf_url_check(target->url, schemes, reterr);
	if (!err && target->network.address.family && !target->network.n_dns &&
	    bf_url_needs_dns(target->url))
		err = bf_fail(
			reterr, BF_ERR_USAGE,
			"a static address without DNS: nobody can find the host that "
			"'%s' names; give a DNS server or write the host's address",
			bf_printable(target->url, url, sizeof(url)));
	return err;
}

int bf_target_render(const struct bf_target *target, const char *schemes,
		     struct bf_buffer *ret, struct bf_error *reterr)
{
	if (target->script.size)
		return render_own(target, ret, reterr);
	int err = bf_network_check(&target->network, reterr);
	if (!err)
		err = check_url(target, schemes, reterr);
	return err ? err : bf_script_render(&target->network, target->url, ret, reterr);
}

void bf_target_free(struct bf_target *target)
{
	free(target->url);
	bf_buffer_free(&target->script);
	*target = (struct bf_target){0};
}
