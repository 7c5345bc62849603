/* SPDX-License-Identifier: GPL-3.0-only */
#include "disk/fat_reader.h"

#include <string.h>

enum {
	SECTOR_MIN = 512,
	ENTRY = 32,
	FOLDER_MAX = 2 << 20, /* bytes, the specification's 65536 entries */
	FOLDER_WORK = 10,     /* of a byte of a folder, see budget.h */

	ATTR_VOLUME_ID = 0x08,
	ATTR_DIRECTORY = 0x10,
	ATTR_LONG_NAME = 0x0f,
	ATTR_LONG_NAME_MASK = 0x3f,
	ENTRY_FREE = 0xe5,
	LAST_LONG_ENTRY = 0x40,
	CASE_LOWER_BASE = 0x08, /* DIR_NTRes, as Windows NT and Linux use it */
	CASE_LOWER_EXTENSION = 0x10,
	LONG_ENTRY_CHARACTERS = 13,
	LONG_ENTRIES_MAX = 20,
};

/* ---- The boot sector ---- */

static bool is_power_of_two(uint32_t value)
{
	return value && !(value & (value - 1));
}

static void take_label(const uint8_t *field, char ret[BF_FATREADER_LABEL_SIZE])
{
	size_t length = BF_FATREADER_LABEL_SIZE - 1;
	while (length && (field[length - 1] == ' ' || field[length - 1] == '\0'))
		length--;
	for (size_t i = 0; i < length; i++)
		ret[i] = field[i] >= ' ' && field[i] <= '~' ? (char)field[i] : '?';
	ret[length] = '\0';
}

/* What tells a FAT from everything else that ends in 0xaa55 (section 3.1). */
static bool is_boot_sector(const uint8_t s[SECTOR_MIN])
{
	uint16_t bytes_per_sector = bf_le16(s + 11);
	return bf_le16(s + 510) == 0xaa55 && (s[0] == 0xeb || s[0] == 0xe9) &&
	       is_power_of_two(bytes_per_sector) && bytes_per_sector >= SECTOR_MIN &&
	       bytes_per_sector <= 4096 && is_power_of_two(s[13]) && bf_le16(s + 14) &&
	       s[16] >= 1 && s[16] <= 2 && (s[21] == 0xf0 || s[21] >= 0xf8);
}

/* The count of clusters alone decides the FAT type (section 3.5). */
static int lay_out(const uint8_t s[SECTOR_MIN], struct bf_fat_volume *volume,
		   struct bf_error *reterr)
{
	uint32_t sector = bf_le16(s + 11);
	uint32_t total = bf_le16(s + 19) ? bf_le16(s + 19) : bf_le32(s + 32);
	uint32_t fat_size = bf_le16(s + 22) ? bf_le16(s + 22) : bf_le32(s + 36);
	uint64_t root_sectors = ((uint64_t)bf_le16(s + 17) * ENTRY + sector - 1) / sector;
	uint64_t root = bf_le16(s + 14) + (uint64_t)s[16] * fat_size;
	if (root + root_sectors >= total)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "FAT: the data would begin at sector %llu of %u",
			       (unsigned long long)(root + root_sectors), total);

	volume->size = (uint64_t)total * sector;
	volume->cluster_size = s[13] * sector;
	volume->fat = (uint64_t)bf_le16(s + 14) * sector;
	volume->root = root * sector;
	volume->root_size = (size_t)bf_le16(s + 17) * ENTRY;
	volume->data = (root + root_sectors) * sector;
	volume->n_clusters = (uint32_t)((total - root - root_sectors) / s[13]);
	volume->bits = volume->n_clusters < 4085    ? 12
		       : volume->n_clusters < 65525 ? 16
						    : 32;
	if (volume->bits == 32)
		volume->root_cluster = bf_le32(s + 44);
	take_label(s + (volume->bits == 32 ? 71 : 43), volume->label);
	uint64_t fat_bits = ((uint64_t)volume->n_clusters + 2) * volume->bits;
	if ((uint64_t)fat_size * sector * 8 < fat_bits)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "FAT: %u sectors are too few for %u clusters", fat_size,
			       volume->n_clusters);
	return BF_OK;
}

