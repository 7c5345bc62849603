#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail_at(struct bf_error *reterr, int err, const char *path, const char *what)
{
	int saved = errno;
	char name[256];
	return bf_fail(reterr, err, "'%s': %s: %s",
		       bf_printable(path, name, sizeof(name)), what, strerror(saved));
}

static int refuse(struct bf_error *reterr, const char *path, const char *why)
{
	char name[256];
	return bf_fail(reterr, BF_ERR_INPUT, "'%s': %s",
		       bf_printable(path, name, sizeof(name)), why);
}

struct existing {
	bool there;
	mode_t mode; /* permissions, which the new file takes over */
};

/* What stands at the final place already must be a plain file that may be replaced. */
static int check_existing(const char *path, struct existing *ret, struct bf_error *reterr)
{
	struct stat st;
	if (stat(path, &st) < 0) {
		if (errno == ENOENT)
			return BF_OK;
		return fail_at(reterr, BF_ERR_IO, path, "cannot write");
	}
	if (S_ISDIR(st.st_mode))
		return refuse(reterr, path, "is a folder: name a file in it");
	if (S_ISBLK(st.st_mode) || S_ISCHR(st.st_mode))
		return refuse(reterr, path,
			      "is a device: write a file, then copy it there with dd");
	if (!S_ISREG(st.st_mode))
		return refuse(reterr, path, "is not a regular file");
	/* root may write anything; a file without any write bit was protected on purpose. */
	if (!(st.st_mode & 0222) || access(path, W_OK) < 0)
		return refuse(reterr, path,
			      "is read-only: name another file or make it writable");
	*ret = (struct existing){.there = true, .mode = st.st_mode & 0777};
	return BF_OK;
}

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	if (!slash)
		return strdup(".");
	return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

/* A hidden name beside the final one that no other run will choose. */
static char *temporary_name(const char *path)
{
	static _Atomic unsigned counter;
	const char *slash = strrchr(path, '/');
	int folder = slash ? (int)(slash - path) + 1 : 0;
	char *name;
	if (asprintf(&name, "%.*s.boots-from.%ld.%u.tmp", folder, path, (long)getpid(),
		     counter++) < 0)
		return NULL;
	return name;
}

/*
 * A file without a name is gone with its process, whatever ends it. Where the file system
 * has no such thing the name is there from the start.
 */
static int open_unseen(struct bf_output *output)
{
	char *folder = folder_of(output->path);
	if (!folder)
		return -1;
	output->fd = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
	free(folder);
	if (output->fd >= 0 ||
	    (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
		return output->fd;
	output->temporary = temporary_name(output->path);
	if (!output->temporary)
		return -1;
	output->fd =
		open(output->temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
	if (output->fd < 0) {
		free(output->temporary);
		output->temporary = NULL;
	}
	return output->fd;
}

static int open_stdout(struct bf_output *ret, struct bf_error *reterr)
{
	if (isatty(STDOUT_FILENO))
		return bf_fail(
			reterr, BF_ERR_INPUT,
			"standard output is a terminal: send it to a file or a pipe");
	*ret = (struct bf_output){.fd = STDOUT_FILENO};
	return BF_OK;
}

int bf_output_open(const char *path, struct bf_output *ret, struct bf_error *reterr)
{
	if (strcmp(path, "-") == 0)
		return open_stdout(ret, reterr);
	if (*path == '\0')
		return bf_fail(reterr, BF_ERR_INPUT, "the output file's name is empty");

	struct existing existing = {0};
	int err = check_existing(path, &existing, reterr);
	if (err)
		return err;

	struct bf_output output = {.fd = -1, .path = realpath(path, NULL)};
	if (!output.path)
		output.path = strdup(path);
	if (!output.path)
		return bf_fail_nomem(reterr);
	if (open_unseen(&output) < 0 ||
	    (existing.there && fchmod(output.fd, existing.mode) < 0)) {
		fail_at(reterr, BF_ERR_IO, path, "cannot write in its folder");
		bf_output_close(&output);
		return BF_ERR_IO;
	}
	*ret = output;
	return BF_OK;
}

/*
 * Have the file's blocks set aside. A disk that is too full says so before anything is
 * written, and ext4 need not flush a file that has its blocks when it is renamed over
 * another, which takes it longer than everything else here. The size stays that of what was
 * written: a file that a power failure cut off is seen to be. Where there is no such thing
 * it does not matter.
 */
static int set_aside(const struct bf_output *output, uint64_t size)
{
	if (!output->path || size > INT64_MAX ||
	    fallocate(output->fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)size) == 0)
		return 0;
	return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? -1 : 0;
}

int bf_output_write(struct bf_output *output, const struct bf_pieces *pieces,
		    struct bf_error *reterr)
{
	if (set_aside(output, pieces->size) < 0 || bf_pieces_write(pieces, output->fd))
		return fail_at(reterr, BF_ERR_IO,
			       output->path ? output->path : "standard output",
			       "cannot write");
	return BF_OK;
}

/* Give a nameless file its temporary name: linkat() cannot replace, rename() can. */
static int name_unseen(struct bf_output *output)
{
	char source[64];
	char *name = temporary_name(output->path);
	if (!name)
		return -1;
	snprintf(source, sizeof(source), "/proc/self/fd/%d", output->fd);
	if (linkat(AT_FDCWD, source, AT_FDCWD, name, AT_SYMLINK_FOLLOW) < 0) {
		free(name);
		return -1;
	}
	output->temporary = name;
	return 0;
}

int bf_output_publish(struct bf_output *output, struct bf_error *reterr)
{
	if (!output->path)
		return BF_OK;
	if (!output->temporary && name_unseen(output) < 0)
		return fail_at(reterr, BF_ERR_IO, output->path, "cannot put it in place");

	/* A network file system may report a failed write only when the file is closed. */
	int fd = output->fd;
	output->fd = -1;
	if (close(fd) < 0)
		return fail_at(reterr, BF_ERR_IO, output->path, "cannot write");
	if (rename(output->temporary, output->path) < 0)
		return fail_at(reterr, BF_ERR_IO, output->path, "cannot put it in place");
	free(output->temporary);
	output->temporary = NULL;
	return BF_OK;
}

void bf_output_close(struct bf_output *output)
{
	if (!output->path)
		return;
	if (output->fd >= 0)
		close(output->fd);
	if (output->temporary)
		unlink(output->temporary);
	free(output->temporary);
	free(output->path);
	*output = (struct bf_output){0};
}

static bool holds(int fd, uint64_t offset, struct bf_view bytes)
{
	uint8_t chunk[65536];
	while (bytes.size > 0) {
		size_t wanted = bytes.size < sizeof(chunk) ? bytes.size : sizeof(chunk);
		ssize_t got = pread(fd, chunk, wanted, (off_t)offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || memcmp(chunk, bytes.data, (size_t)got) != 0)
			return false;
		offset += (size_t)got;
		bytes = bf_view_part(bytes, (size_t)got, bytes.size - (size_t)got);
	}
	return true;
}

bool bf_output_is_there(const char *path, const struct bf_pieces *pieces)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool same = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		    (uint64_t)st.st_size == pieces->size;
	for (size_t i = 0; same && i < pieces->n_items; i++)
		same = holds(fd, pieces->items[i].offset, pieces->items[i].bytes);
	close(fd);
	return same;
}
