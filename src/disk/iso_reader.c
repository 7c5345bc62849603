/* SPDX-License-Identifier: GPL-3.0-only */
#include "disk/iso_reader.h"

#include <string.h>

enum {
	BLOCK = 2048,
	FIRST_DESCRIPTOR = 16, /* sector of the first volume descriptor, ECMA-119 6.7.1 */
	DESCRIPTORS_MAX = 64,  /* real images have two to four */
	FOLDER_MAX = 1 << 18,  /* bytes of a folder we are willing to look through */
	DEPTH_MAX = 16,        /* components of a path */
	FOLDER_WORK = 10,      /* of a byte of a folder, see budget.h */
	RECORD_MIN = 34,       /* a Directory Record with a name of one byte */
	CONTINUATIONS_MAX = 4, /* areas of one record's SUSP entries */
	FLAG_DIRECTORY = 1 << 1,
	FLAG_MULTI_EXTENT = 1 << 7,
};

/* One Directory Record (ECMA-119 9.1), in a folder or a descriptor at hand. */
struct record {
	uint64_t offset; /* in the image */
	struct bf_view bytes;
};

static struct bf_view record_name(const struct record *record)
{
	return bf_view_part(record->bytes, 33, record->bytes.data[32]);
}

static uint8_t record_flags(const struct record *record)
{
	return record->bytes.data[25];
}

/* Where the record's file stands: after its extended attributes, if there are any. */
static struct bf_iso_extent record_extent(const struct record *record)
{
	const uint8_t *p = record->bytes.data;
	return (struct bf_iso_extent){
		.offset = ((uint64_t)bf_le32(p + 2) + p[1]) * BLOCK,
		.size = bf_le32(p + 10),
		.record = record->offset,
	};
}

/* Bounds of one record, its name included, in bytes that stand at base in the image. */
static int read_record(struct bf_view bytes, size_t at, uint64_t base, struct record *ret,
		       struct bf_error *reterr)
{
	size_t room = bytes.size - at;
	uint8_t length = bytes.data[at];
	if (length < RECORD_MIN || length > room ||
	    bytes.data[at + 32] > length - (RECORD_MIN - 1))
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "ISO 9660: damaged directory record at offset %llu",
			       (unsigned long long)(base + at));
	*ret = (struct record){.offset = base + at,
			       .bytes = bf_view_part(bytes, at, length)};
	return BF_OK;
}

/* ---- Names ---- */

/* The C library's functions follow the locale. */
static uint8_t upper(uint8_t c)
{
	return c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c;
}

/* An ISO name less the version and the dot of an empty extension (7.5). */
static void take_iso_name(struct bf_view name, struct bf_iso_entry *entry)
{
	const uint8_t *version = memchr(name.data, ';', name.size);
	if (version)
		name.size = (size_t)(version - name.data);
	if (name.size && name.data[name.size - 1] == '.')
		name.size--;
	memcpy(entry->name, name.data, name.size);
	entry->name[name.size] = '\0';
}

/* A Rock Ridge name, put together from NM entries (RRIP 4.1.4). */
struct rock_ridge_name {
	bool is_there;
	size_t size;
	uint8_t text[BF_ISO9660_NAME_SIZE - 1];
};

/* Where the next area of SUSP entries is; a size of 0 for none. */
struct continuation {
	uint64_t offset;
	uint32_t size;
};

/*
 * Read the SUSP entries of one area into name. A CE entry (SUSP 5.1) leads to the next
 * area, which stays in one block.
 */
static void read_susp_area(struct bf_view area, struct rock_ridge_name *name,
			   struct continuation *ret_next)
{
	*ret_next = (struct continuation){0};
	while (area.size >= 4) {
		const uint8_t *entry = area.data;
		size_t length = entry[2];
		if (length < 4 || length > area.size)
			return;
		if (memcmp(entry, "NM", 2) == 0 && length >= 5 &&
		    length - 5 <= sizeof(name->text) - name->size) {
			name->is_there = true;
			memcpy(name->text + name->size, entry + 5, length - 5);
			name->size += length - 5;
		}
		if (memcmp(entry, "CE", 2) == 0 && length >= 28 &&
		    bf_le32(entry + 20) <= BLOCK)
			*ret_next = (struct continuation){
				.offset = (uint64_t)bf_le32(entry + 4) * BLOCK +
					  bf_le32(entry + 12),
				.size = bf_le32(entry + 20),
			};
		if (memcmp(entry, "ST", 2) == 0)
			return;
		area = bf_view_part(area, length, area.size - length);
	}
}

