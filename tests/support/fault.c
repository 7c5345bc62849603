/*
 * Preloaded into a program, makes calls fail that never do in a test.
 *
 *     FAULT=KIND:N:ERRNO:MODE FAULT_LOG=FILE LD_PRELOAD=libfault.so program ...
 *
 * Of the calls of a KIND (alloc, open, read, write, sync, name, set, close or thread, see
 * below), counted from 1, MODE says which ones fail:
 *
 *     once   the N-th
 *     on     the N-th and all later ones: a disk that is full stays full
 *     short  none, but the N-th write does only a part
 *     cut    the N-th write does only a part, the next one fails
 *     full   the N-th write does only a part, all later ones fail
 *
 * FILE gets a line "hit FUNCTION OBJECT" for the N-th, OBJECT being "libisofs" when it was
 * called from within that library and "own" if not, and "total N" with the number of calls
 * of the kind when the program ends by itself.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* The headers' own names for the functions would be in the way of defining both. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

enum { FRAMES_MAX = 64 };

static struct {
	char kind[16];
	unsigned long n;
	int error;
	char mode[8];
	int log; /* -1 for none */
	atomic_ulong count;
	bool is_ready;
} fault = {.log = -1};

/* The system calls behind what is replaced here, whoever else replaces them. */
static void say(const char *format, ...)
{
	char line[128];
	va_list args;
	va_start(args, format);
	int length = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (fault.log >= 0)
		(void)!syscall(SYS_write, fault.log, line, length);
}

