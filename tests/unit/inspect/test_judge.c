/* SPDX-License-Identifier: GPL-3.0-only */
#include "inspect/judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ITEMS(array) (sizeof(array) / sizeof((array)[0]))

/* Where the file systems of these images start. */
enum { FIRST = 0x8000, SECOND = 0x20000, NOWHERE = 0x40000 };

static const char efi_path[] = "/EFI/BOOT/BOOTX64.EFI";

static const struct bf_examined ipxe = {
	.kind = BF_EXAMINED_IPXE,
	.is_pe = true,
	.arch = "x86_64",
	.name = "iPXE",
	.ipxe = {.version = "1.2.3"},
	.slot_state = BF_SLOT_FILLED,
};

/* What bf_inspect_new() would have found, made by hand. */
struct report {
	struct bf_scan *scan;
	struct bf_inspect inspect;
};

static void add_fat(struct report *r, uint64_t offset)
{
	r->scan->fats[r->scan->n_fats++].offset = offset;
}

static struct bf_scan_file *add_file(struct report *r, unsigned fat, const char *path)
{
	struct bf_scan_file *file = &r->scan->files[r->scan->n_files++];
	file->fat = fat;
	strcpy(file->path, path);
	return file;
}

static void add_program(struct report *r, const struct bf_scan_file *file,
			const struct bf_examined *binary)
{
	struct bf_inspect_program *program =
		&r->inspect.programs[r->inspect.n_programs++];
	program->binary = *binary;
	program->places[program->n_places++] = file;
}

/* An image or a disk with two FATs, of which the second has an iPXE for x86_64. */
static struct report *report_new(void)
{
	struct report *r = calloc(1, sizeof(*r));
	struct bf_scan *scan = calloc(1, sizeof(*scan));
	assert_true(r && scan);
	r->scan = r->inspect.scan = scan;
	scan->kind = BF_SCAN_KIND_ISO;
	scan->has_eltorito = scan->has_mbr = scan->has_gpt = true;
	scan->eltorito.n_entries = 3;
	scan->eltorito.entries[0] =
		(struct bf_eltorito_entry){BF_ELTORITO_BIOS, true, 0, 4, NOWHERE};
	scan->eltorito.entries[1] =
		(struct bf_eltorito_entry){BF_ELTORITO_UEFI, true, 0, 4, FIRST};
	scan->eltorito.entries[2] =
		(struct bf_eltorito_entry){BF_ELTORITO_UEFI, true, 0, 4, SECOND};
	scan->gpt.n_partitions = scan->mbr.n_partitions = 2;
	scan->gpt.partitions[0].offset = scan->mbr.partitions[0].offset = FIRST;
	scan->gpt.partitions[1].offset = scan->mbr.partitions[1].offset = SECOND;
	add_fat(r, FIRST);
	add_fat(r, SECOND);
	add_file(r, 0, "/EFI/BOOT/BOOTIA32.EFI");
	add_program(r, add_file(r, 1, efi_path), &ipxe);
	return r;
}

static void report_free(struct report *r)
{
	free(r->scan);
	free(r);
}

static void assert_path(struct report *r, enum bf_arch arch, bool is_usb,
			enum bf_verdict verdict, const char *text)
{
	r->inspect.n_boot_paths = 0;
	assert_int_equal(bf_judge_boot_paths(&r->inspect), BF_OK);
	assert_int_equal(r->inspect.n_boot_paths, BF_INSPECT_BOOT_PATHS);
	const struct bf_boot_path *path = &r->inspect.boot_paths[2 * arch + is_usb];
	assert_int_equal(path->arch, arch);
	assert_int_equal(path->is_usb, is_usb);
	assert_string_equal(path->text, text);
	assert_int_equal(path->verdict, verdict);
}

/* ---- What a program does once it runs ---- */

