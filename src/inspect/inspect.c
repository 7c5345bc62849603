/* SPDX-License-Identifier: GPL-3.0-only */
#include "inspect/inspect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "ipxe/loose.h"

static bool is_autoexec(const struct bf_scan_file *file)
{
	static const char name[] = "/autoexec.ipxe";
	size_t length = strlen(file->path);
	return length >= sizeof(name) - 1 &&
	       strcasecmp(file->path + length - (sizeof(name) - 1), name) == 0;
}

static int take_script(struct bf_inspect_autoexec *autoexec, struct bf_view bytes)
{
	autoexec->is_slot = bf_loose_find(bytes, &autoexec->slot, NULL) == BF_OK;
	if (autoexec->is_slot)
		return bf_slot_print_script(
			&autoexec->script,
			bf_slot_body(bf_view_part(bytes, 0, autoexec->slot.size)));
	return bf_buffer_append(&autoexec->script, bytes.data, bytes.size);
}

static bool is_same_text(struct bf_view a, struct bf_view b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* A second one, of the other file system: does it say what the first one does? */
static int compare_autoexec(struct bf_inspect *report, struct bf_view bytes)
{
	const struct bf_inspect_autoexec *first = &report->autoexec;
	struct bf_inspect_autoexec other = {0};
	int err = take_script(&other, bytes);
	if (!err && first->is_slot && other.is_slot &&
	    !is_same_text(bf_buffer_view(&first->script), bf_buffer_view(&other.script)))
		report->scripts_differ = true;
	bf_buffer_free(&other.script);
	return err;
}

static bool is_same(const struct bf_scan_file *a, const struct bf_scan_file *b)
{
	return a->offset == b->offset && a->size == b->size;
}

/* That it is there counts, whether it can be read or not. */
static int take_autoexec(struct bf_inspect *report, const struct bf_scan_file *file)
{
	struct bf_inspect_autoexec *autoexec = &report->autoexec;
	bf_cleanup(bf_buffer_free) struct bf_buffer bytes = {0};
	struct bf_error error;
	bool is_first = !autoexec->file;
	if (!is_first && is_same(autoexec->file, file))
		return BF_OK;
	if (is_first)
		autoexec->file = file;
	int err = bf_scan_load(report->scan, file, BF_INSPECT_SCRIPT_MAX, &bytes, &error);
	if (err)
		return bf_scan_settle(report->scan, file->path, err, &error);
	return is_first ? take_script(autoexec, bf_buffer_view(&bytes))
			: compare_autoexec(report, bf_buffer_view(&bytes));
}

/* ---- Programs ---- */

/* The same bytes may be a file of the ESP and of the ISO 9660 tree. */
static bool take_place(struct bf_inspect *report, const struct bf_scan_file *file)
{
	for (size_t i = 0; i < report->n_programs; i++) {
		struct bf_inspect_program *program = &report->programs[i];
		if (!is_same(program->places[0], file))
			continue;
		program->places[program->n_places++] = file;
		return true;
	}
	return false;
}

static bool overlap(const struct bf_scan_file *a, const struct bf_scan_file *b)
{
	return a->is_contiguous && b->is_contiguous && a->offset < b->offset + b->size &&
	       b->offset < a->offset + a->size;
}

/* No file system has files that share some bytes; such programs are looked at once. */
static int check_overlap(const struct bf_inspect *report, const struct bf_scan_file *file,
			 struct bf_error *reterr)
{
	char path[BF_SCAN_PATH_SIZE];
	for (size_t i = 0; i < report->n_programs; i++) {
		const struct bf_scan_file *other = report->programs[i].places[0];
		if (overlap(other, file))
			return bf_fail(reterr, BF_ERR_FORMAT,
				       "not looked at: it overlaps %s, so that one of "
				       "them is damaged",
				       bf_printable(other->path, path, sizeof(path)));
	}
	return BF_OK;
}

static int add_program(struct bf_inspect *report, struct bf_view bytes,
		       struct bf_error *reterr)
{
	struct bf_inspect_program *program = &report->programs[report->n_programs];
	int err = bf_examine(bytes, &report->scan->budget, &program->binary, reterr);
	if (!err)
		report->n_programs++;
	return err;
}

static int examine(struct bf_inspect *report, const struct bf_scan_file *file,
		   struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer bytes = {0};
	struct bf_inspect_program *program = &report->programs[report->n_programs];
	int err = check_overlap(report, file, reterr);
	if (!err)
		err = bf_scan_load(report->scan, file, BF_EXAMINE_SIZE_MAX, &bytes,
				   reterr);
	if (!err)
		err = add_program(report, bf_buffer_view(&bytes), reterr);
	if (err)
		return err;
	program->offset = file->offset;
	program->places[program->n_places++] = file;
	return BF_OK;
}

static int take_file(struct bf_inspect *report, const struct bf_scan_file *file)
{
	struct bf_error error;
	if (is_autoexec(file))
		return take_autoexec(report, file);
	if (bf_scan_is_certificate(file->path) || take_place(report, file))
		return BF_OK;
	int err = examine(report, file, &error);
	return bf_scan_settle(report->scan, file->path, err, &error);
}

/* The source is one program, from its first byte to its last. */
static int take_whole(struct bf_inspect *report)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer bytes = {0};
	struct bf_source *source = &report->scan->source;
	struct bf_error error;
	size_t size = source->size < BF_EXAMINE_SIZE_MAX ? (size_t)source->size
							 : (size_t)BF_EXAMINE_SIZE_MAX;
	int err = bf_source_load(source, 0, size, &bytes, &error);
	if (!err)
		err = add_program(report, bf_buffer_view(&bytes), &error);
	return bf_scan_settle(report->scan, "file", err, &error);
}

