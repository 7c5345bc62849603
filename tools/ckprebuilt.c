/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Proves that planting changed nothing but what it declares: every planted binary of a
 * bundle is compared with its stock one, byte by byte. It shares no code with the
 * planting, and reads the few fields it needs itself.
 */
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "ipxe/slot.h"

enum { FILE_SIZE_MAX = 64 << 20 };

/* Bytes of the stock file that planting may change. */
struct allowed {
	size_t offset, size;
	const char *what;
};

struct comparison {
	struct bf_view stock, stub, planted;
	struct bf_error *reterr;
};

static int differ(const struct comparison *c, const char *what, size_t offset)
{
	return bf_fail(c->reterr, BF_ERR_FORMAT, "%s (at offset %zu)", what, offset);
}

static bool is_allowed(const struct allowed *allowed, size_t n, size_t offset)
{
	for (size_t i = 0; i < n; i++)
		if (offset >= allowed[i].offset &&
		    offset - allowed[i].offset < allowed[i].size)
			return true;
	return false;
}

/* [0, size) of both files is the same but for the allowed places. */
static int compare_start(const struct comparison *c, size_t size,
			 const struct allowed *allowed, size_t n)
{
	if (c->planted.size < size || c->stock.size < size)
		return differ(c, "a file ends too early", size);
	for (size_t i = 0; i < size; i++)
		if (c->stock.data[i] != c->planted.data[i] && !is_allowed(allowed, n, i))
			return differ(c, "a byte changed that is not declared to", i);
	return BF_OK;
}

static int expect_zero(const struct comparison *c, const char *what, size_t start,
		       size_t end)
{
	if (end < start || end > c->planted.size)
		return differ(c, what, end);
	for (size_t i = start; i < end; i++)
		if (c->planted.data[i] != 0)
			return differ(c, what, i);
	return BF_OK;
}

static int expect_value(const struct comparison *c, const char *what, uint64_t value,
			uint64_t wanted)
{
	if (value == wanted)
		return BF_OK;
	return bf_fail(c->reterr, BF_ERR_FORMAT, "%s is 0x%llx, not 0x%llx", what,
		       (unsigned long long)value, (unsigned long long)wanted);
}

/* The stub as the build made it, behind a header of header bytes that planting fills. */
static int expect_stub(const struct comparison *c, size_t offset, size_t header)
{
	if (c->stub.size <= header || !bf_view_has(c->planted, offset, c->stub.size))
		return differ(c, "the stub does not fit", offset);
	if (memcmp(c->planted.data + offset + header, c->stub.data + header,
		   c->stub.size - header) != 0)
		return differ(c, "the stub is not the one the build made", offset);
	return BF_OK;
}

static int expect_slot(const struct comparison *c, size_t offset, size_t size)
{
	struct bf_slot slot;
	int err = bf_slot_find(c->planted, &slot, c->reterr);
	if (!err)
		err = expect_value(c, "the slot's offset", slot.offset, offset);
	if (!err)
		err = expect_value(c, "the slot's own idea of its offset",
				   slot.declared_offset, offset);
	if (!err)
		err = expect_value(c, "the slot's size", slot.size, size);
	return err;
}

/* PE Format, "CheckSum": 16-bit words with the carries folded in, plus the length. */
static uint32_t pe_checksum(struct bf_view file, size_t field)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < file.size; i += 2) {
		uint32_t word = file.data[i];
		if (i + 1 < file.size)
			word |= (uint32_t)file.data[i + 1] << 8;
		if (i >= field && i < field + 4)
			word = 0;
		sum += word;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum + (uint32_t)file.size;
}

enum { SECTION_HEADER = 40, EFI_STUB_HEADER = 16, LKRN_STUB_HEADER = 4 };

/* Where the fields of a PE32+ file are, PE Format "COFF File Header" and on. */
struct pe_fields {
	size_t coff, optional, table;
	unsigned n_sections;
};

static int pe_fields(const struct comparison *c, struct pe_fields *ret)
{
	if (c->stock.size < 0x400)
		return differ(c, "the stock PE ends too early", c->stock.size);
	ret->coff = bf_le32(c->stock.data + 0x3c) + 4;
	ret->optional = ret->coff + 20;
	if (ret->optional > 0x300)
		return differ(c, "the stock PE has its headers too far out", ret->coff);
	ret->n_sections = bf_le16(c->stock.data + ret->coff + 2);
	ret->table = ret->optional + bf_le16(c->stock.data + ret->coff + 16);
	if (ret->table + (ret->n_sections + 2) * SECTION_HEADER > c->stock.size)
		return differ(c, "the stock PE has its sections too far out", ret->table);
	for (size_t i = 0; i < (size_t)2 * SECTION_HEADER; i++)
		if (c->stock.data[ret->table + ret->n_sections * SECTION_HEADER + i] != 0)
			return differ(c, "the stock PE has no room for section headers",
				      ret->table);
	return BF_OK;
}

