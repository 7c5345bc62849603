/* SPDX-License-Identifier: GPL-3.0-only */
#include "disk/iso_check_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "disk/iso_fields.h"
#include "disk/iso_reader.h"
#include "disk/iso_tree.h"

enum {
	PRIMARY_DESCRIPTOR = 16 * BF_ISO_BLOCK,
	FOLDERS_MAX = 256,
	FOLDER_NAME_MAX = 31, /* of ISO 9660's own names, 7.6.3 */
	DATE_SIZE = 7,
	LONG_DATE_SIZE = 17,
};

/* A folder that was found. Its place in the list is its number in the path tables, less 1. */
struct folder {
	struct bf_iso_extent extent;
	size_t parent;
	const char *path; /* of a file in it, which starts with the folder's own path */
	size_t path_length;
	uint8_t name[FOLDER_NAME_MAX];
	uint8_t name_length;
};

struct check {
	const struct bf_iso_request *request;
	const struct bf_iso_image *image;
	uint64_t catalog;
	struct bf_source source;
	struct bf_iso_volume volume;
	uint8_t date[DATE_SIZE];
	uint8_t long_date[LONG_DATE_SIZE];
	bool is_found[BF_ISO_FILES_MAX + 1]; /* the request's files, and the catalog */
	struct folder folders[FOLDERS_MAX];
	size_t n_folders;
};

int bf_iso_check_fail(struct bf_error *reterr, const char *what)
{
	return bf_fail(reterr, BF_ERR_FORMAT,
		       "ISO image: read back, %s is not as it should be: there may be "
		       "too little memory",
		       what);
}

