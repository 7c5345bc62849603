/* SPDX-License-Identifier: GPL-3.0-only */
#include "disk/fat_name.h"

#include <stdio.h>
#include <string.h>

enum {
	NAME_SIZE = 8, /* of DIR_Name before the extension */
	EXTENSION_SIZE = 3,
	LONG_CHARACTERS = 13, /* per long entry */
	ATTR_LONG_NAME = 0x0f,
	LAST_LONG_ENTRY = 0x40,
};

/* The C library's functions follow the locale; an image must not. */
static uint8_t upper(uint8_t c)
{
	return c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c;
}

static bool is_one_of(uint8_t c, const char *set)
{
	return c != 0 && strchr(set, c);
}

static bool is_short_character(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       is_one_of(c, "$%'-_@~`!(){}^#&");
}

int bf_fat_name_check(struct bf_view name, struct bf_error *reterr)
{
	if (name.size == 0)
		return bf_fail(reterr, BF_ERR_INPUT, "empty file name");
	for (size_t i = 0; i < name.size; i++) {
		uint8_t c = name.data[i];
		if (c < 0x20 || c > 0x7e || is_one_of(c, "\"*/:<>?\\|"))
			return bf_fail(reterr, BF_ERR_INPUT,
				       "byte 0x%02x is not possible in a FAT file name",
				       c);
	}
	/* Drivers strip these, and would then look for another name. */
	if (is_one_of(name.data[name.size - 1], " .") || name.data[0] == ' ')
		return bf_fail(
			reterr, BF_ERR_INPUT,
			"a FAT file name cannot start with a space, nor end with a "
			"space or a dot");
	return BF_OK;
}

bool bf_fat_name_equal(struct bf_view a, struct bf_view b)
{
	if (a.size != b.size)
		return false;
	for (size_t i = 0; i < a.size; i++)
		if (upper(a.data[i]) != upper(b.data[i]))
			return false;
	return true;
}

bool bf_fat_name_to_short(struct bf_view name, uint8_t ret[BF_FAT_SHORT_NAME])
{
	const uint8_t *dot = memchr(name.data, '.', name.size);
	size_t base = dot ? (size_t)(dot - name.data) : name.size;
	size_t extension = dot ? name.size - base - 1 : 0;

	if (base == 0 || base > NAME_SIZE || extension > EXTENSION_SIZE ||
	    (dot && extension == 0))
		return false;
	for (size_t i = 0; i < name.size; i++)
		if (i != base && !is_short_character(name.data[i]))
			return false;
	memset(ret, ' ', BF_FAT_SHORT_NAME);
	memcpy(ret, name.data, base);
	if (extension)
		memcpy(ret + NAME_SIZE, dot + 1, extension);
	return true;
}

/*
 * Copy up to room characters of a long name's part, as far as 8.3 allows them. False if
 * the copy is not the part itself.
 */
static bool copy_short(struct bf_view part, uint8_t *out, size_t room)
{
	size_t used = 0;
	bool same = true;
	for (size_t i = 0; i < part.size; i++) {
		uint8_t c = upper(part.data[i]);
		if (c == ' ' || c == '.' || used == room) {
			same = false;
			continue;
		}
		if (!is_short_character(c)) {
			c = '_';
			same = false;
		}
		out[used++] = c;
	}
	return same;
}

/* Put "~tail" behind the name, or over its end where there is no room. */
static void put_tail(unsigned tail, uint8_t name[NAME_SIZE])
{
	char text[NAME_SIZE + 8];
	int length = snprintf(text, sizeof(text), "~%u", tail);
	size_t at = NAME_SIZE - (size_t)length;
	while (at > 0 && name[at - 1] == ' ')
		at--;
	memcpy(name + at, text, (size_t)length);
}

bool bf_fat_name_shorten(struct bf_view name, unsigned tail,
			 uint8_t ret[BF_FAT_SHORT_NAME])
{
	size_t start = 0;
	while (start < name.size && name.data[start] == '.')
		start++;
	struct bf_view rest = bf_view_part(name, start, name.size - start);
	const uint8_t *dot = memrchr(rest.data, '.', rest.size);
	size_t base = dot ? (size_t)(dot - rest.data) : rest.size;

	memset(ret, ' ', BF_FAT_SHORT_NAME);
	bool same = copy_short(bf_view(rest.data, base), ret, NAME_SIZE) && start == 0;
	if (dot)
		same &= copy_short(bf_view(dot + 1, rest.size - base - 1),
				   ret + NAME_SIZE, EXTENSION_SIZE);
	if (tail)
		put_tail(tail, ret);
	return same;
}

size_t bf_fat_name_long_entries(struct bf_view name)
{
	return (name.size + LONG_CHARACTERS - 1) / LONG_CHARACTERS;
}

/* LDIR_Chksum ties a long name to its short one ("FAT Long Directory Entries"). */
static uint8_t short_checksum(const uint8_t short_name[BF_FAT_SHORT_NAME])
{
	uint8_t sum = 0;
	for (int i = 0; i < BF_FAT_SHORT_NAME; i++)
		sum = (uint8_t)((sum >> 1 | sum << 7) + short_name[i]);
	return sum;
}

/* What stands for character i of a long name: the name, one NUL, then 0xffff. */
static uint16_t long_character(struct bf_view name, size_t i)
{
	if (i < name.size)
		return name.data[i];
	return i == name.size ? 0 : 0xffff;
}

void bf_fat_name_put_long(struct bf_view name,
			  const uint8_t short_name[BF_FAT_SHORT_NAME], uint8_t *out)
{
	/* Where LDIR_Name1, LDIR_Name2 and LDIR_Name3 keep their characters. */
	static const uint8_t places[LONG_CHARACTERS] = {1,  3,  5,  7,  9,  14, 16,
							18, 20, 22, 24, 28, 30};
	size_t n_entries = bf_fat_name_long_entries(name);

	/* The last part of the name comes first. */
	for (size_t order = n_entries; order > 0; order--, out += BF_FAT_ENTRY) {
		memset(out, 0, BF_FAT_ENTRY);
		out[0] = (uint8_t)(order | (order == n_entries ? LAST_LONG_ENTRY : 0));
		out[11] = ATTR_LONG_NAME;
		out[13] = short_checksum(short_name);
		for (size_t i = 0; i < LONG_CHARACTERS; i++)
			bf_put_le16(
				out + places[i],
				long_character(name, (order - 1) * LONG_CHARACTERS + i));
	}
}
