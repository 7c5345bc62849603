/* SPDX-License-Identifier: GPL-3.0-only */
#include <stdio.h>
#include <string.h>

#include "report/report.h"
#include "report/report_signed.h"

static const char *shown(const char *text)
{
	static char out[2048];
	return bf_printable(text, out, sizeof(out));
}

/* ---- What it is ---- */

static void print_title(const char *path, const struct bf_scan *scan)
{
	static const char *const kinds[] = {
		[BF_SCAN_UNKNOWN] = "nothing that could be booted from",
		[BF_SCAN_KIND_ISO] = "ISO 9660 image",
		[BF_SCAN_KIND_DISK] = "disk with a partition table",
		[BF_SCAN_KIND_FAT] = "FAT file system",
		[BF_SCAN_KIND_FILE] = "one program",
	};
	printf("%s: ", shown(path));
	printf("%s", kinds[scan->kind]);
	if (scan->has_iso)
		printf(" '%s'", shown(scan->iso.label));
	printf(", %llu bytes\n", (unsigned long long)scan->source.size);
}

static void print_boot_path(const struct bf_boot_path *path)
{
	static const char *const verdicts[] = {
		[BF_VERDICT_BOOTS] = "boots",     [BF_VERDICT_OTHER] = "other",
		[BF_VERDICT_NOTHING] = "no",      [BF_VERDICT_UNKNOWN] = "unknown",
		[BF_VERDICT_DEPENDS] = "depends",
	};
	bool is_bios = path->arch == BF_ARCH_BIOS;
	printf("  %s %-8s %-4s %-8s %s\n", is_bios ? "BIOS" : "UEFI",
	       is_bios ? "" : bf_arch_name(path->arch), path->is_usb ? "USB" : "CD",
	       verdicts[path->verdict], shown(path->text));
	bf_report_secure_text(path);
}

/* ---- Programs ---- */

static void print_script(struct bf_view script)
{
	while (script.size) {
		char line[1024];
		const uint8_t *end = memchr(script.data, '\n', script.size);
		size_t length = end ? (size_t)(end - script.data) : script.size;
		snprintf(line, sizeof(line), "%.*s",
			 (int)(length < sizeof(line) ? length : sizeof(line) - 1),
			 script.data);
		printf("      | %s\n", shown(line));
		length += end ? 1 : 0;
		script = bf_view_part(script, length, script.size - length);
	}
}

/* An earlier program with the same script: it is printed once. */
static const struct bf_inspect_program *find_same_script(const struct bf_inspect *report,
							 const struct bf_examined *binary)
{
	for (size_t i = 0; i < report->n_programs; i++) {
		const struct bf_examined *other = &report->programs[i].binary;
		if (other == binary)
			return NULL;
		if (other->script.size == binary->script.size &&
		    memcmp(other->script.data, binary->script.data,
			   binary->script.size) == 0)
			return &report->programs[i];
	}
	return NULL;
}

static void print_slot(const struct bf_inspect *report, const struct bf_examined *binary)
{
	const struct bf_inspect_program *same = NULL;
	if (binary->ipxe.embedded_script)
		printf("    a script is compiled in and wins over any slot\n");
	switch (binary->slot_state) {
	case BF_SLOT_NONE:
		printf("    script slot: none\n");
		return;
	case BF_SLOT_DAMAGED:
		printf("    script slot: damaged\n");
		return;
	case BF_SLOT_HANDOVER:
		printf("    script slot: leads to autoexec.ipxe\n");
		return;
	case BF_SLOT_PLACEHOLDER:
	case BF_SLOT_FILLED:
		printf("    script slot%s: %zu of %zu bytes used%s\n",
		       binary->slot_is_packed ? ", packed" : "",
		       binary->script.size - strlen(BF_SLOT_FIRST_LINE),
		       bf_slot_capacity(binary->slot.size),
		       binary->slot_state == BF_SLOT_PLACEHOLDER
			       ? ", by the placeholder it was made with"
			       : "");
		same = find_same_script(report, binary);
		if (same)
			printf("      as in %s\n", shown(same->places[0]->path));
		else
			print_script(bf_buffer_view(&binary->script));
	}
}

