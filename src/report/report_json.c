/* SPDX-License-Identifier: GPL-3.0-only */
#include <stdio.h>
#include <string.h>

#include "report/json.h"
#include "report/report.h"
#include "report/report_signed.h"

/* Raised when a member changes its meaning or goes away; new ones do not raise it. */
enum { FORMAT = 1 };

static void put_hex(struct bf_json *json, const char *key, uint32_t value)
{
	char text[16];
	snprintf(text, sizeof(text), "0x%08x", value);
	bf_json_string(json, key, text);
}

/* ---- Structure ---- */

static void put_iso(struct bf_json *json, const struct bf_scan *scan)
{
	if (!scan->has_iso) {
		bf_json_null(json, "iso9660");
		return;
	}
	bf_json_open_object(json, "iso9660");
	bf_json_string(json, "label", scan->iso.label);
	bf_json_number(json, "size", scan->iso.size);
	bf_json_close_object(json);
}

static const char *platform_name(uint8_t id)
{
	return id == BF_ELTORITO_BIOS   ? "bios"
	       : id == BF_ELTORITO_UEFI ? "uefi"
					: "other";
}

static void put_eltorito(struct bf_json *json, const struct bf_scan *scan)
{
	bf_json_open_array(json, "el_torito");
	for (size_t i = 0; i < scan->eltorito.n_entries; i++) {
		const struct bf_eltorito_entry *entry = &scan->eltorito.entries[i];
		bf_json_open_object(json, NULL);
		bf_json_string(json, "platform", platform_name(entry->platform_id));
		bf_json_bool(json, "bootable", entry->is_bootable);
		bf_json_bool(json, "emulation", entry->boot_media_type != 0);
		bf_json_number(json, "offset", entry->offset);
		bf_json_number(json, "load_size", entry->load_size);
		bf_json_string_or_null(json, "path", scan->eltorito_path[i]);
		bf_json_close_object(json);
	}
	bf_json_close_array(json);
}

static void put_mbr(struct bf_json *json, const struct bf_scan *scan)
{
	if (!scan->has_mbr) {
		bf_json_null(json, "mbr");
		return;
	}
	bf_json_open_object(json, "mbr");
	bf_json_bool(json, "boot_code", scan->mbr.has_boot_code);
	bf_json_open_array(json, "partitions");
	for (size_t i = 0; i < scan->mbr.n_partitions; i++) {
		const struct bf_mbr_entry *partition = &scan->mbr.partitions[i];
		bf_json_open_object(json, NULL);
		bf_json_number(json, "number", partition->number);
		bf_json_number(json, "type", partition->type);
		bf_json_bool(json, "active", partition->is_active);
		bf_json_number(json, "offset", partition->offset);
		bf_json_number(json, "size", partition->size);
		bf_json_close_object(json);
	}
	bf_json_close_array(json);
	bf_json_close_object(json);
}

static void put_gpt_header(struct bf_json *json, const char *key,
			   const struct bf_gpt_header *header)
{
	if (!header->is_there) {
		bf_json_null(json, key);
		return;
	}
	bf_json_open_object(json, key);
	bf_json_number(json, "lba", header->lba);
	bf_json_bool(json, "good", bf_gpt_header_is_good(header));
	put_hex(json, "header_crc", header->header_crc);
	put_hex(json, "header_crc_computed", header->header_crc_computed);
	put_hex(json, "entries_crc", header->entries_crc);
	put_hex(json, "entries_crc_computed", header->entries_crc_computed);
	bf_json_close_object(json);
}

static void put_gpt(struct bf_json *json, const struct bf_scan *scan)
{
	if (!scan->has_gpt) {
		bf_json_null(json, "gpt");
		return;
	}
	bf_json_open_object(json, "gpt");
	put_gpt_header(json, "primary", &scan->gpt.primary);
	put_gpt_header(json, "backup", &scan->gpt.backup);
	bf_json_open_array(json, "partitions");
	for (size_t i = 0; i < scan->gpt.n_partitions; i++) {
		const struct bf_gpt_entry *partition = &scan->gpt.partitions[i];
		char type[BF_GPT_GUID_TEXT];
		bf_gpt_format_guid(partition->type, type);
		bf_json_open_object(json, NULL);
		bf_json_number(json, "number", partition->number);
		bf_json_string(json, "type", type);
		bf_json_string(json, "name", partition->name);
		bf_json_number(json, "offset", partition->offset);
		bf_json_number(json, "size", partition->size);
		bf_json_close_object(json);
	}
	bf_json_close_array(json);
	bf_json_close_object(json);
}

