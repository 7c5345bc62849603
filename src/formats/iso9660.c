#include "formats/iso9660.h"

#include <string.h>

enum {
	BLOCK = 2048,
	FIRST_DESCRIPTOR = 16, /* sector of the first volume descriptor, ECMA-119 6.7.1 */
	DESCRIPTORS_MAX = 64,  /* real images have two to four */
	FOLDER_MAX = 1 << 18,  /* bytes of a folder we are willing to look through */
	DEPTH_MAX = 16,        /* components of a path */
	RECORD_MIN = 34,       /* a Directory Record with a name of one byte */
	CONTINUATIONS_MAX = 4, /* areas of one record's SUSP entries */
	FLAG_DIRECTORY = 1 << 1,
	FLAG_MULTI_EXTENT = 1 << 7,
};

/* One Directory Record (ECMA-119 9.1). */
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

/* Bounds of one record, its name included; end is that of its folder or descriptor. */
static int read_record(struct bf_view image, uint64_t offset, uint64_t end,
		       struct record *ret, struct bf_error *reterr)
{
	uint64_t room = end - offset;
	uint8_t length = image.data[offset];
	if (length < RECORD_MIN || length > room ||
	    image.data[offset + 32] > length - (RECORD_MIN - 1))
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "ISO 9660: damaged directory record at offset %llu",
			       (unsigned long long)offset);
	*ret = (struct record){.offset = offset,
			       .bytes = bf_view_part(image, offset, length)};
	return BF_OK;
}

/* ---- Names ---- */

/* The C library's functions follow the locale. */
static uint8_t upper(uint8_t c)
{
	return c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c;
}

/* Compare with an ISO name, less the version and the dot of an empty extension (7.5). */
static bool iso_name_equals(struct bf_view name, struct bf_view wanted)
{
	const uint8_t *version = memchr(name.data, ';', name.size);
	if (version)
		name.size = (size_t)(version - name.data);
	if (name.size && name.data[name.size - 1] == '.')
		name.size--;
	if (name.size != wanted.size)
		return false;
	for (size_t i = 0; i < name.size; i++)
		if (upper(name.data[i]) != upper(wanted.data[i]))
			return false;
	return true;
}

/* A Rock Ridge name, put together from NM entries (RRIP 4.1.4). */
struct rock_ridge_name {
	bool is_there;
	size_t size;
	uint8_t text[255];
};

/*
 * Read the SUSP entries of one area into name. A CE entry (SUSP 5.1) leads to the next
 * area, which is stored in ret_next; it stays empty if there is none.
 */
static void read_susp_area(struct bf_view image, struct bf_view area,
			   struct rock_ridge_name *name, struct bf_view *ret_next)
{
	*ret_next = bf_view(NULL, 0);
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
		if (memcmp(entry, "CE", 2) == 0 && length >= 28) {
			uint64_t offset = (uint64_t)bf_le32(entry + 4) * BLOCK +
					  bf_le32(entry + 12);
			uint32_t size = bf_le32(entry + 20);
			/* The area stays in one block (SUSP 5.1). */
			if (size <= BLOCK && bf_view_has(image, offset, size))
				*ret_next = bf_view_part(image, offset, size);
		}
		if (memcmp(entry, "ST", 2) == 0)
			return;
		area = bf_view_part(area, length, area.size - length);
	}
}

/* Damaged SUSP entries are as good as none: the record's own name remains. */
static void read_rock_ridge_name(struct bf_view image, const struct record *record,
				 size_t skip, struct rock_ridge_name *ret)
{
	size_t start = 33 + (size_t)record->bytes.data[32];
	start += start % 2; /* a padding byte keeps records even (9.1.12) */
	start += skip;
	*ret = (struct rock_ridge_name){0};
	if (start > record->bytes.size)
		return;
	struct bf_view area =
		bf_view_part(record->bytes, start, record->bytes.size - start);
	for (int i = 0; i < CONTINUATIONS_MAX && area.size; i++)
		read_susp_area(image, area, ret, &area);
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

/* ---- Folders ---- */

struct volume {
	struct bf_view image;
	struct bf_iso_extent root;
	bool has_susp;
	size_t susp_skip;
};

static bool record_is(const struct volume *volume, const struct record *record,
		      struct bf_view wanted)
{
	struct bf_view name = record_name(record);
	/* "\0" and "\1" are the folder itself and its parent (7.6.2). */
	if (name.size == 1 && name.data[0] <= 1)
		return false;
	if (volume->has_susp) {
		struct rock_ridge_name long_name;
		read_rock_ridge_name(volume->image, record, volume->susp_skip,
				     &long_name);
		if (long_name.is_there)
			return long_name.size == wanted.size &&
			       memcmp(long_name.text, wanted.data, wanted.size) == 0;
	}
	return iso_name_equals(name, wanted);
}

static int check_extent(struct bf_view image, const struct bf_iso_extent *extent,
			struct bf_error *reterr)
{
	if (!bf_view_has(image, extent->offset, extent->size))
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "ISO 9660: an extent of %llu bytes at offset %llu, the "
			       "image has %zu",
			       (unsigned long long)extent->size,
			       (unsigned long long)extent->offset, image.size);
	return BF_OK;
}

