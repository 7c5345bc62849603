/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Takes one image out of the library in each way there is, in several threads at once, and
 * compares all with the file that the command wrote:
 *
 *     four_ways FILE THREADS [OPTION=VALUE | SETTING=VALUE]...
 *
 * Exit status 0 when every byte is the same.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/boots-from.h"

enum { THREADS_MAX = 64, ROUNDS = 4, READS = 500 };

struct work {
	const struct bf_boot_options *options;
	const struct bf_boot_template *boot_template;
	const struct bf_boot_target *target;
	const uint8_t *wanted;
	size_t size;
	unsigned seed;
	bool same;
};

static bool fail(const char *what)
{
	fprintf(stderr, "four_ways: %s\n", what);
	return false;
}

static bool check_memory(const struct work *work, const struct bf_boot_image *image,
			 uint8_t *scratch)
{
	if (bf_boot_image_size(image) != work->size ||
	    bf_boot_template_size(work->boot_template) != work->size)
		return fail("another size");
	if (bf_boot_image_read(image, 0, scratch, work->size + 1) != work->size ||
	    memcmp(scratch, work->wanted, work->size) != 0)
		return fail("read as a whole, it differs");
	return true;
}

static bool check_differences(const struct work *work, const struct bf_boot_image *image,
			      uint8_t *scratch)
{
	const struct bf_boot_difference *list;
	size_t n = bf_boot_image_differences(image, &list);
	uint64_t end = 0;
	bf_boot_template_read(work->boot_template, 0, scratch, work->size);
	for (size_t i = 0; i < n; i++) {
		if (list[i].offset < end || list[i].offset + list[i].size > work->size)
			return fail("the differences are out of order");
		end = list[i].offset + list[i].size;
		memcpy(scratch + list[i].offset, list[i].bytes, list[i].size);
	}
	if (memcmp(scratch, work->wanted, work->size) != 0)
		return fail("template and differences make another image");
	return true;
}

/* Ranges of any length anywhere, half of them across the edge of a difference. */
static bool check_ranges(struct work *work, const struct bf_boot_image *image,
			 uint8_t *scratch)
{
	const struct bf_boot_difference *list;
	size_t n = bf_boot_image_differences(image, &list);
	for (size_t i = 0; i < READS; i++) {
		size_t length = (size_t)rand_r(&work->seed) % 20000;
		size_t offset = (size_t)rand_r(&work->seed) % (work->size + 100);
		if (i % 2 && n > 0)
			offset = list[i % n].offset - length % 4096;
		size_t left = offset < work->size ? work->size - offset : 0;
		size_t wanted = length < left ? length : left;
		if (bf_boot_image_read(image, offset, scratch, length) != wanted ||
		    (wanted && memcmp(scratch, work->wanted + offset, wanted) != 0))
			return fail("a range differs");
	}
	return true;
}

static bool check_descriptor(const struct work *work, const struct bf_boot_image *image,
			     uint8_t *scratch)
{
	struct bf_boot_error error;
	int fd = memfd_create("image", MFD_CLOEXEC);
	if (fd < 0 || bf_boot_image_write(image, fd, &error) != BF_BOOT_OK)
		return fail("cannot write to a descriptor");
	ssize_t got = pread(fd, scratch, work->size + 1, 0);
	close(fd);
	if (got != (ssize_t)work->size || memcmp(scratch, work->wanted, work->size) != 0)
		return fail("written to a descriptor, it differs");
	return true;
}

static bool check(struct work *work, uint8_t *scratch)
{
	struct bf_boot_error error;
	struct bf_boot_image *image;
	if (bf_boot_target_check(work->target, work->boot_template, &error) ||
	    bf_boot_image_new(work->boot_template, work->target, &image, &error))
		return fail(error.text);
	bool same = check_memory(work, image, scratch) &&
		    check_differences(work, image, scratch) &&
		    check_ranges(work, image, scratch) &&
		    check_descriptor(work, image, scratch);
	bf_boot_image_free(image);
	return same;
}

/* Every second thread lays out a template of its own, the others share one. */
static void *run(void *argument)
{
	struct work *work = argument;
	struct bf_boot_error error;
	struct bf_boot_template *own = NULL;
	uint8_t *scratch = malloc(work->size + 1);
	work->same = scratch != NULL;
	if (work->same && work->seed % 2 == 0) {
		work->same = bf_boot_template_new(work->options, &own, &error) == 0 ||
			     fail(error.text);
		work->boot_template = own;
	}
	for (int i = 0; work->same && i < ROUNDS; i++)
		work->same = check(work, scratch);
	bf_boot_template_free(own);
	free(scratch);
	return NULL;
}

static bool run_threads(const struct work *common, int n_threads)
{
	static struct work works[THREADS_MAX];
	pthread_t threads[THREADS_MAX];
	bool same = true;
	for (int i = 0; i < n_threads; i++) {
		works[i] = *common;
		works[i].seed = (unsigned)i + 1;
		if (pthread_create(&threads[i], NULL, run, &works[i]) != 0)
			abort();
	}
	for (int i = 0; i < n_threads; i++) {
		pthread_join(threads[i], NULL);
		same = same && works[i].same;
	}
	return same;
}

/* Each NAME=VALUE is an option of the template or, where it has none, of the target. */
static bool set_all(char **words, struct bf_boot_options *options,
		    struct bf_boot_target *target)
{
	static const char *const of_template[] = {
		"arch",       "ipxe",      "label",           "layout",
		"mokmanager", "prebuilt",  "script-room",     "shim",
		"sign-key",   "sign-cert", "sign-passphrase", "trust"};
	struct bf_boot_error error;
	for (; *words; words++) {
		char name[32];
		const char *value = strchr(*words, '=') + 1;
		bool is_option = false;
		snprintf(name, sizeof(name), "%.*s", (int)(value - 1 - *words), *words);
		for (size_t i = 0; i < sizeof(of_template) / sizeof(of_template[0]); i++)
			is_option = is_option || strcmp(of_template[i], name) == 0;
		if (is_option ? bf_boot_options_set(options, name, value, &error)
			      : bf_boot_target_set(target, name, value, &error))
			return fail(error.text);
	}
	return true;
}

static uint8_t *read_file(const char *path, size_t *ret_size)
{
	static uint8_t bytes[64 << 20];
	FILE *file = fopen(path, "rb");
	if (!file)
		abort();
	*ret_size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	return bytes;
}

int main(int argc, char **argv)
{
	struct bf_boot_error error;
	struct bf_boot_options *options = bf_boot_options_new();
	struct bf_boot_target *target = bf_boot_target_new();
	struct bf_boot_template *boot_template = NULL;
	struct work work = {.target = target};
	if (argc < 3 || !options || !target)
		return 2;
	work.wanted = read_file(argv[1], &work.size);
	bool same = set_all(argv + 3, options, target);
	if (same && bf_boot_template_new(options, &boot_template, &error))
		same = fail(error.text);
	work.options = options;
	work.boot_template = boot_template;
	same = same && run_threads(&work, atoi(argv[2]));
	bf_boot_options_free(options);
	bf_boot_target_free(target);
	bf_boot_template_free(boot_template);
	return same ? 0 : 1;
}
