/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* ---- What file systems promise ---- */

enum ordering {
	BY_FSYNC,  /* what fsync() returned for is on the disk, and no more is known */
	BY_SYNCFS, /* it has a journal or the like, and syncfs() is fsync() of all files */
	NO_ORDER,  /* what nobody waits for gets to the disk in any order */
};

static enum ordering ordering_of(int folder)
{
	struct statfs fs;
	if (fstatfs(folder, &fs) < 0)
		return BY_FSYNC;
	switch ((unsigned)fs.f_type) {
	case EXT4_SUPER_MAGIC:
	case XFS_SUPER_MAGIC:
	case BTRFS_SUPER_MAGIC:
	case F2FS_SUPER_MAGIC:
	case OVERLAYFS_SUPER_MAGIC:
	case TMPFS_MAGIC:
		return BY_SYNCFS;
	case MSDOS_SUPER_MAGIC:
	case EXFAT_SUPER_MAGIC:
		return NO_ORDER;
	default:
		return BY_FSYNC;
	}
}

/* ---- Waiting for the disk ---- */

/* Retried where a signal came in between; what it returns is final. */
static int wait_for(int (*sync)(int), int fd)
{
	int err;
	do
		err = sync(fd);
	while (err < 0 && errno == EINTR);
	return err;
}

/* Some file systems have nothing to say about a folder that is synced. */
static int sync_folder(int folder)
{
	return wait_for(fsync, folder) < 0 && errno != EINVAL && errno != EROFS ? -1 : 0;
}

/* ---- One file ---- */

/*
 * The file has a name before it is synced: btrfs writes nothing in its log of a file without
 * one, and would then bring an empty one back. It is synced before it gets the final name,
 * which could reach the disk before the bytes do.
 */
static int replace(struct bf_output *output, bool is_synced, struct bf_error *reterr)
{
	struct bf_temporary *temporary = &output->temporary;
	sigset_t all, before;
	const char *what = "cannot put it in place";
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	int err = bf_temporary_name(temporary);
	if (err == 0 && !is_synced) {
		err = wait_for(fsync, temporary->fd);
		if (err < 0)
			what = "cannot write";
	}
	if (err == 0)
		err = bf_temporary_replace(temporary, output->name);
	if (err < 0) {
		err = bf_output_fail(output, what, reterr);
		bf_temporary_discard(temporary);
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

static int fail_unconfirmed(const struct bf_output *output, struct bf_error *reterr)
{
	return bf_output_fail(output, "is written, but its folder may not be on the disk",
			      reterr);
}

/* A network file system may report a failed write only when the file is closed. */
static int close_file(struct bf_output *output, struct bf_error *reterr)
{
	int fd = output->temporary.fd;
	output->temporary.fd = -1;
	return close(fd) < 0 ? bf_output_fail(output, "cannot write", reterr) : BF_OK;
}

/*
 * Without an order, three things could come apart: the temporary name goes, the final one
 * leads to the new file, the old file's clusters are free. In this order each is harmless
 * without the next: one that both names lead to would be cut off by fsck, and an old file
 * may have no free clusters. They are not freed while the old file is open.
 */
static int replace_in_order(struct bf_output *output, struct bf_error *reterr)
{
	const struct bf_temporary *temporary = &output->temporary;
	int old =
		openat(temporary->folder, output->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (old < 0 && errno != ENOENT)
		return bf_output_fail(output, "cannot put it in place", reterr);
	int err = replace(output, false, reterr);
	if (!err &&
	    (sync_folder(temporary->folder) < 0 || wait_for(fsync, temporary->fd) < 0))
		err = fail_unconfirmed(output, reterr);
	if (old >= 0)
		close(old);
	return err;
}

static int replace_and_confirm(struct bf_output *output, struct bf_error *reterr)
{
	int folder = output->temporary.folder;
	if (ordering_of(folder) == NO_ORDER)
		return replace_in_order(output, reterr);
	int err = replace(output, false, reterr);
	if (!err && sync_folder(folder) < 0)
		err = fail_unconfirmed(output, reterr);
	return err;
}

int bf_output_publish(struct bf_output *output, struct bf_error *reterr)
{
	int err = BF_OK;
	if (!output->path)
		return BF_OK;
	if (!output->replaces &&
	    bf_temporary_publish(&output->temporary, output->name) < 0) {
		output->replaces = errno == EEXIST; /* since just now */
		if (!output->replaces)
			return bf_output_fail(output, "cannot put it in place", reterr);
	}
	if (output->replaces)
		err = replace_and_confirm(output, reterr);
	return err ? err : close_file(output, reterr);
}

/* ---- A round ---- */

static bool is_same_folder(int one, int other)
{
	struct stat a, b;
	return fstat(one, &a) == 0 && fstat(other, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

bool bf_round_add(struct bf_round *round, struct bf_output *output)
{
	int folder = output->temporary.folder;
	if (!output->replaces)
		return false;
	if (round->n > 0 ? !is_same_folder(folder, round->outputs[0].temporary.folder)
			 : ordering_of(folder) != BY_SYNCFS)
		return false;
	round->outputs[round->n++] = *output;
	*output = (struct bf_output){0};
	return true;
}

/* Returns 0 or an errno. */
static int confirm(int folder)
{
	return wait_for(syncfs, folder) == 0 || sync_folder(folder) == 0 ? 0 : errno;
}

static int finish(struct bf_output *output, int reason, struct bf_error *reterr)
{
	errno = reason;
	return reason ? fail_unconfirmed(output, reterr) : close_file(output, reterr);
}

void bf_round_publish(struct bf_round *round, bf_round_tell *tell, void *context)
{
	bool is_replaced[BF_ROUND_SIZE];
	struct bf_error error;
	if (round->n == 0)
		return;
	/* What the disk did not take may be somebody else's: then each file is asked. */
	int folder = round->outputs[0].temporary.folder;
	bool is_synced = wait_for(syncfs, folder) == 0;
	for (size_t i = 0; i < round->n; i++) {
		int err = replace(&round->outputs[i], is_synced, &error);
		is_replaced[i] = !err;
		if (err)
			tell(context, err, &error);
	}
	int reason = confirm(folder);
	for (size_t i = 0; i < round->n; i++)
		if (is_replaced[i])
			tell(context, finish(&round->outputs[i], reason, &error), &error);
	bf_round_free(round);
}

void bf_round_free(struct bf_round *round)
{
	while (round->n > 0)
		bf_output_close(&round->outputs[--round->n]);
}
