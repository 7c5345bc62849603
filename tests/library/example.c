/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Boot images with libboots-from: one per host name, from one template.
 *
 *     example FOLDER URL-PREFIX HOST...
 *
 * writes FOLDER/HOST.iso, which boots URL-PREFIX followed by HOST. Compile it with
 *
 *     cc example.c $(pkg-config --cflags --libs boots-from)
 */
#include <boots-from.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int write_file(const struct bf_boot_image *image, const char *path,
		      struct bf_boot_error *reterr)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0666);
	if (fd < 0) {
		snprintf(reterr->text, sizeof(reterr->text), "cannot create '%s'", path);
		return BF_BOOT_IO;
	}
	int err = bf_boot_image_write(image, fd, reterr);
	if (close(fd) < 0 && !err) {
		snprintf(reterr->text, sizeof(reterr->text), "cannot write '%s'", path);
		err = BF_BOOT_IO;
	}
	return err;
}

static int make(const struct bf_boot_template *boot_template,
		struct bf_boot_target *target, const char *folder, const char *prefix,
		const char *host, struct bf_boot_error *reterr)
{
	char url[1024], path[1024];
	struct bf_boot_image *image = NULL;
	snprintf(url, sizeof(url), "%s%s", prefix, host);
	snprintf(path, sizeof(path), "%s/%s.iso", folder, host);
	bf_boot_target_clear(target);
	int err = bf_boot_target_set(target, "url", url, reterr);
	if (!err)
		err = bf_boot_image_new(boot_template, target, &image, reterr);
	if (!err)
		err = write_file(image, path, reterr);
	bf_boot_image_free(image);
	return err;
}

int main(int argc, char **argv)
{
	struct bf_boot_error error = {"out of memory"};
	struct bf_boot_template *boot_template = NULL;
	if (argc < 4)
		return 2;
	struct bf_boot_target *target = bf_boot_target_new();
	int err = target ? bf_boot_template_new(NULL, &boot_template, &error)
			 : BF_BOOT_NOMEM;
	for (int i = 3; !err && i < argc; i++)
		err = make(boot_template, target, argv[1], argv[2], argv[i], &error);
	if (err)
		fprintf(stderr, "example: %s\n", error.text);
	bf_boot_template_free(boot_template);
	bf_boot_target_free(target);
	return err ? 1 : 0;
}