static void test_ipxe(void **state)
{
	(void)state;
	static const struct {
		enum bf_slot_state slot_state;
		bool has_script, has_autoexec, scripts_differ;
		const char *does;
	} cases[] = {
		{BF_SLOT_FILLED, false, false, false, "runs the script in its slot"},
		{BF_SLOT_FILLED, false, false, true,
		 "runs the script in its slot, which not all slots have"},
		{BF_SLOT_NONE, false, false, false,
		 "which has no script: it boots from the network"},
		{BF_SLOT_PLACEHOLDER, false, false, false,
		 "whose script slot was never filled: it stops at its shell"},
		{BF_SLOT_DAMAGED, false, false, false, "whose script slot is damaged"},
		{BF_SLOT_HANDOVER, false, false, false,
		 "whose script, autoexec.ipxe, is missing: it stops at its shell"},
		{BF_SLOT_HANDOVER, false, true, false, "runs autoexec.ipxe"},
		/* A script that is compiled in hides the slot, autoexec.ipxe hides both. */
		{BF_SLOT_FILLED, true, false, true, "runs the script compiled into it"},
		{BF_SLOT_NONE, true, false, false, "runs the script compiled into it"},
		{BF_SLOT_FILLED, false, true, true, "runs autoexec.ipxe"},
		{BF_SLOT_FILLED, true, true, false, "runs autoexec.ipxe"},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct report *r = report_new();
		struct bf_examined *binary = &r->inspect.programs[0].binary;
		char text[BF_INSPECT_TEXT_SIZE];
		binary->slot_state = cases[i].slot_state;
		binary->ipxe.embedded_script = cases[i].has_script;
		binary->ipxe.can_run_loose = true;
		r->inspect.autoexec.file =
			cases[i].has_autoexec ? &r->scan->files[0] : NULL;
		r->inspect.scripts_differ = cases[i].scripts_differ;
		snprintf(text, sizeof(text), "iPXE 1.2.3, %s", cases[i].does);
		assert_path(r, BF_ARCH_X86_64, true, BF_VERDICT_BOOTS, text);
		assert_path(r, BF_ARCH_X86_64, false, BF_VERDICT_BOOTS, text);
		assert_ptr_equal(r->inspect.boot_paths[2 * BF_ARCH_X86_64].program,
				 &r->inspect.programs[0]);
		report_free(r);
	}
}

/* iPXE of before 2021 does not look for the file. */
static void test_old_ipxe(void **state)
{
	(void)state;
	struct report *r = report_new();
	struct bf_examined *binary = &r->inspect.programs[0].binary;
	r->inspect.autoexec.file = &r->scan->files[0];
	binary->slot_state = BF_SLOT_NONE;
	assert_path(r, BF_ARCH_X86_64, true, BF_VERDICT_BOOTS,
		    "iPXE 1.2.3, which has no script: it boots from the network");
	binary->ipxe.can_run_loose = true;
	assert_path(r, BF_ARCH_X86_64, true, BF_VERDICT_BOOTS,
		    "iPXE 1.2.3, runs autoexec.ipxe");
	report_free(r);
}

