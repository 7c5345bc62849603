/* SPDX-License-Identifier: GPL-3.0-only */
/* Buffers that end at a page nobody may touch: reading one byte too far is a crash. */
#ifndef TEST_GUARD_H
#define TEST_GUARD_H

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct guard {
	uint8_t *data; /* size bytes, the last one just before the guard page */
	size_t size;
	uint8_t *mapping;
	size_t mapped;
};

static inline struct guard guard_copy(const void *bytes, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t body = (size + page - 1) / page * page;
	struct guard guard = {.size = size, .mapped = body + page};
	guard.mapping = mmap(NULL, guard.mapped, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (guard.mapping == MAP_FAILED ||
	    mprotect(guard.mapping + body, page, PROT_NONE))
		_exit(99);
	guard.data = guard.mapping + body - size;
	if (size)
		memcpy(guard.data, bytes, size);
	return guard;
}

static inline void guard_free(struct guard *guard)
{
	munmap(guard->mapping, guard->mapped);
}

#endif
