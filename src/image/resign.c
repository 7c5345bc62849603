/* SPDX-License-Identifier: GPL-3.0-only */
#include "image/resign.h"

#include <string.h>

#include "base/cleanup.h"
#include "binary/authenticode.h"
#include "sign/sign_program.h"

/* Of the certificate table, or of the place of one. */
static size_t table_size(const struct bf_repoint_file *file)
{
	return file->owned.size - file->program_size;
}

bool bf_resign_is_needed(const struct bf_resign *resign,
			 const struct bf_repoint_file *file, const struct bf_site *site)
{
	bool had_signature = file->is_bundled_program && table_size(file) > 0;
	return file->is_signed || (site->has_checksum && resign->signer) ||
	       (had_signature && resign->is_unsigned);
}

static uint8_t *body_of(uint8_t *program, const struct bf_site *site)
{
	return program + site->slot.offset + BF_SLOT_HEADER_SIZE;
}

/* The program without any signature, in front of as many bytes as make up size. */
static int copy_program(const struct bf_repoint_file *file, size_t size,
			struct bf_buffer *ret, struct bf_error *reterr)
{
	if (bf_buffer_zero(ret, size))
		return bf_fail_nomem(reterr);
	memcpy(ret->data, file->owned.data, file->program_size);
	return BF_OK;
}

static void put_script(struct bf_buffer *program, const struct bf_site *site,
		       struct bf_view script)
{
	bf_slot_format_body(body_of(program->data, site),
			    bf_slot_capacity(site->slot.size), script);
}

/* ---- Signing again ---- */

static int sign(const struct bf_repoint_file *file, const struct bf_signer *signer,
		struct bf_buffer *program, struct bf_error *reterr)
{
	int err = bf_sign_program(signer, program, reterr);
	if (!err && program->size != file->owned.size)
		err = bf_fail(reterr, BF_ERR_INPUT,
			      "it has %zu bytes for signatures, and one with this key "
			      "and certificate takes %zu: make the image anew",
			      table_size(file), program->size - file->program_size);
	return err;
}

/*
 * Nobody is to sign what somebody else put into the image. The same bytes give the same
 * signature: what he signed himself has just that.
 */
static int check_program(const struct bf_repoint_file *file,
			 const struct bf_signer *signer, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer again = {0};
	size_t size = file->program_size;
	if (table_size(file) == 0)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "it is not signed, and has no place for a signature: make "
			       "the image anew, with --sign-key and --sign-cert");
	if (file->is_bundled_program)
		return BF_OK;
	int err = copy_program(file, size, &again, reterr);
	if (!err)
		err = sign(file, signer, &again, reterr);
	if (!err &&
	    memcmp(again.data + size, file->owned.data + size, table_size(file)) != 0)
		err = bf_fail(reterr, BF_ERR_SIGNED,
			      "it is not boots-from's own program, nor as this key "
			      "signed it, and is not signed again: make the image anew");
	return err;
}

static int remake_signed(struct bf_repoint_file *file, const struct bf_site *site,
			 struct bf_view script, const struct bf_signer *signer,
			 struct bf_error *reterr)
{
	int err = check_program(file, signer, reterr);
	if (!err)
		err = copy_program(file, file->program_size, &file->remade, reterr);
	if (err)
		return err;
	put_script(&file->remade, site, script);
	return sign(file, signer, &file->remade, reterr);
}

/* ---- Taking signatures away ---- */

static int remake_unsigned(struct bf_repoint_file *file, const struct bf_site *site,
			   struct bf_view script, struct bf_error *reterr)
{
	struct bf_pe pe;
	int err = copy_program(file, file->owned.size, &file->remade, reterr);
	if (err)
		return err;
	put_script(&file->remade, site, script);
	err = bf_pe_parse(bf_buffer_view(&file->remade), &pe, reterr);
	if (!err)
		bf_pe_set_checksum(&pe, file->remade.data);
	return err;
}

/* ---- Both ---- */

static int remake(const struct bf_resign *resign, struct bf_repoint_file *file,
		  const struct bf_site *site, struct bf_view script,
		  struct bf_error *reterr)
{
	int err = bf_slot_check_body(site->slot.size, script.size, reterr);
	if (err)
		return err;
	if (resign->signer)
		return remake_signed(file, site, script, resign->signer, reterr);
	if (resign->is_unsigned)
		return remake_unsigned(file, site, script, reterr);
	return bf_fail(reterr, BF_ERR_SIGNED,
		       "it is signed, and another script breaks the signature: give the "
		       "key again, with --sign-key and --sign-cert, or have the "
		       "signature taken away, with --unsigned");
}

static void add(const struct bf_site *site, struct bf_view program, struct bf_view part,
		struct bf_patches *patches)
{
	patches->pieces[patches->n_pieces++] = (struct bf_piece){
		.offset = site->binary_offset + (size_t)(part.data - program.data),
		.bytes = part,
	};
}

/*
 * What says that there is a table comes last: a run that ends before leaves a program whose
 * table is still found. And there is none, whatever its address, as long as it has no size.
 */
static void add_patches(const struct bf_repoint_file *file, const struct bf_site *site,
			const struct bf_pe *remade, struct bf_patches *patches)
{
	struct bf_view program = remade->file;
	struct bf_view directory = bf_authenticode_directory(remade);
	struct bf_view address = bf_view_part(directory, 0, 4);
	struct bf_view size = bf_view_part(directory, 4, 4);
	const uint8_t *body = body_of(file->remade.data, site);
	add(site, program, bf_view_part(program, remade->checksum, sizeof(uint32_t)),
	    patches);
	add(site, program, bf_view(body, bf_slot_capacity(site->slot.size)), patches);
	add(site, program, bf_view_part(program, file->program_size, table_size(file)),
	    patches);
	add(site, program, remade->has_signature ? address : size, patches);
	add(site, program, remade->has_signature ? size : address, patches);
}

int bf_resign(const struct bf_resign *resign, struct bf_repoint_file *file,
	      const struct bf_site *site, struct bf_view script,
	      struct bf_patches *patches, struct bf_error *reterr)
{
	struct bf_pe pe;
	int err = remake(resign, file, site, script, reterr);
	if (!err)
		err = bf_pe_parse(bf_buffer_view(&file->remade), &pe, reterr);
	if (!err)
		add_patches(file, site, &pe, patches);
	return err;
}
