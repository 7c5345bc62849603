/* SPDX-License-Identifier: GPL-3.0-only */
#include "inspect/scan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/pages.h"
#include "binary/executable.h"
#include "sign/signer.h"

enum {
	DEPTH_MAX = 6,
	HEAD_SIZE = 4096,
};

/*
 * The work that is set aside, see budget.h: what a program of the largest size takes and the
 * packed part of another, both of the worst kind, and more than anybody's disk needs.
 */
#define WORK_MIN UINT64_C(800000000)
enum {
	WORK_PER_BYTE = 12, /* of a source that is nothing but programs */
	WORK_SIZE_MAX = 1 << 30,
};

/* A walk through the folders of one file system. */
struct walk {
	struct bf_scan *scan;
	unsigned fat;
	bool has_deep_folder, has_long_path; /* and it was said */
	char path[BF_SCAN_PATH_SIZE];
};

/* ---- What is to be said ---- */

static void add(struct bf_error *items, size_t *n, size_t max, const char *path,
		const struct bf_error *error)
{
	struct bf_error item = *error;
	char text[BF_SCAN_PATH_SIZE];
	/* The path of a walk is empty at the top. */
	if (path)
		bf_error_prefix(&item, "%s",
				bf_printable(path[0] ? path : "/", text, sizeof(text)));
	for (size_t i = 0; i < *n; i++)
		if (strcmp(items[i].text, item.text) == 0)
			return;
	if (*n < max)
		items[(*n)++] = item;
}

void bf_scan_add_problem(struct bf_scan *scan, const char *path,
			 const struct bf_error *error)
{
	add(scan->problems, &scan->n_problems, BF_SCAN_PROBLEMS_MAX, path, error);
}

__attribute__((format(printf, 2, 3))) static void note(struct walk *walk,
						       const char *format, ...)
{
	struct bf_scan *scan = walk->scan;
	struct bf_error error;
	va_list args;
	va_start(args, format);
	vsnprintf(error.text, sizeof(error.text), format, args);
	va_end(args);
	add(scan->notes, &scan->n_notes, BF_SCAN_NOTES_MAX, walk->path, &error);
}

/* A problem that leaves something out which might be booted from. */
__attribute__((format(printf, 3, 4))) static void
leave_out(struct bf_scan *scan, const char *path, const char *format, ...)
{
	struct bf_error error;
	va_list args;
	va_start(args, format);
	vsnprintf(error.text, sizeof(error.text), format, args);
	va_end(args);
	bf_scan_add_problem(scan, path, &error);
	scan->is_partial = true;
}

/* Problems of which there is no room for the last one have said enough. */
int bf_scan_settle(struct bf_scan *scan, const char *path, int err,
		   const struct bf_error *error)
{
	if (err == BF_OK || err == BF_ERR_NOMEM)
		return err;
	if (err == BF_ERR_WORK && scan->n_problems == BF_SCAN_PROBLEMS_MAX)
		scan->n_problems--;
	scan->is_partial |= err == BF_ERR_WORK;
	bf_scan_add_problem(scan, path, error);
	return err == BF_ERR_WORK ? err : BF_OK;
}

/* ---- Files ---- */

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);
	return length >= end_length && strcasecmp(text + length - end_length, end) == 0;
}