static void put_listed(struct bf_json *json, const struct bf_scan *scan, unsigned fat)
{
	bf_json_open_array(json, "files");
	for (size_t i = 0; i < scan->n_listed; i++) {
		if (scan->listed[i].fat != fat)
			continue;
		bf_json_open_object(json, NULL);
		bf_json_string(json, "path", scan->listed[i].path);
		bf_json_number(json, "size", scan->listed[i].size);
		bf_json_close_object(json);
	}
	bf_json_close_array(json);
	bf_json_number(json, "more_files", scan->fats[fat].n_unlisted);
}

static void put_fats(struct bf_json *json, const struct bf_scan *scan)
{
	bf_json_open_array(json, "fat");
	for (unsigned i = 0; i < scan->n_fats; i++) {
		const struct bf_scan_fat *fat = &scan->fats[i];
		bf_json_open_object(json, NULL);
		bf_json_number(json, "offset", fat->offset);
		bf_json_number(json, "bits", fat->volume.bits);
		bf_json_number(json, "size", fat->volume.size);
		bf_json_string(json, "label", fat->volume.label);
		put_listed(json, scan, i);
		bf_json_close_object(json);
	}
	bf_json_close_array(json);
}

/* ---- Programs ---- */

static void put_place(struct bf_json *json, const struct bf_scan_file *file)
{
	bf_json_open_object(json, NULL);
	if (file->fat == BF_SCAN_ISO)
		bf_json_null(json, "fat");
	else
		bf_json_number(json, "fat", file->fat);
	bf_json_string(json, "path", file->path);
	bf_json_close_object(json);
}

static void put_schemes(struct bf_json *json, const char *list)
{
	struct bf_word_list schemes;
	bf_word_list_split(list, &schemes);
	bf_json_open_array(json, "schemes");
	for (size_t i = 0; i < schemes.n && schemes.words[i][0]; i++)
		bf_json_string(json, NULL, schemes.words[i]);
	bf_json_close_array(json);
}

static void put_slot(struct bf_json *json, const struct bf_examined *binary)
{
	static const char *const states[] = {
		[BF_SLOT_FILLED] = "filled",
		[BF_SLOT_PLACEHOLDER] = "placeholder",
		[BF_SLOT_HANDOVER] = "handover",
		[BF_SLOT_DAMAGED] = "damaged",
	};
	if (binary->slot_state == BF_SLOT_NONE) {
		bf_json_null(json, "slot");
		return;
	}
	bf_json_open_object(json, "slot");
	bf_json_string(json, "state", states[binary->slot_state]);
	if (binary->slot_state != BF_SLOT_DAMAGED) {
		bf_json_bool(json, "packed", binary->slot_is_packed);
		bf_json_number(json, "offset", binary->slot.offset);
		bf_json_number(json, "size", binary->slot.size);
		bf_json_number(json, "capacity", bf_slot_capacity(binary->slot.size));
		bf_json_number(json, "used",
			       binary->script.size - strlen(BF_SLOT_FIRST_LINE));
		bf_json_text(json, "script", bf_buffer_view(&binary->script));
	}
	bf_json_close_object(json);
}

static void put_trust(struct bf_json *json, const struct bf_examined *binary)
{
	bf_json_open_object(json, "trust");
	bf_json_bool(json, "stock", bf_examined_trust_is_stock(binary));
	bf_json_open_array(json, "sha256");
	for (uint32_t i = 0; i < binary->n_roots; i++) {
		char hex[2 * BF_SHA256_SIZE + 1];
		for (size_t j = 0; j < BF_SHA256_SIZE; j++)
			snprintf(hex + 2 * j, 3, "%02x", binary->roots[i][j]);
		bf_json_string(json, NULL, hex);
	}
	bf_json_close_array(json);
	bf_json_close_object(json);
}

static void put_pe(struct bf_json *json, const struct bf_inspect *report,
		   const struct bf_inspect_program *program)
{
	const struct bf_examined *binary = &program->binary;
	bf_json_open_object(json, "checksum");
	put_hex(json, "stored", binary->checksum);
	put_hex(json, "computed", binary->checksum_computed);
	bf_json_bool(json, "good", binary->checksum == binary->checksum_computed);
	bf_json_close_object(json);
	bf_report_signed_json(json, report, program);
}

