/* SPDX-License-Identifier: GPL-3.0-only */
/* A folder with a bundle (archive.h). What is loaded from it can be used. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive.h"
#include "bundle/bundle.h"
#include "fuzz.h"
#include "ipxe/site.h"

static char folder[] = "/tmp/boots-from-fuzz.XXXXXX";
static int folder_fd = -1;

static void remove_files(void)
{
	for (size_t i = 0; i < ARCHIVE_NAMES; i++)
		unlinkat(folder_fd, archive_names[i], 0);
}

static void remove_folder(void)
{
	remove_files();
	rmdir(folder);
}

static void make_folder(void)
{
	if (folder_fd >= 0)
		return;
	fuzz_require(mkdtemp(folder));
	folder_fd = open(folder, O_RDONLY | O_DIRECTORY);
	fuzz_require(folder_fd >= 0);
	atexit(remove_folder);
}

static void write_file(const char *name, struct bf_view bytes)
{
	int fd = openat(folder_fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	fuzz_require(fd >= 0);
	fuzz_require(write(fd, bytes.data, bytes.size) == (ssize_t)bytes.size);
	close(fd);
}

static void add_file(const char *name, struct bf_view bytes, struct bf_buffer *manifest)
{
	char sha256[BF_SHA256_HEX_SIZE];
	write_file(name, bytes);
	fuzz_require(!bf_sha256_hex(bytes, sha256));
	fuzz_require(
		!bf_buffer_print(manifest, "file %s %zu %s\n", sha256, bytes.size, name));
}

static void unpack(struct bf_view archive)
{
	struct bf_buffer manifest = {0};
	struct bf_view rest = {0};
	fuzz_require(!bf_buffer_print(&manifest, "boots-from-bundle 1\n"));
	while (archive.size >= ARCHIVE_HEAD_SIZE) {
		size_t name = archive.data[0] % ARCHIVE_NAMES;
		size_t size = bf_le16(archive.data + 1);
		if (!bf_view_has(archive, ARCHIVE_HEAD_SIZE, size))
			size = archive.size - ARCHIVE_HEAD_SIZE;
		struct bf_view bytes = bf_view_part(archive, ARCHIVE_HEAD_SIZE, size);
		if (name == ARCHIVE_MANIFEST)
			rest = bytes;
		else
			add_file(archive_names[name], bytes, &manifest);
		size += ARCHIVE_HEAD_SIZE;
		archive = bf_view_part(archive, size, archive.size - size);
	}
	fuzz_require(!bf_buffer_append(&manifest, rest.data, rest.size));
	write_file("MANIFEST", bf_buffer_view(&manifest));
	bf_buffer_free(&manifest);
}

/* A script can be put where the bundle says there is a slot. */
static void check_ipxe(enum bf_arch arch, const struct bf_bundle_ipxe *ipxe)
{
	struct bf_error error = {""};
	struct bf_patches patches = {0};
	struct bf_site site;
	fuzz_require(bf_view_has(ipxe->binary, ipxe->slot.offset, ipxe->slot.size));
	fuzz_require(ipxe->can.slot_size == ipxe->slot.size);
	if (fuzz_try(bf_site_init(&site, arch, 0, ipxe->binary, ipxe->slot, &error),
		     &error))
		return;
	fuzz_require(!fuzz_try(
		bf_sites_patch(&site, 1, bf_view("shell\n", 6), &patches, &error),
		&error));
	for (size_t i = 0; i < patches.n_pieces; i++)
		fuzz_require(bf_view_has(ipxe->binary, patches.pieces[i].offset,
					 patches.pieces[i].bytes.size));
	bf_patches_free(&patches);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bf_bundle *bundle = NULL;
	struct bf_error error = {""};
	make_folder();
	unpack(bf_view(data, size));
	if (!fuzz_try(bf_bundle_load(folder, &bundle, &error), &error))
		for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++)
			if (bundle->ipxe[arch].present)
				check_ipxe(arch, &bundle->ipxe[arch]);
	bf_bundle_free(bundle);
	remove_files();
	return 0;
}
