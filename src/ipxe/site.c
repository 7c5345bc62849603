/* SPDX-License-Identifier: GPL-3.0-only */
#include "ipxe/site.h"

#include "binary/pe.h"

enum { CHECKSUM_SIZE = 4 };

static uint64_t body_offset(const struct bf_site *site)
{
	return site->slot.offset + BF_SLOT_HEADER_SIZE;
}

/*
 * What the binary sums to without its script, so that another one costs the sum of that only.
 * The checksum that is stored says what it sums to with the script. In sums of 16 bits with
 * the carry added back in, 0xffff - x is -x.
 */
static int set_checksum(struct bf_site *site, struct bf_view binary,
			struct bf_error *reterr)
{
	struct bf_pe pe;
	int err = bf_pe_parse(binary, &pe, reterr);
	if (err)
		return err;
	uint32_t sum = bf_pe_stored_checksum(&pe) - (uint32_t)binary.size;
	if (site->slot.offset < pe.checksum + CHECKSUM_SIZE || sum > 0xffff)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "the script slot at offset %zu or the checksum at offset "
			       "%zu is not a planted binary's",
			       site->slot.offset, pe.checksum);
	struct bf_view body = bf_view_part(binary, (size_t)body_offset(site),
					   bf_slot_capacity(site->slot.size));
	site->has_checksum = true;
	site->checksum_offset = pe.checksum;
	site->sum = sum + 0xffff - bf_pe_sum(body, body_offset(site));
	return BF_OK;
}

int bf_site_init(struct bf_site *ret, enum bf_arch arch, uint64_t offset,
		 struct bf_view binary, struct bf_slot slot, struct bf_error *reterr)
{
	*ret = (struct bf_site){.arch = arch,
				.binary_offset = offset,
				.binary_size = binary.size,
				.slot = slot};
	if (slot.size < BF_SLOT_SIZE_MIN || !bf_view_has(binary, slot.offset, slot.size))
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "the script slot of %u bytes at offset %zu is not in the "
			       "binary of %zu bytes",
			       slot.size, slot.offset, binary.size);
	bool is_pe = arch != BF_ARCH_BIOS && !bf_site_is_loose(ret);
	return is_pe ? set_checksum(ret, binary, reterr) : BF_OK;
}

int bf_site_digest(const struct bf_site *site, const struct bf_source *image,
		   char ret[BF_DIGEST_HEX_SIZE], struct bf_error *reterr)
{
	struct bf_extent parts[3];
	size_t n = 0;
	uint64_t start = site->binary_offset;
	uint64_t body = site->binary_offset + body_offset(site);
	if (site->has_checksum) {
		uint64_t checksum = site->binary_offset + site->checksum_offset;
		parts[n++] = (struct bf_extent){start, checksum};
		start = checksum + CHECKSUM_SIZE;
	}
	parts[n++] = (struct bf_extent){start, body};
	parts[n++] = (struct bf_extent){body + bf_slot_capacity(site->slot.size),
					site->binary_offset + site->binary_size};
	return bf_digest_hex(image, parts, n, ret, reterr);
}

/* In its place: behind those of lower offsets. */
void bf_patches_add(struct bf_patches *patches, uint64_t offset, struct bf_view bytes)
{
	struct bf_piece *pieces = patches->pieces;
	size_t i = patches->n_pieces++;
	for (; i > 0 && pieces[i - 1].offset > offset; i--)
		pieces[i] = pieces[i - 1];
	pieces[i] = (struct bf_piece){.offset = offset, .bytes = bytes};
}

static void patch_checksum(const struct bf_site *site, struct bf_view body,
			   uint8_t field[CHECKSUM_SIZE], struct bf_patches *ret)
{
	uint64_t sum = site->sum + bf_pe_sum(body, body_offset(site));
	bf_put_le32(field, bf_pe_sum_finish(sum, site->binary_size));
	bf_patches_add(ret, site->binary_offset + site->checksum_offset,
		       bf_view(field, CHECKSUM_SIZE));
}

/* One body serves all slots: a smaller slot takes the front of it. */
static int make_body(const struct bf_site *sites, size_t n_sites, struct bf_view script,
		     struct bf_buffer *ret, struct bf_error *reterr)
{
	size_t capacity = 0;
	for (size_t i = 0; i < n_sites; i++) {
		int err = bf_slot_check_body(sites[i].slot.size, script.size, reterr);
		if (err)
			return err;
		if (!sites[i].is_blank && capacity < bf_slot_capacity(sites[i].slot.size))
			capacity = bf_slot_capacity(sites[i].slot.size);
	}
	if (capacity == 0)
		return BF_OK;
	if (ret->size != capacity && bf_buffer_zero(ret, capacity))
		return bf_fail_nomem(reterr);
	bf_slot_format_body(ret->data, capacity, script);
	return BF_OK;
}

int bf_sites_patch(const struct bf_site *sites, size_t n_sites, struct bf_view script,
		   struct bf_patches *ret, struct bf_error *reterr)
{
	ret->n_pieces = 0;
	int err = make_body(sites, n_sites, script, &ret->body, reterr);
	if (err)
		return err;
	for (size_t i = 0; i < n_sites; i++) {
		const struct bf_site *site = &sites[i];
		struct bf_view body =
			site->is_blank ? script : bf_patches_body(ret, site);
		bf_patches_add(ret, site->binary_offset + body_offset(site), body);
		if (site->has_checksum)
			patch_checksum(site, body, ret->checksums[i], ret);
	}
	return BF_OK;
}

struct bf_view bf_patches_body(const struct bf_patches *patches,
			       const struct bf_site *site)
{
	return bf_view(patches->body.data, bf_slot_capacity(site->slot.size));
}

void bf_patches_cover(struct bf_patches *patches, const struct bf_site *sites,
		      size_t index, uint64_t offset, struct bf_view bytes)
{
	const struct bf_site *site = &sites[index];
	uint8_t *field = patches->checksums[index];
	uint64_t sum = bf_le32(field) - (uint32_t)site->binary_size;
	sum += bf_pe_sum(bytes, offset);
	bf_put_le32(field, bf_pe_sum_finish(sum, site->binary_size));
	bf_patches_add(patches, site->binary_offset + offset, bytes);
}

void bf_patches_free(struct bf_patches *patches)
{
	bf_buffer_free(&patches->body);
	bf_buffer_free(&patches->signatures);
	patches->n_pieces = 0;
}
