/* SPDX-License-Identifier: GPL-3.0-only */
#include "disk/fat_writer.h"

#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "disk/fat_tree.h"

enum {
	SECTOR = 512,
	SECTORS_PER_BLOCK = BF_FAT_ALIGNMENT / SECTOR,
	N_FATS = 2,
	ROOT_ENTRIES = 512, /* what the specification asks of FAT16 */
	FIRST_CLUSTER = 2,
	FAT12_CLUSTERS_MAX = 4084,
	FAT16_CLUSTERS_MAX = 65524,
	SECTORS_PER_CLUSTER_MAX = 64, /* 32 KiB, the largest that every driver takes */
	MEDIA_FIXED_DISK = 0xf8,
	ATTR_VOLUME_ID = 0x08,
	ATTR_DIRECTORY = 0x10,
	ATTR_ARCHIVE = 0x20,
};

struct fat {
	const struct bf_fat_request *request;
	struct bf_fat_tree tree;
	uint8_t label[BF_FAT_SHORT_NAME];
	uint16_t date, time;

	uint32_t sectors_per_cluster;
	uint32_t n_clusters;
	uint32_t metadata_clusters; /* those that hold folders, the first ones */
	uint32_t reserved_sectors;
	uint32_t fat_sectors; /* of one FAT */
	uint32_t root_entries;
	uint32_t data_sector; /* where cluster 2 starts */
	unsigned bits;
};

static void fat_free(struct fat *fat)
{
	bf_fat_tree_free(&fat->tree);
}

static int set_label(struct fat *fat, struct bf_error *reterr)
{
	const char *label = fat->request->label;
	size_t length = strlen(label);
	memset(fat->label, ' ', sizeof(fat->label));
	if (length > BF_FAT_LABEL_MAX)
		return bf_fail(reterr, BF_ERR_TOO_BIG,
			       "the FAT volume label has %zu characters, at most %d fit",
			       length, BF_FAT_LABEL_MAX);
	for (size_t i = 0; i < length; i++) {
		char c = label[i];
		/* A space is a character here, but not in front. */
		if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '_' &&
		    c != '-' && (c != ' ' || i == 0))
			return bf_fail(
				reterr, BF_ERR_INPUT,
				"byte 0x%02x is not possible in a FAT volume label",
				(unsigned char)c);
		fat->label[i] = (uint8_t)c;
	}
	return BF_OK;
}

/* DIR_WrtDate and DIR_WrtTime: the years 1980 to 2107, every second second. */
static void set_time(struct fat *fat)
{
	const time_t earliest = 315532800; /* 1980-01-01 00:00:00 */
	const time_t latest = 4354819198;  /* 2107-12-31 23:59:58 */
	time_t now = fat->request->time;
	struct tm tm;

	now = now < earliest ? earliest : now > latest ? latest : now;
	gmtime_r(&now, &tm);
	fat->date =
		(uint16_t)((tm.tm_year - 80) << 9 | (tm.tm_mon + 1) << 5 | tm.tm_mday);
	fat->time = (uint16_t)(tm.tm_hour << 11 | tm.tm_min << 5 | tm.tm_sec / 2);
}

/* ---- Places ---- */

/* Whole sectors, and never less than what the specification asks for. */
static void count_root_entries(struct fat *fat)
{
	struct bf_fat_node *root = &fat->tree.nodes[0];
	root->n_entries += fat->label[0] != ' '; /* the volume label */
	fat->root_entries =
		root->n_entries <= ROOT_ENTRIES
			? ROOT_ENTRIES
			: (uint32_t)bf_align(root->n_entries, SECTOR / BF_FAT_ENTRY);
}

static uint64_t node_size(const struct bf_fat_node *node)
{
	return node->file ? node->file->bytes.size
			  : (uint64_t)node->n_entries * BF_FAT_ENTRY;
}

/* Clusters up to here, rounded up so that the next one starts an ISO 9660 block. */
static uint64_t align_clusters(uint64_t clusters, uint32_t sectors_per_cluster)
{
	return sectors_per_cluster >= SECTORS_PER_BLOCK
		       ? clusters
		       : bf_align(clusters, SECTORS_PER_BLOCK / sectors_per_cluster);
}

