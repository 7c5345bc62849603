/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/ipxe.h"

#include <string.h>

#include "binary/zbin.h"
#include "ipxe/loose.h"
#include "ipxe/openers.h"

/* The first bytes of every script; the binary compares what it loads with them. */
static const char magic[] = BF_SLOT_MAGIC;

enum { MAGICS_MAX = 1000 }; /* outside of slots; there are two or three */

/* What iPXE names the image it makes of its command line. */
static const char command_line[] = "<CMDLINE>";

/* A version is one printable word; anything else is none at all. */
static void set_version(struct bf_ipxe_identity *ret, struct bf_view text)
{
	ret->version[0] = '\0';
	if (text.size >= sizeof(ret->version))
		return;
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] <= ' ' || text.data[i] > '~')
			return;
	}
	if (text.size)
		memcpy(ret->version, text.data, text.size);
	ret->version[text.size] = '\0';
}

/* Whether the magic at this place is a script's: on a line, or with arguments. */
static bool is_script(struct bf_view bytes, size_t at)
{
	size_t after = at + sizeof(magic) - 1;
	return bf_view_has(bytes, after, 1) && bytes.data[after] != '\0' &&
	       strchr("\r\n\t ", bytes.data[after]);
}

/* How much of a slot there is at this place: its marker only if that is damaged, or nothing. */
static size_t slot_size(struct bf_view bytes, size_t at)
{
	static const char sentinel[] = BF_SLOT_SENTINEL;
	static const size_t size = sizeof(sentinel) - 1;
	struct bf_slot slot;
	if (!bf_view_has(bytes, at, size) || memcmp(bytes.data + at, sentinel, size) != 0)
		return 0;
	return bf_slot_next(bytes, at, &slot, NULL) == 1 ? slot.size : size;
}

/*
 * A script that is no slot's; those may have the magic in them, too. What is full of magics
 * is not looked through to its end.
 */
static bool has_script(const struct bf_program *program)
{
	struct bf_view bytes = program->bytes;
	size_t at = 0;
	for (int i = 0; bf_view_find(bytes, at, bf_view(magic, sizeof(magic) - 1), &at);
	     i++) {
		if (i == MAGICS_MAX)
			return true;
		size_t size = slot_size(bytes, at);
		if (!size && is_script(bytes, at))
			return true;
		at += size ? size : sizeof(magic) - 1;
	}
	return false;
}

/* What both kinds have in common once iPXE's own bytes are at hand. */
static int identify(const struct bf_program *program, struct bf_ipxe_identity *ret,
		    struct bf_error *reterr)
{
	size_t at;
	if (!bf_view_find(program->bytes, 0, bf_view(magic, sizeof(magic)), &at))
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "not iPXE, or an iPXE that runs no scripts");
	int err = bf_openers_list(program, ret->can.schemes, sizeof(ret->can.schemes),
				  reterr);
	if (err)
		return bf_fail_in(reterr, err, "not an iPXE we know");
	bf_algorithms_list(program->bytes, ret->can.algorithms);
	ret->can.algorithms_known = true;
	ret->embedded_script = has_script(program);
	ret->has_command_line = bf_view_find(
		program->bytes, 0, bf_view(command_line, sizeof(command_line)), &at);
	ret->can_run_loose = bf_loose_can_run(program->bytes, program->pe != NULL);
	return BF_OK;
}

/* The section's data in the file; empty if there is no such section. */
static struct bf_view find_section(const struct bf_pe *pe, const char *name)
{
	for (unsigned i = 0; i < pe->number_of_sections; i++) {
		struct bf_pe_section section = bf_pe_section(pe, i);
		if (section.size_of_raw_data && strcmp(section.name, name) == 0)
			return bf_view_part(pe->file, section.pointer_to_raw_data,
					    section.size_of_raw_data);
	}
	return bf_view(NULL, 0);
}

/*
 * The version of the component "ipxe" in .sbat, lines of "component, generation, vendor,
 * package, version, URL" (SBAT.md of shim).
 */
static struct bf_view find_sbat_version(const struct bf_pe *pe)
{
	static const char component[] = "\nipxe,";
	enum { FIELDS_BETWEEN = 3 };
	struct bf_view sbat = find_section(pe, ".sbat");
	size_t start;

