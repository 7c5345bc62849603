/* SPDX-License-Identifier: GPL-3.0-only */
#include "inspect/isolinux.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
	BLOCK = 2048,
	DESCRIPTOR = 16, /* the block of the primary volume descriptor */
	INFO_TABLE = 8,
	INFO_TABLE_END = 64,
	WORD_SIZE = 128,
};

bool bf_isolinux_probe(struct bf_view boot_image)
{
	static const char name[] = "ISOLINUX ";
	size_t at;
	return bf_view_find(boot_image, 0, bf_view(name, sizeof(name) - 1), &at);
}

int bf_isolinux_check(struct bf_view boot_image, uint64_t offset, struct bf_error *reterr)
{
	const uint8_t *table = boot_image.data + INFO_TABLE;
	if (boot_image.size < INFO_TABLE_END)
		return bf_fail(reterr, BF_ERR_FORMAT, "isolinux.bin has %zu bytes",
			       boot_image.size);
	uint32_t descriptor = bf_le32(table), own = bf_le32(table + 4);
	uint32_t length = bf_le32(table + 8), stored = bf_le32(table + 12);
	if (descriptor != DESCRIPTOR || (uint64_t)own * BLOCK != offset)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "isolinux.bin believes to be at block %u, it is at %llu",
			       own, (unsigned long long)(offset / BLOCK));
	if (length < INFO_TABLE_END || length > boot_image.size)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "isolinux.bin believes to have %u bytes, %zu are there",
			       length, boot_image.size);
	uint32_t sum = 0;
	for (size_t at = INFO_TABLE_END; at + 4 <= length; at += 4)
		sum += bf_le32(boot_image.data + at);
	if (sum != stored && length % 4 == 0)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "isolinux.bin has the checksum 0x%08x, not 0x%08x", sum,
			       stored);
	return BF_OK;
}

/* The next line's first word and the rest of it. False at the end of the text. */
static bool next_line(struct bf_view *text, char word[WORD_SIZE],
		      char rest[BF_ISOLINUX_PATH_SIZE])
{
	char line[512];
	if (text->size == 0)
		return false;
	const uint8_t *end = memchr(text->data, '\n', text->size);
	size_t length = end ? (size_t)(end - text->data) : text->size;
	snprintf(line, sizeof(line), "%.*s", (int)(length < 511 ? length : 511),
		 text->data);
	size_t used = length + (end ? 1 : 0);
	*text = bf_view_part(*text, used, text->size - used);

	const char *start = line + strspn(line, " \t\r");
	size_t first = strcspn(start, " \t\r");
	snprintf(word, WORD_SIZE, "%.*s", (int)first, start);
	start += first;
	start += strspn(start, " \t\r");
	snprintf(rest, BF_ISOLINUX_PATH_SIZE, "%.*s", (int)strcspn(start, " \t\r"),
		 start);
	return true;
}

static bool find_line(struct bf_view text, const char *keyword,
		      char ret[BF_ISOLINUX_PATH_SIZE])
{
	char word[WORD_SIZE];
	while (next_line(&text, word, ret))
		if (strcasecmp(word, keyword) == 0)
			return true;
	return false;
}

/* The files of the label; without such a label ISOLINUX takes the name for a file. */
bool bf_isolinux_default(struct bf_view config, struct bf_isolinux_label *ret)
{
	char wanted[BF_ISOLINUX_PATH_SIZE], word[WORD_SIZE], value[BF_ISOLINUX_PATH_SIZE];
	if (find_line(config, "INCLUDE", value) || find_line(config, "UI", value) ||
	    !find_line(config, "DEFAULT", wanted))
		return false;
	bool is_label = false;
	*ret = (struct bf_isolinux_label){0};
	while (next_line(&config, word, value)) {
		if (strcasecmp(word, "LABEL") == 0)
			is_label = strcmp(value, wanted) == 0;
		else if (!is_label)
			continue;
		else if (!ret->kernel[0] && (strcasecmp(word, "KERNEL") == 0 ||
					     strcasecmp(word, "LINUX") == 0))
			memcpy(ret->kernel, value, BF_ISOLINUX_PATH_SIZE);
		else if (strcasecmp(word, "INITRD") == 0)
			memcpy(ret->initrd, value, BF_ISOLINUX_PATH_SIZE);
	}
	return ret->kernel[0];
}
