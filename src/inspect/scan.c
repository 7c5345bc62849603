/* SPDX-License-Identifier: GPL-3.0-only */
#include "inspect/scan.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>

#include "binary/executable.h"

enum {
	DEPTH_MAX = 6,
	/* Of all folders together; a distribution's CD has some thousand files. */
	ENTRIES_MAX = 20000,
	FOLDER_BYTES_MAX = 32 << 20,
	HEAD_SIZE = 4096,
};

/* A walk through the folders of one file system. */
struct walk {
	struct bf_scan *scan;
	unsigned fat;
	unsigned n_entries;
	size_t folder_bytes;
	char path[BF_SCAN_PATH_SIZE];
};

void bf_scan_note(struct bf_scan *scan, const char *path, const struct bf_error *error)
{
	struct bf_error problem = *error;
	char text[BF_SCAN_PATH_SIZE];
	/* The path of a walk is empty at the top. */
	if (path)
		bf_error_prefix(&problem, "%s",
				bf_printable(path[0] ? path : "/", text, sizeof(text)));
	for (size_t i = 0; i < scan->n_problems; i++)
		if (strcmp(scan->problems[i].text, problem.text) == 0)
			return;
	if (scan->n_problems < BF_SCAN_PROBLEMS_MAX)
		scan->problems[scan->n_problems++] = problem;
}

/* ---- Files ---- */

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);
	return length >= end_length && strcasecmp(text + length - end_length, end) == 0;
}

static bool is_boot_program(const char *path)
{
	return ends_with(path, ".efi") || ends_with(path, ".lkrn") ||
	       ends_with(path, ".krn") || ends_with(path, "/autoexec.ipxe");
}