static void test_programs(void **state)
{
	(void)state;
	static const struct {
		enum bf_examined_kind kind;
		const char *arch, *name;
		enum bf_verdict verdict;
		const char *text;
	} cases[] = {
		{BF_EXAMINED_IPXE, "arm64", "iPXE", BF_VERDICT_NOTHING,
		 "/EFI/BOOT/BOOTX64.EFI is for arm64"},
		{BF_EXAMINED_IPXE, "bios", "iPXE", BF_VERDICT_NOTHING,
		 "/EFI/BOOT/BOOTX64.EFI is for bios"},
		{BF_EXAMINED_OTHER, "", "GRUB", BF_VERDICT_NOTHING,
		 "/EFI/BOOT/BOOTX64.EFI is for another kind of machine"},
		{BF_EXAMINED_OTHER, "i386", "GRUB", BF_VERDICT_NOTHING,
		 "/EFI/BOOT/BOOTX64.EFI is for i386"},
		{BF_EXAMINED_OTHER, "x86_64", "GRUB", BF_VERDICT_OTHER, "GRUB"},
		{BF_EXAMINED_OTHER, "x86_64", "", BF_VERDICT_OTHER,
		 "a program that is not iPXE"},
		{BF_EXAMINED_DAMAGED, "x86_64", "iPXE", BF_VERDICT_NOTHING,
		 "/EFI/BOOT/BOOTX64.EFI is damaged: it ends early"},
		{BF_EXAMINED_DAMAGED, "", "", BF_VERDICT_NOTHING,
		 "/EFI/BOOT/BOOTX64.EFI is damaged: it ends early"},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct report *r = report_new();
		struct bf_examined *binary = &r->inspect.programs[0].binary;
		binary->kind = cases[i].kind;
		binary->arch = cases[i].arch;
		strcpy(binary->name, cases[i].name);
		strcpy(binary->problem.text, "it ends early");
		r->inspect.autoexec.file = &r->scan->files[0];
		assert_path(r, BF_ARCH_X86_64, true, cases[i].verdict, cases[i].text);
		assert_path(r, BF_ARCH_X86_64, false, cases[i].verdict, cases[i].text);
		report_free(r);
	}
}

/* A file too large to read, or beyond the image's end, is there and no more is known. */
static void test_unread_program(void **state)
{
	(void)state;
	struct report *r = report_new();
	r->inspect.n_programs = 0;
	assert_path(
		r, BF_ARCH_X86_64, true, BF_VERDICT_UNKNOWN,
		"/EFI/BOOT/BOOTX64.EFI, which could not be looked at, see the problems");
	assert_null(r->inspect.boot_paths[2 * BF_ARCH_X86_64].program);
	report_free(r);
}

/* However long the sentence of a problem is, ours has room and ends. */
static void test_long_problem(void **state)
{
	(void)state;
	struct report *r = report_new();
	struct bf_scan_file *file = &r->scan->files[1];
	struct bf_error *problem = &r->inspect.programs[0].binary.problem;
	r->inspect.programs[0].binary.kind = BF_EXAMINED_DAMAGED;
	memset(problem->text, 'p', sizeof(problem->text) - 1);
	assert_int_equal(bf_judge_boot_paths(&r->inspect), BF_OK);
	const char *text = r->inspect.boot_paths[2 * BF_ARCH_X86_64].text;
	assert_int_equal(strlen(text),
			 strlen(file->path) + strlen(" is damaged: ") + 300);
	report_free(r);
}

/* ---- shim ---- */

/* BOOTX64.EFI becomes a shim; it is followed to what it starts from its own folder. */
static void test_shim(void **state)
{
	(void)state;
	static const struct bf_shim shim = {"grubx64.efi", "mmx64.efi", "fbx64.efi"};
	static const struct {
		unsigned fat;
		const char *path; /* of an iPXE beside it */
		enum bf_verdict verdict;
		const char *text;
	} cases[] = {
		{1, "/EFI/BOOT/grubx64.efi", BF_VERDICT_BOOTS,
		 "shim, then iPXE 1.2.3, runs the script in its slot"},
		{1, "/EFI/BOOT/GRUBX64.EFI", BF_VERDICT_BOOTS,
		 "shim, then iPXE 1.2.3, runs the script in its slot"},
		{0, "/EFI/BOOT/grubx64.efi", BF_VERDICT_NOTHING,
		 "shim starts /EFI/BOOT/grubx64.efi: no such file"},
		{1, "/EFI/debian/grubx64.efi", BF_VERDICT_NOTHING,
		 "shim starts /EFI/BOOT/grubx64.efi: no such file"},
		{1, "/EFI/BOOT/fbx64.efi", BF_VERDICT_UNKNOWN,
		 "shim, which starts /EFI/BOOT/fbx64.efi, and that what is installed"},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct report *r = report_new();
		struct bf_examined *first = &r->inspect.programs[0].binary;
		add_program(r, add_file(r, cases[i].fat, cases[i].path), &ipxe);
		first->kind = BF_EXAMINED_OTHER;
		first->is_shim = true;
		first->shim = shim;
		assert_path(r, BF_ARCH_X86_64, true, cases[i].verdict, cases[i].text);
		const struct bf_boot_path *path =
			&r->inspect.boot_paths[2 * BF_ARCH_X86_64 + 1];
		assert_ptr_equal(path->first, &r->inspect.programs[0]);
		assert_ptr_equal(
			path->program,
			&r->inspect.programs[cases[i].verdict == BF_VERDICT_BOOTS]);
		/* Signed or not, it is asked wherever something is started. */
		assert_int_equal(path->secure_verdict,
				 cases[i].verdict == BF_VERDICT_NOTHING
					 ? BF_SECURE_NONE
					 : BF_SECURE_UNSIGNED);
		report_free(r);
	}
}