/*
 * Give every folder and then every file its clusters, all of them in a row. Returns how
 * many that takes, the gaps included; the sizes were checked, so nothing overflows.
 */
static uint64_t place_nodes(struct fat *fat)
{
	uint64_t cluster_size = (uint64_t)fat->sectors_per_cluster * SECTOR;
	uint64_t used = 0;
	for (int files = 0; files <= 1; files++) {
		for (size_t i = 1; i < fat->tree.n_nodes; i++) {
			struct bf_fat_node *node = &fat->tree.nodes[i];
			if ((node->file != NULL) != files || node_size(node) == 0)
				continue;
			if (files)
				used = align_clusters(used, fat->sectors_per_cluster);
			node->first_cluster = (uint32_t)(FIRST_CLUSTER + used);
			node->n_clusters =
				(uint32_t)((node_size(node) + cluster_size - 1) /
					   cluster_size);
			used += node->n_clusters;
		}
		if (!files)
			fat->metadata_clusters = (uint32_t)used;
	}
	return align_clusters(used, fat->sectors_per_cluster);
}

/* Smallest clusters first: only they give a small ESP the 4085 that FAT16 starts with. */
static int choose_cluster_size(struct fat *fat, struct bf_error *reterr)
{
	uint64_t clusters = 0;
	uint32_t sectors = 1;
	for (; sectors <= SECTORS_PER_CLUSTER_MAX; sectors *= 2) {
		fat->sectors_per_cluster = sectors;
		clusters = place_nodes(fat);
		if (clusters <= FAT16_CLUSTERS_MAX)
			break;
	}
	if (sectors > SECTORS_PER_CLUSTER_MAX)
		return bf_fail(reterr, BF_ERR_TOO_BIG,
			       "the files need %llu clusters, FAT16 has at most %d",
			       (unsigned long long)clusters, FAT16_CLUSTERS_MAX);
	/* A file system without a single cluster is none. */
	fat->n_clusters = clusters ? (uint32_t)clusters : SECTORS_PER_BLOCK;
	fat->bits = fat->n_clusters <= FAT12_CLUSTERS_MAX ? 12 : 16;
	return BF_OK;
}

/* Reserved sectors are what moves the first cluster to a block of its own. */
static void place_areas(struct fat *fat)
{
	uint32_t fat_bytes = ((fat->n_clusters + FIRST_CLUSTER) * fat->bits + 7) / 8;
	uint32_t root_sectors = fat->root_entries * BF_FAT_ENTRY / SECTOR;

	fat->fat_sectors = (fat_bytes + SECTOR - 1) / SECTOR;
	uint32_t behind_reserved = N_FATS * fat->fat_sectors + root_sectors;
	fat->data_sector = (uint32_t)bf_align(1 + behind_reserved, SECTORS_PER_BLOCK);
	fat->reserved_sectors = fat->data_sector - behind_reserved;
}

static uint64_t cluster_offset(const struct fat *fat, uint32_t cluster)
{
	return SECTOR * (fat->data_sector +
			 (uint64_t)(cluster - FIRST_CLUSTER) * fat->sectors_per_cluster);
}

/* Refuse before anything is multiplied; a file's own size field has 32 bits. */
static int check_sizes(const struct bf_fat_request *request, struct bf_error *reterr)
{
	for (size_t i = 0; i < request->n_files; i++) {
		size_t size = request->files[i].bytes.size;
		if (size > request->limit || size > UINT32_MAX)
			return bf_fail(reterr, BF_ERR_TOO_BIG,
				       "a file of %zu bytes does not fit into a FAT file "
				       "system of at most %llu bytes",
				       size, (unsigned long long)request->limit);
	}
	return BF_OK;
}

static int lay_out(struct fat *fat, struct bf_error *reterr)
{
	int err = check_sizes(fat->request, reterr);
	if (!err)
		err = set_label(fat, reterr);
	if (!err)
		err = bf_fat_tree_build(fat->request, &fat->tree, reterr);
	if (err)
		return err;
	set_time(fat);
	count_root_entries(fat);
	err = choose_cluster_size(fat, reterr);
	if (err)
		return err;
	place_areas(fat);
	uint64_t size = cluster_offset(fat, FIRST_CLUSTER + fat->n_clusters);
	if (size > fat->request->limit)
		return bf_fail(reterr, BF_ERR_TOO_BIG,
			       "the FAT file system needs %llu bytes, the limit is %llu",
			       (unsigned long long)size,
			       (unsigned long long)fat->request->limit);
	return BF_OK;
}

