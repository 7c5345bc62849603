/* SPDX-License-Identifier: GPL-3.0-only */
/* File names in FAT directories: 8.3 names, and the long ones stored beside them. */
#ifndef BF_FAT_NAME_H
#define BF_FAT_NAME_H

#include "base/bytes.h"

enum {
	BF_FAT_ENTRY = 32,      /* size of a directory entry, long or short */
	BF_FAT_SHORT_NAME = 11, /* DIR_Name: 8 and 3 characters, padded with spaces */
};

/* BF_ERR_INPUT when FAT cannot hold a file of this name. */
bf_must_check int bf_fat_name_check(struct bf_view name, struct bf_error *reterr);

/* Whether two names are the same file to FAT, which ignores the case of ASCII letters. */
bool bf_fat_name_equal(struct bf_view a, struct bf_view b);

/* Whether the name is a valid 8.3 name as it stands; fills DIR_Name if so. */
bool bf_fat_name_to_short(struct bf_view name, uint8_t ret[BF_FAT_SHORT_NAME]);

/*
 * The 8.3 name of a long one: its basis name, with the numeric tail "~tail" unless tail is
 * 0. False when the basis name lost something and so needs a tail.
 */
bool bf_fat_name_shorten(struct bf_view name, unsigned tail,
			 uint8_t ret[BF_FAT_SHORT_NAME]);

/* How many entries a long name takes, before the short entry that ends the set. */
size_t bf_fat_name_long_entries(struct bf_view name);

/* Write those entries. */
void bf_fat_name_put_long(struct bf_view name,
			  const uint8_t short_name[BF_FAT_SHORT_NAME], uint8_t *out);

#endif
