/* SPDX-License-Identifier: GPL-3.0-only */
#include "inspect/judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "inspect/isolinux.h"
#include "inspect/secure_boot.h"
#include "ipxe/loose.h"

__attribute__((format(printf, 3, 4))) static void
settle(struct bf_boot_path *path, enum bf_verdict verdict, const char *format, ...)
{
	va_list args;
	path->verdict = verdict;
	va_start(args, format);
	vsnprintf(path->text, sizeof(path->text), format, args);
	va_end(args);
}

/* Nothing was found: it does not boot, if everything was looked at. */
__attribute__((format(printf, 3, 4))) static void
settle_absent(struct bf_boot_path *path, const struct bf_inspect *report,
	      const char *format, ...)
{
	char text[BF_INSPECT_TEXT_SIZE];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (report->scan->is_partial)
		settle(path, BF_VERDICT_UNKNOWN, "%.400s in what was looked at", text);
	else
		settle(path, BF_VERDICT_NOTHING, "%s", text);
}

/* ---- What a program does once it runs ---- */

/* What is loaded with iPXE on a BIOS, NULL for nothing, is the script of one without. */
static const char *judge_initrd(const struct bf_examined *binary, const char *initrd)
{
	if (initrd && strcasecmp(initrd, BF_LOOSE_PATH) == 0)
		return "runs autoexec.ipxe";
	if (initrd)
		return "runs its initrd";
	return binary->slot_state == BF_SLOT_HANDOVER
		       ? "whose script, autoexec.ipxe, is missing: it stops at its shell"
		       : "which has no script: it boots from the network";
}

static const char *judge_slot(const struct bf_inspect *report,
			      const struct bf_examined *binary, const char *initrd)
{
	switch (binary->slot_state) {
	case BF_SLOT_NONE:
	case BF_SLOT_HANDOVER:
		return judge_initrd(binary, initrd);
	case BF_SLOT_PLACEHOLDER:
		return "whose script slot was never filled: it stops at its shell";
	case BF_SLOT_DAMAGED:
		return "whose script slot is damaged";
	case BF_SLOT_FILLED:
		break;
	}
	return report->scripts_differ
		       ? "runs the script in its slot, which not all slots have"
		       : "runs the script in its slot";
}

static void judge_ipxe(struct bf_boot_path *path, const struct bf_inspect *report,
		       const struct bf_examined *binary, const char *initrd)
{
	bool finds_autoexec = path->arch != BF_ARCH_BIOS && report->autoexec.file &&
			      binary->ipxe.can_run_loose;
	const char *does = finds_autoexec ? "runs autoexec.ipxe"
			   : binary->ipxe.embedded_script
				   ? "runs the script compiled into it"
				   : judge_slot(report, binary, initrd);
	settle(path, BF_VERDICT_BOOTS, "iPXE %s, %s", binary->ipxe.version, does);
}

/* A kernel with an EFI stub is for UEFI as a PE, and for the BIOS as a bzImage. */
static bool is_for(const struct bf_examined *binary, enum bf_arch arch)
{
	return arch == BF_ARCH_BIOS ? binary->is_bzimage
				    : strcmp(binary->arch, bf_arch_name(arch)) == 0;
}

/* initrd is the path of what is loaded with it, NULL for nothing. */
static void judge_program(struct bf_boot_path *path, const struct bf_inspect *report,
			  const struct bf_scan_file *file, const char *initrd)
{
	const struct bf_inspect_program *program = bf_inspect_find(report, file);
	if (!program) {
		settle(path, BF_VERDICT_UNKNOWN,
		       "%s, which could not be looked at, see the problems", file->path);
		return;
	}
	const struct bf_examined *binary = &program->binary;
	path->program = program;
	if (binary->kind == BF_EXAMINED_DAMAGED)
		settle(path, BF_VERDICT_NOTHING, "%s is damaged: %.300s", file->path,
		       binary->problem.text);
	else if (!is_for(binary, path->arch))
		settle(path, BF_VERDICT_NOTHING, "%s is for %s", file->path,
		       binary->arch[0] ? binary->arch : "another kind of machine");
	else if (binary->kind == BF_EXAMINED_OTHER)
		settle(path, BF_VERDICT_OTHER, "%s",
		       binary->name[0] ? binary->name : "a program that is not iPXE");
	else
		judge_ipxe(path, report, binary, initrd);
}

/* ---- UEFI ---- */