/* ---- Bytes ---- */

static void put_boot_sector(const struct fat *fat, uint8_t *out)
{
	/* Jump over the BPB to INT 18h, "nothing to boot here", and stop if that returns. */
	static const uint8_t jump[] = {0xeb, 0x3c, 0x90};
	static const uint8_t code[] = {0xcd, 0x18, 0xf4, 0xeb, 0xfd};
	uint32_t sectors =
		(uint32_t)(cluster_offset(fat, FIRST_CLUSTER + fat->n_clusters) / SECTOR);

	memcpy(out, jump, sizeof(jump));
	memcpy(out + 3, "MSWIN4.1", 8); /* BS_OEMName: the one no driver stumbles over */
	bf_put_le16(out + 11, SECTOR);
	out[13] = (uint8_t)fat->sectors_per_cluster;
	bf_put_le16(out + 14, (uint16_t)fat->reserved_sectors);
	out[16] = N_FATS;
	bf_put_le16(out + 17, (uint16_t)fat->root_entries);
	if (sectors <= UINT16_MAX)
		bf_put_le16(out + 19, (uint16_t)sectors); /* BPB_TotSec16 */
	else
		bf_put_le32(out + 32, sectors); /* BPB_TotSec32 */
	out[21] = MEDIA_FIXED_DISK;
	bf_put_le16(out + 22, (uint16_t)fat->fat_sectors);
	bf_put_le16(out + 24, 32); /* BPB_SecPerTrk: the isohybrid geometry, */
	bf_put_le16(out + 26, 64); /* BPB_NumHeads: 64 heads of 32 sectors */
	out[36] = 0x80;            /* BS_DrvNum */
	out[38] = 0x29;            /* BS_BootSig: the next three are there */
	bf_put_le32(out + 39, fat->request->serial);
	memcpy(out + 43, fat->label[0] != ' ' ? (const char *)fat->label : "NO NAME    ",
	       BF_FAT_SHORT_NAME);
	memcpy(out + 54, fat->bits == 12 ? "FAT12   " : "FAT16   ", 8);
	memcpy(out + 62, code, sizeof(code));
	bf_put_le16(out + 510, 0xaa55);
}

static void put_fat_entry(unsigned bits, uint8_t *table, uint32_t cluster, uint16_t value)
{
	if (bits == 16) {
		bf_put_le16(table + 2 * cluster, value);
		return;
	}
	/* Two entries share three bytes; the table starts as zeros. */
	uint8_t *p = table + cluster * 3 / 2;
	unsigned shift = cluster % 2 ? 4 : 0;
	bf_put_le16(p, (uint16_t)(bf_le16(p) | (value & 0xfffu) << shift));
}

static void put_fats(const struct fat *fat, uint8_t *out)
{
	uint8_t *table = out + (size_t)fat->reserved_sectors * SECTOR;
	size_t size = (size_t)fat->fat_sectors * SECTOR;

	put_fat_entry(fat->bits, table, 0, 0xff00 | MEDIA_FIXED_DISK);
	put_fat_entry(fat->bits, table, 1, 0xffff); /* clean, no errors */
	for (size_t i = 1; i < fat->tree.n_nodes; i++) {
		const struct bf_fat_node *node = &fat->tree.nodes[i];
		uint32_t end = node->first_cluster + node->n_clusters;
		for (uint32_t c = node->first_cluster; c < end; c++)
			put_fat_entry(fat->bits, table, c,
				      c + 1 == end ? 0xffff : (uint16_t)(c + 1));
	}
	memcpy(table + size, table, size);
}

