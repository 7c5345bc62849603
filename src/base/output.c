/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int bf_output_fail(const struct bf_output *output, const char *what,
		   struct bf_error *reterr)
{
	int saved = errno;
	char name[256];
	const char *path = output->path ? output->path : "standard output";
	return bf_fail(reterr, BF_ERR_IO, "'%s': %s: %s",
		       bf_printable(path, name, sizeof(name)), what, strerror(saved));
}

static int refuse(struct bf_error *reterr, const char *path, const char *why)
{
	char name[256];
	return bf_fail(reterr, BF_ERR_INPUT, "'%s': %s",
		       bf_printable(path, name, sizeof(name)), why);
}

/* What a file that is replaced hands on. */
struct existing {
	bool there;
	bool is_ours; /* else its permissions are somebody else's idea */
	mode_t mode;
};

/* What stands at the final place already must be a plain file that may be replaced. */
static int check_existing(const struct bf_output *output, struct existing *ret,
			  struct bf_error *reterr)
{
	struct stat st;
	int folder = output->temporary.folder;
	const char *path = output->path;
	if (fstatat(folder, output->name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno == ENOENT)
			return BF_OK;
		return bf_output_fail(output, "cannot write", reterr);
	}
	if (S_ISDIR(st.st_mode))
		return refuse(reterr, path, "is a folder: name a file in it");
	if (S_ISBLK(st.st_mode) || S_ISCHR(st.st_mode))
		return refuse(reterr, path,
			      "is a device: write a file, then copy it there with dd");
	if (S_ISLNK(st.st_mode))
		return refuse(reterr, path, "is a symbolic link that leads nowhere");
	if (!S_ISREG(st.st_mode))
		return refuse(reterr, path, "is not a regular file");
	/* root may write anything; a file without any write bit was protected on purpose. */
	if (!(st.st_mode & 0222) || faccessat(folder, output->name, W_OK, AT_EACCESS) < 0)
		return refuse(reterr, path,
			      "is read-only: name another file or make it writable");
	*ret = (struct existing){.there = true,
				 .is_ours = st.st_uid == geteuid(),
				 .mode = st.st_mode & 0777};
	return BF_OK;
}

/*
 * The folder is opened once, and everything goes on relative to it: a link that is swapped in
 * the meantime leads nobody anywhere.
 */
static int find_place(const char *path, struct bf_output *ret)
{
	char *real = realpath(path, NULL);
	const char *place = real ? real : path;
	const char *slash = strrchr(place, '/');
	char *folder =
		!slash ? strdup(".")
		       : strndup(place, slash == place ? 1 : (size_t)(slash - place));
	ret->name = strdup(slash ? slash + 1 : place);
	if (folder && ret->name)
		ret->temporary.folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(folder);
	free(real);
	return ret->temporary.folder;
}

static int open_stdout(struct bf_output *ret, struct bf_error *reterr)
{
	if (isatty(STDOUT_FILENO))
		return bf_fail(
			reterr, BF_ERR_INPUT,
			"standard output is a terminal: send it to a file or a pipe");
	*ret = (struct bf_output){.temporary = {.fd = STDOUT_FILENO, .folder = -1}};
	return BF_OK;
}

int bf_output_open(const char *path, struct bf_output *ret, struct bf_error *reterr)
{
	if (strcmp(path, "-") == 0)
		return open_stdout(ret, reterr);
	if (*path == '\0')
		return bf_fail(reterr, BF_ERR_INPUT, "the output file's name is empty");

	struct existing existing = {0};
	struct bf_output output = {.path = strdup(path),
				   .temporary = {.fd = -1, .folder = -1}};
	if (!output.path)
		return bf_fail_nomem(reterr);
	int err = find_place(path, &output) < 0
			  ? bf_output_fail(&output, "cannot write in its folder", reterr)
			  : check_existing(&output, &existing, reterr);
	if (!err && bf_temporary_open(output.temporary.folder, &output.temporary) < 0)
		err = bf_output_fail(&output, "cannot write in its folder", reterr);
	output.replaces = existing.there;
	if (!err && existing.is_ours && fchmod(output.temporary.fd, existing.mode) < 0)
		err = bf_output_fail(&output, "cannot set its permissions", reterr);
	if (err)
		bf_output_close(&output);
	else
		*ret = output;
	return err;
}

/*
 * Have the file's blocks set aside: a disk that is too full says so before anything is
 * written. The size stays that of what was written: a file that a power failure cut off is
 * seen to be. Where there is no such thing it does not matter.
 */
static int set_aside(const struct bf_output *output, uint64_t size)
{
	if (!output->path || size > INT64_MAX ||
	    fallocate(output->temporary.fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)size) == 0)
		return 0;
	return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? -1 : 0;
}

int bf_output_write(struct bf_output *output, const struct bf_pieces *pieces,
		    struct bf_error *reterr)
{
	if (set_aside(output, pieces->size) < 0 ||
	    bf_pieces_write(pieces, output->temporary.fd))
		return bf_output_fail(output, "cannot write", reterr);
	return BF_OK;
}

void bf_output_close(struct bf_output *output)
{
	if (!output->path && !output->name)
		return;
	bf_temporary_discard(&output->temporary);
	if (output->temporary.fd >= 0)
		close(output->temporary.fd);
	if (output->temporary.folder >= 0)
		close(output->temporary.folder);
	free(output->name);
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