static void test_shim_without_a_name(void **state)
{
	(void)state;
	struct report *r = report_new();
	r->inspect.programs[0].binary.kind = BF_EXAMINED_OTHER;
	r->inspect.programs[0].binary.is_shim = true;
	assert_path(r, BF_ARCH_X86_64, true, BF_VERDICT_UNKNOWN,
		    "shim, and it cannot be told what it starts");
	report_free(r);
}

/* A shim behind a shim is followed no further, also where it leads back. */
static void test_shim_behind_shim(void **state)
{
	(void)state;
	struct report *r = report_new();
	struct bf_examined *binary = &r->inspect.programs[0].binary;
	binary->kind = BF_EXAMINED_OTHER;
	strcpy(binary->name, "shim");
	binary->is_shim = true;
	strcpy(binary->shim.loader, "BOOTX64.EFI");
	assert_path(r, BF_ARCH_X86_64, true, BF_VERDICT_OTHER, "shim, then shim");
	report_free(r);
}

/* ---- UEFI: which file system is looked into ---- */

static void test_uefi_cd(void **state)
{
	(void)state;
	static const char good[] = "iPXE 1.2.3, runs the script in its slot";
	static const struct {
		bool has_eltorito;
		/* Of the two entries for UEFI; the second leads to the program. */
		uint8_t platforms[2];
		bool bootable[2];
		uint64_t offsets[2];
		const char *text;
	} cases[] = {
		{true, {0xef, 0xef}, {true, true}, {FIRST, SECOND}, good},
		{true, {0xef, 0xef}, {true, true}, {SECOND, NOWHERE}, good},
		{true, {0, 0xef}, {true, true}, {FIRST, SECOND}, good},
		{true,
		 {0xef, 0},
		 {true, true},
		 {FIRST, SECOND},
		 "no /EFI/BOOT/BOOTX64.EFI in the EFI file system"},
		{true,
		 {0xef, 0xef},
		 {true, false},
		 {FIRST, SECOND},
		 "no /EFI/BOOT/BOOTX64.EFI in the EFI file system"},
		{true,
		 {0xef, 0xef},
		 {true, true},
		 {NOWHERE, FIRST},
		 "no /EFI/BOOT/BOOTX64.EFI in the EFI file system"},
		{true,
		 {0xef, 0xef},
		 {true, true},
		 {NOWHERE, SECOND + 1},
		 "no FAT file system at the El Torito entry for UEFI"},
		{true,
		 {0xef, 0xef},
		 {false, false},
		 {FIRST, SECOND},
		 "no El Torito entry for UEFI"},
		{true,
		 {0, 1},
		 {true, true},
		 {FIRST, SECOND},
		 "no El Torito entry for UEFI"},
		{false,
		 {0, 0},
		 {true, true},
		 {FIRST, SECOND},
		 "no El Torito boot catalog"},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct report *r = report_new();
		r->scan->has_eltorito = cases[i].has_eltorito;
		for (size_t j = 0; j < 2; j++) {
			struct bf_eltorito_entry *entry =
				&r->scan->eltorito.entries[1 + j];
			entry->platform_id = cases[i].platforms[j];
			entry->is_bootable = cases[i].bootable[j];
			entry->offset = cases[i].offsets[j];
		}
		assert_path(r, BF_ARCH_X86_64, false,
			    cases[i].text == good ? BF_VERDICT_BOOTS : BF_VERDICT_NOTHING,
			    cases[i].text);
		report_free(r);
	}
}

