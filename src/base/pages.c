/* SPDX-License-Identifier: GPL-3.0-only */
#include "base/pages.h"

#include <sys/mman.h>
#include <unistd.h>

/* linux/mman.h has them since Linux 5.14, the C library's headers since glibc 2.35. */
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

void *bf_pages_new(size_t size)
{
	void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return pages == MAP_FAILED ? NULL : pages;
}

void bf_pages_free(void *pages, size_t size)
{
	if (pages)
		munmap(pages, size);
}

/* Kernels before 5.14 refuse, and fault. */
static void populate(const uint8_t *data, size_t size, int advice)
{
	static const size_t large = 256 << 10;
	if (size < large)
		return;
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t start = bf_align((uintptr_t)data, page);
	uintptr_t end = ((uintptr_t)data + size) & ~(page - 1);
	(void)madvise((void *)start, end - start, advice);
}

void bf_pages_populate(void *block, size_t size)
{
	populate(block, size, MADV_POPULATE_WRITE);
}

void bf_view_populate(struct bf_view view)
{
	populate(view.data, view.size, MADV_POPULATE_READ);
}