struct section {
	uint32_t virtual_size, virtual_address, raw_size, raw_offset, characteristics;
};

static struct section added_section(const struct comparison *c,
				    const struct pe_fields *pe, unsigned index)
{
	const uint8_t *p =
		c->planted.data + pe->table + (pe->n_sections + index) * SECTION_HEADER;
	return (struct section){bf_le32(p + 8), bf_le32(p + 12), bf_le32(p + 16),
				bf_le32(p + 20), bf_le32(p + 36)};
}

static int check_pe_values(const struct comparison *c, const struct pe_fields *pe,
			   const struct section *stub, const struct section *slot)
{
	const uint8_t *old = c->stock.data + pe->optional;
	const uint8_t *new = c->planted.data + pe->optional;
	const uint8_t *header = c->planted.data + stub->raw_offset;
	uint32_t alignment = bf_le32(old + 32);
	const struct {
		const char *what;
		uint64_t value, wanted;
	} values[] = {
		{"NumberOfSections", bf_le16(c->planted.data + pe->coff + 2),
		 pe->n_sections + 2},
		{"SizeOfCode", bf_le32(new + 4), bf_le32(old + 4) + stub->raw_size},
		{"SizeOfInitializedData", bf_le32(new + 8),
		 bf_le32(old + 8) + slot->raw_size},
		{"AddressOfEntryPoint", bf_le32(new + 16),
		 stub->virtual_address + EFI_STUB_HEADER},
		{".stub VirtualAddress", stub->virtual_address, bf_le32(old + 56)},
		{"SizeOfImage", bf_le32(new + 56),
		 bf_align(slot->virtual_address + slot->virtual_size, alignment)},
		{"CheckSum", bf_le32(new + 64),
		 pe_checksum(c->planted, pe->optional + 64)},
		{".stub Characteristics", stub->characteristics, 0x60000020},
		{".slot Characteristics", slot->characteristics, 0x40000040},
		{"the stub's machine", bf_le32(header),
		 bf_le16(c->stock.data + pe->coff)},
		{"the stub's way to iPXE's entry",
		 (uint32_t)(bf_le32(header + 4) + stub->virtual_address),
		 bf_le32(old + 16)},
		{"the stub's way to the slot",
		 (uint32_t)(bf_le32(header + 8) + stub->virtual_address),
		 slot->virtual_address},
		{"the stub's slot size", bf_le32(header + 12), slot->virtual_size},
		{"the file's size", c->planted.size,
		 (uint64_t)slot->raw_offset + slot->raw_size},
	};
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		int err = expect_value(c, values[i].what, values[i].value,
				       values[i].wanted);
		if (err)
			return err;
	}
	return BF_OK;
}

static int check_pe(const struct comparison *c)
{
	struct pe_fields pe = {0};
	int err = pe_fields(c, &pe);
	if (err)
		return err;
	const struct allowed allowed[] = {
		{pe.coff + 2, 2, "NumberOfSections"},
		{pe.optional + 4, 8, "SizeOfCode and SizeOfInitializedData"},
		{pe.optional + 16, 4, "AddressOfEntryPoint"},
		{pe.optional + 56, 4, "SizeOfImage"},
		{pe.optional + 64, 4, "CheckSum"},
		{pe.table + pe.n_sections * SECTION_HEADER, 2 * SECTION_HEADER,
		 "two Section Headers"},
	};
	err = compare_start(c, c->stock.size, allowed,
			    sizeof(allowed) / sizeof(allowed[0]));
	if (err)
		return err;

	struct section stub = added_section(c, &pe, 0);
	struct section slot = added_section(c, &pe, 1);
	err = expect_zero(c, "the gap before .stub is not all zero", c->stock.size,
			  stub.raw_offset);
	if (!err)
		err = expect_stub(c, stub.raw_offset, EFI_STUB_HEADER);
	if (!err)
		err = expect_zero(c, "the gap before .slot is not all zero",
				  stub.raw_offset + c->stub.size, slot.raw_offset);
	if (!err)
		err = expect_slot(c, slot.raw_offset, slot.virtual_size);
	if (!err)
		err = expect_zero(c, "the gap after the slot is not all zero",
				  (size_t)slot.raw_offset + slot.virtual_size,
				  c->planted.size);
	return err ? err : check_pe_values(c, &pe, &stub, &slot);
}