static void test_uefi_usb(void **state)
{
	(void)state;
	static const char good[] = "iPXE 1.2.3, runs the script in its slot";
	static const struct {
		size_t n_gpt, n_mbr; /* partitions; the second leads to the program */
		uint64_t fats[2];
		const char *text;
	} cases[] = {
		{2, 2, {FIRST, SECOND}, good},
		{2, 0, {FIRST, SECOND}, good},
		{0, 2, {FIRST, SECOND}, good},
		{1, 2, {FIRST, SECOND}, good},
		{1, 1, {FIRST, SECOND}, "no partition with /EFI/BOOT/BOOTX64.EFI"},
		{1, 0, {FIRST, SECOND}, "no partition with /EFI/BOOT/BOOTX64.EFI"},
		{0, 1, {FIRST, SECOND}, "no partition with /EFI/BOOT/BOOTX64.EFI"},
		{2, 2, {NOWHERE, FIRST}, good}, /* a FAT's place is all that counts */
		{2, 2, {FIRST, NOWHERE}, "no partition with /EFI/BOOT/BOOTX64.EFI"},
		{2, 2, {NOWHERE, NOWHERE + 1}, "no partition with a FAT file system"},
		{0, 2, {NOWHERE, NOWHERE + 1}, "no partition with a FAT file system"},
		{0, 0, {NOWHERE, NOWHERE + 1}, "no partition table"},
	};
	for (size_t i = 0; i < ITEMS(cases); i++) {
		struct report *r = report_new();
		r->scan->has_gpt = cases[i].n_gpt;
		r->scan->gpt.n_partitions = cases[i].n_gpt;
		r->scan->mbr.n_partitions = cases[i].n_mbr;
		r->scan->fats[0].offset = cases[i].fats[0];
		r->scan->fats[1].offset = cases[i].fats[1];
		assert_path(r, BF_ARCH_X86_64, true,
			    cases[i].text == good ? BF_VERDICT_BOOTS : BF_VERDICT_NOTHING,
			    cases[i].text);
		report_free(r);
	}
}

/* Firmware differs in whether it reads a CD's boot catalog on a disk. */
static void test_eltorito_on_disk(void **state)
{
	(void)state;
	struct report *r = report_new();
	r->scan->has_gpt = false;
	r->scan->gpt.n_partitions = r->scan->mbr.n_partitions = 0;
	assert_path(r, BF_ARCH_X86_64, true, BF_VERDICT_DEPENDS,
		    "no partition table; EDK2 and U-Boot follow El Torito on a disk too: "
		    "iPXE 1.2.3, runs the script in its slot");
	assert_ptr_equal(r->inspect.boot_paths[2 * BF_ARCH_X86_64 + 1].program,
			 &r->inspect.programs[0]);
	assert_path(r, BF_ARCH_ARM64, true, BF_VERDICT_NOTHING, "no partition table");
	/* A damaged program boots nowhere. */
	r->inspect.programs[0].binary.kind = BF_EXAMINED_DAMAGED;
	assert_path(r, BF_ARCH_X86_64, true, BF_VERDICT_NOTHING, "no partition table");
	report_free(r);
}

/* What was not found may be where nobody looked. */
static void test_partial(void **state)
{
	(void)state;
	struct report *r = report_new();
	r->scan->is_partial = true;
	assert_path(r, BF_ARCH_X86_64, true, BF_VERDICT_BOOTS,
		    "iPXE 1.2.3, runs the script in its slot");
	assert_path(r, BF_ARCH_ARM64, true, BF_VERDICT_UNKNOWN,
		    "no partition with /EFI/BOOT/BOOTAA64.EFI in what was looked at");
	assert_path(r, BF_ARCH_ARM64, false, BF_VERDICT_UNKNOWN,
		    "no /EFI/BOOT/BOOTAA64.EFI in the EFI file system in what was looked "
		    "at");
	report_free(r);
}

