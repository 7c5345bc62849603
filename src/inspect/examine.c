#include "inspect/examine.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "binary/bzimage.h"
#include "binary/zbin.h"
#include "ipxe/plant.h"

/* Programs by a text that is in them; the first that is found counts. */
static const struct {
	const char *text;
	const char *name;
} known[] = {
	{"\nshim,", "shim"},
	{"UEFI SHIM", "shim"},
	{"\nsystemd-boot,", "systemd-boot"},
	{"#### LoaderInfo: systemd-boot", "systemd-boot"},
	{"\ngrub,", "GRUB"},
	{"Memtest86+", "Memtest86+"},
	{"\nipxe,", "iPXE"},
};

/* Machine types that there is no iPXE of ours for. */
static const struct {
	uint16_t machine;
	const char *arch;
} machines[] = {
	{BF_PE_MACHINE_LOONGARCH64, "loong64"},
	{0x014c, "i386"},
	{0x01c2, "arm"},
};

bool bf_binary_probe(struct bf_view head)
{
	return (bf_view_has(head, 0, 2) && memcmp(head.data, "MZ", 2) == 0) ||
	       bf_bzimage_probe(head);
}

static const char *machine_name(uint16_t machine)
{
	enum bf_arch arch = bf_arch_from_machine(machine);
	if (arch != BF_ARCH_COUNT)
		return bf_arch_name(arch);
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (machines[i].machine == machine)
			return machines[i].arch;
	return "";
}

static void name_program(struct bf_view file, struct bf_binary *ret)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t at;
		if (bf_view_find(file, 0, bf_view(known[i].text, strlen(known[i].text)),
				 &at)) {
			snprintf(ret->name, sizeof(ret->name), "%s", known[i].name);
			return;
		}
	}
}

/* ---- Slots ---- */

static bool is_placeholder(struct bf_view slot, uint32_t declared_offset)
{
	uint8_t fresh[BF_SLOT_SIZE_MAX];
	return bf_plant_format_slot(fresh, (uint32_t)slot.size, declared_offset, NULL) ==
		       BF_OK &&
	       memcmp(fresh, slot.data, slot.size) == 0;
}

static int take_slot(struct bf_view bytes, struct bf_binary *ret)
{
	int found = bf_slot_find(bytes, &ret->slot, &ret->problem);
	if (found == BF_ERR_NO_SLOT) {
		ret->problem.text[0] = '\0';
		return BF_OK;
	}
	ret->slot_state = BF_SLOT_DAMAGED;
	if (found)
		return BF_OK;
	struct bf_view slot = bf_view_part(bytes, ret->slot.offset, ret->slot.size);
	struct bf_view body = bf_slot_body(slot);
	ret->slot_state = is_placeholder(slot, ret->slot.declared_offset)
				  ? BF_SLOT_PLACEHOLDER
				  : BF_SLOT_FILLED;
	if (bf_buffer_print(&ret->script, "#!ipxe\n") ||
	    bf_buffer_append(&ret->script, body.data, body.size))
		return BF_ERR_NOMEM;
	return BF_OK;
}

/* ---- iPXE ---- */

static void take_roots(const struct bf_program *program, struct bf_binary *ret)
{
	struct bf_rootcert found;
	if (!bf_rootcert_find(program, &found))
		return;
	ret->n_roots = found.count;
	memcpy(ret->roots, program->bytes.data + found.offset,
	       (size_t)found.count * BF_SHA256_SIZE);
}

static int examine_ipxe_pe(const struct bf_pe *pe, struct bf_binary *ret)
{
	struct bf_program program = bf_program_pe(pe);
	take_roots(&program, ret);
	return take_slot(pe->file, ret);
}

/* The slot is in the setup if it was planted, in the packed block if it was compiled in. */
static int examine_ipxe_lkrn(const struct bf_bzimage *image, struct bf_binary *ret)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer unpacked = {0};
	if (bf_zbin_unpack_last(image->payload, &unpacked, &ret->problem))
		return BF_OK;
	struct bf_program program = bf_program_lkrn(bf_buffer_view(&unpacked));
	take_roots(&program, ret);
	int err = take_slot(image->file, ret);
	if (err || ret->slot_state != BF_SLOT_NONE)
		return err;
	err = take_slot(bf_buffer_view(&unpacked), ret);
	ret->slot_is_packed = ret->slot_state != BF_SLOT_NONE;
	return err;
}