static void put_program(struct bf_json *json, const struct bf_inspect *report,
			const struct bf_inspect_program *program)
{
	static const char *const kinds[] = {
		[BF_EXAMINED_IPXE] = "ipxe",
		[BF_EXAMINED_OTHER] = "other",
		[BF_EXAMINED_DAMAGED] = "damaged",
	};
	const struct bf_examined *binary = &program->binary;
	bf_json_open_object(json, NULL);
	bf_json_open_array(json, "files");
	for (size_t i = 0; i < program->n_places; i++)
		put_place(json, program->places[i]);
	bf_json_close_array(json);
	bf_json_number(json, "offset", program->offset);
	bf_json_number(json, "size", binary->size);
	bf_json_string(json, "kind", kinds[binary->kind]);
	bf_json_string_or_null(json, "name", binary->name);
	bf_json_string_or_null(json, "arch", binary->arch);
	if (binary->is_pe && binary->kind != BF_EXAMINED_DAMAGED)
		put_pe(json, report, program);
	if (binary->kind == BF_EXAMINED_IPXE) {
		bf_json_string_or_null(json, "version", binary->ipxe.version);
		put_schemes(json, binary->ipxe.can.schemes);
		bf_json_bool(json, "embedded_script", binary->ipxe.embedded_script);
		put_slot(json, binary);
		put_trust(json, binary);
	}
	bf_json_string_or_null(json, "problem", binary->problem.text);
	bf_json_close_object(json);
}

static void put_autoexec(struct bf_json *json, const struct bf_inspect_autoexec *autoexec)
{
	if (!autoexec->file) {
		bf_json_null(json, "autoexec");
		return;
	}
	bf_json_open_object(json, "autoexec");
	bf_json_string(json, "path", autoexec->file->path);
	bf_json_bool(json, "slot", autoexec->is_slot);
	if (autoexec->is_slot) {
		bf_json_number(json, "capacity", bf_slot_capacity(autoexec->slot.size));
		bf_json_number(json, "used",
			       autoexec->script.size - strlen(BF_SLOT_FIRST_LINE));
	}
	bf_json_text(json, "script", bf_buffer_view(&autoexec->script));
	bf_json_close_object(json);
}

static void put_boot_path(struct bf_json *json, const struct bf_inspect *report,
			  const struct bf_boot_path *path)
{
	static const char *const verdicts[] = {
		[BF_VERDICT_BOOTS] = "ipxe",      [BF_VERDICT_OTHER] = "other",
		[BF_VERDICT_NOTHING] = "nothing", [BF_VERDICT_UNKNOWN] = "unknown",
		[BF_VERDICT_DEPENDS] = "depends",
	};
	bf_json_open_object(json, NULL);
	bf_json_string(json, "firmware", path->arch == BF_ARCH_BIOS ? "bios" : "uefi");
	bf_json_string(json, "arch", bf_arch_name(path->arch));
	bf_json_string(json, "medium", path->is_usb ? "usb" : "cd");
	bf_json_string(json, "boots", verdicts[path->verdict]);
	bf_json_string(json, "text", path->text);
	if (path->program)
		bf_json_number(json, "program",
			       (uint64_t)(path->program - report->programs));
	else
		bf_json_null(json, "program");
	bf_report_secure_json(json, path);
	bf_json_close_object(json);
}

void bf_report_json(const char *path, const struct bf_inspect *report, FILE *out)
{
	static const char *const kinds[] = {
		[BF_SCAN_UNKNOWN] = "unknown",   [BF_SCAN_KIND_ISO] = "iso",
		[BF_SCAN_KIND_DISK] = "disk",    [BF_SCAN_KIND_FAT] = "fat",
		[BF_SCAN_KIND_FILE] = "program",
	};
	const struct bf_scan *scan = report->scan;
	struct bf_json json = {.out = out};
	bf_json_open_object(&json, NULL);
	bf_json_number(&json, "format", FORMAT);
	bf_json_string(&json, "file", path);
	bf_json_number(&json, "size", scan->source.size);
	bf_json_string(&json, "kind", kinds[scan->kind]);
	bf_json_open_array(&json, "boot_paths");
	for (size_t i = 0; i < report->n_boot_paths; i++)
		put_boot_path(&json, report, &report->boot_paths[i]);
	bf_json_close_array(&json);
	bf_json_open_array(&json, "programs");
	for (size_t i = 0; i < report->n_programs; i++)
		put_program(&json, report, &report->programs[i]);
	bf_json_close_array(&json);
	bf_json_bool(&json, "scripts_differ", report->scripts_differ);
	put_autoexec(&json, &report->autoexec);
	put_iso(&json, scan);
	put_eltorito(&json, scan);
	put_mbr(&json, scan);
	put_gpt(&json, scan);
	put_fats(&json, scan);
	bf_json_open_array(&json, "problems");
	for (size_t i = 0; i < scan->n_problems; i++)
		bf_json_string(&json, NULL, scan->problems[i].text);
	bf_json_close_array(&json);
	bf_json_open_array(&json, "notes");
	for (size_t i = 0; i < scan->n_notes; i++)
		bf_json_string(&json, NULL, scan->notes[i].text);
	bf_json_close_array(&json);
	bf_json_bool(&json, "complete", !scan->is_partial);
	bf_json_close_object(&json);
}
