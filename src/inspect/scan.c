/* SPDX-License-Identifier: GPL-3.0-only */
#include "inspect/scan.h"

#include <string.h>

#include "base/pages.h"
#include "binary/executable.h"
#include "inspect/scan_walk.h"

#define HEAD_SIZE 4096

/*
 * The work that is set aside, see budget.h: what a program of the largest size takes and the
 * packed part of another, both of the worst kind, and more than anybody's disk needs.
 */
#define WORK_MIN UINT64_C(800000000)
enum {
	WORK_PER_BYTE = 12, /* of a source that is nothing but programs */
	WORK_SIZE_MAX = 1 << 30,
};

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
		bf_scan_leave_out(scan, NULL,
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
		bf_scan_leave_out(scan, "El Torito",
				  "not looked at are %zu entries after %d",
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
		bf_scan_leave_out(scan, "GPT",
				  "not looked at are %zu partitions after %d",
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
	for (unsigned i = 0; !err && i < scan->n_fats; i++)
		err = bf_scan_walk_fat(scan, i);
	if (!err && scan->has_iso)
		err = bf_scan_walk_iso(scan);
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
