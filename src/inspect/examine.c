/* SPDX-License-Identifier: GPL-3.0-only */
#include "inspect/examine.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/search.h"
#include "binary/zbin.h"
#include "ipxe/loose.h"
#include "ipxe/plant.h"

/* Work for a byte, see budget.h; of the worst kind. */
enum {
	FILE_WORK = 8,
	SIGNATURE_WORK = 1000, /* public keys may be long, and there may be many */
	PACKED_WORK = 54,      /* LZMA of what does not pack */
	UNPACKED_WORK = 22,    /* LZMA of what packs well, and then the same as a file */
};

/* Programs by a text that is in them; the first of this list that is there counts. */
enum { N_KNOWN = 7 };

static const char *const known_names[N_KNOWN] = {
	"shim", "shim", "systemd-boot", "systemd-boot", "GRUB", "Memtest86+", "iPXE"};

static const struct bf_view known_texts[N_KNOWN] = {
	BF_LITERAL("\nshim,"),         BF_LITERAL("UEFI SHIM"),
	BF_LITERAL("\nsystemd-boot,"), BF_LITERAL("#### LoaderInfo: systemd-boot"),
	BF_LITERAL("\ngrub,"),         BF_LITERAL("Memtest86+"),
	BF_LITERAL("\nipxe,"),
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

static void name_program(struct bf_view file, struct bf_examined *ret)
{
	struct bf_search_hits hits[N_KNOWN];
	size_t i = 0;
	bf_search(file, known_texts, N_KNOWN, hits);
	while (i < N_KNOWN && !hits[i].count)
		i++;
	if (i < N_KNOWN)
		snprintf(ret->name, sizeof(ret->name), "%s", known_names[i]);
}

/* ---- iPXE ---- */

static enum bf_slot_state slot_state(struct bf_view body)
{
	if (bf_loose_is_handover(body))
		return BF_SLOT_HANDOVER;
	return bf_plant_is_placeholder(body) ? BF_SLOT_PLACEHOLDER : BF_SLOT_FILLED;
}

static int take_slot(const struct bf_ipxe *ipxe, struct bf_examined *ret)
{
	struct bf_ipxe_slot found;
	int err = bf_ipxe_find_slot(ipxe, &found, &ret->problem);
	if (err == BF_ERR_NO_SLOT) {
		ret->problem.text[0] = '\0';
		return BF_OK;
	}
	ret->slot_state = BF_SLOT_DAMAGED;
	ret->slot_is_packed = found.is_packed;
	if (err)
		return BF_OK;
	ret->slot = found.slot;
	struct bf_view body = bf_slot_body(
		bf_view_part(found.bytes, found.slot.offset, found.slot.size));
	ret->slot_state = slot_state(body);
	return bf_slot_print_script(&ret->script, body);
}

static void take_roots(const struct bf_ipxe *ipxe, struct bf_examined *ret)
{
	struct bf_program program = bf_ipxe_program(ipxe);
	struct bf_rootcert found;
	if (!bf_rootcert_find(&program, &found))
		return;
	ret->n_roots = found.count;
	memcpy(ret->roots, program.bytes.data + found.offset,
	       (size_t)found.count * BF_SHA256_SIZE);
}

/* What keeps it from being opened is in ret->problem. */
static int take_ipxe(const struct bf_executable *executable, struct bf_examined *ret)
{
	bf_cleanup(bf_ipxe_close) struct bf_ipxe ipxe = {0};
	int err = bf_ipxe_open_executable(executable, &ipxe, &ret->problem);
	if (err)
		return err;
	ret->kind = BF_EXAMINED_IPXE;
	ret->ipxe = ipxe.identity;
	ret->unpacked_size = ipxe.unpacked.size;
	ret->arch = bf_arch_name(ipxe.identity.arch);
	ret->problem.text[0] = '\0';
	snprintf(ret->name, sizeof(ret->name), "iPXE");
	take_roots(&ipxe, ret);
	return take_slot(&ipxe, ret);
}

/* ---- Files ---- */

static int examine_pe(const struct bf_executable *executable, struct bf_examined *ret)
{
	const struct bf_pe *pe = &executable->pe;
	ret->kind = BF_EXAMINED_OTHER;
	ret->arch = machine_name(pe->machine);
	ret->checksum = bf_pe_stored_checksum(pe);
	ret->checksum_computed = bf_pe_checksum(pe);
	ret->has_signature = pe->has_signature;
	ret->is_shim = bf_shim_read(pe, &ret->shim);
	bf_sbat_read(pe, &ret->sbat);
	int err = bf_signatures_read(pe, &ret->signatures);
	if (err)
		return err;
	err = take_ipxe(executable, ret);
	if (ret->kind == BF_EXAMINED_OTHER)
		ret->problem.text[0] = '\0';
	return err == BF_ERR_NOMEM ? err : BF_OK;
}

static int examine_bzimage(const struct bf_executable *executable,
			   struct bf_examined *ret)
{
	int err = take_ipxe(executable, ret);
	if (err == BF_ERR_UNSUPPORTED) {
		ret->kind = BF_EXAMINED_OTHER;
		ret->problem.text[0] = '\0';
	}
	return err == BF_ERR_NOMEM ? err : BF_OK;
}

static int examine(struct bf_view file, struct bf_examined *ret)
{
	struct bf_executable executable;
	int err = bf_executable_parse(file, &executable, &ret->problem);
	ret->is_pe = executable.kind == BF_EXECUTABLE_PE;
	if (executable.kind == BF_EXECUTABLE_BZIMAGE)
		ret->arch = bf_arch_name(BF_ARCH_BIOS);
	if (err == BF_ERR_UNSUPPORTED && ret->is_pe)
		ret->kind = BF_EXAMINED_OTHER;
	if (err)
		return BF_OK;
	return ret->is_pe ? examine_pe(&executable, ret)
			  : examine_bzimage(&executable, ret);
}

/* A Linux kernel says its version and who compiled it: the first word is enough. */
static void name_kernel(struct bf_view file, struct bf_examined *ret)
{
	struct bf_bzimage image;
	char raw[64], text[64];
	if (bf_bzimage_parse(file, &image, NULL))
		return;
	struct bf_view version = image.version_text;
	const uint8_t *space =
		version.size ? memchr(version.data, ' ', version.size) : NULL;
	if (!space)
		return;
	snprintf(raw, sizeof(raw), "%.*s", (int)(space - version.data), version.data);
	snprintf(ret->name, sizeof(ret->name), "Linux kernel %s",
		 bf_printable(raw, text, sizeof(text)));
}

static int examine_file(struct bf_view file, struct bf_examined *ret)
{
	*ret = (struct bf_examined){
		.kind = BF_EXAMINED_DAMAGED, .arch = "", .size = file.size};
	ret->is_bzimage = bf_bzimage_probe(file);
	int err = examine(file, ret);
	if (err)
		return err;
	if (ret->kind != BF_EXAMINED_IPXE)
		name_program(file, ret);
	/* MokManager and fallback say the same of themselves. */
	if (ret->is_pe && !ret->is_shim && strcmp(ret->name, "shim") == 0)
		snprintf(ret->name, sizeof(ret->name), "a part of shim");
	/* A kernel may be a PE too; its bzImage header has the better name. */
	if (ret->kind == BF_EXAMINED_OTHER && !ret->name[0])
		name_kernel(file, ret);
	return BF_OK;
}

static bool is_packed(struct bf_view file)
{
	struct bf_bzimage image;
	struct bf_zbin_block block;
	return bf_executable_probe(file) == BF_EXECUTABLE_BZIMAGE &&
	       bf_bzimage_parse(file, &image, NULL) == BF_OK &&
	       bf_zbin_find_last(image.payload, &block, NULL) == BF_OK;
}

/* Of a signature no more is read than may be. */
static uint64_t signature_work(struct bf_view file)
{
	uint64_t most = (uint64_t)BF_SIGNATURES_MAX * BF_SIGNATURE_SIZE_MAX;
	struct bf_pe pe;
	if (bf_executable_probe(file) != BF_EXECUTABLE_PE || bf_pe_parse(file, &pe, NULL))
		return 0;
	uint64_t size = bf_pe_directory(&pe, BF_PE_CERTIFICATE_TABLE).size;
	return (size < most ? size : most) * SIGNATURE_WORK;
}

/* What a file unpacks to is known only afterwards. */
int bf_examine_draw(struct bf_view file, struct bf_budget *budget, uint64_t *ret_spare,
		    struct bf_error *reterr)
{
	bool unpacks = is_packed(file);
	uint64_t most = BF_ZBIN_UNPACKED_MAX, work = (uint64_t)file.size * FILE_WORK;
	work += signature_work(file);
	*ret_spare = unpacks ? most * UNPACKED_WORK : 0;
	if (unpacks) /* noise: a byte of it for one that comes out, and that ends it */
		work += (file.size < most ? file.size : most) * PACKED_WORK;
	return bf_budget_draw(budget, work + *ret_spare, reterr);
}

int bf_examine(struct bf_view file, struct bf_budget *budget, struct bf_examined *ret,
	       struct bf_error *reterr)
{
	uint64_t spare;
	int err = bf_examine_draw(file, budget, &spare, reterr);
	if (err)
		return err;
	err = examine_file(file, ret);
	if (ret->unpacked_size)
		bf_budget_put_back(budget, spare - ret->unpacked_size * UNPACKED_WORK);
	if (err) {
		bf_examined_free(ret);
		return bf_fail_nomem(reterr);
	}
	return BF_OK;
}

void bf_examined_free(struct bf_examined *binary)
{
	bf_buffer_free(&binary->script);
}

bool bf_examined_trust_is_stock(const struct bf_examined *binary)
{
	return binary->n_roots == 1 &&
	       memcmp(binary->roots[0], bf_rootcert_stock, BF_SHA256_SIZE) == 0;
}