/* The added setup sectors hold stub, decoy words, slot and zeros, in this order. */
static int check_added_setup(const struct comparison *c, size_t start, size_t end,
			     size_t entry)
{
	static const char decoy[] = "BOOT_IMAGE= initrd= ";
	size_t text = start + c->stub.size;
	size_t slot = text + sizeof(decoy) - 1;
	int err = expect_stub(c, start, LKRN_STUB_HEADER);
	if (err)
		return err;
	if (slot + BF_SLOT_SIZE >= end ||
	    memcmp(c->planted.data + text, decoy, sizeof(decoy) - 1) != 0)
		return differ(c, "the decoy words are missing", text);
	err = expect_slot(c, slot, BF_SLOT_SIZE);
	if (!err)
		err = expect_zero(c, "the end of the setup is not all zero",
				  slot + BF_SLOT_SIZE, end);
	if (!err)
		err = expect_value(c, "the stub's text offset",
				   bf_le16(c->planted.data + start), text);
	if (!err)
		err = expect_value(c, "the stub's way to iPXE's entry",
				   bf_le16(c->planted.data + start + 2),
				   bf_le16(c->stock.data + entry + 2));
	return err;
}

/* Linux boot protocol: setup_sects at 0x1f1, a short jump at 0x200. */
static int check_lkrn(const struct comparison *c)
{
	if (c->stock.size < 0x400 || c->planted.size < 0x400 ||
	    c->stock.data[0x200] != 0xeb)
		return differ(c, "the lkrn has no setup jump", 0x200);
	size_t entry = 0x202 + (size_t)c->stock.data[0x201];
	size_t payload = ((size_t)c->stock.data[0x1f1] + 1) * 512;
	size_t moved = ((size_t)c->planted.data[0x1f1] + 1) * 512;
	const struct allowed allowed[] = {
		{0x1f1, 1, "setup_sects"},
		{entry, 5, "the prologue at the setup entry"},
	};
	int err =
		compare_start(c, payload, allowed, sizeof(allowed) / sizeof(allowed[0]));
	if (err)
		return err;
	if (moved < payload || c->planted.size - moved != c->stock.size - payload ||
	    memcmp(c->planted.data + moved, c->stock.data + payload,
		   c->stock.size - payload) != 0)
		return differ(c, "the payload is not the stock one", moved);
	const uint8_t *code = c->planted.data + entry;
	uint16_t target = (uint16_t)(entry + 3 + bf_le16(code + 1));
	err = expect_value(c, "the first opcode of the setup", code[0], 0xe9);
	if (!err)
		err = expect_value(c, "the jump at the setup entry", target,
				   payload + LKRN_STUB_HEADER);
	return err ? err : check_added_setup(c, payload, moved, entry);
}

static int check(const char *const folders[3], const char *const names[3],
		 struct bf_error *reterr)
{
	struct bf_buffer files[3] = {{0}};
	int err = BF_OK;
	for (int i = 0; !err && i < 3; i++) {
		char path[4096];
		snprintf(path, sizeof(path), "%s/%s", folders[i], names[i]);
		err = bf_buffer_read_file(path, FILE_SIZE_MAX, &files[i], reterr);
	}
	if (!err) {
		struct comparison c = {bf_buffer_view(&files[0]),
				       bf_buffer_view(&files[1]),
				       bf_buffer_view(&files[2]), reterr};
		err = strcmp(names[1], "lkrn.stub") == 0 ? check_lkrn(&c) : check_pe(&c);
	}
	for (int i = 0; i < 3; i++)
		bf_buffer_free(&files[i]);
	return err ? bf_fail_in(reterr, err, "'%s'", names[2]) : BF_OK;
}

int main(int argc, char **argv)
{
	/* Stock binary, stub, planted binary, in the folders of the command line. */
	static const char *const sets[][3] = {
		{"ipxe.lkrn", "lkrn.stub", "ipxe.lkrn"},
		{"ipxe-amd64.efi", "efi-x86_64.stub", "ipxe-x86_64.efi"},
		{"ipxe-arm64.efi", "efi-arm64.stub", "ipxe-arm64.efi"},
		{"ipxe-riscv64.efi", "efi-riscv64.stub", "ipxe-riscv64.efi"},
	};
	struct bf_error error;
	if (argc != 4) {
		fputs("usage: ckprebuilt STOCK-DIR STUB-DIR BUNDLE-DIR\n", stderr);
		return 2;
	}
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		if (check((const char *const *)argv + 1, sets[i], &error)) {
			fprintf(stderr, "ckprebuilt: %s\n", error.text);
			return 1;
		}
	return 0;
}
