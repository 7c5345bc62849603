/* SPDX-License-Identifier: GPL-3.0-only */
#include "image/repoint_file.h"

#include <string.h>

#include "base/cleanup.h"
#include "binary/authenticode.h"
#include "binary/shim.h"
#include "inspect/examine.h"
#include "ipxe/loose.h"

/* ---- The bundle's own binaries ---- */

/*
 * Most images hold what the bundle holds. A binary that is the bundle's but for the script
 * needs no other check and no memory.
 */
static int match_bundled(const struct bf_source *image, const struct bf_bundle *bundle,
			 struct bf_site *site, struct bf_repoint_file *file,
			 struct bf_error *reterr)
{
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++) {
		const struct bf_bundle_ipxe *ipxe = &bundle->ipxe[arch];
		char digest[BF_DIGEST_HEX_SIZE];
		struct bf_site found;
		if (!ipxe->present || ipxe->binary.size != site->binary_size)
			continue;
		int err = bf_site_init(&found, arch, site->binary_offset, ipxe->binary,
				       ipxe->slot, reterr);
		if (!err)
			err = bf_site_digest(&found, image, digest, reterr);
		if (err)
			return err;
		if (strcmp(digest, ipxe->digest) == 0) {
			*site = found;
			file->binary = ipxe->binary;
			return BF_OK;
		}
	}
	return BF_OK;
}

bool bf_repoint_file_is_bundled(const struct bf_repoint_file *file)
{
	return file->binary.data && !file->owned.data;
}

/* ---- Others ---- */

static bool is_led(struct bf_view bytes, const struct bf_slot *slot)
{
	return bf_loose_is_handover(
		bf_slot_body(bf_view_part(bytes, slot->offset, slot->size)));
}

/* An iPXE for UEFI that looks for its script in a file needs no slot of its own. */
static bool finds_loose(const struct bf_executable *executable)
{
	bf_cleanup(bf_ipxe_close) struct bf_ipxe ipxe = {0};
	return executable->kind == BF_EXECUTABLE_PE &&
	       bf_ipxe_open_executable(executable, &ipxe, NULL) == BF_OK &&
	       ipxe.identity.can_run_loose && !ipxe.identity.embedded_script;
}

/* Without a slot in the file: is there one in its packed part, and does it have to change? */
static int check_packed(const struct bf_executable *executable, bool *ret_led,
			struct bf_error *reterr)
{
	bf_cleanup(bf_ipxe_close) struct bf_ipxe ipxe = {0};
	struct bf_ipxe_slot found;
	bool is_packed = executable->kind == BF_EXECUTABLE_BZIMAGE &&
			 bf_ipxe_open_executable(executable, &ipxe, NULL) == BF_OK &&
			 bf_ipxe_find_slot(&ipxe, &found, NULL) == BF_OK;
	*ret_led = is_packed && is_led(found.bytes, &found.slot);
	if (*ret_led)
		return BF_OK;
	if (is_packed)
		return bf_fail(reterr, BF_ERR_NO_SLOT,
			       "its script slot is in the packed part, which can only be "
			       "packed anew with the whole image: make a new one");
	return bf_fail(reterr, BF_ERR_NO_SLOT,
		       "it has no script slot: it was not made by boots-from");
}

/* Find the slot, of size 0 if there is none in the file that has to change. */
static int find_slot(const struct bf_executable *executable, struct bf_slot *ret,
		     bool *ret_led, struct bf_error *reterr)
{
	*ret = (struct bf_slot){0};
	int err = bf_slot_find(executable->file, ret, reterr);
	if (err == BF_ERR_NO_SLOT && finds_loose(executable)) {
		*ret_led = true;
		return BF_OK;
	}
	if (err == BF_ERR_NO_SLOT)
		return check_packed(executable, ret_led, reterr);
	if (!err && ret->declared_offset != ret->offset)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "its script slot is at offset %zu and says %u",
			       ret->offset, ret->declared_offset);
	*ret_led = !err && is_led(executable->file, ret);
	return err;
}

static int check_pe(const struct bf_pe *pe, struct bf_buffer *file,
		    struct bf_error *reterr)
{
	if (bf_arch_from_machine(pe->machine) == BF_ARCH_COUNT)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED, "PE machine type 0x%04x",
			       pe->machine);
	/* An interrupted run may have left a checksum that is not the script's. */
	bf_pe_set_checksum(pe, file->data);
	return BF_OK;
}

/*
 * What is signed gets another signature, or none: from here on it is a program and a place
 * behind it, which is found by the table and not by what stands there. An interrupted run
 * may have left that half written.
 */
static int take_table(const struct bf_pe *pe, const struct bf_slot *slot,
		      struct bf_repoint_file *file, struct bf_error *reterr)
{
	int err = bf_authenticode_check_table(pe, reterr);
	if (err)
		return err;
	file->is_signed = pe->has_signature;
	file->program_size =
		pe->has_signature
			? bf_pe_directory(pe, BF_PE_CERTIFICATE_TABLE).virtual_address
			: pe->file.size;
	if (slot->offset + slot->size > file->program_size)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "its script slot at offset %zu is not in the program, "
			       "which ends at %zu",
			       slot->offset, file->program_size);
	bf_authenticode_drop(pe, file->owned.data);
	bf_pe_set_checksum(pe, file->owned.data);
	return BF_OK;
}