/* 8.4.26.1 and 9.1.5, in UTC. */
static void format_dates(struct check *check)
{
	char text[LONG_DATE_SIZE + 32];
	time_t time = bf_iso_tree_time(check->request);
	struct tm tm;
	gmtime_r(&time, &tm);
	snprintf(text, sizeof(text), "%04d%02d%02d%02d%02d%02d00", tm.tm_year + 1900,
		 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	memcpy(check->long_date, text, LONG_DATE_SIZE - 1);
	const int parts[] = {tm.tm_year, tm.tm_mon + 1, tm.tm_mday,
			     tm.tm_hour, tm.tm_min,     tm.tm_sec};
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		check->date[i] = (uint8_t)parts[i];
}

/* ---- Directory records ---- */

/* What stands between a record's length and its name. */
static void put_record(const struct check *check, const struct bf_iso_extent *extent,
		       bool is_folder, uint8_t record[BF_ISO_RECORD_NAME_LENGTH])
{
	memset(record + 1, 0, BF_ISO_RECORD_NAME_LENGTH - 1);
	bf_iso_put_both32(record + BF_ISO_RECORD_EXTENT,
			  (uint32_t)(extent->offset / BF_ISO_BLOCK));
	bf_iso_put_both32(record + BF_ISO_RECORD_SIZE, (uint32_t)extent->size);
	memcpy(record + BF_ISO_RECORD_DATE, check->date, DATE_SIZE);
	record[BF_ISO_RECORD_FLAGS] = is_folder ? BF_ISO_FLAG_FOLDER : 0;
	bf_iso_put_both16(record + BF_ISO_RECORD_SEQUENCE_NUMBER, 1);
}

static bool is_record(const struct check *check, const uint8_t *record,
		      const struct bf_iso_extent *extent, bool is_folder)
{
	uint8_t expected[BF_ISO_RECORD_NAME_LENGTH];
	put_record(check, extent, is_folder, expected);
	return memcmp(record + 1, expected + 1, sizeof(expected) - 1) == 0;
}

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/*
 * Whether ISO 9660's own name is the other one in capitals, as it is unless that has
 * characters or a length that ISO 9660 does not allow, when libisofs makes one up.
 */
static bool is_iso_name(struct bf_view iso_name, const char *name, bool is_folder)
{
	const char *version = is_folder ? "" : ";1";
	size_t length = strlen(name), n_dots = 0;
	for (size_t i = 0; i < length; i++) {
		n_dots += name[i] == '.';
		if (!is_letter_or_digit(name[i]) && name[i] != '_' && name[i] != '.')
			return true;
	}
	if (n_dots != (is_folder ? 0 : 1) || length > 30)
		return true;
	if (iso_name.size != length + strlen(version))
		return false;
	for (size_t i = 0; i < length; i++) {
		uint8_t c = (uint8_t)name[i];
		if (iso_name.data[i] != (c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c))
			return false;
	}
	return memcmp(iso_name.data + length, version, strlen(version)) == 0;
}

/* ---- Files and folders ---- */

static size_t n_files(const struct check *check)
{
	return check->request->n_files + (check->catalog ? 1 : 0);
}

static const char *path_of(const struct check *check, size_t file)
{
	return file < check->request->n_files ? check->request->files[file].path
					      : BF_ISO_CATALOG_PATH;
}

/* The file whose path is that of the folder and this name, or goes on from there. */
static size_t find_file(const struct check *check, const struct folder *folder,
			const char *name, bool is_folder)
{
	size_t length = strlen(name), i = 0;
	for (; i < n_files(check); i++) {
		const char *path = path_of(check, i);
		if (strncmp(path, folder->path, folder->path_length) != 0)
			continue;
		path += folder->path_length;
		if (*path == '/' && strncmp(++path, name, length) == 0 &&
		    path[length] == (is_folder ? '/' : '\0'))
			break;
	}
	return i;
}

/* What the file's record should say; where an empty file is does not matter. */
static struct bf_iso_extent expected_extent(const struct check *check, size_t file,
					    const struct bf_iso_extent *found)
{
	struct bf_iso_extent extent = {.offset = check->catalog, .size = BF_ISO_BLOCK};
	if (file < check->request->n_files) {
		extent.size = check->request->files[file].size;
		extent.offset =
			extent.size ? check->image->file_offset[file] : found->offset;
	}
	return extent;
}

static int add_folder(struct check *check, size_t parent, const char *path,
		      size_t path_length, struct bf_view name,
		      const struct bf_iso_extent *extent, struct bf_error *reterr)
{
	if (check->n_folders == FOLDERS_MAX || name.size > FOLDER_NAME_MAX)
		return bf_iso_check_fail(reterr, "the number of folders");
	struct folder *folder = &check->folders[check->n_folders++];
	*folder = (struct folder){.extent = *extent,
				  .parent = parent,
				  .path = path,
				  .path_length = path_length,
				  .name_length = (uint8_t)name.size};
	memcpy(folder->name, name.data, name.size);
	return BF_OK;
}

static int check_entry(struct check *check, size_t number, const uint8_t *record,
		       const struct bf_iso_entry *entry, struct bf_error *reterr)
{
	const struct folder *folder = &check->folders[number];
	struct bf_view iso_name =
		bf_view(record + BF_ISO_RECORD_NAME, record[BF_ISO_RECORD_NAME_LENGTH]);
	size_t file = find_file(check, folder, entry->name, entry->is_folder);
	if (!entry->is_rock_ridge || file == n_files(check) || entry->name[0] == '\0' ||
	    !is_iso_name(iso_name, entry->name, entry->is_folder))
		return bf_iso_check_fail(reterr, "the name of a file");
	struct bf_iso_extent extent =
		entry->is_folder ? entry->extent
				 : expected_extent(check, file, &entry->extent);
	if (!is_record(check, record, &extent, entry->is_folder))
		return bf_iso_check_fail(reterr, "the record of a file");
	if (entry->is_folder)
		return add_folder(check, number, path_of(check, file),
				  folder->path_length + 1 + strlen(entry->name), iso_name,
				  &extent, reterr);
	if (check->is_found[file])
		return bf_iso_check_fail(reterr, "the number of files");
	check->is_found[file] = true;
	return BF_OK;
}

/* A folder begins with records of itself and its parent, 6.8.2.2. */
static bool has_dots(const struct check *check, const struct folder *folder,
		     struct bf_view bytes)
{
	const struct bf_iso_extent *parent = &check->folders[folder->parent].extent;
	if (!bf_view_has(bytes, 0, BF_ISO_RECORD_NAME + 1))
		return false;
	uint8_t length = bytes.data[0];
	return bf_view_has(bytes, length, BF_ISO_RECORD_NAME + 1) &&
	       is_record(check, bytes.data, &folder->extent, true) &&
	       memcmp(bytes.data + BF_ISO_RECORD_NAME_LENGTH, "\1\0", 2) == 0 &&
	       is_record(check, bytes.data + length, parent, true) &&
	       memcmp(bytes.data + length + BF_ISO_RECORD_NAME_LENGTH, "\1\1", 2) == 0;
}

static int check_folder(struct check *check, size_t number, struct bf_error *reterr)
{
	const struct folder *folder = &check->folders[number];
	struct bf_iso_folder read = {0};
	struct bf_iso_entry entry;
	int err = bf_iso9660_read_folder(&check->volume, &folder->extent, &read, reterr);
	if (!err && !has_dots(check, folder, bf_buffer_view(&read.bytes)))
		err = bf_iso_check_fail(reterr, "the start of a folder");
	while (!err) {
		err = bf_iso9660_next(&check->volume, &read, &entry, reterr);
		if (err <= 0)
			break;
		const uint8_t *record =
			read.bytes.data + (entry.extent.record - read.offset);
		err = check_entry(check, number, record, &entry, reterr);
	}
	bf_buffer_free(&read.bytes);
	return err;
}

/* Level by level, in the order of the path tables: 6.9.1. */
static int check_folders(struct check *check, struct bf_error *reterr)
{
	int err =
		add_folder(check, 0, "", 0, bf_view("", 1), &check->volume.root, reterr);
	for (size_t i = 0; !err && i < check->n_folders; i++)
		err = check_folder(check, i, reterr);
	for (size_t i = 0; !err && i < n_files(check); i++)
		if (!check->is_found[i])
			err = bf_iso_check_fail(reterr, "the number of files");
	return err;
}

/* ---- Path tables ---- */

/* A table of either byte order, 9.4. */
static int format_path_table(const struct check *check, bool is_big_endian,
			     struct bf_buffer *ret)
{
	int err = BF_OK;
	for (size_t i = 0; !err && i < check->n_folders; i++) {
		const struct folder *folder = &check->folders[i];
		uint8_t entry[8 + FOLDER_NAME_MAX + 1] = {folder->name_length};
		uint32_t block = (uint32_t)(folder->extent.offset / BF_ISO_BLOCK);
		uint16_t parent = (uint16_t)(folder->parent + 1);
		(is_big_endian ? bf_iso_put_be32 : bf_put_le32)(entry + 2, block);
		(is_big_endian ? bf_iso_put_be16 : bf_put_le16)(entry + 6, parent);
		memcpy(entry + 8, folder->name, folder->name_length);
		err = bf_buffer_append(ret, entry,
				       8 + (size_t)bf_align(folder->name_length, 2));
	}
	return err;
}

static int check_path_table(const struct check *check, const uint8_t *descriptor,
			    bool is_big_endian, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer expected = {0};
	bf_cleanup(bf_buffer_free) struct bf_buffer found = {0};
	uint8_t size[8];
	uint32_t block = is_big_endian ? bf_be32(descriptor + BF_ISO_PVD_PATH_TABLE_M)
				       : bf_le32(descriptor + BF_ISO_PVD_PATH_TABLE_L);
	if (format_path_table(check, is_big_endian, &expected))
		return bf_fail_nomem(reterr);
	int err = bf_source_load(&check->source, (uint64_t)block * BF_ISO_BLOCK,
				 expected.size, &found, reterr);
	if (err)
		return err;
	bf_iso_put_both32(size, (uint32_t)expected.size);
	if (memcmp(descriptor + BF_ISO_PVD_PATH_TABLE_SIZE, size, sizeof(size)) != 0 ||
	    memcmp(found.data, expected.data, expected.size) != 0)
		return bf_iso_check_fail(reterr, "a path table");
	return BF_OK;
}

/* ---- The volume descriptor ---- */

static void put_text(uint8_t *descriptor, size_t from, size_t to, const char *text)
{
	memset(descriptor + from, ' ', to - from);
	memcpy(descriptor + from, text, strlen(text));
}

static void put_identifiers(const struct check *check, uint8_t *descriptor)
{
	const char *label = check->request->label;
	put_text(descriptor, 8, BF_ISO_PVD_LABEL, "");
	put_text(descriptor, BF_ISO_PVD_LABEL, BF_ISO_PVD_LABEL + BF_ISO_LABEL_MAX,
		 label);
	put_text(descriptor, BF_ISO_PVD_SET_ID, BF_ISO_PVD_PUBLISHER, label);
	put_text(descriptor, BF_ISO_PVD_PUBLISHER, BF_ISO_PVD_PREPARER, "");
	put_text(descriptor, BF_ISO_PVD_PREPARER, BF_ISO_PVD_APPLICATION, "");
	put_text(descriptor, BF_ISO_PVD_APPLICATION, BF_ISO_PVD_COPYRIGHT_FILE,
		 BF_ISO_APPLICATION_ID);
	put_text(descriptor, BF_ISO_PVD_COPYRIGHT_FILE, BF_ISO_PVD_CREATED, "");
}

static void put_numbers(const struct check *check, uint8_t *descriptor)
{
	bf_iso_put_both32(descriptor + BF_ISO_PVD_SPACE_SIZE,
			  (uint32_t)(check->image->pieces.size / BF_ISO_BLOCK));
	bf_iso_put_both16(descriptor + BF_ISO_PVD_SET_SIZE, 1);
	bf_iso_put_both16(descriptor + BF_ISO_PVD_SEQUENCE_NUMBER, 1);
	bf_iso_put_both16(descriptor + BF_ISO_PVD_BLOCK_SIZE, BF_ISO_BLOCK);
	uint8_t *root = descriptor + BF_ISO_PVD_ROOT;
	root[0] = BF_ISO_RECORD_NAME + 1;
	put_record(check, &check->volume.root, true, root);
	root[BF_ISO_RECORD_NAME_LENGTH] = 1;
}

static void put_dates(const struct check *check, uint8_t *descriptor)
{
	memcpy(descriptor + BF_ISO_PVD_CREATED, check->long_date, LONG_DATE_SIZE);
	memcpy(descriptor + BF_ISO_PVD_MODIFIED, check->long_date, LONG_DATE_SIZE);
	memset(descriptor + BF_ISO_PVD_EXPIRES, '0', LONG_DATE_SIZE - 1);
	memset(descriptor + BF_ISO_PVD_EFFECTIVE, '0', LONG_DATE_SIZE - 1);
	descriptor[BF_ISO_PVD_STRUCTURE_VERSION] = 1;
}

/* All of it follows from the request but where the root folder and the path tables are. */
static int check_descriptor(const struct check *check, const uint8_t *descriptor,
			    struct bf_error *reterr)
{
	uint8_t expected[BF_ISO_BLOCK] = "\1CD001\1";
	put_identifiers(check, expected);
	put_numbers(check, expected);
	put_dates(check, expected);
	memcpy(expected + BF_ISO_PVD_PATH_TABLE_SIZE,
	       descriptor + BF_ISO_PVD_PATH_TABLE_SIZE, 8);
	memcpy(expected + BF_ISO_PVD_PATH_TABLE_L, descriptor + BF_ISO_PVD_PATH_TABLE_L,
	       4);
	memcpy(expected + BF_ISO_PVD_PATH_TABLE_M, descriptor + BF_ISO_PVD_PATH_TABLE_M,
	       4);
	if (memcmp(descriptor, expected, sizeof(expected)) != 0)
		return bf_iso_check_fail(reterr, "the volume descriptor");
	return BF_OK;
}

int bf_iso_check_tree(const struct bf_iso_request *request,
		      const struct bf_iso_image *image, uint64_t catalog,
		      struct bf_error *reterr)
{
	uint8_t descriptor[BF_ISO_BLOCK];
	struct check *check = calloc(1, sizeof(*check));
	if (!check)
		return bf_fail_nomem(reterr);
	check->request = request;
	check->image = image;
	check->catalog = catalog;
	check->source = bf_source_pieces(&image->pieces);
	format_dates(check);
	int err = bf_source_read(&check->source, PRIMARY_DESCRIPTOR, descriptor,
				 sizeof(descriptor), reterr);
	if (!err)
		err = bf_iso9660_open(&check->source, &check->volume, reterr);
	if (!err)
		err = check_descriptor(check, descriptor, reterr);
	if (!err)
		err = check_folders(check, reterr);
	if (!err)
		err = check_path_table(check, descriptor, false, reterr);
	if (!err)
		err = check_path_table(check, descriptor, true, reterr);
	free(check);
	return err;
}
