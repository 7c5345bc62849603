/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * A binary that the user brings: a file, or (the first byte says which) the program that is
 * packed in one. What is taken has a slot, and is an iPXE as before with any script in it.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "binary/zbin.h"
#include "forge_lkrn.h"
#include "fuzz.h"
#include "image/binaries.h"
#include "ipxe/site.h"

static const char path[] = "/proc/self/fd/100";
/* The second one has in it whatever could be taken for something else. */
static const char *const scripts[] = {
	"shell\n", "echo #!ipxe in\nset x #!ipxe\n #boots-from-slot v1\nshell\n"};

enum { N_SCRIPTS = sizeof(scripts) / sizeof(scripts[0]) };

static const struct bf_bundle *bundle(void)
{
	static struct bf_bundle *loaded;
	fuzz_require(loaded || !bf_bundle_load(NULL, &loaded, NULL));
	return loaded;
}

static void write_file(struct bf_view file)
{
	static int fd = -1;
	if (fd < 0)
		fd = dup2(memfd_create("ipxe", 0), 100);
	fuzz_require(fd == 100 && ftruncate(fd, 0) == 0);
	fuzz_require(pwrite(fd, file.data, file.size, 0) == (ssize_t)file.size);
}

/* A changed byte in a packed block is found by its CRC: make that a good one. */
static void mend(struct bf_buffer *file)
{
	struct bf_bzimage image;
	struct bf_zbin_block block;
	struct bf_buffer mended = {0};
	if (bf_bzimage_parse(bf_buffer_view(file), &image, NULL) ||
	    bf_zbin_find_last(image.payload, &block, NULL))
		return;
	fuzz_require(!bf_zbin_append_block(&mended, block.packed));
	memcpy(file->data + image.payload_offset + block.offset, mended.data,
	       mended.size);
	bf_buffer_free(&mended);
}

/* The file with the script in its slot, as in an image. */
static void patch(enum bf_arch arch, const struct bf_binary *binary, struct bf_view body,
		  struct bf_buffer *ret)
{
	struct bf_error error = {""};
	struct bf_patches patches = {0};
	struct bf_site site;
	fuzz_require(!fuzz_try(
		bf_site_init(&site, arch, 0, binary->bytes, binary->slot, &error),
		&error));
	fuzz_require(!fuzz_try(bf_sites_patch(&site, 1, body, &patches, &error), &error));
	for (size_t i = 0; i < patches.n_pieces; i++) {
		const struct bf_piece *piece = &patches.pieces[i];
		fuzz_require(
			bf_view_has(binary->bytes, piece->offset, piece->bytes.size));
		memcpy(ret->data + piece->offset, piece->bytes.data, piece->bytes.size);
	}
	bf_patches_free(&patches);
}

static void fill(enum bf_arch arch, struct bf_binaries *binaries, struct bf_view body,
		 struct bf_buffer *ret)
{
	struct bf_error error = {""};
	const struct bf_binary *binary = &binaries->of[arch];
	fuzz_require(
		!fuzz_try(bf_binaries_fill(binaries, 1u << arch, body, &error), &error));
	fuzz_require(!bf_buffer_append(ret, binary->bytes.data, binary->bytes.size));
	if (!bf_binary_needs_script_first(binary))
		patch(arch, binary, body, ret);
}

/* It can be brought again, and has the script. */
static void check_filled(const struct bf_ipxe *ipxe, struct bf_view body)
{
	struct bf_error error = {""};
	struct bf_ipxe_slot found;
	fuzz_require(!ipxe->identity.embedded_script);
	fuzz_require(!fuzz_try(bf_ipxe_find_slot(ipxe, &found, &error), &error));
	fuzz_check_same(bf_slot_body(bf_view_part(found.bytes, found.slot.offset,
						  found.slot.size)),
			body);
	if (ipxe->executable.kind == BF_EXECUTABLE_PE)
		fuzz_require(bf_pe_checksum(&ipxe->executable.pe) ==
			     bf_pe_stored_checksum(&ipxe->executable.pe));
}

/* With any script in it, it says the same of itself. */
static void check(enum bf_arch arch, struct bf_binaries *binaries)
{
	struct bf_error error = {""};
	struct bf_ipxe_identity first;
	for (size_t i = 0; i < N_SCRIPTS; i++) {
		struct bf_view body = bf_view(scripts[i], strlen(scripts[i]));
		struct bf_buffer file = {0};
		struct bf_ipxe ipxe = {0};
		fill(arch, binaries, body, &file);
		fuzz_require(!fuzz_try(bf_ipxe_open(bf_buffer_view(&file), &ipxe, &error),
				       &error));
		check_filled(&ipxe, body);
		if (i == 0)
			first = ipxe.identity;
		fuzz_require(ipxe.identity.arch == arch);
		fuzz_require(ipxe.identity.has_command_line == first.has_command_line);
		fuzz_require(!strcmp(ipxe.identity.version, first.version));
		fuzz_require(!strcmp(ipxe.identity.can.schemes, first.can.schemes));
		fuzz_require(!strcmp(ipxe.identity.can.algorithms, first.can.algorithms));
		bf_ipxe_close(&ipxe);
		bf_buffer_free(&file);
	}
}

/* Not a byte is changed; what it says it has in its slot goes into others'. */
static void check_sealed(const struct bf_binary *binary, struct bf_view file)
{
	struct bf_view script = binary->sealed.script;
	fuzz_check_same(binary->bytes, file);
	fuzz_require(binary->sealed.signer[0]);
	fuzz_require(script.size || binary->can_run_loose);
	for (size_t i = 0; i < script.size; i++)
		fuzz_require(script.data[i] != 0 && script.data[i] <= 0x7f);
}

static void import(struct bf_view file)
{
	struct bf_binaries binaries, again;
	struct bf_error error = {""};
	write_file(file);
	bf_binaries_init(&binaries, bundle());
	bf_binaries_init(&again, bundle());
	if (!fuzz_try(bf_binaries_import(&binaries, bundle(), path, &error), &error)) {
		enum bf_arch arch =
			(enum bf_arch)__builtin_ctz(bf_binaries_imported(&binaries));
		fuzz_require(!bf_binaries_import(&again, bundle(), path, NULL));
		fuzz_check_same(binaries.of[arch].bytes, again.of[arch].bytes);
		if (binaries.of[arch].is_sealed)
			check_sealed(&binaries.of[arch], file);
		else
			check(arch, &binaries);
	}
	bf_binaries_free(&binaries);
	bf_binaries_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bf_buffer file = {0};
	if (size < 1)
		return 0;
	if (data[0] == 'p')
		forge_lkrn(bf_view(data + 1, size - 1), &file);
	else
		fuzz_require(!bf_buffer_append(&file, data + 1, size - 1));
	mend(&file);
	import(bf_buffer_view(&file));
	bf_buffer_free(&file);
	return 0;
}
