/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_WORK = 512 }; /* of a read of nothing, see budget.h */

static int find_size(int fd, uint64_t *ret, struct bf_error *reterr)
{
	struct stat status;
	if (fstat(fd, &status) < 0)
		return bf_fail(reterr, BF_ERR_IO, "cannot stat: %s", strerror(errno));
	if (!S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode))
		return bf_fail(reterr, BF_ERR_INPUT,
			       "neither a regular file nor a block device");
	/* The end is where both kinds have it; st_size of a device is 0. */
	off_t end = lseek(fd, 0, SEEK_END);
	if (end < 0)
		return bf_fail(reterr, BF_ERR_IO, "cannot seek: %s", strerror(errno));
	*ret = (uint64_t)end;
	return BF_OK;
}

int bf_source_open(const char *path, int flags, struct bf_source *ret,
		   struct bf_error *reterr)
{
	char name[256];
	uint64_t size = 0;
	bf_printable(path, name, sizeof(name));
	/* Without O_NONBLOCK, opening a FIFO would wait for its writer. */
	int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return bf_fail(reterr, BF_ERR_IO, "'%s': cannot open: %s", name,
			       strerror(errno));
	int err = find_size(fd, &size, reterr);
	if (err) {
		close(fd);
		return bf_fail_in(reterr, err, "'%s'", name);
	}
	*ret = (struct bf_source){.fd = fd, .size = size};
	return BF_OK;
}

void bf_source_close(struct bf_source *source)
{
	if (source->fd >= 0)
		close(source->fd);
	*source = bf_source_view(bf_view(NULL, 0));
}

struct bf_source bf_source_view(struct bf_view bytes)
{
	return (struct bf_source){.fd = -1, .memory = bytes.data, .size = bytes.size};
}

struct bf_source bf_source_pieces(const struct bf_pieces *pieces)
{
	return (struct bf_source){.fd = -1, .pieces = pieces, .size = pieces->size};
}

struct bf_source bf_source_part(const struct bf_source *source, uint64_t offset,
				uint64_t size)
{
	struct bf_source part = *source;
	if (offset > source->size)
		offset = source->size;
	part.start += offset;
	part.size = size < source->size - offset ? size : source->size - offset;
	return part;
}

static int read_file(int fd, uint64_t offset, uint8_t *out, size_t size,
		     struct bf_error *reterr)
{
	while (size) {
		ssize_t got = pread(fd, out, size, (off_t)offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return bf_fail(reterr, BF_ERR_IO,
				       "cannot read %zu bytes at offset %llu: %s", size,
				       (unsigned long long)offset,
				       got ? strerror(errno) : "the file became shorter");
		offset += (uint64_t)got;
		out += got;
		size -= (size_t)got;
	}
	return BF_OK;
}

int bf_source_read(const struct bf_source *source, uint64_t offset, void *out,
		   size_t size, struct bf_error *reterr)
{
	if (!bf_source_has(source, offset, size))
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "%zu bytes at offset %llu are beyond the end at %llu",
			       size, (unsigned long long)offset,
			       (unsigned long long)source->size);
	int err = bf_budget_draw(source->budget, READ_WORK + (uint64_t)size, reterr);
	if (err)
		return err;
	if (source->fd >= 0)
		return read_file(source->fd, source->start + offset, out, size, reterr);
	if (source->pieces)
		bf_pieces_read(source->pieces, source->start + offset, out, size);
	else if (size)
		memcpy(out, source->memory + source->start + offset, size);
	return BF_OK;
}

int bf_source_load(const struct bf_source *source, uint64_t offset, size_t size,
		   struct bf_buffer *ret, struct bf_error *reterr)
{
	struct bf_buffer buffer = {0};
	/* Memory only for what is there: sizes come out of files that may lie. */
	if (bf_source_has(source, offset, size) && bf_buffer_zero(&buffer, size))
		return bf_fail_nomem(reterr);
	int err = bf_source_read(source, offset, buffer.data, size, reterr);
	if (err) {
		bf_buffer_free(&buffer);
		return err;
	}
	bf_buffer_free(ret);
	*ret = buffer;
	return BF_OK;
}
