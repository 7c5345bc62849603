/* SPDX-License-Identifier: GPL-3.0-only */
#include "inspect/judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "inspect/isolinux.h"

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

static void judge_ipxe(struct bf_boot_path *path, const struct bf_inspect *report,
		       const struct bf_examined *binary)
{
	const struct bf_inspect_autoexec *autoexec = &report->autoexec;
	settle(path, BF_VERDICT_BOOTS, "iPXE %s", binary->ipxe.version);
	size_t length = strlen(path->text);
	const char *does = "";
	if (autoexec->file && path->arch != BF_ARCH_BIOS)
		does = ", runs autoexec.ipxe";
	else if (binary->ipxe.embedded_script)
		does = ", runs the script compiled into it";
	else if (binary->slot_state == BF_SLOT_NONE)
		does = ", which has no script: it boots from the network";
	else if (binary->slot_state == BF_SLOT_PLACEHOLDER)
		does = ", whose script slot was never filled: it stops at its shell";
	else if (binary->slot_state == BF_SLOT_DAMAGED)
		does = ", whose script slot is damaged";
	else if (report->scripts_differ)
		does = ", runs the script in its slot, which not all slots have";
	else
		does = ", runs the script in its slot";
	snprintf(path->text + length, sizeof(path->text) - length, "%s", does);
}

/* A kernel with an EFI stub is for UEFI as a PE, and for the BIOS as a bzImage. */
static bool is_for(const struct bf_examined *binary, enum bf_arch arch)
{
	return arch == BF_ARCH_BIOS ? binary->is_bzimage
				    : strcmp(binary->arch, bf_arch_name(arch)) == 0;
}

static void judge_program(struct bf_boot_path *path, const struct bf_inspect *report,
			  const struct bf_scan_file *file)
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
		judge_ipxe(path, report, binary);
}

/* ---- UEFI ---- */

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
	judge_program(path, report, file);
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
	settle_absent(path, report,
		      !scan->has_gpt && !scan->mbr.n_partitions && !has_fat
			      ? "no partition table"
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

/* What a configuration starts; a kernel's name without a folder is one in its own. */
static int judge_config(struct bf_boot_path *path, const struct bf_inspect *report,
			const char *folder, struct bf_view config)
{
	char kernel[BF_ISOLINUX_PATH_SIZE], kernel_path[BF_SCAN_PATH_SIZE], text[256];
	if (!bf_isolinux_default(config, kernel)) {
		settle(path, BF_VERDICT_UNKNOWN, "ISOLINUX, with a menu");
		return BF_OK;
	}
	if (kernel[0] == '/')
		snprintf(kernel_path, sizeof(kernel_path), "%s", kernel);
	else
		snprintf(kernel_path, sizeof(kernel_path), "%s/%s", folder, kernel);
	const struct bf_scan_file *file =
		bf_scan_find(report->scan, BF_SCAN_ISO, kernel_path);
	struct bf_iso_extent extent;
	bf_printable(kernel, text, sizeof(text));
	if (file) {
		judge_program(path, report, file);
		return BF_OK;
	}
	int err = bf_iso9660_lookup(&report->scan->iso, kernel_path, &extent, NULL);
	if (!err)
		settle(path, BF_VERDICT_OTHER, "ISOLINUX starts %s", text);
	else if (err == BF_ERR_WORK)
		settle(path, BF_VERDICT_UNKNOWN,
		       "ISOLINUX starts %s, which was not looked for", text);
	else
		settle(path, BF_VERDICT_NOTHING,
		       "isolinux.cfg starts %s, which is not there", text);
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
