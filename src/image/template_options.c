/* SPDX-License-Identifier: GPL-3.0-only */
#include "image/template_options.h"

#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "base/number.h"

struct bf_template_options bf_template_options_default(void)
{
	return (struct bf_template_options){.label = BF_TEMPLATE_DEFAULT_LABEL};
}

const char *bf_template_options_arch(size_t index)
{
	if (index == BF_ARCH_COUNT)
		return "all";
	return index < BF_ARCH_COUNT ? bf_arch_name((enum bf_arch)index) : NULL;
}

const char *bf_template_options_layout(size_t index)
{
	static const char *const names[] = {
		[BF_ISO_LAYOUT_ISOHYBRID] = "isohybrid",
		[BF_ISO_LAYOUT_GPT] = "gpt",
		[BF_ISO_LAYOUT_MBR] = "mbr",
		[BF_ISO_LAYOUT_CD] = "cd",
	};
	return index < sizeof(names) / sizeof(names[0]) ? names[index] : NULL;
}

const char *bf_template_options_format(size_t index)
{
	return index < BF_FORMAT_COUNT ? bf_format_name((enum bf_format)index) : NULL;
}

enum { WORDS_MAX = 16 };

/* A word that is none of those possible. */
static int fail_word(const char *word, const char *words(size_t index),
		     struct bf_error *reterr)
{
	char text[128], list[BF_ARCH_LIST_SIZE + 5];
	const char *names[WORDS_MAX];
	size_t n = 0, size = 0;
	for (; n < WORDS_MAX && words(n); n++) {
		names[n] = words(n);
		size += (size_t)snprintf(list + size, sizeof(list) - size, "%s%s",
					 n ? ", " : "", names[n]);
	}
	const char *nearest = bf_nearest(word, names, n);
	return bf_fail(reterr, BF_ERR_USAGE, "'%s' is not one of %s%s%s%s",
		       bf_printable(word, text, sizeof(text)), list,
		       nearest ? ": did you mean " : "", nearest ? nearest : "",
		       nearest ? "?" : "");
}

/* Which of the words it is. */
static int find_word(const char *word, const char *words(size_t index), size_t *ret,
		     struct bf_error *reterr)
{
	size_t i = 0;
	while (words(i) && strcmp(words(i), word) != 0)
		i++;
	if (!words(i))
		return fail_word(word, words, reterr);
	*ret = i;
	return BF_OK;
}

static int fail_arch(struct bf_view name, struct bf_error *reterr)
{
	char word[64];
	snprintf(word, sizeof(word), "%.*s", (int)(name.size < 60 ? name.size : 60),
		 name.data);
	return fail_word(word, bf_template_options_arch, reterr);
}

static int set_archs(const char *list, unsigned *ret, struct bf_error *reterr)
{
	unsigned archs = 0;
	for (const char *name = list;; name++) {
		struct bf_view view = bf_view(name, strcspn(name, ","));
		enum bf_arch arch = bf_arch_from_name(view);
		if (view.size == 3 && memcmp(name, "all", 3) == 0)
			archs |= BF_ARCH_ALL;
		else if (arch == BF_ARCH_COUNT)
			return fail_arch(view, reterr);
		else
			archs |= 1u << arch;
		name += view.size;
		if (!*name)
			break;
	}
	*ret = archs;
	return BF_OK;
}

static int set_layout(const char *value, enum bf_iso_layout *ret, struct bf_error *reterr)
{
	size_t i = 0;
	int err = find_word(value, bf_template_options_layout, &i, reterr);
	if (!err)
		*ret = (enum bf_iso_layout)i;
	return err;
}

static int set_format(const char *value, enum bf_format *ret, struct bf_error *reterr)
{
	size_t i = 0;
	int err = find_word(value, bf_template_options_format, &i, reterr);
	if (!err)
		*ret = (enum bf_format)i;
	return err;
}

/* Volume identifiers, ECMA-119 8.4.7, and what Linux and Windows accept beyond d-characters. */
static int set_label(const char *label, const char **ret, struct bf_error *reterr)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_-.";
	size_t length = strlen(label);
	size_t good = strspn(label, allowed);
	if (length == 0)
		return bf_fail(reterr, BF_ERR_USAGE, "the label is empty");
	if (length > BF_ISO_LABEL_MAX)
		return bf_fail(reterr, BF_ERR_USAGE, "%zu characters, at most %d fit",
			       length, BF_ISO_LABEL_MAX);
	if (good < length)
		return bf_fail(
			reterr, BF_ERR_USAGE,
			"the character at column %zu is not a letter, a digit, '_', '-' "
			"or '.'",
			good + 1);
	*ret = label;
	return BF_OK;
}

static int set_room(const char *value, size_t *ret, struct bf_error *reterr)
{
	unsigned size = 0;
	int err = bf_size_parse(value, BF_TEMPLATE_SCRIPT_ROOM_MAX, &size, reterr);
	if (!err)
		*ret = size;
	return err;
}

int bf_template_options_set(struct bf_template_options *options, const char *name,
			    const char *value, struct bf_error *reterr)
{
	char text[128];
	if (strcmp(name, "arch") == 0)
		return set_archs(value, &options->archs, reterr);
	if (strcmp(name, "label") == 0)
		return set_label(value, &options->label, reterr);
	if (strcmp(name, "layout") == 0)
		return set_layout(value, &options->layout, reterr);
	if (strcmp(name, "format") == 0)
		return set_format(value, &options->format, reterr);
	if (strcmp(name, "script-room") == 0)
		return set_room(value, &options->script_room, reterr);
	return bf_fail(reterr, BF_ERR_USAGE, "there is no option '%s'",
		       bf_printable(name, text, sizeof(text)));
}