int bf_fatreader_open(const struct bf_source *source, struct bf_fat_volume *ret,
		      struct bf_error *reterr)
{
	uint8_t sector[SECTOR_MIN];
	if (!bf_source_has(source, 0, sizeof(sector)))
		return bf_fail(reterr, BF_ERR_UNSUPPORTED, "too short for a FAT");
	int err = bf_source_read(source, 0, sector, sizeof(sector), reterr);
	if (err)
		return err;
	if (!is_boot_sector(sector))
		return bf_fail(reterr, BF_ERR_UNSUPPORTED, "not a FAT file system");
	ret->source = *source;
	ret->root_cluster = 0;
	ret->window_offset = UINT64_MAX;
	return lay_out(sector, ret, reterr);
}

/* ---- Chains of clusters ---- */

static int load_window(struct bf_fat_volume *volume, uint64_t offset,
		       struct bf_error *reterr)
{
	uint64_t start = offset / BF_FATREADER_WINDOW * BF_FATREADER_WINDOW;
	if (start == volume->window_offset)
		return BF_OK;
	struct bf_source part = bf_source_part(&volume->source, volume->fat + start,
					       sizeof(volume->window));
	memset(volume->window, 0, sizeof(volume->window));
	volume->window_offset = UINT64_MAX;
	int err = bf_source_read(&part, 0, volume->window, (size_t)part.size, reterr);
	if (!err)
		volume->window_offset = start;
	return err;
}

/* The FAT entry of a cluster; clusters are numbered from 2 (section 4). */
static int read_fat(struct bf_fat_volume *volume, uint32_t cluster, uint32_t *ret,
		    struct bf_error *reterr)
{
	uint64_t offset = (uint64_t)cluster * volume->bits / 8;
	int err = load_window(volume, offset, reterr);
	if (err)
		return err;
	const uint8_t *p = volume->window + offset % BF_FATREADER_WINDOW;
	if (volume->bits == 12)
		*ret = cluster & 1 ? bf_le16(p) >> 4 : bf_le16(p) & 0xfff;
	else if (volume->bits == 16)
		*ret = bf_le16(p);
	else
		*ret = bf_le32(p) & 0x0fffffff;
	return BF_OK;
}

static bool is_cluster(const struct bf_fat_volume *volume, uint32_t cluster)
{
	return cluster >= 2 && cluster - 2 < volume->n_clusters;
}

static uint64_t cluster_offset(const struct bf_fat_volume *volume, uint32_t cluster)
{
	return volume->data + (uint64_t)(cluster - 2) * volume->cluster_size;
}

/*
 * From *cluster on, the longest run without a gap of at most n_max clusters. *cluster
 * becomes what follows in the chain, which is no cluster at the chain's end.
 */
static int take_run(struct bf_fat_volume *volume, uint32_t *cluster, uint32_t n_max,
		    uint32_t *ret_length, struct bf_error *reterr)
{
	if (!is_cluster(volume, *cluster))
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "FAT: a chain leads to cluster %u of %u", *cluster,
			       volume->n_clusters);
	for (uint32_t length = 1;; length++) {
		uint32_t next;
		int err = read_fat(volume, *cluster, &next, reterr);
		if (err)
			return err;
		bool follows = next == *cluster + 1;
		*cluster = next;
		if (!follows || length == n_max || !is_cluster(volume, next)) {
			*ret_length = length;
			return BF_OK;
		}
	}
}

/* ---- Folders ---- */