static void print_trust(const struct bf_examined *binary)
{
	if (binary->n_roots == 0)
		printf("    trust: no root certificate found\n");
	else if (bf_examined_trust_is_stock(binary))
		printf("    trust: iPXE's own root certificate\n");
	for (uint32_t i = 0; !bf_examined_trust_is_stock(binary) && i < binary->n_roots;
	     i++) {
		printf("    trust: certificate with SHA-256 ");
		for (size_t j = 0; j < BF_SHA256_SIZE; j++)
			printf("%02x", binary->roots[i][j]);
		printf("\n");
	}
}

static void print_pe(const struct bf_inspect *report,
		     const struct bf_inspect_program *program)
{
	const struct bf_examined *binary = &program->binary;
	if (binary->checksum == binary->checksum_computed)
		printf("    checksum: 0x%08x, good\n", binary->checksum);
	else if (binary->checksum == 0)
		printf("    checksum: none, as linkers leave it\n");
	else
		printf("    checksum: 0x%08x is stored, 0x%08x would be right\n",
		       binary->checksum, binary->checksum_computed);
	bf_report_signed_text(report, program);
}

static void print_places(const struct bf_inspect_program *program)
{
	if (program->n_places == 0)
		printf("  the whole file");
	for (size_t i = 0; i < program->n_places; i++) {
		const struct bf_scan_file *file = program->places[i];
		printf("%s%s", i ? ", " : "  ", shown(file->path));
		if (file->fat == BF_SCAN_ISO)
			printf(" (ISO 9660)");
		else
			printf(" (FAT %u)", file->fat + 1);
	}
	printf(": %llu bytes at %llu\n", (unsigned long long)program->binary.size,
	       (unsigned long long)program->offset);
}

static void print_program(const struct bf_inspect *report,
			  const struct bf_inspect_program *program)
{
	const struct bf_examined *binary = &program->binary;
	print_places(program);
	printf("    %s%s%s%s%s\n", binary->name[0] ? shown(binary->name) : "unknown",
	       binary->kind == BF_EXAMINED_IPXE ? " " : "", binary->ipxe.version,
	       binary->arch[0] ? " for " : "", binary->arch);
	if (binary->problem.text[0])
		printf("    problem: %s\n", shown(binary->problem.text));
	if (binary->is_pe && binary->kind != BF_EXAMINED_DAMAGED)
		print_pe(report, program);
	if (binary->kind != BF_EXAMINED_IPXE)
		return;
	printf("    URLs: %s\n", binary->ipxe.can.schemes);
	print_trust(binary);
	print_slot(report, binary);
}

static void print_autoexec(const struct bf_inspect_autoexec *autoexec)
{
	printf("\n%s, which iPXE runs instead of its slot%s\n",
	       shown(autoexec->file->path), autoexec->is_slot ? "" : ":");
	if (autoexec->is_slot)
		printf("    script slot: %zu of %zu bytes used\n",
		       autoexec->script.size - strlen(BF_SLOT_FIRST_LINE),
		       bf_slot_capacity(autoexec->slot.size));
	print_script(bf_buffer_view(&autoexec->script));
}

/* ---- Structure ---- */

static void print_eltorito(const struct bf_scan *scan)
{
	for (size_t i = 0; i < scan->eltorito.n_entries; i++) {
		const struct bf_eltorito_entry *entry = &scan->eltorito.entries[i];
		printf("  El Torito %s entry%s: %u bytes at %llu %s\n",
		       entry->platform_id == BF_ELTORITO_BIOS   ? "BIOS"
		       : entry->platform_id == BF_ELTORITO_UEFI ? "UEFI"
								: "other",
		       entry->is_bootable ? "" : ", not bootable", entry->load_size,
		       (unsigned long long)entry->offset, shown(scan->eltorito_path[i]));
	}
}

