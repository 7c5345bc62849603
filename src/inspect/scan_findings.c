/* SPDX-License-Identifier: GPL-3.0-only */
#include "inspect/scan_findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sign/signer.h"

static void add(struct bf_error *items, size_t *n, size_t max, const char *path,
		const struct bf_error *error)
{
	struct bf_error item = *error;
	char text[BF_SCAN_PATH_SIZE];
	/* The path of a walk is empty at the top. */
	if (path)
		bf_error_prefix(&item, "%s",
				bf_printable(path[0] ? path : "/", text, sizeof(text)));
	for (size_t i = 0; i < *n; i++)
		if (strcmp(items[i].text, item.text) == 0)
			return;
	if (*n < max)
		items[(*n)++] = item;
}

void bf_scan_add_problem(struct bf_scan *scan, const char *path,
			 const struct bf_error *error)
{
	add(scan->problems, &scan->n_problems, BF_SCAN_PROBLEMS_MAX, path, error);
}

void bf_scan_note(struct bf_scan *scan, const char *path, const char *format, ...)
{
	struct bf_error error;
	va_list args;
	va_start(args, format);
	vsnprintf(error.text, sizeof(error.text), format, args);
	va_end(args);
	add(scan->notes, &scan->n_notes, BF_SCAN_NOTES_MAX, path, &error);
}

void bf_scan_leave_out(struct bf_scan *scan, const char *path, const char *format, ...)
{
	struct bf_error error;
	va_list args;
	va_start(args, format);
	vsnprintf(error.text, sizeof(error.text), format, args);
	va_end(args);
	bf_scan_add_problem(scan, path, &error);
	scan->is_partial = true;
}

/* Problems of which there is no room for the last one have said enough. */
int bf_scan_settle(struct bf_scan *scan, const char *path, int err,
		   const struct bf_error *error)
{
	if (err == BF_OK || err == BF_ERR_NOMEM)
		return err;
	if (err == BF_ERR_WORK && scan->n_problems == BF_SCAN_PROBLEMS_MAX)
		scan->n_problems--;
	scan->is_partial |= err == BF_ERR_WORK;
	bf_scan_add_problem(scan, path, error);
	return err == BF_ERR_WORK ? err : BF_OK;
}

bool bf_scan_is_certificate(const char *path)
{
	return strcasecmp(path, BF_SIGNER_CERTIFICATE_PATH) == 0;
}

struct bf_scan_fat *bf_scan_fat_at(struct bf_scan *scan, uint64_t offset)
{
	for (size_t i = 0; i < scan->n_fats; i++)
		if (scan->fats[i].offset == offset)
			return &scan->fats[i];
	return NULL;
}

const struct bf_scan_file *bf_scan_find(const struct bf_scan *scan, unsigned fat,
					const char *path)
{
	for (size_t i = 0; i < scan->n_files; i++)
		if (scan->files[i].fat == fat &&
		    strcasecmp(scan->files[i].path, path) == 0)
			return &scan->files[i];
	return NULL;
}

int bf_scan_load(struct bf_scan *scan, const struct bf_scan_file *file, size_t limit,
		 struct bf_buffer *ret, struct bf_error *reterr)
{
	if (file->fat != BF_SCAN_ISO)
		return bf_fatreader_load(&scan->fats[file->fat].volume, &file->entry,
					 limit, ret, reterr);
	if (!file->is_contiguous)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "ISO 9660: a file in several extents");
	if (file->size > limit)
		return bf_fail(reterr, BF_ERR_TOO_BIG,
			       "it has %llu bytes, the limit is %zu",
			       (unsigned long long)file->size, limit);
	return bf_source_load(&scan->source, file->offset, (size_t)file->size, ret,
			      reterr);
}
