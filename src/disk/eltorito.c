/* SPDX-License-Identifier: GPL-3.0-only */
#include "disk/eltorito.h"

#include <string.h>

enum {
	BLOCK = 2048,
	BOOT_RECORD = 17 * BLOCK, /* its fixed place, section 2.0 */
	BOOT_RECORD_CATALOG = 0x47,
	ENTRY = 32,
	HEADER_ID_VALIDATION = 0x01,
	HEADER_ID_MORE = 0x90,
	HEADER_ID_LAST = 0x91,
	ENTRY_EXTENSION = 0x44,
	BOOTABLE = 0x88,
};

static const char boot_system_id[] = "EL TORITO SPECIFICATION";

static void add_entry(struct bf_eltorito *ret, uint8_t platform_id, const uint8_t *entry)
{
	if (ret->n_entries == BF_ELTORITO_ENTRIES_MAX) {
		ret->n_unlisted++;
		return;
	}
	ret->entries[ret->n_entries++] = (struct bf_eltorito_entry){
		.platform_id = platform_id,
		.is_bootable = entry[0] == BOOTABLE,
		.boot_media_type = entry[1] & 0x0f,
		.load_size = (uint32_t)bf_le16(entry + 6) * 512,
		.offset = (uint64_t)bf_le32(entry + 8) * BLOCK,
	};
}

/* The words of the Validation Entry add up to zero (2.1). */
static int check_validation(const uint8_t *entry, struct bf_error *reterr)
{
	uint16_t sum = 0;
	for (size_t i = 0; i < ENTRY; i += 2)
		sum = (uint16_t)(sum + bf_le16(entry + i));
	if (entry[0] != HEADER_ID_VALIDATION || bf_le16(entry + 30) != 0xaa55 || sum)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "El Torito: the validation entry (id 0x%02x, key 0x%04x, "
			       "sum 0x%04x) is damaged",
			       entry[0], bf_le16(entry + 30), sum);
	return BF_OK;
}

/* Section headers with their entries (2.3, 2.4), to the last one or the block's end. */
static void read_sections(const uint8_t catalog[BLOCK], struct bf_eltorito *ret)
{
	for (size_t at = 2 * (size_t)ENTRY; at < BLOCK;) {
		const uint8_t *header = catalog + at;
		if (header[0] != HEADER_ID_MORE && header[0] != HEADER_ID_LAST)
			return;
		at += ENTRY;
		for (unsigned i = bf_le16(header + 2); i && at < BLOCK; at += ENTRY) {
			if (catalog[at] == ENTRY_EXTENSION)
				continue;
			add_entry(ret, header[1], catalog + at);
			i--;
		}
		if (header[0] == HEADER_ID_LAST)
			return;
	}
}

int bf_eltorito_read(const struct bf_source *image, struct bf_eltorito *ret,
		     struct bf_error *reterr)
{
	uint8_t block[BLOCK];
	if (!bf_source_has(image, BOOT_RECORD, BLOCK))
		return 0;
	int err = bf_source_read(image, BOOT_RECORD, block, BLOCK, reterr);
	if (err)
		return err;
	if (memcmp(block, "\0CD001\1", 7) != 0 ||
	    memcmp(block + 7, boot_system_id, sizeof(boot_system_id) - 1) != 0)
		return 0;

	struct bf_eltorito found = {
		.catalog = (uint64_t)bf_le32(block + BOOT_RECORD_CATALOG) * BLOCK,
	};
	err = bf_source_read(image, found.catalog, block, BLOCK, reterr);
	if (err)
		return bf_fail_in(reterr, err, "El Torito catalog");
	err = check_validation(block, reterr);
	if (err)
		return err;
	add_entry(&found, block[1], block + ENTRY);
	read_sections(block, &found);
	*ret = found;
	return 1;
}