/* A folder has no size: its chain ends it, which a loop in the chain does not. */
static int read_chain(struct bf_fat_volume *volume, uint32_t cluster,
		      struct bf_buffer *ret, struct bf_error *reterr)
{
	do {
		uint32_t first = cluster, length = 0;
		size_t room = FOLDER_MAX - ret->size;
		if (room < volume->cluster_size)
			return bf_fail(reterr, BF_ERR_FORMAT,
				       "FAT: a folder of more than %d bytes", FOLDER_MAX);
		int err = take_run(volume, &cluster,
				   (uint32_t)(room / volume->cluster_size), &length,
				   reterr);
		struct bf_buffer run = {0};
		if (!err)
			err = bf_source_load(
				&volume->source, cluster_offset(volume, first),
				(size_t)length * volume->cluster_size, &run, reterr);
		if (!err && bf_buffer_append(ret, run.data, run.size))
			err = bf_fail_nomem(reterr);
		bf_buffer_free(&run);
		if (err)
			return err;
	} while (is_cluster(volume, cluster));
	return BF_OK;
}

int bf_fatreader_read_folder(struct bf_fat_volume *volume,
			     const struct bf_fat_entry *entry, struct bf_fat_folder *ret,
			     struct bf_error *reterr)
{
	struct bf_buffer bytes = {0};
	int err;
	if (!entry && volume->bits != 32)
		err = bf_source_load(&volume->source, volume->root, volume->root_size,
				     &bytes, reterr);
	else
		err = read_chain(volume,
				 entry ? entry->first_cluster : volume->root_cluster,
				 &bytes, reterr);
	if (!err)
		err = bf_budget_draw(volume->source.budget,
				     (uint64_t)bytes.size * FOLDER_WORK, reterr);
	if (err) {
		bf_buffer_free(&bytes);
		return err;
	}
	bf_buffer_free(&ret->bytes);
	*ret = (struct bf_fat_folder){.bytes = bytes};
	return BF_OK;
}

/* ---- Names ---- */