	if (!bf_view_find(sbat, 0, bf_view(component, sizeof(component) - 1), &start))
		return bf_view(NULL, 0);
	start += sizeof(component) - 1;
	for (int i = 0; i < FIELDS_BETWEEN; i++) {
		if (!bf_view_find(sbat, start, bf_view(",", 1), &start))
			return bf_view(NULL, 0);
		start++;
	}
	size_t end;
	if (!bf_view_find(sbat, start, bf_view(",", 1), &end))
		return bf_view(NULL, 0);
	return bf_view_part(sbat, start, end - start);
}

static int open_pe(struct bf_ipxe *ipxe, struct bf_error *reterr)
{
	const struct bf_pe *pe = &ipxe->executable.pe;
	char archs[BF_ARCH_LIST_SIZE];
	ipxe->identity.arch = bf_arch_from_machine(pe->machine);
	if (ipxe->identity.arch == BF_ARCH_COUNT)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "a PE for machine type 0x%04x: %s are supported",
			       pe->machine,
			       bf_arch_list_spelled(BF_ARCH_ALL & ~BF_ARCH_BIOS_ONLY,
						    " and ", archs));
	set_version(&ipxe->identity, find_sbat_version(pe));
	return BF_OK;
}

static int open_bzimage(struct bf_ipxe *ipxe, struct bf_error *reterr)
{
	const struct bf_bzimage *image = &ipxe->executable.bzimage;
	struct bf_zbin_block blocks[BF_ZBIN_BLOCKS_MAX];
	size_t count;
	/* A kernel's payload is anything; only iPXE's is a chain of blocks. */
	if (bf_zbin_walk(image->payload, blocks, &count, reterr))
		return bf_fail_in(reterr, BF_ERR_UNSUPPORTED, "not an ipxe.lkrn");
	ipxe->identity.arch = BF_ARCH_BIOS;
	set_version(&ipxe->identity, image->version_text);
	return bf_zbin_unpack_last(image->payload, &ipxe->unpacked, reterr);
}

int bf_ipxe_open_executable(const struct bf_executable *executable, struct bf_ipxe *ret,
			    struct bf_error *reterr)
{
	struct bf_ipxe ipxe = {.executable = *executable};
	int err = executable->kind == BF_EXECUTABLE_PE ? open_pe(&ipxe, reterr)
						       : open_bzimage(&ipxe, reterr);
	if (!err) {
		struct bf_program program = bf_ipxe_program(&ipxe);
		err = identify(&program, &ipxe.identity, reterr);
	}
	if (err)
		bf_ipxe_close(&ipxe);
	else
		*ret = ipxe;
	return err;
}

int bf_ipxe_open(struct bf_view file, struct bf_ipxe *ret, struct bf_error *reterr)
{
	struct bf_executable executable;
	int err = bf_executable_parse(file, &executable, reterr);
	return err ? err : bf_ipxe_open_executable(&executable, ret, reterr);
}

void bf_ipxe_close(struct bf_ipxe *ipxe)
{
	bf_buffer_free(&ipxe->unpacked);
}

struct bf_program bf_ipxe_program(const struct bf_ipxe *ipxe)
{
	return ipxe->executable.kind == BF_EXECUTABLE_PE
		       ? bf_program_pe(&ipxe->executable.pe)
		       : bf_program_lkrn(bf_buffer_view(&ipxe->unpacked));
}

int bf_ipxe_find_slot(const struct bf_ipxe *ipxe, struct bf_ipxe_slot *ret,
		      struct bf_error *reterr)
{
	struct bf_view file = ipxe->executable.file;
	ret->is_packed = ipxe->executable.kind == BF_EXECUTABLE_BZIMAGE &&
			 bf_slot_next(file, 0, &ret->slot, NULL) == 0;
	ret->bytes = ret->is_packed ? bf_buffer_view(&ipxe->unpacked) : file;
	return bf_slot_find(ret->bytes, &ret->slot, reterr);
}

int bf_ipxe_check_slot(const struct bf_ipxe_slot *found, struct bf_error *reterr)
{
	const struct bf_slot *slot = &found->slot;
	struct bf_view text = bf_view_part(found->bytes, slot->offset, slot->size);
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] == 0 || text.data[i] > 0x7f)
			return bf_fail(
				reterr, BF_ERR_FORMAT,
				"the script slot at offset %zu has the byte \\x%02x at "
				"%zu, which no script has: its size is not %u",
				slot->offset, text.data[i], slot->offset + i, slot->size);
	return BF_OK;
}