static int check_loose(const struct bf_repoint_file *file, struct bf_site *site,
		       struct bf_error *reterr)
{
	struct bf_slot slot;
	int err = bf_loose_find(file->binary, &slot, reterr);
	if (err == BF_ERR_NO_SLOT)
		return bf_fail(reterr, BF_ERR_NO_SLOT,
			       "it has no script slot: it was not made by boots-from");
	return err ? err
		   : bf_site_init(site, BF_ARCH_COUNT, site->binary_offset, file->binary,
				  slot, reterr);
}

static bool is_of_shim(const struct bf_executable *executable)
{
	struct bf_shim shim;
	return executable->kind == BF_EXECUTABLE_PE &&
	       (bf_shim_read(&executable->pe, &shim) ||
		bf_shim_is_mok_manager(&executable->pe));
}

/* The file is loaded: what is it, and where is its slot? */
static int check_loaded(struct bf_repoint_file *file, struct bf_site *site,
			struct bf_error *reterr)
{
	struct bf_executable executable;
	struct bf_slot slot;
	file->binary = bf_buffer_view(&file->owned);
	int err = bf_executable_parse(file->binary, &executable, reterr);
	if (executable.kind == BF_EXECUTABLE_NONE)
		return check_loose(file, site, reterr);
	if (!err && executable.kind == BF_EXECUTABLE_PE)
		err = check_pe(&executable.pe, &file->owned, reterr);
	if (!err)
		err = find_slot(&executable, &slot, &file->is_led, reterr);
	if (err == BF_ERR_NO_SLOT && is_of_shim(&executable)) {
		file->is_of_shim = true;
		site->arch = bf_arch_from_machine(executable.pe.machine);
		return BF_OK;
	}
	/* What leads to a loose slot stays as it is, signed or not. */
	if (!err && executable.kind == BF_EXECUTABLE_PE && !file->is_led)
		err = take_table(&executable.pe, &slot, file, reterr);
	if (!err)
		err = bf_ipxe_open_executable(&executable, &file->ipxe, reterr);
	if (err)
		return err;
	site->arch = file->ipxe.identity.arch;
	return slot.size ? bf_site_init(site, site->arch, site->binary_offset,
					file->binary, slot, reterr)
			 : BF_OK;
}

static int load(const struct bf_source *image, struct bf_site *site,
		struct bf_repoint_file *file, struct bf_error *reterr)
{
	if (site->binary_size > BF_EXAMINE_SIZE_MAX)
		return bf_fail(reterr, BF_ERR_TOO_BIG, "%llu bytes, the limit is %d",
			       (unsigned long long)site->binary_size,
			       BF_EXAMINE_SIZE_MAX);
	uint64_t spare;
	int err = bf_source_load(image, site->binary_offset, (size_t)site->binary_size,
				 &file->owned, reterr);
	if (!err)
		err = bf_examine_draw(bf_buffer_view(&file->owned), image->budget, &spare,
				      reterr);
	return err ? err : check_loaded(file, site, reterr);
}

/* What is the bundle's but for the script: does that lead to the loose slot? */
static int check_bundled(const struct bf_source *image, const struct bf_site *site,
			 struct bf_repoint_file *file, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer bytes = {0};
	struct bf_slot slot = {.size = site->slot.size};
	int err = bf_source_load(image, site->binary_offset + site->slot.offset,
				 slot.size, &bytes, reterr);
	file->is_led = !err && is_led(bf_buffer_view(&bytes), &slot);
	return err;
}

/*
 * Is it the bundle's with something behind it: a certificate table, or the place of one that
 * was taken away?
 */
static int match_program(const struct bf_bundle *bundle, const struct bf_site *site,
			 struct bf_repoint_file *file, struct bf_error *reterr)
{
	const struct bf_bundle_ipxe *ipxe = &bundle->ipxe[site->arch];
	size_t size = (size_t)bf_align(ipxe->binary.size, BF_AUTHENTICODE_ALIGNMENT);
	if (!ipxe->present || size != ipxe->binary.size || size > file->program_size ||
	    (file->is_signed && size != file->program_size))
		return BF_OK;
	struct bf_repoint_file bundled = {0};
	struct bf_site program = {.binary_size = size};
	struct bf_source source = bf_source_view(bf_view_part(file->binary, 0, size));
	int err = match_bundled(&source, bundle, &program, &bundled, reterr);
	if (err || !bf_repoint_file_is_bundled(&bundled))
		return err;
	file->is_bundled_program = true;
	file->program_size = size;
	return BF_OK;
}

/* ---- Both ---- */

int bf_repoint_file_init(struct bf_repoint_file *file, const struct bf_source *image,
			 const struct bf_bundle *bundle, struct bf_site *site,
			 struct bf_error *reterr)
{
	int err = match_bundled(image, bundle, site, file, reterr);
	if (!err)
		err = bf_repoint_file_is_bundled(file)
			      ? check_bundled(image, site, file, reterr)
			      : load(image, site, file, reterr);
	if (!err && file->program_size)
		err = match_program(bundle, site, file, reterr);
	return err;
}

void bf_repoint_file_free(struct bf_repoint_file *file)
{
	bf_ipxe_close(&file->ipxe);
	bf_buffer_free(&file->owned);
	bf_buffer_free(&file->remade);
}