/* Damaged SUSP entries are as good as none: the record's own name remains. */
static void read_rock_ridge_name(const struct bf_iso_volume *volume,
				 const struct record *record, struct rock_ridge_name *ret)
{
	size_t start = 33 + (size_t)record->bytes.data[32];
	start += start % 2; /* a padding byte keeps records even (9.1.12) */
	start += volume->susp_skip;
	*ret = (struct rock_ridge_name){0};
	if (start > record->bytes.size)
		return;
	uint8_t block[BLOCK];
	struct continuation next;
	read_susp_area(bf_view_part(record->bytes, start, record->bytes.size - start),
		       ret, &next);
	for (int i = 1; i < CONTINUATIONS_MAX && next.size; i++) {
		if (bf_source_read(&volume->source, next.offset, block, next.size, NULL))
			return;
		read_susp_area(bf_view(block, next.size), ret, &next);
	}
}

/*
 * How many bytes every record's SUSP entries start with that are not ours, from the SP
 * entry of the root folder's "." record (SUSP 5.3). False: the image has no SUSP entries.
 */
static bool read_susp_skip(const struct record *dot, size_t *ret)
{
	static const uint8_t sp[] = {'S', 'P', 7, 1, 0xbe, 0xef};
	if (!bf_view_has(dot->bytes, RECORD_MIN, 7) ||
	    memcmp(dot->bytes.data + RECORD_MIN, sp, sizeof(sp)) != 0)
		return false;
	*ret = dot->bytes.data[RECORD_MIN + 6];
	return true;
}

static void fill_entry(const struct bf_iso_volume *volume, const struct record *record,
		       struct bf_iso_entry *ret)
{
	struct rock_ridge_name name = {0};
	*ret = (struct bf_iso_entry){
		.is_folder = record_flags(record) & FLAG_DIRECTORY,
		.is_split = record_flags(record) & FLAG_MULTI_EXTENT,
		.extent = record_extent(record),
	};
	if (volume->has_susp)
		read_rock_ridge_name(volume, record, &name);
	if (name.is_there) {
		ret->is_rock_ridge = true;
		memcpy(ret->name, name.text, name.size);
	} else {
		take_iso_name(record_name(record), ret);
	}
}

static bool entry_is(const struct bf_iso_entry *entry, struct bf_view wanted)
{
	if (strlen(entry->name) != wanted.size)
		return false;
	if (entry->is_rock_ridge)
		return memcmp(entry->name, wanted.data, wanted.size) == 0;
	for (size_t i = 0; i < wanted.size; i++)
		if (upper((uint8_t)entry->name[i]) != upper(wanted.data[i]))
			return false;
	return true;
}

/* ---- Folders ---- */

static int check_extent(const struct bf_source *image, const struct bf_iso_extent *extent,
			struct bf_error *reterr)
{
	if (!bf_source_has(image, extent->offset, extent->size))
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "ISO 9660: an extent of %llu bytes at offset %llu, the "
			       "image has %llu",
			       (unsigned long long)extent->size,
			       (unsigned long long)extent->offset,
			       (unsigned long long)image->size);
	return BF_OK;
}

int bf_iso9660_read_folder(const struct bf_iso_volume *volume,
			   const struct bf_iso_extent *extent, struct bf_iso_folder *ret,
			   struct bf_error *reterr)
{
	if (extent->size > FOLDER_MAX)
		return bf_fail(reterr, BF_ERR_TOO_BIG,
			       "ISO 9660: a folder of %llu bytes, the limit is %d",
			       (unsigned long long)extent->size, FOLDER_MAX);
	int err = check_extent(&volume->source, extent, reterr);
	if (!err)
		err = bf_budget_draw(volume->source.budget, extent->size * FOLDER_WORK,
				     reterr);
	if (err)
		return err;
	ret->offset = extent->offset;
	ret->at = 0;
	return bf_source_load(&volume->source, extent->offset, (size_t)extent->size,
			      &ret->bytes, reterr);
}

int bf_iso9660_next(const struct bf_iso_volume *volume, struct bf_iso_folder *folder,
		    struct bf_iso_entry *ret, struct bf_error *reterr)
{
	struct bf_view bytes = bf_buffer_view(&folder->bytes);
	while (folder->at < bytes.size) {
		struct record record = {0};
		if (bytes.data[folder->at] == 0) {
			/* No record crosses a sector: the rest of this one is empty. */
			folder->at = (size_t)bf_align(folder->at + 1, BLOCK);
			continue;
		}
		int err = read_record(bytes, folder->at, folder->offset, &record, reterr);
		if (err)
			return err;
		folder->at += record.bytes.size;
		/* "\0" and "\1" are the folder itself and its parent (7.6.2). */
		struct bf_view name = record_name(&record);
		if (name.size == 1 && name.data[0] <= 1)
			continue;
		fill_entry(volume, &record, ret);
		return 1;
	}
	return 0;
}

/* Look for a name in a folder. Returns 1 and fills ret, 0 if it is not there. */
static int find_in_folder(const struct bf_iso_volume *volume,
			  const struct bf_iso_extent *extent, struct bf_view wanted,
			  struct bf_iso_entry *ret, struct bf_error *reterr)
{
	struct bf_iso_folder folder = {0};
	int found = bf_iso9660_read_folder(volume, extent, &folder, reterr);
	if (!found)
		do
			found = bf_iso9660_next(volume, &folder, ret, reterr);
		while (found > 0 && !entry_is(ret, wanted));
	bf_buffer_free(&folder.bytes);
	return found;
}

