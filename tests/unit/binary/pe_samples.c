/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * pe_samples DIR STUBDIR [STOCK.efi...]: writes PE files for judge_pe.py into DIR: forged
 * ones of every length modulo 4 with CheckSum set, and planted ones, forged and stock.
 */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "binary/pe.h"
#include "forge_pe.h"
#include "ipxe/plant.h"
#include "ipxe/slot.h"

static const struct {
	const char *arch;
	uint16_t machine;
} arches[] = {
	{"x86_64", BF_PE_MACHINE_AMD64},
	{"arm64", BF_PE_MACHINE_ARM64},
	{"riscv64", BF_PE_MACHINE_RISCV64},
};

static int write_file(const char *dir, const char *name, struct bf_view bytes)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s.efi", dir, name);
	FILE *file = fopen(path, "wb");
	if (!file)
		return -1;
	size_t written = fwrite(bytes.data, 1, bytes.size, file);
	return fclose(file) || written != bytes.size ? -1 : 0;
}

static int write_checksummed(const char *dir)
{
	uint8_t file[FORGE_SIZE + 7];
	memset(file, 0x5a, sizeof(file));
	forge_pe(file, BF_PE_MACHINE_AMD64);
	for (size_t size = FORGE_SIZE; size <= sizeof(file); size++) {
		struct bf_pe pe;
		char name[64];
		snprintf(name, sizeof(name), "checksum-%zu", size);
		if (bf_pe_parse(bf_view(file, size), &pe, NULL))
			return -1;
		bf_pe_set_checksum(&pe, file);
		if (write_file(dir, name, bf_view(file, size)))
			return -1;
	}
	return 0;
}

static int read_stub(const char *stub_dir, uint16_t machine, struct bf_buffer *ret,
		     struct bf_error *reterr)
{
	char path[4096];
	const char *arch = "unknown";
	for (size_t i = 0; i < sizeof(arches) / sizeof(arches[0]); i++)
		if (arches[i].machine == machine)
			arch = arches[i].arch;
	snprintf(path, sizeof(path), "%s/efi-%s.stub", stub_dir, arch);
	return bf_buffer_read_file(path, 4096, ret, reterr);
}

static int write_planted(const char *dir, const char *name, const char *stub_dir,
			 struct bf_view stock)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer stub = {0};
	bf_cleanup(bf_buffer_free) struct bf_buffer planted = {0};
	struct bf_error error;
	struct bf_pe pe;
	if (bf_pe_parse(stock, &pe, &error) ||
	    read_stub(stub_dir, pe.machine, &stub, &error) ||
	    bf_plant_efi(stock, bf_buffer_view(&stub), BF_SLOT_SIZE, &planted, &error)) {
		fprintf(stderr, "%s: %s\n", name, error.text);
		return -1;
	}
	return write_file(dir, name, bf_buffer_view(&planted));
}

int main(int argc, char **argv)
{
	if (argc < 3 || write_checksummed(argv[1]))
		return 1;
	for (size_t i = 0; i < sizeof(arches) / sizeof(arches[0]); i++) {
		uint8_t file[FORGE_SIZE];
		char name[64];
		forge_pe(file, arches[i].machine);
		snprintf(name, sizeof(name), "planted-%s", arches[i].arch);
		if (write_planted(argv[1], name, argv[2], bf_view(file, sizeof(file))))
			return 1;
	}
	for (int i = 3; i < argc; i++) {
		bf_cleanup(bf_buffer_free) struct bf_buffer stock = {0};
		char name[64];
		snprintf(name, sizeof(name), "planted-stock-%d", i - 3);
		if (bf_buffer_read_file(argv[i], (size_t)1 << 24, &stock, NULL) ||
		    write_planted(argv[1], name, argv[2], bf_buffer_view(&stock)))
			return 1;
	}
	return 0;
}