static void print_mbr(const struct bf_mbr_table *mbr)
{
	printf("  MBR with%s boot code\n", mbr->has_boot_code ? "" : "out");
	for (size_t i = 0; i < mbr->n_partitions; i++) {
		const struct bf_mbr_entry *partition = &mbr->partitions[i];
		printf("  MBR partition %u: type 0x%02x%s, %llu bytes at %llu\n",
		       partition->number, partition->type,
		       partition->is_active ? ", active" : "",
		       (unsigned long long)partition->size,
		       (unsigned long long)partition->offset);
	}
}

static void print_gpt(const struct bf_gpt_table *gpt)
{
	printf("  GPT: primary CRCs %s, backup %s\n",
	       bf_gpt_header_is_good(&gpt->primary) ? "good" : "WRONG",
	       !gpt->backup.is_there                 ? "missing"
	       : bf_gpt_header_is_good(&gpt->backup) ? "good"
						     : "CRCs WRONG");
	for (size_t i = 0; i < gpt->n_partitions; i++) {
		const struct bf_gpt_entry *partition = &gpt->partitions[i];
		char type[BF_GPT_GUID_TEXT];
		bf_gpt_format_guid(partition->type, type);
		printf("  GPT partition %u: '%s', %s, %llu bytes at %llu\n",
		       partition->number, partition->name,
		       bf_gpt_is_efi_system(partition->type) ? "EFI system partition"
							     : type,
		       (unsigned long long)partition->size,
		       (unsigned long long)partition->offset);
	}
}

static void print_listed(const struct bf_scan *scan, unsigned fat)
{
	for (size_t i = 0; i < scan->n_listed; i++)
		if (scan->listed[i].fat == fat)
			printf("    %s, %u bytes\n", shown(scan->listed[i].path),
			       scan->listed[i].size);
	if (scan->fats[fat].n_unlisted)
		printf("    and %u more files\n", scan->fats[fat].n_unlisted);
}

static void print_fats(const struct bf_scan *scan)
{
	for (unsigned i = 0; i < scan->n_fats; i++) {
		const struct bf_scan_fat *fat = &scan->fats[i];
		printf("  FAT %u: FAT%u '%s', %llu bytes at %llu\n", i + 1,
		       fat->volume.bits, fat->volume.label,
		       (unsigned long long)fat->volume.size,
		       (unsigned long long)fat->offset);
		print_listed(scan, i);
	}
}

static void print_structure(const struct bf_scan *scan)
{
	printf("\nStructure:\n");
	print_eltorito(scan);
	if (scan->has_mbr)
		print_mbr(&scan->mbr);
	if (scan->has_gpt)
		print_gpt(&scan->gpt);
	print_fats(scan);
}

void bf_report_text(const char *path, const struct bf_inspect *report)
{
	const struct bf_scan *scan = report->scan;
	print_title(path, scan);
	if (report->n_boot_paths)
		printf("\nBoot paths:\n");
	for (size_t i = 0; i < report->n_boot_paths; i++)
		print_boot_path(&report->boot_paths[i]);
	if (report->n_programs)
		printf("\nPrograms:\n");
	for (size_t i = 0; i < report->n_programs; i++)
		print_program(report, &report->programs[i]);
	if (report->autoexec.file)
		print_autoexec(&report->autoexec);
	if (scan->kind != BF_SCAN_KIND_FILE && scan->kind != BF_SCAN_UNKNOWN)
		print_structure(scan);
	if (scan->n_problems)
		printf("\nProblems:\n");
	for (size_t i = 0; i < scan->n_problems; i++)
		printf("  %s\n", shown(scan->problems[i].text));
	if (scan->n_notes)
		printf("\nNotes:\n");
	for (size_t i = 0; i < scan->n_notes; i++)
		printf("  %s\n", shown(scan->notes[i].text));
}