__attribute__((constructor)) static void begin(void)
{
	void *frame[1];
	const char *text = getenv("FAULT"), *path = getenv("FAULT_LOG");
	if (!text || !path)
		return;
	if (sscanf(text, "%15[a-z]:%lu:%d:%7[a-z]", fault.kind, &fault.n, &fault.error,
		   fault.mode) != 4)
		abort();
	fault.log = (int)syscall(SYS_openat, AT_FDCWD, path,
				 O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	/* The first call loads the unwinder, which takes memory; later ones do not. */
	backtrace(frame, 1);
	fault.is_ready = true;
}

__attribute__((destructor)) static void end(void)
{
	say("total %lu\n", fault.count);
}

static bool is_within(const char *library)
{
	void *frames[FRAMES_MAX];
	Dl_info info;
	int n = backtrace(frames, FRAMES_MAX);
	for (int i = 0; i < n; i++)
		if (dladdr(frames[i], &info) && strstr(info.dli_fname, library))
			return true;
	return false;
}

enum verdict {
	WORKS,
	FAILS, /* errno is set */
	DOES_A_PART,
};

static bool mode_is(const char *mode)
{
	return strcmp(fault.mode, mode) == 0;
}

static enum verdict judge(const char *kind, const char *function)
{
	if (!fault.is_ready || strcmp(kind, fault.kind) != 0)
		return WORKS;
	unsigned long number = ++fault.count;
	if (number < fault.n || fault.n == 0)
		return WORKS;
	if (number == fault.n)
		say("hit %s %s\n", function, is_within("libisofs") ? "libisofs" : "own");
	errno = fault.error;
	if (number == fault.n)
		return mode_is("once") || mode_is("on") ? FAILS : DOES_A_PART;
	return mode_is("on") || mode_is("full") ||
			       (mode_is("cut") && number == fault.n + 1)
		       ? FAILS
		       : WORKS;
}

/* The same for calls that do all or nothing. */
static bool fails(const char *kind, const char *function)
{
	return judge(kind, function) != WORKS;
}

/* ---- alloc ---- */

/* glibc's own, under the names that it has for those who replace the others. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size)
{
	return fails("alloc", "malloc") ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fails("alloc", "calloc") ? NULL : __libc_calloc(n, size);
}

void *realloc(void *memory, size_t size)
{
	return fails("alloc", "realloc") ? NULL : __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return fails("alloc", "aligned_alloc") ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **ret, size_t alignment, size_t size)
{
	if (fails("alloc", "posix_memalign"))
		return fault.error;
	*ret = __libc_memalign(alignment, size);
	return *ret ? 0 : ENOMEM;
}

#define MMAP(name)                                                                       \
	void *name(void *at, size_t size, int protection, int flags, int fd, off_t from) \
	{                                                                                \
		return fails("alloc", #name)                                             \
			       ? MAP_FAILED                                              \
			       : (void *)syscall(SYS_mmap, at, size, protection, flags,  \
						 fd, from);                              \
	}
MMAP(mmap)
MMAP(mmap64)

/* ---- open ---- */

#define OPEN(name)                                                                       \
	int name(const char *path, int flags, ...)                                       \
	{                                                                                \
		va_list args;                                                            \
		va_start(args, flags);                                                   \
		int mode = va_arg(args, int);                                            \
		va_end(args);                                                            \
		return fails("open", #name)                                              \
			       ? -1                                                      \
			       : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);  \
	}
OPEN(open)
OPEN(open64)

/* What _FORTIFY_SOURCE makes of a call without a mode. */
#define OPEN_2(name)                                                                     \
	int name(const char *path, int flags)                                            \
	{                                                                                \
		return fails("open", #name)                                              \
			       ? -1                                                      \
			       : (int)syscall(SYS_openat, AT_FDCWD, path, flags, 0);     \
	}
OPEN_2(__open_2)
OPEN_2(__open64_2)

#define OPENAT(name)                                                                     \
	int name(int folder, const char *path, int flags, ...)                           \
	{                                                                                \
		va_list args;                                                            \
		va_start(args, flags);                                                   \
		int mode = va_arg(args, int);                                            \
		va_end(args);                                                            \
		return fails("open", #name)                                              \
			       ? -1                                                      \
			       : (int)syscall(SYS_openat, folder, path, flags, mode);    \
	}
OPENAT(openat)
OPENAT(openat64)

#define OPENAT_2(name)                                                                   \
	int name(int folder, const char *path, int flags)                                \
	{                                                                                \
		return fails("open", #name)                                              \
			       ? -1                                                      \
			       : (int)syscall(SYS_openat, folder, path, flags, 0);       \
	}
OPENAT_2(__openat_2)
OPENAT_2(__openat64_2)

#define FOPEN(name)                                                                      \
	FILE *name(const char *path, const char *mode)                                   \
	{                                                                                \
		FILE *(*next)(const char *, const char *);                               \
		*(void **)&next = dlsym(RTLD_NEXT, #name);                               \
		return fails("open", #name) ? NULL : next(path, mode);                   \
	}
FOPEN(fopen)
FOPEN(fopen64)

/* ---- read, write ---- */

ssize_t read(int fd, void *to, size_t size)
{
	return fails("read", "read") ? -1 : syscall(SYS_read, fd, to, size);
}

#define PREAD(name)                                                                      \
	ssize_t name(int fd, void *to, size_t size, off_t at)                            \
	{                                                                                \
		return fails("read", #name) ? -1                                         \
					    : syscall(SYS_pread64, fd, to, size, at);    \
	}
PREAD(pread)
PREAD(pread64)

ssize_t __read_chk(int fd, void *to, size_t size, size_t room)
{
	(void)room;
	return read(fd, to, size);
}

ssize_t __pread64_chk(int fd, void *to, size_t size, off_t at, size_t room)
{
	(void)room;
	return pread64(fd, to, size, at);
}

ssize_t write(int fd, const void *from, size_t size)
{
	enum verdict verdict = judge("write", "write");
	if (verdict == DOES_A_PART)
		size = (size + 1) / 2;
	return verdict == FAILS ? -1 : syscall(SYS_write, fd, from, size);
}

ssize_t writev(int fd, const struct iovec *parts, int n)
{
	enum verdict verdict = judge("write", "writev");
	if (verdict == DOES_A_PART)
		return syscall(SYS_write, fd, parts[0].iov_base,
			       (parts[0].iov_len + 1) / 2);
	return verdict == FAILS ? -1 : syscall(SYS_writev, fd, parts, n);
}

#define PWRITE(name)                                                                     \
	ssize_t name(int fd, const void *from, size_t size, off_t at)                    \
	{                                                                                \
		enum verdict verdict = judge("write", #name);                            \
		if (verdict == DOES_A_PART)                                              \
			size = (size + 1) / 2;                                           \
		return verdict == FAILS ? -1                                             \
					: syscall(SYS_pwrite64, fd, from, size, at);     \
	}
PWRITE(pwrite)
PWRITE(pwrite64)

/* ---- sync ---- */

int fsync(int fd)
{
	return fails("sync", "fsync") ? -1 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	return fails("sync", "fdatasync") ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int syncfs(int fd)
{
	return fails("sync", "syncfs") ? -1 : (int)syscall(SYS_syncfs, fd);
}

int sync_file_range(int fd, off_t from, off_t size, unsigned flags)
{
	return fails("sync", "sync_file_range")
		       ? -1
		       : (int)syscall(SYS_sync_file_range, fd, from, size, flags);
}

/* ---- name ---- */

int rename(const char *from, const char *to)
{
	return fails("name", "rename") ? -1 : (int)syscall(SYS_rename, from, to);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
	return fails("name", "renameat")
		       ? -1
		       : (int)syscall(SYS_renameat, from_folder, from, to_folder, to);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to,
	      unsigned flags)
{
	return fails("name", "renameat2") ? -1
					  : (int)syscall(SYS_renameat2, from_folder, from,
							 to_folder, to, flags);
}

int link(const char *from, const char *to)
{
	return fails("name", "link") ? -1 : (int)syscall(SYS_link, from, to);
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags)
{
	return fails("name", "linkat") ? -1
				       : (int)syscall(SYS_linkat, from_folder, from,
						      to_folder, to, flags);
}

int mkdir(const char *path, mode_t mode)
{
	return fails("name", "mkdir") ? -1 : (int)syscall(SYS_mkdir, path, mode);
}

int mkdirat(int folder, const char *path, mode_t mode)
{
	return fails("name", "mkdirat") ? -1
					: (int)syscall(SYS_mkdirat, folder, path, mode);
}

/* ---- set ---- */

int fchmod(int fd, mode_t mode)
{
	return fails("set", "fchmod") ? -1 : (int)syscall(SYS_fchmod, fd, mode);
}

int fchown(int fd, uid_t owner, gid_t group)
{
	return fails("set", "fchown") ? -1 : (int)syscall(SYS_fchown, fd, owner, group);
}

#define FALLOCATE(name)                                                                  \
	int name(int fd, int mode, off_t from, off_t size)                               \
	{                                                                                \
		return fails("set", #name)                                               \
			       ? -1                                                      \
			       : (int)syscall(SYS_fallocate, fd, mode, from, size);      \
	}
FALLOCATE(fallocate)
FALLOCATE(fallocate64)

#define FTRUNCATE(name)                                                                  \
	int name(int fd, off_t size)                                                     \
	{                                                                                \
		return fails("set", #name) ? -1 : (int)syscall(SYS_ftruncate, fd, size); \
	}
FTRUNCATE(ftruncate)
FTRUNCATE(ftruncate64)

int flock(int fd, int operation)
{
	return fails("set", "flock") ? -1 : (int)syscall(SYS_flock, fd, operation);
}

/* ---- close, thread ---- */

/* A network file system that could not write says so here; it is closed all the same. */
int close(int fd)
{
	bool is_failing = fails("close", "close");
	int status = (int)syscall(SYS_close, fd);
	if (is_failing)
		errno = fault.error;
	return is_failing ? -1 : status;
}

int pthread_create(pthread_t *ret, const pthread_attr_t *attributes, void *(*run)(void *),
		   void *argument)
{
	int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
	*(void **)&next = dlsym(RTLD_NEXT, "pthread_create");
	return fails("thread", "pthread_create") ? fault.error
						 : next(ret, attributes, run, argument);
}
