#include "base/inuse.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* proc(5): mountinfo has spaces, tabs, newlines and backslashes in octal, as in "\040". */
static void unescape(char *text)
{
	char *to = text;
	for (const char *from = text; *from; from++) {
		if (*from == '\\' && strspn(from + 1, "01234567") >= 3) {
			*to++ = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 |
				       (from[3] - '0'));
			from += 3;
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
}

/* proc(5): "36 35 98:0 /root /mount/point ..." is a line of mountinfo. */
static bool find_mount(dev_t device, char *ret, size_t size)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	char *line = NULL;
	size_t capacity = 0;
	bool found = false;
	while (mounts && !found && getline(&line, &capacity, mounts) > 0) {
		unsigned major_number, minor_number;
		int at = 0;
		int fields = sscanf(line, "%*u %*u %u:%u %*s %n", &major_number,
				    &minor_number, &at);
		if (fields == 2 && at && makedev(major_number, minor_number) == device) {
			char *point = line + at;
			point[strcspn(point, " ")] = '\0';
			unescape(point);
			bf_printable(point, ret, size);
			found = true;
		}
	}
	free(line);
	if (mounts)
		fclose(mounts);
	return found;
}

/* The kernel gives a device exclusively to those who ask, and mounting asks. */
static int check_device(const char *path, dev_t device, struct bf_error *reterr)
{
	char point[256];
	if (find_mount(device, point, sizeof(point)))
		return bf_fail(reterr, BF_ERR_INPUT, "it is mounted on %s", point);
	int fd = open(path, O_RDONLY | O_EXCL | O_CLOEXEC);
	if (fd < 0 && errno == EBUSY)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "it is in use: is one of its partitions mounted?");
	if (fd >= 0)
		close(fd);
	return BF_OK;
}

static bool is_backed_by(const char *attribute, const char *path)
{
	char backing[4096];
	bool same = false;
	FILE *file = fopen(attribute, "re");
	if (file && fgets(backing, sizeof(backing), file)) {
		backing[strcspn(backing, "\n")] = '\0';
		same = strcmp(backing, path) == 0;
	}
	if (file)
		fclose(file);
	return same;
}

static int check_loops(const char *path, struct bf_error *reterr)
{
	static const char block[] = "/sys/block/";
	glob_t attributes;
	int err = BF_OK;
	char *real = realpath(path, NULL);
	if (real &&
	    glob("/sys/block/loop*/loop/backing_file", 0, NULL, &attributes) == 0) {
		for (size_t i = 0; !err && i < attributes.gl_pathc; i++) {
			const char *name = attributes.gl_pathv[i] + sizeof(block) - 1;
			if (is_backed_by(attributes.gl_pathv[i], real))
				err = bf_fail(reterr, BF_ERR_INPUT,
					      "it is attached to /dev/%.*s",
					      (int)strcspn(name, "/"), name);
		}
		globfree(&attributes);
	}
	free(real);
	return err;
}

int bf_inuse_check(const char *path, struct bf_error *reterr)
{
	struct stat status;
	if (stat(path, &status) < 0)
		return BF_OK;
	return S_ISBLK(status.st_mode) ? check_device(path, status.st_rdev, reterr)
				       : check_loops(path, reterr);
}