static uint8_t *put_entry(const struct fat *fat, uint8_t *out,
			  const uint8_t name[BF_FAT_SHORT_NAME], uint8_t attributes,
			  uint32_t first_cluster, uint32_t size)
{
	memcpy(out, name, BF_FAT_SHORT_NAME);
	out[11] = attributes;
	bf_put_le16(out + 14, fat->time); /* DIR_CrtTime */
	bf_put_le16(out + 16, fat->date);
	bf_put_le16(out + 18, fat->date); /* DIR_LstAccDate */
	bf_put_le16(out + 22, fat->time); /* DIR_WrtTime */
	bf_put_le16(out + 24, fat->date);
	bf_put_le16(out + 26, (uint16_t)first_cluster);
	bf_put_le32(out + 28, size);
	return out + BF_FAT_ENTRY;
}

static uint8_t *put_node(const struct fat *fat, const struct bf_fat_node *node,
			 uint8_t *out)
{
	if (node->has_long_name) {
		bf_fat_name_put_long(node->name, node->short_name, out);
		out += bf_fat_name_long_entries(node->name) * BF_FAT_ENTRY;
	}
	return put_entry(fat, out, node->short_name,
			 node->file ? ATTR_ARCHIVE : ATTR_DIRECTORY, node->first_cluster,
			 node->file ? (uint32_t)node_size(node) : 0);
}

static void put_folder(const struct fat *fat, size_t folder, uint8_t *out)
{
	const struct bf_fat_node *node = &fat->tree.nodes[folder];
	if (folder == 0) {
		if (fat->label[0] != ' ')
			out = put_entry(fat, out, fat->label, ATTR_VOLUME_ID, 0, 0);
	} else {
		out = put_entry(fat, out, (const uint8_t *)".          ", ATTR_DIRECTORY,
				node->first_cluster, 0);
		out = put_entry(fat, out, (const uint8_t *)"..         ", ATTR_DIRECTORY,
				fat->tree.nodes[node->parent].first_cluster, 0);
	}
	for (size_t i = 1; i < fat->tree.n_nodes; i++)
		if (fat->tree.nodes[i].parent == folder)
			out = put_node(fat, &fat->tree.nodes[i], out);
}

static void put_metadata(const struct fat *fat, uint8_t *out)
{
	size_t root =
		(size_t)(fat->reserved_sectors + N_FATS * fat->fat_sectors) * SECTOR;

	put_boot_sector(fat, out);
	put_fats(fat, out);
	put_folder(fat, 0, out + root);
	for (size_t i = 1; i < fat->tree.n_nodes; i++)
		if (!fat->tree.nodes[i].file)
			put_folder(fat, i,
				   out + cluster_offset(
						 fat, fat->tree.nodes[i].first_cluster));
}

int bf_fat_build(const struct bf_fat_request *request, struct bf_fat_image *ret,
		 struct bf_error *reterr)
{
	bf_cleanup(fat_free) struct fat fat = {.request = request};
	struct bf_fat_image image = {0};
	int err = lay_out(&fat, reterr);
	if (err)
		return err;
	/* All of the image is below request->limit. */
	err = bf_buffer_zero(
		&image.metadata,
		(size_t)cluster_offset(&fat, FIRST_CLUSTER + fat.metadata_clusters));
	if (err)
		return bf_fail_nomem(reterr);
	put_metadata(&fat, image.metadata.data);

	image.size = cluster_offset(&fat, FIRST_CLUSTER + fat.n_clusters);
	image.bits = fat.bits;
	image.pieces[image.n_pieces++] =
		(struct bf_piece){.bytes = bf_buffer_view(&image.metadata)};
	/* Nodes of files are in the request's order. */
	for (size_t i = 1, n = 0; i < fat.tree.n_nodes; i++) {
		const struct bf_fat_node *node = &fat.tree.nodes[i];
		if (!node->file)
			continue;
		if (node->first_cluster) {
			image.file_offset[n] = cluster_offset(&fat, node->first_cluster);
			image.pieces[image.n_pieces++] =
				(struct bf_piece){.offset = image.file_offset[n],
						  .bytes = node->file->bytes};
		}
		n++;
	}
	*ret = image;
	return BF_OK;
}

void bf_fat_free(struct bf_fat_image *image)
{
	bf_buffer_free(&image->metadata);
	*image = (struct bf_fat_image){0};
}
