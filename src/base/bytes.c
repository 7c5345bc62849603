/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* linux/mman.h has them since Linux 5.14, the C library's headers since glibc 2.35. */
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

enum { CHUNK_SIZE = 65536 }; /* of a file, for a read */

bool bf_view_find(struct bf_view view, size_t from, struct bf_view needle,
		  size_t *ret_offset)
{
	if (from > view.size || needle.size > view.size - from)
		return false;
	const uint8_t *hit =
		memmem(view.data + from, view.size - from, needle.data, needle.size);
	if (!hit)
		return false;
	*ret_offset = (size_t)(hit - view.data);
	return true;
}

void bf_hex(struct bf_view bytes, char *ret)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < bytes.size; i++) {
		*ret++ = digits[bytes.data[i] >> 4];
		*ret++ = digits[bytes.data[i] & 15];
	}
	*ret = '\0';
}

static int reserve(struct bf_buffer *buffer, size_t more)
{
	if (more <= buffer->capacity - buffer->size)
		return BF_OK;
	if (more > SIZE_MAX / 2 - buffer->size)
		return BF_ERR_NOMEM;
	size_t capacity = buffer->capacity < 128 ? 256 : buffer->capacity * 2;
	if (capacity < buffer->size + more)
		capacity = buffer->size + more;
	uint8_t *data = realloc(buffer->data, capacity);
	if (!data)
		return BF_ERR_NOMEM;
	buffer->data = data;
	buffer->capacity = capacity;
	return BF_OK;
}

/*
 * Give a large block its pages in one call: a fault for each when it is first touched takes
 * several times as long. Kernels before 5.14 refuse, and fault.
 */
static void populate(const uint8_t *data, size_t size, int advice)
{
	static const size_t large = 256 << 10;
	if (size < large)
		return;
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t start = bf_align((uintptr_t)data, page);
	uintptr_t end = ((uintptr_t)data + size) & ~(page - 1);
	(void)madvise((void *)start, end - start, advice);
}

void bf_view_populate(struct bf_view view)
{
	populate(view.data, view.size, MADV_POPULATE_READ);
}

int bf_buffer_zero(struct bf_buffer *buffer, size_t size)
{
	uint8_t *data = calloc(1, size ? size : 1);
	if (!data)
		return BF_ERR_NOMEM;
	populate(data, size, MADV_POPULATE_WRITE);
	free(buffer->data);
	*buffer = (struct bf_buffer){.data = data, .size = size, .capacity = size};
	return BF_OK;
}

int bf_buffer_append(struct bf_buffer *buffer, const void *data, size_t size)
{
	if (size == 0)
		return BF_OK;
	int err = reserve(buffer, size);
	if (err)
		return err;
	memcpy(buffer->data + buffer->size, data, size);
	buffer->size += size;
	return BF_OK;
}

int bf_buffer_print(struct bf_buffer *buffer, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0)
		return BF_ERR_NOMEM;

	/* vsnprintf() writes a NUL; it is room we reserve but do not count. */
	int err = reserve(buffer, (size_t)length + 1);
	if (err)
		return err;
	va_start(args, format);
	vsnprintf((char *)buffer->data + buffer->size, (size_t)length + 1, format, args);
	va_end(args);
	buffer->size += (size_t)length;
	return BF_OK;
}

void bf_buffer_free(struct bf_buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct bf_buffer){0};
}

void bf_buffer_wipe(struct bf_buffer *buffer)
{
	if (buffer->data)
		explicit_bzero(buffer->data, buffer->capacity);
	bf_buffer_free(buffer);
}

/* Read until the end of fd; one byte more than limit is the proof of too much. */
static int read_all(int fd, size_t limit, struct bf_buffer *ret)
{
	for (;;) {
		size_t room = limit - ret->size < CHUNK_SIZE ? limit - ret->size + 1
							     : CHUNK_SIZE;
		int err = reserve(ret, room);
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
	err = reserve(&buffer, limit + CHUNK_SIZE)
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
