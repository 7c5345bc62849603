#include "ipxe/ipxe.h"

#include <string.h>

#include "base/cleanup.h"
#include "binary/bzimage.h"
#include "binary/zbin.h"
#include "ipxe/openers.h"

/* The first bytes of every script; the binary compares what it loads with them. */
static const char magic[] = "#!ipxe";

/* What iPXE names the image it makes of its command line. */
static const char command_line[] = "<CMDLINE>";

/* A version is one printable word; anything else is none at all. */
static void set_version(struct bf_ipxe *ipxe, struct bf_view text)
{
	ipxe->version[0] = '\0';
	if (text.size >= sizeof(ipxe->version))
		return;
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] <= ' ' || text.data[i] > '~')
			return;
	}
	if (text.size)
		memcpy(ipxe->version, text.data, text.size);
	ipxe->version[text.size] = '\0';
}

/* A script has its magic on a line or with arguments, the comparison's operand a NUL. */
static bool has_script(const struct bf_program *program)
{
	static const char slot[] = "#!ipxe\n#boots-from-slot ";
	struct bf_view bytes = program->bytes;
	size_t at = 0;
	for (; bf_view_find(bytes, at, bf_view(magic, sizeof(magic) - 1), &at); at++) {
		bool is_slot = bf_view_has(bytes, at, sizeof(slot) - 1) &&
			       memcmp(bytes.data + at, slot, sizeof(slot) - 1) == 0;
		size_t after = at + sizeof(magic) - 1;
		if (bf_view_has(bytes, after, 1) && bytes.data[after] != '\0' &&
		    strchr("\r\n\t ", bytes.data[after]) && !is_slot)
			return true;
	}
	return false;
}

/* What both kinds have in common once iPXE's own bytes are at hand. */
static int examine(const struct bf_program *program, struct bf_ipxe *ipxe,
		   struct bf_error *reterr)
{
	size_t at;
	if (!bf_view_find(program->bytes, 0, bf_view(magic, sizeof(magic)), &at))
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "not iPXE, or an iPXE that runs no scripts");
	int err = bf_openers_list(program, ipxe->schemes, sizeof(ipxe->schemes), reterr);
	if (err)
		return bf_fail_in(reterr, err, "not an iPXE we know");
	bf_algorithms_list(program->bytes, ipxe->algorithms);
	ipxe->embedded_script = has_script(program);
	ipxe->has_command_line = bf_view_find(
		program->bytes, 0, bf_view(command_line, sizeof(command_line)), &at);
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

static int identify_pe(struct bf_view binary, struct bf_ipxe *ret,
		       struct bf_error *reterr)
{
	struct bf_pe pe;
	struct bf_ipxe ipxe = {0};

	int err = bf_pe_parse(binary, &pe, reterr);
	if (err)
		return err;
	ipxe.arch = bf_arch_from_machine(pe.machine);
	if (ipxe.arch == BF_ARCH_COUNT)
		return bf_fail(
			reterr, BF_ERR_UNSUPPORTED,
			"a PE for machine type 0x%04x: x86-64, arm64 and riscv64 are "
			"supported",
			pe.machine);
	struct bf_program program = bf_program_pe(&pe);
	err = examine(&program, &ipxe, reterr);
	if (err)
		return err;
	set_version(&ipxe, find_sbat_version(&pe));
	*ret = ipxe;
	return BF_OK;
}

static int identify_lkrn(struct bf_view binary, struct bf_ipxe *ret,
			 struct bf_error *reterr)
{
	struct bf_bzimage image;
	struct bf_zbin_block blocks[BF_ZBIN_BLOCKS_MAX];
	size_t count;
	struct bf_ipxe ipxe = {.arch = BF_ARCH_BIOS};
	bf_cleanup(bf_buffer_free) struct bf_buffer unpacked = {0};

	int err = bf_bzimage_parse(binary, &image, reterr);
	if (err)
		return err;
	/* A kernel's payload is anything; only iPXE's is a chain of blocks. */
	if (bf_zbin_walk(image.payload, blocks, &count, reterr))
		return bf_fail_in(reterr, BF_ERR_UNSUPPORTED, "not an ipxe.lkrn");
	err = bf_zbin_unpack_last(image.payload, &unpacked, reterr);
	if (err)
		return err;
	struct bf_program program = bf_program_lkrn(bf_buffer_view(&unpacked));
	err = examine(&program, &ipxe, reterr);
	if (err)
		return err;
	set_version(&ipxe, image.version_text);
	*ret = ipxe;
	return BF_OK;
}

int bf_ipxe_identify(struct bf_view binary, struct bf_ipxe *ret, struct bf_error *reterr)
{
	/* A Linux kernel is both, and neither iPXE: for it the order makes no difference. */
	if (bf_view_has(binary, 0, 2) && memcmp(binary.data, "MZ", 2) == 0)
		return identify_pe(binary, ret, reterr);
	if (bf_bzimage_probe(binary))
		return identify_lkrn(binary, ret, reterr);
	return bf_fail(reterr, BF_ERR_UNSUPPORTED, "neither a PE nor a bzImage");
}