static char printable(uint16_t c)
{
	return c >= ' ' && c <= '~' ? (char)c : '?';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static void take_short_name(const uint8_t *entry, char *out)
{
	size_t base = 8, extension = 3;
	while (base && entry[base - 1] == ' ')
		base--;
	while (extension && entry[8 + extension - 1] == ' ')
		extension--;
	for (size_t i = 0; i < base; i++) {
		char c = printable(entry[i]);
		*out++ = entry[12] & CASE_LOWER_BASE ? lower(c) : c;
	}
	if (extension)
		*out++ = '.';
	for (size_t i = 0; i < extension; i++) {
		char c = printable(entry[8 + i]);
		*out++ = entry[12] & CASE_LOWER_EXTENSION ? lower(c) : c;
	}
	*out = '\0';
}

/* Section 7.2: what binds the long entries to their short one. */
static uint8_t short_name_sum(const uint8_t *name)
{
	unsigned sum = 0;
	for (size_t i = 0; i < 11; i++)
		sum = ((sum & 1 ? 0x80 : 0) + (sum >> 1) + name[i]) & 0xff;
	return (uint8_t)sum;
}

/* The long name that is being put together, from its last part to its first. */
struct long_name {
	char text[LONG_ENTRIES_MAX * LONG_ENTRY_CHARACTERS + 1];
	unsigned next; /* ordinal that must come; 0 when the name is complete */
	uint8_t sum;
	bool is_valid;
};

static void take_long_entry(const uint8_t *entry, struct long_name *name)
{
	static const uint8_t places[LONG_ENTRY_CHARACTERS] = {1,  3,  5,  7,  9,  14, 16,
							      18, 20, 22, 24, 28, 30};
	unsigned ordinal = entry[0] & ~(unsigned)LAST_LONG_ENTRY;
	if (entry[0] & LAST_LONG_ENTRY) {
		*name = (struct long_name){
			.next = ordinal, .sum = entry[13], .is_valid = true};
	}
	if (!name->is_valid || ordinal == 0 || ordinal > LONG_ENTRIES_MAX ||
	    ordinal != name->next || entry[13] != name->sum) {
		name->is_valid = false;
		return;
	}
	char *out = name->text + (size_t)(ordinal - 1) * LONG_ENTRY_CHARACTERS;
	for (size_t i = 0; i < LONG_ENTRY_CHARACTERS; i++) {
		uint16_t c = bf_le16(entry + places[i]);
		if (c == 0)
			break;
		out[i] = printable(c);
	}
	name->next--;
}

static void fill_entry(const uint8_t *entry, const struct long_name *name,
		       struct bf_fat_entry *ret)
{
	*ret = (struct bf_fat_entry){
		.is_folder = entry[11] & ATTR_DIRECTORY,
		.first_cluster =
			(uint32_t)bf_le16(entry + 20) << 16 | bf_le16(entry + 26),
		.size = bf_le32(entry + 28),
	};
	if (name->is_valid && name->next == 0 && name->sum == short_name_sum(entry) &&
	    strlen(name->text) < sizeof(ret->name))
		strcpy(ret->name, name->text);
	else
		take_short_name(entry, ret->name);
}

int bf_fatreader_next(struct bf_fat_folder *folder, struct bf_fat_entry *ret)
{
	struct long_name name = {0};
	while (folder->bytes.size - folder->at >= ENTRY) {
		const uint8_t *entry = folder->bytes.data + folder->at;
		if (entry[0] == 0)
			return 0;
		folder->at += ENTRY;
		if (entry[0] == ENTRY_FREE) {
			name.is_valid = false;
		} else if ((entry[11] & ATTR_LONG_NAME_MASK) == ATTR_LONG_NAME) {
			take_long_entry(entry, &name);
		} else if (entry[11] & ATTR_VOLUME_ID || entry[0] == '.') {
			name.is_valid = false;
		} else {
			fill_entry(entry, &name, ret);
			return 1;
		}
	}
	return 0;
}

/* ---- Files ---- */

static uint32_t clusters_of(const struct bf_fat_volume *volume,
			    const struct bf_fat_entry *file)
{
	return (uint32_t)(((uint64_t)file->size + volume->cluster_size - 1) /
			  volume->cluster_size);
}

int bf_fatreader_locate(struct bf_fat_volume *volume, const struct bf_fat_entry *file,
			uint64_t *ret_offset, bool *ret_contiguous,
			struct bf_error *reterr)
{
	uint32_t cluster = file->first_cluster, length = 0;
	uint32_t wanted = clusters_of(volume, file);
	if (wanted == 0)
		return bf_fail(reterr, BF_ERR_FORMAT, "FAT: '%s' is empty", file->name);
	int err = take_run(volume, &cluster, wanted, &length, reterr);
	if (err)
		return bf_fail_in(reterr, err, "'%s'", file->name);
	*ret_offset = cluster_offset(volume, file->first_cluster);
	*ret_contiguous = length == wanted;
	return BF_OK;
}

int bf_fatreader_load(struct bf_fat_volume *volume, const struct bf_fat_entry *file,
		      size_t limit, struct bf_buffer *ret, struct bf_error *reterr)
{
	struct bf_buffer bytes = {0};
	uint32_t cluster = file->first_cluster;
	uint32_t left = clusters_of(volume, file);
	if (file->size > limit)
		return bf_fail(reterr, BF_ERR_TOO_BIG,
			       "FAT: '%s' has %u bytes, the limit is %zu", file->name,
			       file->size, limit);
	int err = bf_buffer_zero(&bytes, file->size) ? bf_fail_nomem(reterr) : BF_OK;
	for (size_t at = 0; !err && left;) {
		uint32_t first = cluster, length = 0;
		err = take_run(volume, &cluster, left, &length, reterr);
		if (err)
			break;
		size_t run = (size_t)length * volume->cluster_size;
		if (run > bytes.size - at)
			run = bytes.size - at;
		err = bf_source_read(&volume->source, cluster_offset(volume, first),
				     bytes.data + at, run, reterr);
		at += run;
		left -= length;
	}
	if (err) {
		bf_buffer_free(&bytes);
		return bf_fail_in(reterr, err, "'%s'", file->name);
	}
	bf_buffer_free(ret);
	*ret = bytes;
	return BF_OK;
}
