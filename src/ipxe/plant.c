/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/plant.h"

#include <string.h>

#include "binary/executable.h"
#include "ipxe/slot.h"

static const char placeholder[] = "echo This is an unpatched boots-from binary: nothing "
				  "was put in its script slot\n"
				  "shell\n";

int bf_plant_check(struct bf_view stock, uint32_t slot_size, struct bf_error *reterr)
{
	if (slot_size < BF_SLOT_SIZE_MIN || slot_size > BF_SLOT_SIZE_MAX)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "a script slot of %u bytes, it must be %d to %d",
			       slot_size, BF_SLOT_SIZE_MIN, BF_SLOT_SIZE_MAX);
	struct bf_slot slot;
	int found = bf_slot_next(stock, 0, &slot, reterr);
	if (found > 0)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "there is a script slot already, at offset %zu",
			       slot.offset);
	return found;
}

int bf_plant_format_slot(uint8_t *out, uint32_t size, uint32_t declared_offset,
			 struct bf_error *reterr)
{
	return bf_slot_format(out, size, declared_offset,
			      bf_view(placeholder, sizeof(placeholder) - 1), reterr);
}

bool bf_plant_is_placeholder(struct bf_view body)
{
	return body.size == sizeof(placeholder) - 1 &&
	       memcmp(body.data, placeholder, body.size) == 0;
}

int bf_plant(struct bf_view stock, struct bf_view stub, uint32_t slot_size,
	     struct bf_buffer *ret, struct bf_error *reterr)
{
	return (bf_executable_probe(stock) == BF_EXECUTABLE_PE
			? bf_plant_efi
			: bf_plant_lkrn)(stock, stub, slot_size, ret, reterr);
}
