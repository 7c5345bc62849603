/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/inuse.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/mountinfo.h"

/* The sectors of a disk that a block device is made of. */
struct extent {
	dev_t disk;
	uint64_t start, end;
};

/* All of a file without its last newline; NULL if it cannot be read. */
static char *read_text(const char *path)
{
	char *text = NULL;
	size_t capacity = 0;
	FILE *file = fopen(path, "re");
	if (!file)
		return NULL;
	ssize_t length = getdelim(&text, &capacity, '\0', file);
	fclose(file);
	if (length <= 0) {
		free(text);
		return NULL;
	}
	if (text[length - 1] == '\n')
		text[length - 1] = '\0';
	return text;
}

static char *read_attribute(dev_t device, const char *name)
{
	char path[128];
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/%s", major(device),
		 minor(device), name);
	return read_text(path);
}

static bool read_number(dev_t device, const char *name, uint64_t *ret)
{
	char *text = read_attribute(device, name);
	bool is_number = text && sscanf(text, "%" SCNu64, ret) == 1;
	free(text);
	return is_number;
}

static bool read_disk(dev_t partition, dev_t *ret)
{
	unsigned major_number, minor_number;
	char *text = read_attribute(partition, "../dev");
	bool is_device = text && sscanf(text, "%u:%u", &major_number, &minor_number) == 2;
	free(text);
	if (is_device)
		*ret = makedev(major_number, minor_number);
	return is_device;
}

/* Only a partition has a start. */
static struct extent find_extent(dev_t device)
{
	struct extent part = {0};
	uint64_t size;
	if (read_number(device, "start", &part.start) &&
	    read_number(device, "size", &size) && read_disk(device, &part.disk)) {
		part.end = part.start + size;
		return part;
	}
	return (struct extent){.disk = device, .end = UINT64_MAX};
}

/*
 * What of a block device another one holds too, as the subject of a sentence; NULL for
 * nothing. Partitions may overlap: an isohybrid image has its ESP inside its first one.
 */
static const char *find_shared(dev_t device, dev_t other)
{
	if (device == other)
		return "it";
	struct extent a = find_extent(device), b = find_extent(other);
	bool overlaps = a.disk == b.disk && a.start < b.end && b.start < a.end;
	return overlaps ? "a part of it" : NULL;
}

static int check_mount(dev_t device, char *line, struct bf_error *reterr)
{
	char name[256];
	struct bf_mount mount;
	if (!bf_mountinfo_parse(line, &mount))
		return BF_OK;
	const char *shared = find_shared(device, mount.device);
	return shared ? bf_fail(reterr, BF_ERR_INPUT, "%s is mounted on %s", shared,
				bf_printable(mount.point, name, sizeof(name)))
		      : BF_OK;
}

static int check_mounts(dev_t device, struct bf_error *reterr)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	char *line = NULL;
	size_t capacity = 0;
	int err = BF_OK;
	while (mounts && !err && getline(&line, &capacity, mounts) > 0)
		err = check_mount(device, line, reterr);
	free(line);
	if (mounts)
		fclose(mounts);
	return err;
}

/* The kernel gives a device exclusively to those who ask, and mounting asks. */
static int check_exclusive(const char *path, struct bf_error *reterr)
{
	int fd = open(path, O_RDONLY | O_EXCL | O_CLOEXEC);
	if (fd < 0 && errno == EBUSY)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "it is in use: by a mount elsewhere, LVM, RAID or swap?");
	if (fd >= 0)
		close(fd);
	return BF_OK;
}

static int check_loop(const struct stat *image, const char *name, struct bf_error *reterr)
{
	char attribute[128];
	const char *shared = NULL;
	struct stat backing;
	snprintf(attribute, sizeof(attribute), "/sys/block/%s/loop/backing_file", name);
	char *path = read_text(attribute);
	if (path && stat(path, &backing) == 0) {
		if (S_ISBLK(image->st_mode) && S_ISBLK(backing.st_mode))
			shared = find_shared(image->st_rdev, backing.st_rdev);
		else if (image->st_dev == backing.st_dev &&
			 image->st_ino == backing.st_ino)
			shared = "it";
	}
	free(path);
	return shared ? bf_fail(reterr, BF_ERR_INPUT, "%s is attached to /dev/%s", shared,
				name)
		      : BF_OK;
}

/*
 * A loop device does not claim what is behind it, be it a file or a device. proc(5):
 * partitions has a line "7 0 3072 loop0" for each that has something behind it.
 */
static int check_loops(const struct stat *image, struct bf_error *reterr)
{
	char line[128];
	int err = BF_OK;
	FILE *partitions = fopen("/proc/partitions", "re");
	while (partitions && !err && fgets(line, sizeof(line), partitions)) {
		char *name = strrchr(line, ' ');
		line[strcspn(line, "\n")] = '\0';
		if (name && strncmp(++name, "loop", 4) == 0)
			err = check_loop(image, name, reterr);
	}
	if (partitions)
		fclose(partitions);
	return err;
}

int bf_inuse_check(const char *path, struct bf_error *reterr)
{
	struct stat image;
	if (stat(path, &image) < 0)
		return BF_OK;
	int err = check_loops(&image, reterr);
	if (!err && S_ISBLK(image.st_mode))
		err = check_mounts(image.st_rdev, reterr);
	if (!err && S_ISBLK(image.st_mode))
		err = check_exclusive(path, reterr);
	return err;
}

int bf_inuse_lock(int fd, struct bf_error *reterr)
{
	int status;
	do
		status = flock(fd, LOCK_EX | LOCK_NB);
	while (status < 0 && errno == EINTR);
	if (status < 0 && errno == EWOULDBLOCK)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "somebody else is changing it and has it locked: run this "
			       "again when that is done");
	return BF_OK;
}