/* A GPT whose entries are all unused is a partition table, without a file system. */
static void test_empty_gpt(void **state)
{
	(void)state;
	struct report *r = report_new();
	r->scan->gpt.n_partitions = r->scan->mbr.n_partitions = 0;
	assert_path(r, BF_ARCH_X86_64, true, BF_VERDICT_NOTHING,
		    "no partition with a FAT file system");
	report_free(r);
}

/* One file system without a partition table: a stick made by hand. */
static void test_fat_alone(void **state)
{
	(void)state;
	struct report *r = report_new();
	r->scan->kind = BF_SCAN_KIND_FAT;
	r->scan->has_eltorito = r->scan->has_mbr = r->scan->has_gpt = false;
	r->scan->eltorito.n_entries = 0;
	r->scan->gpt.n_partitions = r->scan->mbr.n_partitions = 0;
	r->scan->fats[0].offset = NOWHERE;
	r->scan->fats[1].offset = 0;
	assert_path(r, BF_ARCH_X86_64, true, BF_VERDICT_BOOTS,
		    "iPXE 1.2.3, runs the script in its slot");
	assert_path(r, BF_ARCH_ARM64, true, BF_VERDICT_NOTHING,
		    "no partition with /EFI/BOOT/BOOTAA64.EFI");
	assert_path(r, BF_ARCH_X86_64, false, BF_VERDICT_NOTHING,
		    "no El Torito boot catalog");
	assert_path(r, BF_ARCH_BIOS, true, BF_VERDICT_UNKNOWN,
		    "whatever the file system's boot sector starts");
	report_free(r);
}

/* Each architecture has its own file, and all of them are judged. */
static void test_every_arch(void **state)
{
	(void)state;
	for (enum bf_arch arch = BF_ARCH_BIOS + 1; arch < BF_ARCH_COUNT; arch++) {
		struct report *r = report_new();
		strcpy(r->scan->files[1].path, bf_arch_efi_path(arch));
		r->inspect.programs[0].binary.arch = bf_arch_name(arch);
		assert_path(r, arch, true, BF_VERDICT_BOOTS,
			    "iPXE 1.2.3, runs the script in its slot");
		unsigned n_boot = 0;
		for (size_t i = 0; i < r->inspect.n_boot_paths; i++)
			n_boot += r->inspect.boot_paths[i].verdict == BF_VERDICT_BOOTS;
		assert_int_equal(n_boot, 2);
		report_free(r);
	}
}

/* What is no image at all has no boot paths. */
static void test_no_image(void **state)
{
	(void)state;
	static const enum bf_scan_kind kinds[] = {BF_SCAN_UNKNOWN, BF_SCAN_KIND_FILE};
	for (size_t i = 0; i < ITEMS(kinds); i++) {
		struct report *r = report_new();
		r->scan->kind = kinds[i];
		assert_int_equal(bf_judge_boot_paths(&r->inspect), BF_OK);
		assert_int_equal(r->inspect.n_boot_paths, 0);
		report_free(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ipxe),
		cmocka_unit_test(test_old_ipxe),
		cmocka_unit_test(test_programs),
		cmocka_unit_test(test_unread_program),
		cmocka_unit_test(test_long_problem),
		cmocka_unit_test(test_shim),
		cmocka_unit_test(test_shim_without_a_name),
		cmocka_unit_test(test_shim_behind_shim),
		cmocka_unit_test(test_uefi_cd),
		cmocka_unit_test(test_uefi_usb),
		cmocka_unit_test(test_eltorito_on_disk),
		cmocka_unit_test(test_partial),
		cmocka_unit_test(test_empty_gpt),
		cmocka_unit_test(test_fat_alone),
		cmocka_unit_test(test_every_arch),
		cmocka_unit_test(test_no_image),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
