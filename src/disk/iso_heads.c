/* SPDX-License-Identifier: GPL-3.0-only */
#include "disk/iso_heads.h"

#include <string.h>

#include "base/cleanup.h"

enum {
	/* In the Primary Volume Descriptor, ECMA-119 8.4.7 and 8.4.19. */
	VOLUME_ID = 16 * BF_ISO_BLOCK + 40,
	VOLUME_SET_ID = 16 * BF_ISO_BLOCK + 190,
	VOLUME_SET_ID_SIZE = 128,
	ENTRY_SIZE = 8,
	BLOCKS_MAX = UINT16_MAX,
};

/* ---- Keys ---- */

/* What a head depends on, but for the label. */
static int print_key(const struct bf_iso_request *request, struct bf_buffer *key)
{
	const char *bios = request->bios_path, *efi = request->efi_path;
	int err = bf_buffer_print(key, "%lld\n%s\n%s\n", (long long)request->time,
				  bios ? bios : "", efi ? efi : "");
	for (size_t i = 0; !err && i < request->n_files; i++)
		err = bf_buffer_print(key, "%s\n", request->files[i].path);
	return err;
}

/* ---- Writing ---- */

static bool find_block(const struct bf_iso_heads *heads, const uint8_t *block,
		       size_t *ret_index)
{
	size_t n = heads->blocks.size / BF_ISO_BLOCK;
	for (size_t i = 0; i < n; i++)
		if (memcmp(heads->blocks.data + i * BF_ISO_BLOCK, block, BF_ISO_BLOCK) ==
		    0) {
			*ret_index = i;
			return true;
		}
	return false;
}

static int add_block(struct bf_iso_heads *heads, const uint8_t *block)
{
	uint8_t number[2];
	size_t index;
	if (!find_block(heads, block, &index)) {
		index = heads->blocks.size / BF_ISO_BLOCK;
		if (index > BLOCKS_MAX ||
		    bf_buffer_append(&heads->blocks, block, BF_ISO_BLOCK))
			return BF_ERR_NOMEM;
	}
	bf_put_le16(number, (uint16_t)index);
	return bf_buffer_append(&heads->table, number, sizeof(number));
}

int bf_iso_heads_add(struct bf_iso_heads *heads, const struct bf_iso_request *request,
		     struct bf_view head, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer key = {0};
	uint8_t entry[ENTRY_SIZE];
	size_t n = head.size / BF_ISO_BLOCK;
	if (print_key(request, &key))
		return bf_fail_nomem(reterr);
	bf_put_le32(entry, (uint32_t)key.size);
	bf_put_le32(entry + 4, (uint32_t)n);
	int err = bf_buffer_append(&heads->table, entry, sizeof(entry));
	if (!err)
		err = bf_buffer_append(&heads->table, key.data, key.size);
	for (size_t i = 0; !err && i < n; i++)
		err = add_block(heads, head.data + i * BF_ISO_BLOCK);
	heads->n++;
	return err ? bf_fail_nomem(reterr) : BF_OK;
}

void bf_iso_heads_free(struct bf_iso_heads *heads)
{
	bf_buffer_free(&heads->table);
	bf_buffer_free(&heads->blocks);
	heads->n = 0;
}

int bf_iso_heads_print(const struct bf_iso_heads *heads, struct bf_buffer *ret,
		       struct bf_error *reterr)
{
	uint8_t n[4];
	bf_put_le32(n, heads->n);
	if (bf_buffer_append(ret, n, sizeof(n)) ||
	    bf_buffer_append(ret, heads->table.data, heads->table.size) ||
	    bf_buffer_append(ret, heads->blocks.data, heads->blocks.size))
		return bf_fail_nomem(reterr);
	return BF_OK;
}

/* ---- Reading ---- */

/* One head, as it stands in the table. */
struct entry {
	struct bf_view key;
	size_t blocks; /* where their numbers are */
	size_t n_blocks;
};

static int damaged(struct bf_error *reterr)
{
	return bf_fail(reterr, BF_ERR_FORMAT, "ISO image: the kept heads are damaged");
}

/* Read the entry at *offset, and go on to the next. */
static bool read_entry(struct bf_view bytes, size_t *offset, struct entry *ret)
{
	if (!bf_view_has(bytes, *offset, ENTRY_SIZE))
		return false;
	uint32_t key_size = bf_le32(bytes.data + *offset);
	ret->n_blocks = bf_le32(bytes.data + *offset + 4);
	size_t key = *offset + ENTRY_SIZE;
	if (!bf_view_has(bytes, key, key_size) ||
	    !bf_view_has(bytes, key + key_size, 2 * (uint64_t)ret->n_blocks))
		return false;
	ret->key = bf_view_part(bytes, key, key_size);
	ret->blocks = key + key_size;
	*offset = ret->blocks + 2 * ret->n_blocks;
	return true;
}

static int copy_blocks(struct bf_view bytes, size_t pool, const struct entry *entry,
		       struct bf_buffer *ret, struct bf_error *reterr)
{
	if (entry->n_blocks * (uint64_t)BF_ISO_BLOCK < VOLUME_SET_ID + VOLUME_SET_ID_SIZE)
		return damaged(reterr);
	for (size_t i = 0; i < entry->n_blocks; i++) {
		uint16_t number = (uint16_t)(bytes.data[entry->blocks + 2 * i] |
					     bytes.data[entry->blocks + 2 * i + 1] << 8);
		uint64_t block = pool + (uint64_t)number * BF_ISO_BLOCK;
		if (!bf_view_has(bytes, block, BF_ISO_BLOCK))
			return damaged(reterr);
		if (bf_buffer_append(ret, bytes.data + block, BF_ISO_BLOCK))
			return bf_fail_nomem(reterr);
	}
	return BF_OK;
}

/* Find the entry with the key, and where the blocks start behind the last of them. */
static int find_entry(struct bf_view bytes, struct bf_view key, struct entry *ret,
		      size_t *ret_pool, struct bf_error *reterr)
{
	struct entry entry;
	bool found = false;
	*ret = (struct entry){0};
	*ret_pool = 4;
	if (bytes.size < 4)
		return damaged(reterr);
	for (uint32_t n = bf_le32(bytes.data); n > 0; n--) {
		if (!read_entry(bytes, ret_pool, &entry))
			return damaged(reterr);
		if (entry.key.size != key.size ||
		    memcmp(entry.key.data, key.data, key.size) != 0)
			continue;
		*ret = entry;
		found = true;
	}
	return found ? BF_OK
		     : bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "ISO image: its files are not among those that were "
			       "prepared");
}

static void put_label(uint8_t *field, size_t size, const char *label)
{
	memset(field, ' ', size);
	memcpy(field, label, strlen(label));
}

int bf_iso_heads_find(struct bf_view bytes, const struct bf_iso_request *request,
		      struct bf_buffer *ret, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer key = {0};
	struct bf_buffer head = {0};
	struct entry entry;
	size_t pool;
	if (print_key(request, &key))
		return bf_fail_nomem(reterr);
	int err = find_entry(bytes, bf_buffer_view(&key), &entry, &pool, reterr);
	if (!err)
		err = copy_blocks(bytes, pool, &entry, &head, reterr);
	if (err) {
		bf_buffer_free(&head);
		return err;
	}
	put_label(head.data + VOLUME_ID, BF_ISO_LABEL_MAX, request->label);
	/* libisofs takes the one for the other where it is told none. */
	put_label(head.data + VOLUME_SET_ID, VOLUME_SET_ID_SIZE, request->label);
	bf_buffer_free(ret);
	*ret = head;
	return BF_OK;
}