/* shim runs: what will it start? */
static void judge_shim(struct bf_boot_path *path, const struct bf_inspect *report,
		       const struct bf_scan_file *file)
{
	const struct bf_shim *shim = &path->program->binary.shim;
	char beside[BF_SCAN_PATH_SIZE], text[BF_INSPECT_TEXT_SIZE];
	if (bf_inspect_find_beside(report, file, shim->fallback, beside)) {
		settle(path, BF_VERDICT_UNKNOWN,
		       "shim, which starts %.400s, and that what is installed", beside);
		return;
	}
	const struct bf_scan_file *next =
		bf_inspect_find_beside(report, file, shim->loader, beside);
	if (!shim->loader[0]) {
		settle(path, BF_VERDICT_UNKNOWN,
		       "shim, and it cannot be told what it starts");
	} else if (!next) {
		settle_absent(path, report, "shim starts %.400s: no such file", beside);
	} else {
		judge_program(path, report, next, NULL);
		snprintf(text, sizeof(text), "%s", path->text);
		settle(path, path->verdict, "shim, then %.500s", text);
	}
}

static void judge_efi(struct bf_boot_path *path, const struct bf_inspect *report,
		      const struct bf_scan_file *file)
{
	judge_program(path, report, file, NULL);
	path->first = path->program;
	if (path->verdict == BF_VERDICT_OTHER && path->first->binary.is_shim)
		judge_shim(path, report, file);
	bf_judge_secure_boot(path);
}

/* Try the file for the architecture in one file system; false if there is none. */
static bool try_efi(struct bf_boot_path *path, struct bf_inspect *report, uint64_t offset)
{
	struct bf_scan_fat *fat = bf_scan_fat_at(report->scan, offset);
	if (!fat)
		return false;
	const struct bf_scan_file *file =
		bf_scan_find(report->scan, (unsigned)(fat - report->scan->fats),
			     bf_arch_efi_path(path->arch));
	if (!file)
		return false;
	judge_efi(path, report, file);
	return true;
}

static void judge_uefi_cd(struct bf_boot_path *path, struct bf_inspect *report)
{
	const struct bf_eltorito *eltorito = &report->scan->eltorito;
	bool has_entry = false, has_fat = false;
	for (size_t i = 0; i < eltorito->n_entries; i++) {
		const struct bf_eltorito_entry *entry = &eltorito->entries[i];
		if (entry->platform_id != BF_ELTORITO_UEFI || !entry->is_bootable)
			continue;
		has_entry = true;
		has_fat |= bf_scan_fat_at(report->scan, entry->offset) != NULL;
		if (try_efi(path, report, entry->offset))
			return;
	}
	settle_absent(path, report,
		      !report->scan->has_eltorito ? "no El Torito boot catalog"
		      : !has_entry                ? "no El Torito entry for UEFI"
		      : !has_fat                  ? "no FAT file system at the El Torito "
						    "entry for UEFI"
						  : "no %s in the EFI file system",
		      bf_arch_efi_path(path->arch));
}

/*
 * UEFI reads El Torito from CDs (2.10, 13.3.2.1). EDK2 and U-Boot read it from disks too, if
 * these have no partition table; false if that would start nothing either.
 */
static bool judge_eltorito_on_disk(struct bf_boot_path *path, struct bf_inspect *report)
{
	struct bf_boot_path cd = {.arch = path->arch};
	judge_uefi_cd(&cd, report);
	if (cd.verdict != BF_VERDICT_BOOTS && cd.verdict != BF_VERDICT_OTHER)
		return false;
	*path = cd;
	path->is_usb = true;
	settle(path, BF_VERDICT_DEPENDS,
	       "no partition table; EDK2 and U-Boot follow El Torito on a disk too: "
	       "%.300s",
	       cd.text);
	return true;
}

static void judge_uefi_usb(struct bf_boot_path *path, struct bf_inspect *report)
{
	const struct bf_scan *scan = report->scan;
	bool has_fat = scan->kind == BF_SCAN_KIND_FAT;
	if (has_fat && try_efi(path, report, 0))
		return;
	for (size_t i = 0; i < scan->gpt.n_partitions; i++) {
		has_fat |= bf_scan_fat_at(report->scan, scan->gpt.partitions[i].offset) !=
			   NULL;
		if (try_efi(path, report, scan->gpt.partitions[i].offset))
			return;
	}
	for (size_t i = 0; i < scan->mbr.n_partitions; i++) {
		has_fat |= bf_scan_fat_at(report->scan, scan->mbr.partitions[i].offset) !=
			   NULL;
		if (try_efi(path, report, scan->mbr.partitions[i].offset))
			return;
	}
	bool has_table = scan->has_gpt || scan->mbr.n_partitions || has_fat;
	if (!has_table && judge_eltorito_on_disk(path, report))
		return;
	settle_absent(path, report,
		      !has_table ? "no partition table"
		      : !has_fat ? "no partition with a FAT file system"
				 : "no partition with %s",
		      bf_arch_efi_path(path->arch));
}

