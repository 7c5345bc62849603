/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * The floor for `boots-from batch`: an image that is in memory, written with write(2).
 *
 *     write_bytes IMAGE FOLDER COUNT
 *
 * writes COUNT copies of IMAGE, FOLDER/0.iso and so on, one write(2) each.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char *read_image(const char *path, size_t *ret_size)
{
	struct stat st;
	int fd = open(path, O_RDONLY);
	if (fd < 0 || fstat(fd, &st) < 0)
		return NULL;
	*ret_size = (size_t)st.st_size;
	char *bytes = malloc(*ret_size);
	if (bytes && read(fd, bytes, *ret_size) != st.st_size)
		bytes = NULL;
	close(fd);
	return bytes;
}

static int write_file(const char *path, const char *bytes, size_t size)
{
	int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0666);
	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
		return -1;
	return close(fd);
}

int main(int argc, char **argv)
{
	size_t size = 0;
	char *bytes = argc == 4 ? read_image(argv[1], &size) : NULL;
	if (!bytes)
		return 2;
	for (int i = 0; i < atoi(argv[3]); i++) {
		char path[4096];
		snprintf(path, sizeof(path), "%s/%d.iso", argv[2], i);
		if (write_file(path, bytes, size) < 0) {
			perror(path);
			return 1;
		}
	}
	return 0;
}