static int check_folder(struct bf_view image, const struct bf_iso_extent *folder,
			struct bf_error *reterr)
{
	if (folder->size > FOLDER_MAX)
		return bf_fail(reterr, BF_ERR_TOO_BIG,
			       "ISO 9660: a folder of %llu bytes, the limit is %d",
			       (unsigned long long)folder->size, FOLDER_MAX);
	return check_extent(image, folder, reterr);
}

/* Look for a name in a folder. Returns 1 and fills ret, 0 if it is not there. */
static int find_in_folder(const struct volume *volume, const struct bf_iso_extent *folder,
			  struct bf_view wanted, struct record *ret,
			  struct bf_error *reterr)
{
	int err = check_folder(volume->image, folder, reterr);
	if (err)
		return err;
	uint64_t end = folder->offset + folder->size;
	for (uint64_t offset = folder->offset; offset < end;) {
		if (volume->image.data[offset] == 0) {
			/* No record crosses a sector: the rest of this one is empty. */
			offset = bf_align(offset + 1, BLOCK);
			continue;
		}
		err = read_record(volume->image, offset, end, ret, reterr);
		if (err)
			return err;
		if (record_is(volume, ret, wanted))
			return 1;
		offset += ret->bytes.size;
	}
	return 0;
}

/* ---- The volume ---- */

/* The Primary Volume Descriptor (8.4), somewhere from sector 16 on. */
static int find_primary_descriptor(struct bf_view image, uint64_t *ret,
				   struct bf_error *reterr)
{
	for (uint64_t i = FIRST_DESCRIPTOR; i < FIRST_DESCRIPTOR + DESCRIPTORS_MAX; i++) {
		uint64_t offset = i * BLOCK;
		if (!bf_view_has(image, offset, BLOCK))
			break;
		const uint8_t *descriptor = image.data + offset;
		if (memcmp(descriptor + 1, "CD001", 5) != 0 || descriptor[0] == 255)
			break;
		if (descriptor[0] == 1) {
			*ret = offset;
			return BF_OK;
		}
	}
	return bf_fail(reterr, BF_ERR_FORMAT,
		       "not an ISO 9660 image: it has no primary volume descriptor");
}

static int open_volume(struct bf_view image, struct volume *ret, struct bf_error *reterr)
{
	uint64_t descriptor = 0;
	struct record record = {0};
	int err = find_primary_descriptor(image, &descriptor, reterr);
	if (err)
		return err;
	uint16_t block = bf_le16(image.data + descriptor + 128);
	if (block != BLOCK)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "ISO 9660: logical blocks of %u bytes, not %d", block,
			       BLOCK);
	err = read_record(image, descriptor + 156, descriptor + BLOCK, &record, reterr);
	if (err)
		return err;
	*ret = (struct volume){.image = image, .root = record_extent(&record)};
	err = check_folder(image, &ret->root, reterr);
	if (err)
		return err;
	if (ret->root.size == 0)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "ISO 9660: the root folder is empty");
	err = read_record(image, ret->root.offset, ret->root.offset + ret->root.size,
			  &record, reterr);
	if (err)
		return err;
	ret->has_susp = read_susp_skip(&record, &ret->susp_skip);
	return BF_OK;
}

static int not_found(const char *path, struct bf_error *reterr)
{
	char shown[256];
	return bf_fail(reterr, BF_ERR_INPUT, "ISO 9660: there is no file '%s'",
		       bf_printable(path, shown, sizeof(shown)));
}

int bf_iso9660_find(struct bf_view image, const char *path, struct bf_iso_extent *ret,
		    struct bf_error *reterr)
{
	struct volume volume = {0};
	struct record record = {0};
	int err = open_volume(image, &volume, reterr);
	if (err)
		return err;
	struct bf_iso_extent extent = volume.root;
	const char *part = path;
	bool is_folder = true;
	for (int depth = 0; *part == '/' && is_folder && depth < DEPTH_MAX; depth++) {
		size_t length = strcspn(++part, "/");
		int found = find_in_folder(&volume, &extent, bf_view(part, length),
					   &record, reterr);
		if (found < 0)
			return found;
		if (found == 0)
			return not_found(path, reterr);
		extent = record_extent(&record);
		is_folder = record_flags(&record) & FLAG_DIRECTORY;
		part += length;
	}
	if (*part || is_folder)
		return not_found(path, reterr);
	if (record_flags(&record) & FLAG_MULTI_EXTENT)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "ISO 9660: a file in several extents");
	err = check_extent(image, &extent, reterr);
	if (err)
		return err;
	*ret = extent;
	return BF_OK;
}