/* ---- BIOS ---- */

/*
 * The folder of the configuration, NULL if there is none; ret_err is what kept it from being
 * looked for: BF_ERR_NOMEM or BF_ERR_WORK.
 */
static const char *find_config(const struct bf_iso_volume *iso, struct bf_iso_extent *ret,
			       int *ret_err)
{
	/* Where ISOLINUX looks, in its order. */
	static const char *const folders[] = {
		"/boot/isolinux", "/isolinux", "/boot/syslinux", "/syslinux", "", NULL};
	static const char *const names[] = {"isolinux.cfg", "syslinux.cfg", NULL};
	for (const char *const *folder = folders; *folder; folder++)
		for (const char *const *name = names; *name; name++) {
			char path[64];
			snprintf(path, sizeof(path), "%s/%s", *folder, *name);
			*ret_err = bf_iso9660_lookup(iso, path, ret, NULL);
			if (*ret_err == BF_OK)
				return *folder;
			if (*ret_err == BF_ERR_NOMEM || *ret_err == BF_ERR_WORK)
				return NULL;
		}
	*ret_err = BF_OK;
	return NULL;
}

/* Look for a file; a name without a folder is one in the configuration's own. */
static int find_named(const struct bf_scan *scan, const char *folder, const char *name,
		      char ret_path[BF_SCAN_PATH_SIZE])
{
	struct bf_iso_extent extent;
	snprintf(ret_path, BF_SCAN_PATH_SIZE, "%s%s%s", name[0] == '/' ? "" : folder,
		 name[0] == '/' ? "" : "/", name);
	return bf_scan_find(scan, BF_SCAN_ISO, ret_path)
		       ? BF_OK
		       : bf_iso9660_lookup(&scan->iso, ret_path, &extent, NULL);
}

/* What a configuration starts. */
static int judge_config(struct bf_boot_path *path, const struct bf_inspect *report,
			const char *folder, struct bf_view config)
{
	const struct bf_scan *scan = report->scan;
	struct bf_isolinux_label label;
	char kernel[BF_SCAN_PATH_SIZE], initrd[BF_SCAN_PATH_SIZE], text[256];
	if (!bf_isolinux_default(config, &label)) {
		settle(path, BF_VERDICT_UNKNOWN, "ISOLINUX, with a menu");
		return BF_OK;
	}
	int err = find_named(scan, folder, label.kernel, kernel);
	const char *missing = err ? label.kernel : label.initrd;
	if (!err && label.initrd[0])
		err = find_named(scan, folder, label.initrd, initrd);
	const struct bf_scan_file *file = bf_scan_find(scan, BF_SCAN_ISO, kernel);
	if (err == BF_ERR_WORK)
		settle(path, BF_VERDICT_UNKNOWN,
		       "ISOLINUX starts %s, which was not looked for",
		       bf_printable(missing, text, sizeof(text)));
	else if (err)
		settle(path, BF_VERDICT_NOTHING, "isolinux.cfg %s %s, which is not there",
		       missing == label.kernel ? "starts" : "loads",
		       bf_printable(missing, text, sizeof(text)));
	else if (file)
		judge_program(path, report, file, label.initrd[0] ? initrd : NULL);
	else
		settle(path, BF_VERDICT_OTHER, "ISOLINUX starts %s",
		       bf_printable(label.kernel, text, sizeof(text)));
	return err == BF_ERR_NOMEM ? err : BF_OK;
}

/* Each line costs as much as some hundred bytes elsewhere, and may be one byte long. */
enum { CONFIG_WORK = 1000 };

static int load_config(const struct bf_scan *scan, const struct bf_iso_extent *extent,
		       struct bf_buffer *ret)
{
	if (extent->size > BF_ISOLINUX_CONFIG_SIZE_MAX)
		return BF_ERR_TOO_BIG;
	int err = bf_budget_draw(scan->source.budget, extent->size * CONFIG_WORK, NULL);
	return err ? err
		   : bf_source_load(&scan->source, extent->offset, (size_t)extent->size,
				    ret, NULL);
}

/* ISOLINUX runs: what will it start? */
static int judge_isolinux(struct bf_boot_path *path, const struct bf_inspect *report)
{
	const struct bf_scan *scan = report->scan;
	bf_cleanup(bf_buffer_free) struct bf_buffer config = {0};
	struct bf_iso_extent extent;
	int err;
	const char *folder = find_config(&scan->iso, &extent, &err);
	if (!folder && !err) {
		settle(path, BF_VERDICT_NOTHING, "ISOLINUX finds no isolinux.cfg");
		return BF_OK;
	}
	if (folder)
		err = load_config(scan, &extent, &config);
	if (!err)
		return judge_config(path, report, folder, bf_buffer_view(&config));
	settle(path, BF_VERDICT_UNKNOWN,
	       "ISOLINUX, whose configuration could not be read");
	return err == BF_ERR_NOMEM ? err : BF_OK;
}