bool bf_scan_is_certificate(const char *path)
{
	return strcasecmp(path, BF_SIGNER_CERTIFICATE_PATH) == 0;
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
		leave_out(scan, walk->path, "more than %d boot files: left out",
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
			note(walk,
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
		note(walk, "folders in the %dth folder of a path were not looked into",
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

/* A file system is smaller than what its boot sector says it is. */
static void check_room(struct bf_scan *scan, const struct bf_scan_fat *fat, uint64_t room)
{
	struct bf_error error;
	if (fat->volume.size <= room)
		return;
	bf_error_set(&error,
		     "FAT at offset %llu: it has %llu bytes, there is room for %llu",
		     (unsigned long long)fat->offset,
		     (unsigned long long)fat->volume.size, (unsigned long long)room);
	bf_scan_add_problem(scan, NULL, &error);
}

/*
 * Try a FAT at an offset, once: partitions and boot entries lead to the same ones. Returns
 * 1 when there is one, 0 when there is none, or an error of ours.
 */
static int try_fat(struct bf_scan *scan, uint64_t offset, uint64_t size)
{
	if (bf_scan_fat_at(scan, offset))
		return 1;
	struct bf_source part = bf_source_part(&scan->source, offset, size);
	struct bf_error error;
	if (scan->n_fats == BF_SCAN_FATS_MAX) {
		leave_out(scan, NULL,
			  "at offset %llu: not looked at, after %d file systems",
			  (unsigned long long)offset, BF_SCAN_FATS_MAX);
		return 0;
	}
	struct bf_scan_fat *fat = &scan->fats[scan->n_fats];
	int err = bf_fatreader_open(&part, &fat->volume, &error);
	if (err == BF_ERR_UNSUPPORTED)
		return 0;
	if (err) {
		bf_error_prefix(&error, "at offset %llu", (unsigned long long)offset);
		return bf_scan_settle(scan, NULL, err, &error);
	}
	fat->offset = offset;
	scan->n_fats++;
	check_room(scan, fat, part.size);
	return 1;
}

/* ---- The whole ---- */

static int scan_volume(struct bf_scan *scan)
{
	struct bf_error error;
	uint8_t magic[5];
	int err = bf_iso9660_open(&scan->source, &scan->iso, &error);
	scan->has_iso = !err;
	if (err == BF_ERR_NOMEM)
		return err;
	/* With a volume descriptor it is an ISO, however damaged the rest is. */
	if (err && (bf_source_read(&scan->source, 0x8001, magic, sizeof(magic), NULL) ||
		    memcmp(magic, "CD001", sizeof(magic)) != 0))
		return BF_OK;
	scan->kind = BF_SCAN_KIND_ISO;
	if (err)
		return bf_scan_settle(scan, NULL, err, &error);
	if (scan->iso.size > scan->source.size) {
		bf_error_set(&error, "ISO 9660: it has %llu bytes, %llu are there",
			     (unsigned long long)scan->iso.size,
			     (unsigned long long)scan->source.size);
		bf_scan_add_problem(scan, NULL, &error);
	}
	return BF_OK;
}

static int scan_eltorito(struct bf_scan *scan)
{
	struct bf_error error;
	int found = bf_eltorito_read(&scan->source, &scan->eltorito, &error);
	scan->has_eltorito = found > 0;
	if (scan->eltorito.n_unlisted)
		leave_out(scan, "El Torito", "not looked at are %zu entries after %d",
			  scan->eltorito.n_unlisted, BF_ELTORITO_ENTRIES_MAX);
	return found < 0 ? bf_scan_settle(scan, NULL, found, &error) : BF_OK;
}

static int scan_tables(struct bf_scan *scan)
{
	struct bf_error error;
	int found = bf_mbr_read(&scan->source, &scan->mbr, &error);
	scan->has_mbr = found > 0;
	int err = found < 0 ? bf_scan_settle(scan, NULL, found, &error) : BF_OK;
	if (err)
		return err;
	found = bf_gpt_read(&scan->source, &scan->gpt, &error);
	scan->has_gpt = found > 0;
	if (scan->gpt.n_unlisted)
		leave_out(scan, "GPT", "not looked at are %zu partitions after %d",
			  scan->gpt.n_unlisted, BF_GPT_LISTED_MAX);
	if (scan->kind == BF_SCAN_UNKNOWN &&
	    ((scan->has_mbr && scan->mbr.n_partitions) || scan->has_gpt))
		scan->kind = BF_SCAN_KIND_DISK;
	return found < 0 ? bf_scan_settle(scan, NULL, found, &error) : BF_OK;
}

static int find_fats(struct bf_scan *scan)
{
	int found = 0;
	for (size_t i = 0; found >= 0 && i < scan->eltorito.n_entries; i++)
		if (scan->eltorito.entries[i].platform_id == BF_ELTORITO_UEFI)
			found = try_fat(scan, scan->eltorito.entries[i].offset,
					UINT64_MAX);
	for (size_t i = 0; found >= 0 && i < scan->gpt.n_partitions; i++)
		found = try_fat(scan, scan->gpt.partitions[i].offset,
				scan->gpt.partitions[i].size);
	for (size_t i = 0; found >= 0 && i < scan->mbr.n_partitions; i++)
		if (scan->mbr.partitions[i].type != BF_MBR_GPT_PROTECTIVE)
			found = try_fat(scan, scan->mbr.partitions[i].offset,
					scan->mbr.partitions[i].size);
	return found < 0 ? found : BF_OK;
}

static int find_files(struct bf_scan *scan)
{
	int err = BF_OK;
	for (unsigned i = 0; !err && i < scan->n_fats; i++) {
		struct walk walk = {.scan = scan, .fat = i};
		err = walk_fat(&walk, NULL, 0);
	}
	if (!err && scan->has_iso) {
		struct walk walk = {.scan = scan, .fat = BF_SCAN_ISO};
		err = walk_iso(&walk, &scan->iso.root, 0);
	}
	return err;
}

static bool is_program(const struct bf_source *source)
{
	uint8_t head[HEAD_SIZE] = {0};
	size_t size = source->size < HEAD_SIZE ? (size_t)source->size : HEAD_SIZE;
	return bf_source_read(source, 0, head, size, NULL) == BF_OK &&
	       bf_executable_probe(bf_view(head, size)) != BF_EXECUTABLE_NONE;
}

static int scan_all(struct bf_scan *scan)
{
	int found = scan_volume(scan);
	if (!found && scan->kind == BF_SCAN_KIND_ISO)
		found = scan_eltorito(scan);
	if (!found && scan->kind == BF_SCAN_UNKNOWN && is_program(&scan->source)) {
		scan->kind = BF_SCAN_KIND_FILE;
		return BF_OK;
	}
	if (!found && scan->kind == BF_SCAN_UNKNOWN)
		found = try_fat(scan, 0, UINT64_MAX);
	if (found > 0) {
		/* Its boot sector would pass for an MBR too. */
		scan->kind = BF_SCAN_KIND_FAT;
	} else if (!found) {
		found = scan_tables(scan);
		if (!found)
			found = find_fats(scan);
	}
	return found < 0 ? found : find_files(scan);
}

/* There is room for far more files and problems than most images have. */
int bf_scan_new(const struct bf_source *source, struct bf_scan **ret)
{
	struct bf_scan *scan = bf_pages_new(sizeof(*scan));
	if (!scan)
		return BF_ERR_NOMEM;
	uint64_t size = source->size < WORK_SIZE_MAX ? source->size : WORK_SIZE_MAX;
	uint64_t work = size * WORK_PER_BYTE;
	scan->budget = bf_budget(work > WORK_MIN ? work : WORK_MIN);
	scan->source = *source;
	scan->source.budget = &scan->budget;
	int err = scan_all(scan);
	if (err == BF_ERR_NOMEM) {
		bf_scan_free(scan);
		return err;
	}
	*ret = scan;
	return BF_OK;
}

void bf_scan_free(struct bf_scan *scan)
{
	bf_pages_free(scan, sizeof(*scan));
}

struct bf_scan_fat *bf_scan_fat_at(struct bf_scan *scan, uint64_t offset)
{
	for (size_t i = 0; i < scan->n_fats; i++)
		if (scan->fats[i].offset == offset)
			return &scan->fats[i];
	return NULL;
}

const struct bf_scan_file *bf_scan_find(const struct bf_scan *scan, unsigned fat,
					const char *path)
{
	for (size_t i = 0; i < scan->n_files; i++)
		if (scan->files[i].fat == fat &&
		    strcasecmp(scan->files[i].path, path) == 0)
			return &scan->files[i];
	return NULL;
}

int bf_scan_load(struct bf_scan *scan, const struct bf_scan_file *file, size_t limit,
		 struct bf_buffer *ret, struct bf_error *reterr)
{
	if (file->fat != BF_SCAN_ISO)
		return bf_fatreader_load(&scan->fats[file->fat].volume, &file->entry,
					 limit, ret, reterr);
	if (!file->is_contiguous)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "ISO 9660: a file in several extents");
	if (file->size > limit)
		return bf_fail(reterr, BF_ERR_TOO_BIG,
			       "it has %llu bytes, the limit is %zu",
			       (unsigned long long)file->size, limit);
	return bf_source_load(&scan->source, file->offset, (size_t)file->size, ret,
			      reterr);
}
