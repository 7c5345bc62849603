/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/loose.h"

#include <string.h>

/* By this line all that come later know a handover, whatever else it says. */
#define HANDOVER_MARK "#boots-from-handover v1\n"

/*
 * --replace: the script takes the place of this one, which is then no image that iPXE would
 * pass to a kernel. The rest is for whoever started iPXE without it.
 */
static const char handover[] = HANDOVER_MARK
	"# The script is in autoexec.ipxe. UEFI iPXE finds it before it comes here;\n"
	"# with the one for BIOS it is loaded as the initrd.\n"
	"imgexec --replace <INITRD> ||\n"
	"echo boots-from: the script is in the file autoexec.ipxe, which is missing\n"
	"echo UEFI: it belongs at the top of the file system that iPXE came from\n"
	"echo BIOS: load it as the initrd of ipxe.lkrn\n"
	"shell\n";

/*
 * UEFI has the slot, too, as an image of the name <CMDLINE>, and iPXE passes every image
 * there is to a Linux kernel: in front of its initrd, which the kernel then cannot unpack.
 */
static const char preamble[] =
	"# Or else a kernel gets the slot in front of its initrd.\n"
	"iseq ${platform} efi && imgfree <CMDLINE> ||\n";

uint32_t bf_loose_size(size_t script_size)
{
	if (script_size > bf_slot_capacity(BF_SLOT_LOOSE_SIZE_MAX))
		return 0;
	uint64_t size = bf_align(BF_SLOT_HEADER_SIZE + script_size + BF_LOOSE_SPARE,
				 BF_LOOSE_STEP);
	return size < BF_SLOT_LOOSE_SIZE_MAX ? (uint32_t)size : BF_SLOT_LOOSE_SIZE_MAX;
}

int bf_loose_make(uint32_t size, struct bf_buffer *ret, struct bf_error *reterr)
{
	if (bf_buffer_zero(ret, size))
		return bf_fail_nomem(reterr);
	return bf_slot_format(ret->data, size, 0, bf_view(NULL, 0), reterr);
}

int bf_loose_find(struct bf_view file, struct bf_slot *ret, struct bf_error *reterr)
{
	static const char sentinel[] = BF_SLOT_SENTINEL;
	enum { SENTINEL_SIZE = sizeof(sentinel) - 1 };
	struct bf_slot slot, second;
	if (!bf_view_has(file, 0, SENTINEL_SIZE) ||
	    memcmp(file.data, sentinel, SENTINEL_SIZE) != 0)
		return bf_fail(reterr, BF_ERR_NO_SLOT, "it is not a script slot");
	int found = bf_slot_next(file, 0, &slot, reterr);
	if (found < 0)
		return found;
	if (slot.declared_offset != 0)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "its script slot is at offset 0 and says %u",
			       slot.declared_offset);
	if (bf_slot_next(file, BF_SLOT_HEADER_SIZE, &second, NULL))
		return bf_fail(reterr, BF_ERR_FORMAT, "more than one script slot");
	*ret = slot;
	return BF_OK;
}

/* By the name that it looks for; iPXE of 2021 to 2023 has it in UTF-16. */
bool bf_loose_can_run(struct bf_view program, bool is_pe)
{
	static const char file[] = "autoexec.ipxe", initrd[] = "<INITRD>";
	uint8_t wide[2 * sizeof(file)] = {0};
	size_t at;
	if (!is_pe)
		return bf_view_find(program, 0, bf_view(initrd, sizeof(initrd)), &at);
	for (size_t i = 0; i < sizeof(file); i++)
		wide[2 * i] = (uint8_t)file[i];
	return bf_view_find(program, 0, bf_view(file, sizeof(file)), &at) ||
	       bf_view_find(program, 0, bf_view(wide, sizeof(wide)), &at);
}

struct bf_view bf_loose_handover(void)
{
	return bf_view(handover, sizeof(handover) - 1);
}

bool bf_loose_is_handover(struct bf_view body)
{
	static const char mark[] = HANDOVER_MARK;
	return bf_view_has(body, 0, sizeof(mark) - 1) &&
	       memcmp(body.data, mark, sizeof(mark) - 1) == 0;
}

struct bf_view bf_loose_preamble(void)
{
	return bf_view(preamble, sizeof(preamble) - 1);
}
