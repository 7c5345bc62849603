/* SPDX-License-Identifier: GPL-3.0-only */
#include "inspect/scan_walk.h"

#include <string.h>
#include <strings.h>

#define DEPTH_MAX 6

/* A walk through the folders of one file system. */
struct walk {
	struct bf_scan *scan;
	unsigned fat;
	bool has_deep_folder, has_long_path; /* and it was said */
	char path[BF_SCAN_PATH_SIZE];
};

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);
	return length >= end_length && strcasecmp(text + length - end_length, end) == 0;
}

static bool matters(const char *path)
{
	return ends_with(path, ".efi") || ends_with(path, ".lkrn") ||
	       ends_with(path, ".krn") || ends_with(path, "/autoexec.ipxe") ||
	       bf_scan_is_certificate(path);
}

static struct bf_scan_file *add_file(struct walk *walk)
{
	struct bf_scan *scan = walk->scan;
	if (scan->n_files == BF_SCAN_FILES_MAX) {
		bf_scan_leave_out(scan, walk->path, "more than %d boot files: left out",
				  BF_SCAN_FILES_MAX);
		return NULL;
	}
	struct bf_scan_file *file = &scan->files[scan->n_files++];
	file->fat = walk->fat;
	memcpy(file->path, walk->path, sizeof(file->path));
	return file;
}

/* Step into a folder's entry; false, with the path as it was, if the path gets too long. */
static bool push(struct walk *walk, const char *name, size_t *ret_length)
{
	*ret_length = strlen(walk->path);
	if (*ret_length + 1 + strlen(name) >= sizeof(walk->path)) {
		if (!walk->has_long_path)
			bf_scan_note(walk->scan, walk->path,
				     "names that make a path of more than %d characters "
				     "were left out",
				     BF_SCAN_PATH_SIZE - 1);
		walk->has_long_path = true;
		return false;
	}
	walk->path[*ret_length] = '/';
	strcpy(walk->path + *ret_length + 1, name);
	return true;
}

static void pop(struct walk *walk, size_t length)
{
	walk->path[length] = '\0';
}

/* Whether the folder of the path is looked into. */
static bool may_enter(struct walk *walk, int depth)
{
	if (depth < DEPTH_MAX)
		return true;
	if (!walk->has_deep_folder)
		bf_scan_note(walk->scan, walk->path,
			     "folders in the %dth folder of a path were not looked into",
			     DEPTH_MAX);
	walk->has_deep_folder = true;
	return false;
}

/* ---- ISO 9660 ---- */

static void take_iso_file(struct walk *walk, const struct bf_iso_entry *entry)
{
	struct bf_scan *scan = walk->scan;
	for (size_t i = 0; i < scan->eltorito.n_entries; i++)
		if (scan->eltorito.entries[i].offset == entry->extent.offset &&
		    !scan->eltorito_path[i][0])
			strcpy(scan->eltorito_path[i], walk->path);
	if (!matters(walk->path) || entry->extent.size == 0)
		return;
	struct bf_scan_file *file = add_file(walk);
	if (file) {
		file->offset = entry->extent.offset;
		file->size = entry->extent.size;
		file->is_contiguous = !entry->is_split;
	}
}

static int walk_iso(struct walk *walk, const struct bf_iso_extent *extent, int depth);

static int take_iso_entry(struct walk *walk, const struct bf_iso_entry *entry, int depth)
{
	size_t length;
	int err = BF_OK;
	if (!push(walk, entry->name, &length))
		return BF_OK;
	if (!entry->is_folder)
		take_iso_file(walk, entry);
	else if (may_enter(walk, depth))
		err = walk_iso(walk, &entry->extent, depth + 1);
	pop(walk, length);
	return err;
}

static int walk_iso(struct walk *walk, const struct bf_iso_extent *extent, int depth)
{
	const struct bf_iso_volume *iso = &walk->scan->iso;
	struct bf_iso_folder folder = {0};
	struct bf_iso_entry entry;
	struct bf_error error;
	int err = BF_OK;
	int found = bf_iso9660_read_folder(iso, extent, &folder, &error);
	if (!found)
		while (!err &&
		       (found = bf_iso9660_next(iso, &folder, &entry, &error)) > 0)
			err = take_iso_entry(walk, &entry, depth);
	bf_buffer_free(&folder.bytes);
	return found < 0 ? bf_scan_settle(walk->scan, walk->path, found, &error) : err;
}

/* ---- FAT ---- */

static void list_fat_file(struct walk *walk, const struct bf_fat_entry *entry)
{
	struct bf_scan *scan = walk->scan;
	if (scan->n_listed == BF_SCAN_LISTED_MAX) {
		scan->fats[walk->fat].n_unlisted++;
		return;
	}
	struct bf_scan_listed *listed = &scan->listed[scan->n_listed++];
	listed->fat = walk->fat;
	listed->size = entry->size;
	strcpy(listed->path, walk->path);
}

static int take_fat_file(struct walk *walk, const struct bf_fat_entry *entry)
{
	struct bf_scan_fat *fat = &walk->scan->fats[walk->fat];
	struct bf_error error;
	list_fat_file(walk, entry);
	if (!matters(walk->path) || entry->size == 0)
		return BF_OK;
	struct bf_scan_file *file = add_file(walk);
	if (!file)
		return BF_OK;
	file->entry = *entry;
	file->size = entry->size;
	int err = bf_fatreader_locate(&fat->volume, entry, &file->offset,
				      &file->is_contiguous, &error);
	file->offset += fat->offset;
	return bf_scan_settle(walk->scan, walk->path, err, &error);
}

static int walk_fat(struct walk *walk, const struct bf_fat_entry *parent, int depth);

static int take_fat_entry(struct walk *walk, const struct bf_fat_entry *entry, int depth)
{
	size_t length;
	int err = BF_OK;
	if (!push(walk, entry->name, &length))
		return BF_OK;
	if (!entry->is_folder)
		err = take_fat_file(walk, entry);
	else if (may_enter(walk, depth))
		err = walk_fat(walk, entry, depth + 1);
	pop(walk, length);
	return err;
}

static int walk_fat(struct walk *walk, const struct bf_fat_entry *parent, int depth)
{
	struct bf_fat_volume *volume = &walk->scan->fats[walk->fat].volume;
	struct bf_fat_folder folder = {0};
	struct bf_fat_entry entry;
	struct bf_error error;
	int err = bf_fatreader_read_folder(volume, parent, &folder, &error);
	if (err)
		return bf_scan_settle(walk->scan, walk->path, err, &error);
	while (!err && bf_fatreader_next(&folder, &entry))
		err = take_fat_entry(walk, &entry, depth);
	bf_buffer_free(&folder.bytes);
	return err;
}

/* ---- Both ---- */

int bf_scan_walk_fat(struct bf_scan *scan, unsigned fat)
{
	struct walk walk = {.scan = scan, .fat = fat};
	return walk_fat(&walk, NULL, 0);
}

int bf_scan_walk_iso(struct bf_scan *scan)
{
	struct walk walk = {.scan = scan, .fat = BF_SCAN_ISO};
	return walk_iso(&walk, &scan->iso.root, 0);
}