/* The BIOS has loaded the boot image of an El Torito entry, or MBR code has. */
static int judge_boot_image(struct bf_boot_path *path, const struct bf_inspect *report,
			    size_t index)
{
	const struct bf_scan *scan = report->scan;
	uint64_t offset = scan->eltorito.entries[index].offset;
	struct bf_source part =
		bf_source_part(&scan->source, offset, BF_ISOLINUX_SIZE_MAX);
	bf_cleanup(bf_buffer_free) struct bf_buffer image = {0};
	struct bf_error error;
	if (part.size == 0) {
		settle(path, BF_VERDICT_NOTHING,
		       "the El Torito boot image at offset %llu is beyond the end at "
		       "%llu",
		       (unsigned long long)offset, (unsigned long long)scan->source.size);
		return BF_OK;
	}
	int err = bf_source_load(&part, 0, (size_t)part.size, &image, &error);
	if (err == BF_ERR_NOMEM)
		return err;
	if (err)
		settle(path, BF_VERDICT_UNKNOWN, "El Torito boot image: %.400s",
		       error.text);
	else if (!bf_isolinux_probe(bf_buffer_view(&image)))
		settle(path, BF_VERDICT_UNKNOWN, "a boot loader that is not ISOLINUX");
	else if (bf_isolinux_check(bf_buffer_view(&image), offset, &error))
		settle(path, BF_VERDICT_NOTHING, "%.400s", error.text);
	else
		return judge_isolinux(path, report);
	return BF_OK;
}

static bool find_bios_entry(const struct bf_eltorito *eltorito, size_t *ret)
{
	for (size_t i = 0; i < eltorito->n_entries; i++)
		if (eltorito->entries[i].platform_id == BF_ELTORITO_BIOS &&
		    eltorito->entries[i].is_bootable) {
			*ret = i;
			return true;
		}
	return false;
}

static int judge_bios_cd(struct bf_boot_path *path, struct bf_inspect *report)
{
	size_t index;
	if (!report->scan->has_eltorito)
		settle(path, BF_VERDICT_NOTHING, "no El Torito boot catalog");
	else if (!find_bios_entry(&report->scan->eltorito, &index))
		settle_absent(path, report, "no El Torito entry for BIOS");
	else
		return judge_boot_image(path, report, index);
	return BF_OK;
}

static int judge_bios_usb(struct bf_boot_path *path, struct bf_inspect *report)
{
	const struct bf_scan *scan = report->scan;
	size_t index;
	if (scan->kind == BF_SCAN_KIND_FAT)
		settle(path, BF_VERDICT_UNKNOWN,
		       "whatever the file system's boot sector starts");
	else if (!scan->has_mbr)
		settle(path, BF_VERDICT_NOTHING, "no master boot record");
	else if (!scan->mbr.has_boot_code)
		settle(path, BF_VERDICT_NOTHING,
		       "no boot code in the master boot record");
	else if (!find_bios_entry(&scan->eltorito, &index))
		settle(path, BF_VERDICT_UNKNOWN,
		       "whatever the master boot record's code starts");
	else if (scan->mbr.isohybrid_isolinux == scan->eltorito.entries[index].offset)
		return judge_boot_image(path, report, index);
	else
		settle(path, BF_VERDICT_UNKNOWN,
		       "the master boot record's code is not isohybrid for this image");
	return BF_OK;
}

/* ---- All ---- */

static int judge(struct bf_boot_path *path, struct bf_inspect *report)
{
	if (path->arch == BF_ARCH_BIOS)
		return (path->is_usb ? judge_bios_usb : judge_bios_cd)(path, report);
	(path->is_usb ? judge_uefi_usb : judge_uefi_cd)(path, report);
	return BF_OK;
}

int bf_judge_boot_paths(struct bf_inspect *report)
{
	int err = BF_OK;
	if (report->scan->kind == BF_SCAN_KIND_FILE ||
	    report->scan->kind == BF_SCAN_UNKNOWN)
		return BF_OK;
	for (enum bf_arch arch = 0; !err && arch < BF_ARCH_COUNT; arch++)
		for (int usb = 0; !err && usb <= 1; usb++) {
			struct bf_boot_path *path =
				&report->boot_paths[report->n_boot_paths++];
			path->arch = arch;
			path->is_usb = usb;
			err = judge(path, report);
		}
	return err;
}