static int take_all(struct bf_inspect *report)
{
	const struct bf_scan *scan = report->scan;
	int err = scan->kind == BF_SCAN_KIND_FILE ? take_whole(report) : BF_OK;
	for (size_t i = 0; !err && i < scan->n_files; i++)
		err = take_file(report, &scan->files[i]);
	return err == BF_ERR_WORK ? BF_OK : err;
}

/* ---- All slots together ---- */

/*
 * The script of the slot number i, programs and then autoexec; an empty view if that has none,
 * or only leads to the other.
 */
static struct bf_view script_of(const struct bf_inspect *report, size_t i)
{
	if (i == report->n_programs)
		return report->autoexec.is_slot ? bf_buffer_view(&report->autoexec.script)
						: bf_view(NULL, 0);
	const struct bf_examined *binary = &report->programs[i].binary;
	return binary->slot_state == BF_SLOT_HANDOVER ? bf_view(NULL, 0)
						      : bf_buffer_view(&binary->script);
}

/*
 * boots-from writes the same script into all slots of an image. Each one by itself is in
 * order after an interruption that left some of them old.
 */
static void compare_scripts(struct bf_inspect *report)
{
	static const struct bf_error error = {
		"the script slots do not hold the same script: repointing was "
		"interrupted, which the same repoint finishes, or the programs come from "
		"different images"};
	struct bf_view first = {0};
	for (size_t i = 0; i <= report->n_programs; i++) {
		struct bf_view script = script_of(report, i);
		if (first.size == 0)
			first = script;
		else if (script.size && !is_same_text(script, first))
			report->scripts_differ = true;
	}
	if (report->scripts_differ)
		bf_scan_add_problem(report->scan, NULL, &error);
}

int bf_inspect_new(const struct bf_source *source, struct bf_inspect **ret)
{
	struct bf_inspect *report = calloc(1, sizeof(*report));
	if (!report)
		return BF_ERR_NOMEM;
	int err = bf_scan_new(source, &report->scan);
	if (!err)
		err = take_all(report);
	if (err) {
		bf_inspect_free(report);
		return err;
	}
	compare_scripts(report);
	*ret = report;
	return BF_OK;
}

void bf_inspect_free(struct bf_inspect *report)
{
	if (!report)
		return;
	for (size_t i = 0; i < report->n_programs; i++)
		bf_examined_free(&report->programs[i].binary);
	bf_buffer_free(&report->autoexec.script);
	bf_scan_free(report->scan);
	free(report);
}

const struct bf_inspect_program *bf_inspect_find(const struct bf_inspect *report,
						 const struct bf_scan_file *file)
{
	for (size_t i = 0; i < report->n_programs; i++)
		for (size_t j = 0; j < report->programs[i].n_places; j++)
			if (report->programs[i].places[j] == file)
				return &report->programs[i];
	return NULL;
}

const struct bf_scan_file *bf_inspect_find_beside(const struct bf_inspect *report,
						  const struct bf_scan_file *file,
						  const char *name,
						  char ret_path[BF_SCAN_PATH_SIZE])
{
	const char *slash = strrchr(file->path, '/');
	int length = slash ? (int)(slash + 1 - file->path) : 0;
	snprintf(ret_path, BF_SCAN_PATH_SIZE, "%.*s%s", length, file->path, name);
	return name[0] ? bf_scan_find(report->scan, file->fat, ret_path) : NULL;
}
