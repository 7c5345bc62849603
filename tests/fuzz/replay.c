/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Runs a fuzz target on the files of folders, for compilers without libFuzzer: every file is
 * one input, and so is every file with one byte changed or cut off, at places spread over it.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "fuzz.h"

enum { FILE_SIZE_MAX = 1 << 20, PLACES = 100 };

/* A block of exactly this size, so that a sanitizer sees one byte too far. */
static void run(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	if (!copy)
		abort();
	if (size)
		memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void run_variants(uint8_t *data, size_t size)
{
	static const uint8_t changes[] = {0x01, 0x80, 0xff};
	size_t step = size / PLACES + 1;
	run(data, size);
	for (size_t i = 0; i < size; i += step) {
		run(data, i);
		for (size_t k = 0; k < sizeof(changes); k++) {
			data[i] ^= changes[k];
			run(data, size);
			data[i] ^= changes[k];
		}
	}
}

static void run_file(const char *path)
{
	struct bf_buffer file = {0};
	struct bf_error error;
	if (bf_buffer_read_file(path, FILE_SIZE_MAX, &file, &error)) {
		fprintf(stderr, "%s\n", error.text);
		exit(1);
	}
	run_variants(file.data, file.size);
	bf_buffer_free(&file);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* In the order of their names. A folder that is not there has none. */
static int run_folder(const char *folder)
{
	char path[4096];
	struct dirent **entries;
	int n = scandir(folder, &entries, is_visible, alphasort);
	if (n < 0)
		return 0;
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		run_file(path);
		free(entries[i]);
	}
	free(entries);
	return n;
}

int main(int argc, char **argv)
{
	int n = 0;
	for (int i = 1; i < argc; i++)
		n += run_folder(argv[i]);
	printf("%d files\n", n);
	return n ? 0 : 1;
}
