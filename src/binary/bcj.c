/* SPDX-License-Identifier: GPL-3.0-only */
#include "binary/bcj.h"

#include <stdbool.h>

#include "base/bytes.h"

enum {
	CALL = 0xe8, /* call rel32; jmp rel32 is 0xe9 */
	BRANCH_SIZE = 5,
};

/*
 * Both directions permute the numbers from -offset to limit - 1 and leave all others
 * alone, which is what makes the filter reversible on bytes that are no branches at all.
 */
static int64_t to_absolute(int64_t target, int64_t offset, int64_t limit)
{
	if (target >= -offset && target < limit - offset)
		return target + offset;
	if (target >= limit - offset && target < limit)
		return target - limit;
	return target;
}

static int64_t to_relative(int64_t target, int64_t offset, int64_t limit)
{
	if (target >= 0 && target < limit)
		return target - offset;
	if (target >= -offset && target < 0)
		return target + limit;
	return target;
}

static bool is_branch(const uint8_t *data, size_t offset)
{
	return (data[offset] & ~1) == CALL;
}

static void filter(uint8_t *data, size_t size, size_t from,
		   int64_t (*convert)(int64_t target, int64_t offset, int64_t limit))
{
	if (size < BRANCH_SIZE)
		return;
	size_t limit = size - BRANCH_SIZE;
	for (size_t offset = from; offset <= limit;) {
		if (!is_branch(data, offset)) {
			offset++;
			continue;
		}
		uint8_t *operand = data + offset + 1;
		int64_t target = (int32_t)bf_le32(operand);
		target = convert(target, (int64_t)offset, (int64_t)limit);
		bf_put_le32(operand, (uint32_t)target);
		offset += BRANCH_SIZE;
	}
}

void bf_bcj_encode(uint8_t *data, size_t size, size_t from)
{
	filter(data, size, from, to_absolute);
}

void bf_bcj_decode(uint8_t *data, size_t size, size_t from)
{
	filter(data, size, from, to_relative);
}

size_t bf_bcj_boundary(const uint8_t *data, size_t size, size_t from)
{
	size_t offset = 0;
	while (offset < from)
		offset += size >= BRANCH_SIZE && offset <= size - BRANCH_SIZE &&
					  is_branch(data, offset)
				  ? BRANCH_SIZE
				  : 1;
	return offset;
}
