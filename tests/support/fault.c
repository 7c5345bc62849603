/* SPDX-License-Identifier: GPL-3.0-only */
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
 * FILE gets a line "hit FUNCTION OBJECT" for the N-th, OBJECT being "libisofs" or "libcrypto"
 * when it was called from within that library and "own" if not, and "total N" with the number
 * of calls of the kind when the program ends by itself.
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

static const char *caller(void)
{
	static const char *const libraries[] = {"libisofs", "libcrypto"};
	for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++)
		if (is_within(libraries[i]))
			return libraries[i];
	return "own";
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
		say("hit %s %s\n", function, caller());
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

/* Defines a function that fails as its kind does, or else is what glibc's would be. */
#define CALL(kind, type, name, parameters, ...)                                          \
	type name parameters                                                             \
	{                                                                                \
		return fails(#kind, #name) ? (type)-1 : (type)(__VA_ARGS__);             \
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

#define MMAP_PARAMETERS (void *at, size_t size, int access, int flags, int fd, off_t from)
#define MMAP syscall(SYS_mmap, at, size, access, flags, fd, from)
CALL(alloc, void *, mmap, MMAP_PARAMETERS, MMAP)
CALL(alloc, void *, mmap64, MMAP_PARAMETERS, MMAP)

/* ---- open ---- */

/* The mode may not be there; the kernel does not look at it then. */
#define OPEN(name, parameters, folder)                                                   \
	int name parameters                                                              \
	{                                                                                \
		va_list args;                                                            \
		va_start(args, flags);                                                   \
		int mode = va_arg(args, int);                                            \
		va_end(args);                                                            \
		return fails("open", #name)                                              \
			       ? -1                                                      \
			       : (int)syscall(SYS_openat, folder, path, flags, mode);    \
	}
OPEN(open, (const char *path, int flags, ...), AT_FDCWD)
OPEN(open64, (const char *path, int flags, ...), AT_FDCWD)
OPEN(openat, (int folder, const char *path, int flags, ...), folder)
OPEN(openat64, (int folder, const char *path, int flags, ...), folder)

/* What _FORTIFY_SOURCE makes of a call without a mode. */
#define OPEN_2 syscall(SYS_openat, AT_FDCWD, path, flags, 0)
#define OPENAT_2 syscall(SYS_openat, folder, path, flags, 0)
CALL(open, int, __open_2, (const char *path, int flags), OPEN_2)
CALL(open, int, __open64_2, (const char *path, int flags), OPEN_2)
CALL(open, int, __openat_2, (int folder, const char *path, int flags), OPENAT_2)
CALL(open, int, __openat64_2, (int folder, const char *path, int flags), OPENAT_2)

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

#define PREAD syscall(SYS_pread64, fd, to, size, at)
CALL(read, ssize_t, read, (int fd, void *to, size_t size),
     syscall(SYS_read, fd, to, size))
CALL(read, ssize_t, pread, (int fd, void *to, size_t size, off_t at), PREAD)
CALL(read, ssize_t, pread64, (int fd, void *to, size_t size, off_t at), PREAD)

/* What _FORTIFY_SOURCE makes of a call whose size it cannot tell. */
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

CALL(sync, int, fsync, (int fd), syscall(SYS_fsync, fd))
CALL(sync, int, fdatasync, (int fd), syscall(SYS_fdatasync, fd))
CALL(sync, int, syncfs, (int fd), syscall(SYS_syncfs, fd))
CALL(sync, int, sync_file_range, (int fd, off_t from, off_t size, unsigned flags),
     syscall(SYS_sync_file_range, fd, from, size, flags))

/* ---- name ---- */

CALL(name, int, rename, (const char *from, const char *to),
     syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0))
CALL(name, int, renameat, (int f, const char *from, int t, const char *to),
     syscall(SYS_renameat2, f, from, t, to, 0))
CALL(name, int, renameat2,
     (int f, const char *from, int t, const char *to, unsigned flags),
     syscall(SYS_renameat2, f, from, t, to, flags))
CALL(name, int, link, (const char *from, const char *to),
     syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0))
CALL(name, int, linkat, (int f, const char *from, int t, const char *to, int flags),
     syscall(SYS_linkat, f, from, t, to, flags))
CALL(name, int, mkdir, (const char *path, mode_t mode),
     syscall(SYS_mkdirat, AT_FDCWD, path, mode))
CALL(name, int, mkdirat, (int folder, const char *path, mode_t mode),
     syscall(SYS_mkdirat, folder, path, mode))

/* ---- set ---- */

#define FALLOCATE_PARAMETERS (int fd, int mode, off_t from, off_t size)
#define FALLOCATE syscall(SYS_fallocate, fd, mode, from, size)
CALL(set, int, fallocate, FALLOCATE_PARAMETERS, FALLOCATE)
CALL(set, int, fallocate64, FALLOCATE_PARAMETERS, FALLOCATE)
CALL(set, int, ftruncate, (int fd, off_t size), syscall(SYS_ftruncate, fd, size))
CALL(set, int, ftruncate64, (int fd, off_t size), syscall(SYS_ftruncate, fd, size))
CALL(set, int, fchmod, (int fd, mode_t mode), syscall(SYS_fchmod, fd, mode))
CALL(set, int, fchown, (int fd, uid_t owner, gid_t group),
     syscall(SYS_fchown, fd, owner, group))
CALL(set, int, flock, (int fd, int operation), syscall(SYS_flock, fd, operation))

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
