/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/temporary.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static const char prefix[] = ".boots-from.";
static const char suffix[] = ".tmp";

enum { TRIES = 100 };

/* A name that nobody can plant something under beforehand. */
static int choose_name(char name[BF_TEMPORARY_NAME_SIZE])
{
	uint64_t number;
	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return -1;
	snprintf(name, BF_TEMPORARY_NAME_SIZE, "%s%016llx%s", prefix,
		 (unsigned long long)number, suffix);
	return 0;
}

static int open_named(struct bf_temporary *temporary)
{
	for (int i = 0; i < TRIES; i++) {
		if (choose_name(temporary->name) < 0)
			break;
		temporary->fd = openat(temporary->folder, temporary->name,
				       O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
		if (temporary->fd >= 0)
			return 0;
		if (errno != EEXIST)
			break;
	}
	temporary->name[0] = '\0';
	return -1;
}

/* A nameless file gets its name through /proc, which a bare chroot has not. */
static bool can_name_later(void)
{
	struct stat st;
	return stat("/proc/self/fd", &st) == 0;
}

int bf_temporary_open(int folder, struct bf_temporary *ret)
{
	*ret = (struct bf_temporary){.folder = folder, .fd = -1};
	if (can_name_later())
		ret->fd = openat(folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
	else
		errno = EOPNOTSUPP;
	if (ret->fd < 0 && errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)
		return -1;
	if (ret->fd < 0 && open_named(ret) < 0)
		return -1;
	/* Where there are no locks, a sweep may take the file away; then publishing fails. */
	(void)flock(ret->fd, LOCK_EX | LOCK_NB);
	return 0;
}

static int link_as(const struct bf_temporary *temporary, const char *name)
{
	char source[64];
	snprintf(source, sizeof(source), "/proc/self/fd/%d", temporary->fd);
	return linkat(AT_FDCWD, source, temporary->folder, name, AT_SYMLINK_FOLLOW);
}

int bf_temporary_name(struct bf_temporary *temporary)
{
	if (temporary->name[0])
		return 0;
	for (int i = 0; i < TRIES; i++) {
		if (choose_name(temporary->name) < 0)
			break;
		if (link_as(temporary, temporary->name) == 0)
			return 0;
		if (errno != EEXIST)
			break;
	}
	temporary->name[0] = '\0';
	return -1;
}

static int rename_to(struct bf_temporary *temporary, const char *name, unsigned flags)
{
	int folder = temporary->folder;
	int err = renameat2(folder, temporary->name, folder, name, flags);
	/* Older file systems only know how to replace. */
	if (err < 0 && (errno == EINVAL || errno == ENOSYS))
		err = renameat(folder, temporary->name, folder, name);
	if (err == 0)
		temporary->name[0] = '\0';
	return err;
}

int bf_temporary_publish(struct bf_temporary *temporary, const char *name)
{
	return temporary->name[0] ? rename_to(temporary, name, RENAME_NOREPLACE)
				  : link_as(temporary, name);
}

/* linkat() cannot replace, renameat() can. */
int bf_temporary_replace(struct bf_temporary *temporary, const char *name)
{
	int err = bf_temporary_name(temporary);
	return err < 0 ? err : rename_to(temporary, name, 0);
}

void bf_temporary_discard(struct bf_temporary *temporary)
{
	if (temporary->name[0])
		unlinkat(temporary->folder, temporary->name, 0);
	temporary->name[0] = '\0';
}

static bool is_ours(const char *name)
{
	size_t length = strlen(name);
	return length == sizeof(prefix) - 1 + 16 + sizeof(suffix) - 1 &&
	       strncmp(name, prefix, sizeof(prefix) - 1) == 0 &&
	       strcmp(name + length - (sizeof(suffix) - 1), suffix) == 0;
}

static bool is_left(int folder, const char *name)
{
	struct stat st;
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool left = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		    st.st_uid == geteuid() && flock(fd, LOCK_EX | LOCK_NB) == 0;
	close(fd);
	return left;
}

size_t bf_temporary_sweep(const char *folder)
{
	size_t n = 0;
	DIR *dir = opendir(folder);
	if (!dir)
		return 0;
	for (struct dirent *entry; (entry = readdir(dir));)
		if (is_ours(entry->d_name) && is_left(dirfd(dir), entry->d_name) &&
		    unlinkat(dirfd(dir), entry->d_name, 0) == 0)
			n++;
	closedir(dir);
	return n;
}
