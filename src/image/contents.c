/* SPDX-License-Identifier: GPL-3.0-only */
#include "image/contents.h"

#include "ipxe/loose.h"

/* Keep the El Torito UEFI image under 32 MiB: larger ones fail on real firmware. */
static const uint64_t esp_limit = 31u << 20;

static const char lkrn_path[] = "/boot/ipxe.lkrn";
static const char esp_path[] = "/boot/esp.img";
static const char isolinux_path[] = "/isolinux/isolinux.bin";

#define ISOLINUX_CFG                                                                     \
	"DEFAULT ipxe\n"                                                                 \
	"PROMPT 0\n"                                                                     \
	"NOESCAPE 1\n"                                                                   \
	"LABEL ipxe\n"                                                                   \
	"  KERNEL /boot/ipxe.lkrn\n"

static const char isolinux_cfg[] = ISOLINUX_CFG;
static const char isolinux_cfg_with_initrd[] =
	ISOLINUX_CFG "  INITRD " BF_LOOSE_PATH "\n";

void bf_contents_free(struct bf_contents *contents)
{
	bf_fat_free(&contents->esp);
}

static const struct bf_iso_file *add_file(struct bf_contents *contents,
					  struct bf_iso_file file)
{
	size_t n = contents->request.n_files++;
	contents->files[n] = file;
	return &contents->files[n];
}

static const struct bf_iso_file *add_bytes(struct bf_contents *contents, const char *path,
					   struct bf_view bytes)
{
	struct bf_piece *piece = &contents->pieces[contents->request.n_files];
	*piece = (struct bf_piece){.bytes = bytes};
	return add_file(contents, (struct bf_iso_file){.path = path,
						       .pieces = piece,
						       .n_pieces = 1,
						       .size = bytes.size});
}

static int add_bios(struct bf_contents *contents, const struct bf_parts *parts,
		    struct bf_error *reterr)
{
	struct bf_view isolinux, ldlinux;
	int err = bf_bundle_file(parts->bundle, "isolinux.bin", &isolinux, reterr);
	if (!err)
		err = bf_bundle_file(parts->bundle, "ldlinux.c32", &ldlinux, reterr);
	if (!err)
		err = bf_bundle_file(parts->bundle, "isohdpfx.bin",
				     &contents->request.mbr_code, reterr);
	if (err)
		return err;
	add_bytes(contents, isolinux_path, isolinux);
	add_bytes(contents, "/isolinux/ldlinux.c32", ldlinux);
	add_bytes(contents, "/isolinux/isolinux.cfg",
		  parts->loose.is_present
			  ? bf_view(isolinux_cfg_with_initrd,
				    sizeof(isolinux_cfg_with_initrd) - 1)
			  : bf_view(isolinux_cfg, sizeof(isolinux_cfg) - 1));
	contents->lkrn_file =
		add_bytes(contents, lkrn_path, parts->binaries->of[BF_ARCH_BIOS].bytes);
	contents->request.bios_path = isolinux_path;
	return BF_OK;
}

/*
 * Rufus, and whoever copies the files to a stick instead of writing the image there, looks
 * for what UEFI starts in the ISO 9660 tree.
 */
static void add_esp_files(struct bf_contents *contents)
{
	for (size_t i = 0; i < contents->n_esp_files; i++)
		add_file(contents,
			 (struct bf_iso_file){.path = contents->esp_files[i].path,
					      .size = contents->esp_files[i].bytes.size,
					      .within = contents->esp_file,
					      .offset = contents->esp.file_offset[i]});
}

const struct bf_binary *bf_parts_binary(const struct bf_parts *parts, enum bf_arch arch)
{
	return arch == BF_ARCH_COUNT ? &parts->loose : &parts->binaries->of[arch];
}

static void add_to_esp(struct bf_contents *contents, const char *path,
		       struct bf_view bytes)
{
	contents->esp_files[contents->n_esp_files++] =
		(struct bf_fat_file){.path = path, .bytes = bytes};
}

static void add_program(struct bf_contents *contents, const struct bf_parts *parts,
			enum bf_arch arch, const char *path)
{
	contents->esp_archs[contents->n_esp_programs++] = arch;
	add_to_esp(contents, path, bf_parts_binary(parts, arch)->bytes);
}

/* What firmware starts, or what a shim does which it starts in its place. */
static void add_programs(struct bf_contents *contents, const struct bf_parts *parts,
			 unsigned archs)
{
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++) {
		const struct bf_shim_pair *pair = bf_shims_find(parts->shims, arch);
		if (bf_arch_efi_path(arch) && archs & 1u << arch)
			add_program(contents, parts, arch,
				    pair ? pair->loader_path : bf_arch_efi_path(arch));
	}
}

static void add_others(struct bf_contents *contents, const struct bf_parts *parts)
{
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++) {
		const struct bf_shim_pair *pair = bf_shims_find(parts->shims, arch);
		if (!pair)
			continue;
		add_to_esp(contents, bf_arch_efi_path(arch),
			   bf_buffer_view(&pair->shim.bytes));
		if (pair->mok_manager.bytes.size)
			add_to_esp(contents, pair->mok_manager_path,
				   bf_buffer_view(&pair->mok_manager.bytes));
	}
	if (parts->certificate.size)
		add_to_esp(contents, BF_SIGNER_CERTIFICATE_PATH, parts->certificate);
}

int bf_contents_gather_esp(struct bf_contents *contents, const struct bf_parts *parts,
			   unsigned archs, struct bf_error *reterr)
{
	add_programs(contents, parts, archs);
	if (contents->n_esp_files == 0)
		return BF_OK;
	if (parts->loose.is_present)
		add_program(contents, parts, BF_ARCH_COUNT, BF_LOOSE_PATH);
	add_others(contents, parts);
	struct bf_fat_request request = {
		.files = contents->esp_files,
		.n_files = contents->n_esp_files,
		.label = "BOOTS-FROM",
		.serial = (uint32_t)parts->bundle->time,
		.time = parts->bundle->time,
		.limit = esp_limit,
	};
	int err = bf_fat_build(&request, &contents->esp, reterr);
	if (err)
		return err;
	contents->esp_file = add_file(
		contents, (struct bf_iso_file){.path = esp_path,
					       .pieces = contents->esp.pieces,
					       .n_pieces = contents->esp.n_pieces,
					       .size = contents->esp.size});
	contents->request.efi_path = esp_path;
	add_esp_files(contents);
	return BF_OK;
}

int bf_contents_gather(struct bf_contents *contents, const struct bf_parts *parts,
		       const struct bf_template_options *options, struct bf_error *reterr)
{
	contents->request = (struct bf_iso_request){
		.files = contents->files,
		.layout = options->layout,
		.label = options->label,
		.time = parts->bundle->time,
	};
	int err = BF_OK;
	if (options->archs & 1u << BF_ARCH_BIOS)
		err = add_bios(contents, parts, reterr);
	if (!err)
		err = bf_contents_gather_esp(contents, parts, options->archs, reterr);
	if (!err && parts->loose.is_present && !contents->esp_file)
		contents->loose_file =
			add_bytes(contents, BF_LOOSE_PATH, parts->loose.bytes);
	return err;
}
