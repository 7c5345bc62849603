/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK_SIZE = 65536 }; /* of a file, for a read */

/* Read until the end of fd; one byte more than limit is the proof of too much. */
static int read_all(int fd, size_t limit, struct bf_buffer *ret)
{
	for (;;) {
		size_t room = limit - ret->size < CHUNK_SIZE ? limit - ret->size + 1
							     : CHUNK_SIZE;
		int err = bf_buffer_reserve(ret, room);
		if (err)
			return err;
		ssize_t got = read(fd, ret->data + ret->size, room);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return BF_ERR_IO;
		if (got == 0)
			return BF_OK;
		if ((size_t)got > limit - ret->size)
			return BF_ERR_TOO_BIG;
		ret->size += (size_t)got;
	}
}

/* Into ret, which is empty and may have room already. */
static int read_named(int fd, const char *name, size_t limit, struct bf_buffer *ret,
		      struct bf_error *reterr)
{
	char text[256];
	int err = read_all(fd, limit, ret);
	int saved = errno;
	if (!err)
		return BF_OK;
	bf_buffer_wipe(ret);
	bf_printable(name, text, sizeof(text));
	if (err == BF_ERR_TOO_BIG)
		return bf_fail(reterr, err, "'%s': larger than the limit of %zu bytes",
			       text, limit);
	if (err == BF_ERR_NOMEM)
		return bf_fail_nomem(reterr);
	return bf_fail(reterr, err, "'%s': cannot read: %s", text, strerror(saved));
}

int bf_buffer_read_fd(int fd, const char *name, size_t limit, struct bf_buffer *ret,
		      struct bf_error *reterr)
{
	struct bf_buffer buffer = {0};
	int err = read_named(fd, name, limit, &buffer, reterr);
	if (err)
		return err;
	bf_buffer_free(ret);
	*ret = buffer;
	return BF_OK;
}

/*
 * A FIFO without a writer would be waited for, and one with a writer has no end we can count
 * on: neither opening nor reading may depend on somebody else.
 */
static int open_regular(const char *path, int *ret, struct bf_error *reterr)
{
	char name[256];
	struct stat status;
	bf_printable(path, name, sizeof(name));
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return bf_fail(reterr, BF_ERR_IO, "'%s': cannot open: %s", name,
			       strerror(errno));
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
		*ret = fd;
		return BF_OK;
	}
	close(fd);
	return bf_fail(reterr, BF_ERR_INPUT, "'%s': not a regular file", name);
}

int bf_buffer_read_file(const char *path, size_t limit, struct bf_buffer *ret,
			struct bf_error *reterr)
{
	int fd;
	int err = open_regular(path, &fd, reterr);
	if (err)
		return err;
	err = bf_buffer_read_fd(fd, path, limit, ret, reterr);
	close(fd);
	return err;
}

/* All the room there may be need for comes first: a block that grows leaves copies behind. */
int bf_buffer_read_secret(const char *path, size_t limit, struct bf_buffer *ret,
			  bool *ret_is_open, struct bf_error *reterr)
{
	struct bf_buffer buffer = {0};
	struct stat status;
	int fd;
	int err = open_regular(path, &fd, reterr);
	if (err)
		return err;
	*ret_is_open =
		fstat(fd, &status) == 0 && (status.st_mode & (S_IRGRP | S_IROTH)) != 0;
	err = bf_buffer_reserve(&buffer, limit + CHUNK_SIZE)
		      ? bf_fail_nomem(reterr)
		      : read_named(fd, path, limit, &buffer, reterr);
	close(fd);
	if (!err)
		*ret = buffer;
	return err;
}

static bool is_stdin(const char *path)
{
	return strcmp(path, "-") == 0;
}

const char *bf_path_name(const char *path)
{
	return is_stdin(path) ? "standard input" : path;
}

int bf_buffer_read_path(const char *path, size_t limit, struct bf_buffer *ret,
			struct bf_error *reterr)
{
	return is_stdin(path) ? bf_buffer_read_fd(STDIN_FILENO, bf_path_name(path), limit,
						  ret, reterr)
			      : bf_buffer_read_file(path, limit, ret, reterr);
}

bool bf_path_exists(const char *path)
{
	return access(path, F_OK) == 0;
}