/* ---- The volume ---- */

/* The Primary Volume Descriptor (8.4), somewhere from sector 16 on. */
static int find_primary_descriptor(const struct bf_source *image, uint8_t ret[BLOCK],
				   uint64_t *ret_offset, struct bf_error *reterr)
{
	for (uint64_t i = FIRST_DESCRIPTOR; i < FIRST_DESCRIPTOR + DESCRIPTORS_MAX; i++) {
		if (!bf_source_has(image, i * BLOCK, BLOCK))
			break;
		int err = bf_source_read(image, i * BLOCK, ret, BLOCK, reterr);
		if (err)
			return err;
		if (memcmp(ret + 1, "CD001", 5) != 0 || ret[0] == 255)
			break;
		if (ret[0] == 1) {
			*ret_offset = i * BLOCK;
			return BF_OK;
		}
	}
	return bf_fail(reterr, BF_ERR_FORMAT,
		       "not an ISO 9660 image: it has no primary volume descriptor");
}

static void take_label(const uint8_t *descriptor, char ret[BF_ISO9660_LABEL_SIZE])
{
	size_t length = BF_ISO9660_LABEL_SIZE - 1;
	while (length && descriptor[40 + length - 1] == ' ')
		length--;
	memcpy(ret, descriptor + 40, length);
	ret[length] = '\0';
}

/* The root folder's own record says whether there are SUSP entries anywhere. */
static int read_susp(struct bf_iso_volume *volume, struct bf_error *reterr)
{
	struct bf_iso_folder folder = {0};
	struct record dot = {0};
	int err = bf_iso9660_read_folder(volume, &volume->root, &folder, reterr);
	if (!err && volume->root.size == 0)
		err = bf_fail(reterr, BF_ERR_FORMAT,
			      "ISO 9660: the root folder is empty");
	if (!err)
		err = read_record(bf_buffer_view(&folder.bytes), 0, folder.offset, &dot,
				  reterr);
	if (!err)
		volume->has_susp = read_susp_skip(&dot, &volume->susp_skip);
	bf_buffer_free(&folder.bytes);
	return err;
}

int bf_iso9660_open(const struct bf_source *image, struct bf_iso_volume *ret,
		    struct bf_error *reterr)
{
	uint8_t descriptor[BLOCK];
	uint64_t offset = 0;
	struct record record = {0};
	int err = find_primary_descriptor(image, descriptor, &offset, reterr);
	if (err)
		return err;
	uint16_t block = bf_le16(descriptor + 128);
	if (block != BLOCK)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "ISO 9660: logical blocks of %u bytes, not %d", block,
			       BLOCK);
	err = read_record(bf_view(descriptor, BLOCK), 156, offset, &record, reterr);
	if (err)
		return err;
	struct bf_iso_volume volume = {
		.source = *image,
		.root = record_extent(&record),
		.size = (uint64_t)bf_le32(descriptor + 80) * BLOCK,
	};
	take_label(descriptor, volume.label);
	err = read_susp(&volume, reterr);
	if (!err)
		*ret = volume;
	return err;
}

static int not_found(const char *path, struct bf_error *reterr)
{
	char shown[256];
	return bf_fail(reterr, BF_ERR_INPUT, "ISO 9660: there is no file '%s'",
		       bf_printable(path, shown, sizeof(shown)));
}

int bf_iso9660_lookup(const struct bf_iso_volume *volume, const char *path,
		      struct bf_iso_extent *ret, struct bf_error *reterr)
{
	struct bf_iso_entry entry = {.is_folder = true, .extent = volume->root};
	const char *part = path;
	for (int depth = 0; *part == '/' && entry.is_folder && depth < DEPTH_MAX;
	     depth++) {
		size_t length = strcspn(++part, "/");
		struct bf_iso_extent folder = entry.extent;
		int found = find_in_folder(volume, &folder, bf_view(part, length), &entry,
					   reterr);
		if (found < 0)
			return found;
		if (found == 0)
			return not_found(path, reterr);
		part += length;
	}
	if (*part || entry.is_folder)
		return not_found(path, reterr);
	if (entry.is_split)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "ISO 9660: a file in several extents");
	int err = check_extent(&volume->source, &entry.extent, reterr);
	if (!err)
		*ret = entry.extent;
	return err;
}

int bf_iso9660_find(struct bf_view image, const char *path, struct bf_iso_extent *ret,
		    struct bf_error *reterr)
{
	struct bf_source source = bf_source_view(image);
	struct bf_iso_volume volume = {0};
	int err = bf_iso9660_open(&source, &volume, reterr);
	return err ? err : bf_iso9660_lookup(&volume, path, ret, reterr);
}