static struct bf_scan_file *add_file(struct walk *walk)
{
	struct bf_scan *scan = walk->scan;
	if (scan->n_files == BF_SCAN_FILES_MAX) {
		struct bf_error error;
		bf_error_set(&error, "more than %d boot files: left out",
			     BF_SCAN_FILES_MAX);
		bf_scan_note(scan, walk->path, &error);
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
	if (*ret_length + 1 + strlen(name) >= sizeof(walk->path))
		return false;
	walk->path[*ret_length] = '/';
	strcpy(walk->path + *ret_length + 1, name);
	return true;
}

static void pop(struct walk *walk, size_t length)
{
	walk->path[length] = '\0';
}

/* Folders may be made to lead to each other: what is read of them is limited. */
static bool may_read(struct walk *walk, size_t folder_size)
{
	struct bf_error error;
	if (walk->folder_bytes > FOLDER_BYTES_MAX || walk->n_entries > ENTRIES_MAX)
		return false;
	walk->folder_bytes += folder_size;
	if (walk->folder_bytes <= FOLDER_BYTES_MAX && ++walk->n_entries <= ENTRIES_MAX)
		return true;
	bf_error_set(&error, "too many files: the rest was not looked at");
	bf_scan_note(walk->scan, walk->path, &error);
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
	if (!is_boot_program(walk->path) || entry->extent.size == 0)
		return;
	struct bf_scan_file *file = add_file(walk);
	if (file) {
		file->offset = entry->extent.offset;
		file->size = entry->extent.size;
		file->is_contiguous = !entry->is_split;
	}
}

static void walk_iso(struct walk *walk, const struct bf_iso_extent *extent, int depth)
{
	struct bf_iso_folder folder = {0};
	struct bf_iso_entry entry;
	struct bf_error error;
	int found = bf_iso9660_read_folder(&walk->scan->iso, extent, &folder, &error);
	if (!found && may_read(walk, folder.bytes.size))
		while ((found = bf_iso9660_next(&walk->scan->iso, &folder, &entry,
						&error)) > 0 &&
		       may_read(walk, 0)) {
			size_t length;
			if (!push(walk, entry.name, &length))
				continue;
			if (!entry.is_folder)
				take_iso_file(walk, &entry);
			else if (depth < DEPTH_MAX)
				walk_iso(walk, &entry.extent, depth + 1);
			pop(walk, length);
		}
	if (found < 0)
		bf_scan_note(walk->scan, walk->path, &error);
	bf_buffer_free(&folder.bytes);
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

static void take_fat_file(struct walk *walk, const struct bf_fat_entry *entry)
{
	struct bf_scan_fat *fat = &walk->scan->fats[walk->fat];
	struct bf_error error;
	list_fat_file(walk, entry);
	if (!is_boot_program(walk->path) || entry->size == 0)
		return;
	struct bf_scan_file *file = add_file(walk);
	if (!file)
		return;
	file->entry = *entry;
	file->size = entry->size;
	if (bf_fatreader_locate(&fat->volume, entry, &file->offset, &file->is_contiguous,
				&error))
		bf_scan_note(walk->scan, walk->path, &error);
	file->offset += fat->offset;
}

static void walk_fat(struct walk *walk, const struct bf_fat_entry *parent, int depth)
{
	struct bf_fat_folder folder = {0};
	struct bf_fat_entry entry;
	struct bf_error error;
	if (bf_fatreader_read_folder(&walk->scan->fats[walk->fat].volume, parent, &folder,
				     &error)) {
		bf_scan_note(walk->scan, walk->path, &error);
		return;
	}
	bool may = may_read(walk, folder.bytes.size);
	while (may && bf_fatreader_next(&folder, &entry) && may_read(walk, 0)) {
		size_t length;
		if (!push(walk, entry.name, &length))
			continue;
		if (!entry.is_folder)
			take_fat_file(walk, &entry);
		else if (depth < DEPTH_MAX)
			walk_fat(walk, &entry, depth + 1);
		pop(walk, length);
	}
	bf_buffer_free(&folder.bytes);
}

/* Try a FAT at an offset, once: partitions and boot entries lead to the same ones. */
static bool try_fat(struct bf_scan *scan, uint64_t offset, uint64_t size)
{
	if (bf_scan_fat_at(scan, offset))
		return true;
	struct bf_source part = bf_source_part(&scan->source, offset, size);
	struct bf_error error;
	if (scan->n_fats == BF_SCAN_FATS_MAX) {
		bf_error_set(&error,
			     "at offset %llu: not looked at, after %d file systems",
			     (unsigned long long)offset, BF_SCAN_FATS_MAX);
		bf_scan_note(scan, NULL, &error);
		return false;
	}
	struct bf_scan_fat *fat = &scan->fats[scan->n_fats];
	int err = bf_fatreader_open(&part, &fat->volume, &error);
	if (err == BF_ERR_FORMAT || err == BF_ERR_IO) {
		bf_error_prefix(&error, "at offset %llu", (unsigned long long)offset);
		bf_scan_note(scan, NULL, &error);
	}
	if (err)
		return false;
	fat->offset = offset;
	scan->n_fats++;
	if (fat->volume.size > part.size) {
		bf_error_set(&error,
			     "FAT at offset %llu: it has %llu bytes, there is room for "
			     "%llu",
			     (unsigned long long)offset,
			     (unsigned long long)fat->volume.size,
			     (unsigned long long)part.size);
		bf_scan_note(scan, NULL, &error);
	}
	return true;
}

/* ---- The whole ---- */

static void scan_iso(struct bf_scan *scan)
{
	struct bf_error error;
	int err = bf_iso9660_open(&scan->source, &scan->iso, &error);
	uint8_t magic[5];
	scan->has_iso = !err;
	/* With a volume descriptor it is an ISO, however damaged the rest is. */
	if (err && (bf_source_read(&scan->source, 0x8001, magic, sizeof(magic), NULL) ||
		    memcmp(magic, "CD001", sizeof(magic)) != 0))
		return;
	scan->kind = BF_SCAN_KIND_ISO;
	if (err) {
		bf_scan_note(scan, NULL, &error);
	} else if (scan->iso.size > scan->source.size) {
		bf_error_set(&error, "ISO 9660: it has %llu bytes, %llu are there",
			     (unsigned long long)scan->iso.size,
			     (unsigned long long)scan->source.size);
		bf_scan_note(scan, NULL, &error);
	}
	err = bf_eltorito_read(&scan->source, &scan->eltorito, &error);
	scan->has_eltorito = err > 0;
	if (err < 0)
		bf_scan_note(scan, NULL, &error);
}

static void scan_tables(struct bf_scan *scan)
{
	struct bf_error error;
	int found = bf_mbr_read(&scan->source, &scan->mbr, &error);
	scan->has_mbr = found > 0;
	if (found < 0)
		bf_scan_note(scan, NULL, &error);
	found = bf_gpt_read(&scan->source, &scan->gpt, &error);
	scan->has_gpt = found > 0;
	if (found < 0)
		bf_scan_note(scan, NULL, &error);
	if (scan->kind == BF_SCAN_UNKNOWN &&
	    ((scan->has_mbr && scan->mbr.n_partitions) || scan->has_gpt))
		scan->kind = BF_SCAN_KIND_DISK;
}

static void find_fats(struct bf_scan *scan)
{
	for (size_t i = 0; i < scan->eltorito.n_entries; i++)
		if (scan->eltorito.entries[i].platform_id == BF_ELTORITO_UEFI)
			try_fat(scan, scan->eltorito.entries[i].offset, UINT64_MAX);
	for (size_t i = 0; i < scan->gpt.n_partitions; i++)
		try_fat(scan, scan->gpt.partitions[i].offset,
			scan->gpt.partitions[i].size);
	for (size_t i = 0; i < scan->mbr.n_partitions; i++)
		if (scan->mbr.partitions[i].type != BF_MBR_GPT_PROTECTIVE)
			try_fat(scan, scan->mbr.partitions[i].offset,
				scan->mbr.partitions[i].size);
}

static void find_files(struct bf_scan *scan)
{
	for (unsigned i = 0; i < scan->n_fats; i++) {
		struct walk walk = {.scan = scan, .fat = i};
		walk_fat(&walk, NULL, 0);
	}
	if (scan->has_iso) {
		struct walk walk = {.scan = scan, .fat = BF_SCAN_ISO};
		walk_iso(&walk, &scan->iso.root, 0);
	}
}

static bool is_program(const struct bf_source *source)
{
	uint8_t head[HEAD_SIZE] = {0};
	size_t size = source->size < HEAD_SIZE ? (size_t)source->size : HEAD_SIZE;
	return bf_source_read(source, 0, head, size, NULL) == BF_OK &&
	       bf_executable_probe(bf_view(head, size)) != BF_EXECUTABLE_NONE;
}

/*
 * There is room for far more files and problems than most images have. Pages straight from
 * the kernel are zero, and cost nothing until they are used; calloc() would touch them all.
 */
int bf_scan_new(const struct bf_source *source, struct bf_scan **ret)
{
	struct bf_scan *scan = mmap(NULL, sizeof(*scan), PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (scan == MAP_FAILED)
		return BF_ERR_NOMEM;
	scan->source = *source;
	scan_iso(scan);
	if (scan->kind == BF_SCAN_UNKNOWN && is_program(source)) {
		scan->kind = BF_SCAN_KIND_FILE;
	} else if (scan->kind == BF_SCAN_UNKNOWN && try_fat(scan, 0, UINT64_MAX)) {
		/* Its boot sector would pass for an MBR too. */
		scan->kind = BF_SCAN_KIND_FAT;
	} else {
		scan_tables(scan);
		find_fats(scan);
	}
	find_files(scan);
	*ret = scan;
	return BF_OK;
}

void bf_scan_free(struct bf_scan *scan)
{
	if (scan)
		munmap(scan, sizeof(*scan));
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
