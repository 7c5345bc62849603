/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * What an image, a stick, an ESP or a single binary holds; judge.h says what a machine that
 * is booted from it will do.
 */
#ifndef BF_INSPECT_H
#define BF_INSPECT_H

#include "inspect/examine.h"
#include "inspect/scan.h"

enum {
	BF_INSPECT_SCRIPT_MAX = BF_SLOT_LOOSE_SIZE_MAX, /* bytes of an autoexec.ipxe */
	BF_INSPECT_BOOT_PATHS = 2 * BF_ARCH_COUNT,
	BF_INSPECT_TEXT_SIZE = 512,
};

/* A program and every file that is the same bytes of the image. */
struct bf_inspect_program {
	struct bf_examined binary;
	uint64_t offset;
	const struct bf_scan_file *places[BF_SCAN_FILES_MAX];
	size_t n_places; /* 0: the whole source is this program */
};

/* /autoexec.ipxe at the top of a file system: iPXE runs it and ignores its slot. */
struct bf_inspect_autoexec {
	const struct bf_scan_file *file; /* NULL if there is none */
	bool is_slot;                    /* a loose one, of boots-from */
	struct bf_slot slot;
	struct bf_buffer script; /* empty if it could not be read */
};

enum bf_verdict {
	BF_VERDICT_BOOTS,   /* into iPXE, as far as can be told without booting */
	BF_VERDICT_OTHER,   /* into something that is not iPXE */
	BF_VERDICT_NOTHING, /* it does not boot; the text has the reason */
	BF_VERDICT_UNKNOWN, /* into something that cannot be told */
	BF_VERDICT_DEPENDS, /* on some firmware as the text says, on other not at all */
};

/* The same of a machine with Secure Boot. */
enum bf_secure_verdict {
	BF_SECURE_NONE,     /* not asked: no UEFI, or nothing that could be started */
	BF_SECURE_ENROLLED, /* as without, if the machine knows who the text names */
	BF_SECURE_UNSIGNED, /* refused, as the rest is but what is not known */
	BF_SECURE_BROKEN,
	BF_SECURE_REVOKED,
	BF_SECURE_UNKNOWN,
};

struct bf_boot_path {
	enum bf_arch arch; /* BF_ARCH_BIOS, or UEFI of an architecture */
	bool is_usb;       /* a stick or a disk, else a CD */
	enum bf_verdict verdict;
	const struct bf_inspect_program *first;   /* what firmware starts, if UEFI */
	const struct bf_inspect_program *program; /* what is run in the end, if known */
	char text[BF_INSPECT_TEXT_SIZE];
	enum bf_secure_verdict secure_verdict;
	char secure_text[2 * BF_INSPECT_TEXT_SIZE];
};

struct bf_inspect {
	struct bf_scan *scan;
	struct bf_inspect_program programs[BF_SCAN_FILES_MAX];
	size_t n_programs;
	struct bf_inspect_autoexec autoexec;
	bool scripts_differ; /* of the slots; a problem says so too */
	/* What bf_judge_boot_paths() says; none for a single file. */
	struct bf_boot_path boot_paths[BF_INSPECT_BOOT_PATHS];
	size_t n_boot_paths;
};

/*
 * Inspect a source, which must outlive the report. Whatever the bytes are, there is a
 * report: the only failure is BF_ERR_NOMEM. No byte is examined as two programs, and of
 * what the scan's budget does not allow for the report says that it was left out. Release
 * ret with bf_inspect_free().
 */
int bf_inspect_new(const struct bf_source *source, struct bf_inspect **ret);
void bf_inspect_free(struct bf_inspect *report);

/* The program in a file, NULL if it was not examined. */
const struct bf_inspect_program *bf_inspect_find(const struct bf_inspect *report,
						 const struct bf_scan_file *file);

/*
 * The file of a name in another one's folder, NULL if it is not there or the name is empty.
 * Its path is returned either way.
 */
const struct bf_scan_file *bf_inspect_find_beside(const struct bf_inspect *report,
						  const struct bf_scan_file *file,
						  const char *name,
						  char ret_path[BF_SCAN_PATH_SIZE]);

#endif