static void name_ipxe(struct bf_binary *ret)
{
	ret->kind = BF_BINARY_IPXE;
	ret->arch = bf_arch_name(ret->ipxe.arch);
	ret->problem.text[0] = '\0';
	snprintf(ret->name, sizeof(ret->name), "iPXE");
}

/* ---- Files ---- */

static int examine_pe(struct bf_view file, struct bf_binary *ret)
{
	struct bf_pe pe;
	int err = bf_pe_parse(file, &pe, &ret->problem);
	if (err) {
		if (err == BF_ERR_UNSUPPORTED)
			ret->kind = BF_BINARY_OTHER;
		return BF_OK;
	}
	ret->kind = BF_BINARY_OTHER;
	ret->arch = machine_name(pe.machine);
	ret->checksum = bf_pe_stored_checksum(&pe);
	ret->checksum_computed = bf_pe_checksum(&pe);
	ret->has_signature = pe.has_signature;
	if (bf_authenticode_signers(&pe, &ret->signers, &ret->problem))
		return BF_OK;
	if (bf_ipxe_identify(file, &ret->ipxe, NULL))
		return BF_OK;
	name_ipxe(ret);
	return examine_ipxe_pe(&pe, ret);
}

/* A Linux kernel says its version and who compiled it: the first word is enough. */
static void name_kernel(const struct bf_bzimage *image, struct bf_binary *ret)
{
	char raw[64], text[64];
	struct bf_view version = image->version_text;
	const uint8_t *space =
		version.size ? memchr(version.data, ' ', version.size) : NULL;
	if (!space)
		return;
	snprintf(raw, sizeof(raw), "%.*s", (int)(space - version.data), version.data);
	snprintf(ret->name, sizeof(ret->name), "Linux kernel %s",
		 bf_printable(raw, text, sizeof(text)));
}

static int examine_bzimage(struct bf_view file, struct bf_binary *ret)
{
	struct bf_bzimage image;
	if (bf_bzimage_parse(file, &image, &ret->problem))
		return BF_OK;
	int err = bf_ipxe_identify(file, &ret->ipxe, &ret->problem);
	if (err == BF_ERR_UNSUPPORTED) {
		ret->kind = BF_BINARY_OTHER;
		ret->problem.text[0] = '\0';
		if (!ret->name[0])
			name_kernel(&image, ret);
	}
	if (err)
		return BF_OK;
	name_ipxe(ret);
	return examine_ipxe_lkrn(&image, ret);
}

int bf_binary_examine(struct bf_view file, struct bf_binary *ret)
{
	*ret = (struct bf_binary){
		.kind = BF_BINARY_DAMAGED, .arch = "", .size = file.size};
	int err = BF_OK;
	name_program(file, ret);
	if (bf_view_has(file, 0, 2) && memcmp(file.data, "MZ", 2) == 0) {
		ret->is_pe = true;
		err = examine_pe(file, ret);
	} else if (bf_bzimage_probe(file)) {
		ret->arch = bf_arch_name(BF_ARCH_BIOS);
		err = examine_bzimage(file, ret);
	} else {
		bf_error_set(&ret->problem, "neither a PE nor a bzImage");
	}
	/* A kernel is both; its bzImage header has the better name. */
	struct bf_bzimage image;
	if (ret->kind == BF_BINARY_OTHER && !ret->name[0] && ret->is_pe &&
	    bf_bzimage_parse(file, &image, NULL) == BF_OK)
		name_kernel(&image, ret);
	if (err)
		bf_binary_free(ret);
	return err;
}

void bf_binary_free(struct bf_binary *binary)
{
	bf_buffer_free(&binary->script);
}

bool bf_binary_trust_is_stock(const struct bf_binary *binary)
{
	return binary->n_roots == 1 &&
	       memcmp(binary->roots[0], bf_rootcert_stock, BF_SHA256_SIZE) == 0;
}
