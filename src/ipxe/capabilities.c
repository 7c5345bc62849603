/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/capabilities.h"

#include <string.h>

#include "ipxe/slot.h"

static void intersect(struct bf_capabilities *mine, const struct bf_capabilities *other)
{
	bf_word_list_intersect(mine->schemes, other->schemes);
	if (!mine->algorithms_known)
		memcpy(mine->algorithms, other->algorithms, sizeof(mine->algorithms));
	else if (other->algorithms_known)
		bf_word_list_intersect(mine->algorithms, other->algorithms);
	mine->algorithms_known |= other->algorithms_known;
	if (other->slot_size < mine->slot_size)
		mine->slot_size = other->slot_size;
}

void bf_capability_set_add(struct bf_capability_set *set, enum bf_arch arch,
			   const struct bf_capabilities *can)
{
	if (set->archs & 1u << arch)
		intersect(&set->of[arch], can);
	else
		set->of[arch] = *can;
	set->archs |= 1u << arch;
}

void bf_capability_set_schemes(const struct bf_capability_set *set,
			       char ret[BF_WORD_LIST_SIZE])
{
	bool is_first = true;
	ret[0] = '\0';
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++) {
		if (!(set->archs & 1u << arch))
			continue;
		if (is_first)
			memcpy(ret, set->of[arch].schemes, BF_WORD_LIST_SIZE);
		else
			bf_word_list_intersect(ret, set->of[arch].schemes);
		is_first = false;
	}
}

int bf_capability_set_check_body(const struct bf_capability_set *set, size_t body_size,
				 struct bf_error *reterr)
{
	int err = BF_OK;
	for (enum bf_arch arch = 0; !err && arch < BF_ARCH_COUNT; arch++)
		if (set->archs & 1u << arch)
			err = bf_slot_check_body(set->of[arch].slot_size, body_size,
						 reterr);
	return err;
}
