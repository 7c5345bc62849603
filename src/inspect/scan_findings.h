/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * What a scan found: the boot catalog, partition tables and file systems of an image or a
 * disk, the files in them that matter for booting, and what is to be said about them.
 */
#ifndef BF_SCAN_FINDINGS_H
#define BF_SCAN_FINDINGS_H

#include "disk/eltorito.h"
#include "disk/fat_reader.h"
#include "disk/gpt.h"
#include "disk/iso_reader.h"
#include "disk/mbr.h"

enum {
	BF_SCAN_FATS_MAX = 8,
	BF_SCAN_FILES_MAX = 64,
	BF_SCAN_LISTED_MAX = 256,
	BF_SCAN_PROBLEMS_MAX = 16,
	BF_SCAN_NOTES_MAX = 16,
	BF_SCAN_PATH_SIZE = 512,
	BF_SCAN_ISO = BF_SCAN_FATS_MAX, /* the "fat" of a file in the ISO 9660 tree */
};

enum bf_scan_kind {
	BF_SCAN_UNKNOWN,
	BF_SCAN_KIND_ISO,
	BF_SCAN_KIND_DISK, /* an MBR or a GPT */
	BF_SCAN_KIND_FAT,  /* one file system without a partition table */
	BF_SCAN_KIND_FILE, /* a program: a PE or a bzImage */
};

struct bf_scan_fat {
	uint64_t offset; /* in the image */
	struct bf_fat_volume volume;
	unsigned n_unlisted; /* files of it that there was no room to list */
};

/* Any file of a FAT, for whoever wants to know what else is there. */
struct bf_scan_listed {
	unsigned fat; /* index of its file system */
	uint32_t size;
	char path[BF_SCAN_PATH_SIZE];
};

/*
 * A file that is a boot program by its name, or a script of iPXE's, or a certificate to be
 * enrolled.
 */
struct bf_scan_file {
	unsigned fat; /* index of its file system, or BF_SCAN_ISO */
	char path[BF_SCAN_PATH_SIZE];
	uint64_t offset; /* of its first byte in the image */
	uint64_t size;
	bool is_contiguous;
	struct bf_fat_entry entry; /* of a file in a FAT */
};

/* Counts first, and what is large last: of its pages few are ever used. */
struct bf_scan {
	struct bf_source source;
	struct bf_budget budget; /* for all work on the source, this and what follows */
	enum bf_scan_kind kind;
	bool has_iso, has_eltorito, has_mbr, has_gpt;
	bool is_partial; /* what is not found may be there; a problem says what was left out */
	size_t n_fats, n_files, n_listed, n_problems, n_notes;
	struct bf_iso_volume iso;
	struct bf_eltorito eltorito;
	struct bf_mbr_table mbr;
	struct bf_gpt_table gpt;
	/* The ISO 9660 file each El Torito entry loads; empty if it has no name. */
	char eltorito_path[BF_ELTORITO_ENTRIES_MAX][BF_SCAN_PATH_SIZE];
	struct bf_scan_fat fats[BF_SCAN_FATS_MAX];
	struct bf_scan_file files[BF_SCAN_FILES_MAX];
	struct bf_scan_listed listed[BF_SCAN_LISTED_MAX];
	struct bf_error problems[BF_SCAN_PROBLEMS_MAX]; /* what is damaged or left out */
	struct bf_error
		notes[BF_SCAN_NOTES_MAX]; /* left out, and nothing boots from it */
};

/* Add a problem with the file or folder of a path, or of the whole for NULL; once. */
void bf_scan_add_problem(struct bf_scan *scan, const char *path,
			 const struct bf_error *error);

/* Add a note, of what is left out and nothing boots from; once. path is as for a problem. */
__attribute__((format(printf, 3, 4))) void
bf_scan_note(struct bf_scan *scan, const char *path, const char *format, ...);

/* Add a problem that leaves something out which might be booted from. */
__attribute__((format(printf, 3, 4))) void
bf_scan_leave_out(struct bf_scan *scan, const char *path, const char *format, ...);

/*
 * Settle a failure: one of the image is a problem and no failure, BF_OK. BF_ERR_NOMEM is
 * returned, and so is BF_ERR_WORK, which is the one problem that comes last.
 */
bf_must_check int bf_scan_settle(struct bf_scan *scan, const char *path, int err,
				 const struct bf_error *error);

/* The file system that starts at an offset of the image, NULL if none was found there. */
struct bf_scan_fat *bf_scan_fat_at(struct bf_scan *scan, uint64_t offset);

/* A file by its file system and path, case ignored; NULL if there is none. */
const struct bf_scan_file *bf_scan_find(const struct bf_scan *scan, unsigned fat,
					const char *path);

/* Whether a file is the certificate of who signs an image, by its path. */
bool bf_scan_is_certificate(const char *path);

/* Read a whole file of at most limit bytes. */
bf_must_check int bf_scan_load(struct bf_scan *scan, const struct bf_scan_file *file,
			       size_t limit, struct bf_buffer *ret,
			       struct bf_error *reterr);

#endif
