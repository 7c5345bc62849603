#include "image/site.h"

#include <stdlib.h>

#include "formats/pe.h"

/*
 * What the binary sums to without its slot, so that a script costs the sum of its slot only.
 * The checksum that is stored says what it sums to with the slot. In sums of 16 bits with
 * the carry added back in, 0xffff - x is -x.
 */
int bf_site_set_checksum(struct bf_site *site, struct bf_view binary,
			 struct bf_error *reterr)
{
	struct bf_pe pe;
	int err = bf_pe_parse(binary, &pe, reterr);
	if (err)
		return err;
	uint32_t sum = bf_pe_stored_checksum(&pe) - (uint32_t)binary.size;
	if (site->slot.offset < pe.checksum + 4 || sum > 0xffff)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "the script slot at offset %zu or the checksum at offset "
			       "%zu is not a planted binary's",
			       site->slot.offset, pe.checksum);
	struct bf_view slot = bf_view_part(binary, site->slot.offset, site->slot.size);
	site->has_checksum = true;
	site->checksum_offset = pe.checksum;
	site->sum = sum + 0xffff - bf_pe_sum(slot, site->slot.offset);
	return BF_OK;
}

static void add_patch(struct bf_patches *patches, uint64_t offset, struct bf_view bytes)
{
	patches->pieces[patches->n_pieces++] =
		(struct bf_piece){.offset = offset, .bytes = bytes};
}

static int by_offset(const void *a, const void *b)
{
	const struct bf_piece *left = a, *right = b;
	return (left->offset > right->offset) - (left->offset < right->offset);
}

static void patch_checksum(const struct bf_site *site, struct bf_view slot,
			   uint8_t field[4], struct bf_patches *ret)
{
	uint64_t sum = site->sum + bf_pe_sum(slot, site->slot.offset);
	bf_put_le32(field, bf_pe_sum_finish(sum, site->binary_size));
	add_patch(ret, site->binary_offset + site->checksum_offset, bf_view(field, 4));
}

static size_t slots_size(const struct bf_site *sites, size_t n_sites)
{
	size_t size = 0;
	for (size_t i = 0; i < n_sites; i++)
		size += sites[i].slot.size;
	return size;
}

int bf_sites_patch(const struct bf_site *sites, size_t n_sites, struct bf_view script,
		   struct bf_patches *ret, struct bf_error *reterr)
{
	size_t size = slots_size(sites, n_sites);
	ret->n_pieces = 0;
	if (ret->slots.size != size && bf_buffer_zero(&ret->slots, size))
		return bf_fail_nomem(reterr);

	uint8_t *slot = ret->slots.data;
	for (size_t i = 0; i < n_sites; i++) {
		const struct bf_site *site = &sites[i];
		int err = bf_slot_format(slot, site->slot.size,
					 site->slot.declared_offset, script, reterr);
		if (err)
			return err;
		struct bf_view bytes = bf_view(slot, site->slot.size);
		add_patch(ret, site->binary_offset + site->slot.offset, bytes);
		if (site->has_checksum)
			patch_checksum(site, bytes, ret->checksums[i], ret);
		slot += site->slot.size;
	}
	qsort(ret->pieces, ret->n_pieces, sizeof(ret->pieces[0]), by_offset);
	return BF_OK;
}

void bf_patches_free(struct bf_patches *patches)
{
	bf_buffer_free(&patches->slots);
	patches->n_pieces = 0;
}
