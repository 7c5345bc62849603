/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Makes the bundle: plants a script slot in every stock iPXE binary, copies ISOLINUX's
 * files and the stubs, and writes MANIFEST. Run by the build, see prebuilt/make-bundle.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/sha256.h"
#include "ipxe/ipxe.h"
#include "ipxe/pin.h"
#include "ipxe/plant.h"
#include "ipxe/site.h"
#include "ipxe/slot.h"

enum { FILE_SIZE_MAX = 64 << 20, PACKAGES_MAX = 8 };

struct arguments {
	const char *ipxe_dir;     /* the stock binaries */
	const char *stub_dir;     /* the compiled stubs */
	const char *isolinux_dir; /* isolinux.bin and isohdpfx.bin */
	const char *ldlinux_dir;  /* ldlinux.c32 */
	const char *output_dir;
	const char *time;
	const char *packages[PACKAGES_MAX]; /* "NAME VERSION SUITE" */
	int n_packages;
};

/* MANIFEST takes shape in three parts, so that its lines stand grouped. */
struct manifest {
	struct bf_buffer inputs, files, ipxe;
};

static int read_input(const char *folder, const char *name, struct bf_buffer *ret,
		      struct bf_error *reterr)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return bf_buffer_read_file(path, FILE_SIZE_MAX, ret, reterr);
}

static int note(struct bf_buffer *lines, const char *record, const char *name,
		struct bf_view bytes, struct bf_error *reterr)
{
	char sha256[BF_SHA256_HEX_SIZE];
	if (bf_sha256_hex(bytes, sha256) ||
	    bf_buffer_print(lines, "%s %s %zu %s\n", record, sha256, bytes.size, name))
		return bf_fail_nomem(reterr);
	return BF_OK;
}

static int write_file(const struct arguments *arguments, const char *name,
		      struct bf_view bytes, struct bf_error *reterr)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", arguments->output_dir, name);
	FILE *file = fopen(path, "wb");
	bool written = file && fwrite(bytes.data, 1, bytes.size, file) == bytes.size;
	if (file && fclose(file) != 0)
		written = false;
	if (!written)
		return bf_fail(reterr, BF_ERR_IO, "'%s': cannot write: %s", path,
			       strerror(errno));
	return BF_OK;
}

static int emit_file(const struct arguments *arguments, const char *name,
		     struct bf_view bytes, struct manifest *manifest,
		     struct bf_error *reterr)
{
	int err = write_file(arguments, name, bytes, reterr);
	return err ? err : note(&manifest->files, "file", name, bytes, reterr);
}

static int print_digest(enum bf_arch arch, struct bf_view planted, struct bf_slot slot,
			struct manifest *manifest, struct bf_error *reterr)
{
	char digest[BF_DIGEST_HEX_SIZE];
	struct bf_source source = bf_source_view(planted);
	struct bf_site site;
	int err = bf_site_init(&site, arch, 0, planted, slot, reterr);
	if (!err)
		err = bf_site_digest(&site, &source, digest, reterr);
	if (!err && bf_buffer_print(&manifest->ipxe, "digest %s %s\n", bf_arch_name(arch),
				    digest))
		return bf_fail_nomem(reterr);
	return err;
}

static int describe(enum bf_arch arch, struct bf_view stock, struct bf_view planted,
		    struct manifest *manifest, struct bf_error *reterr)
{
	struct bf_slot slot;
	bf_cleanup(bf_ipxe_close) struct bf_ipxe ipxe = {0};
	const struct bf_ipxe_identity *identity = &ipxe.identity;
	int err = bf_slot_find(planted, &slot, reterr);
	if (!err)
		err = bf_ipxe_open(stock, &ipxe, reterr);
	if (err)
		return err;
	if (identity->arch != arch)
		return bf_fail(reterr, BF_ERR_FORMAT, "is for %s, not %s",
			       bf_arch_name(identity->arch), bf_arch_name(arch));
	if (bf_buffer_print(&manifest->ipxe, "ipxe %s %s %zu %u %s\n",
			    bf_arch_row(arch)->name_in_bundle, bf_arch_name(arch),
			    slot.offset, slot.size, identity->can.schemes))
		return bf_fail_nomem(reterr);
	if (identity->can.algorithms[0] &&
	    bf_buffer_print(&manifest->ipxe, "algorithms %s %s\n", bf_arch_name(arch),
			    identity->can.algorithms))
		return bf_fail_nomem(reterr);
	return print_digest(arch, planted, slot, manifest, reterr);
}

/* What pinning a certificate needs later: its cost is paid here. */
static int emit_checkpoint(const struct arguments *arguments, struct bf_view lkrn,
			   struct manifest *manifest, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer checkpoint = {0};
	int err = bf_pin_checkpoint(lkrn, &checkpoint, reterr);
	return err ? err
		   : emit_file(arguments, BF_PIN_CHECKPOINT, bf_buffer_view(&checkpoint),
			       manifest, reterr);
}

static int plant(const struct arguments *arguments, enum bf_arch arch,
		 struct manifest *manifest, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer stock = {0};
	bf_cleanup(bf_buffer_free) struct bf_buffer stub = {0};
	bf_cleanup(bf_buffer_free) struct bf_buffer planted = {0};
	const struct bf_arch_row *row = bf_arch_row(arch);
	int err = read_input(arguments->ipxe_dir, row->stock_name, &stock, reterr);
	if (!err)
		err = read_input(arguments->stub_dir, row->stub_name, &stub, reterr);
	if (!err)
		err = note(&manifest->inputs, "input", row->stock_name,
			   bf_buffer_view(&stock), reterr);
	if (err)
		return err;

	err = bf_plant(bf_buffer_view(&stock), bf_buffer_view(&stub), BF_SLOT_SIZE,
		       &planted, reterr);
	if (!err)
		err = describe(arch, bf_buffer_view(&stock), bf_buffer_view(&planted),
			       manifest, reterr);
	if (!err)
		err = emit_file(arguments, row->name_in_bundle, bf_buffer_view(&planted),
				manifest, reterr);
	if (!err)
		err = emit_file(arguments, row->stub_name, bf_buffer_view(&stub),
				manifest, reterr);
	if (!err && arch == BF_ARCH_BIOS)
		err = emit_checkpoint(arguments, bf_buffer_view(&planted), manifest,
				      reterr);
	return err ? bf_fail_in(reterr, err, "'%s'", row->stock_name) : BF_OK;
}

static int copy(const struct arguments *arguments, const char *folder, const char *name,
		struct manifest *manifest, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer bytes = {0};
	int err = read_input(folder, name, &bytes, reterr);
	if (!err)
		err = note(&manifest->inputs, "input", name, bf_buffer_view(&bytes),
			   reterr);
	if (!err)
		err = emit_file(arguments, name, bf_buffer_view(&bytes), manifest,
				reterr);
	return err;
}

static int write_manifest(const struct arguments *arguments,
			  const struct manifest *manifest, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer text = {0};
	int err = bf_buffer_print(&text, "boots-from-bundle 1\n");
	for (int i = 0; !err && i < arguments->n_packages; i++)
		err = bf_buffer_print(&text, "package %s\n", arguments->packages[i]);
	if (!err)
		err = bf_buffer_print(&text, "time %s\n", arguments->time);
	const struct bf_buffer *const parts[] = {&manifest->inputs, &manifest->files,
						 &manifest->ipxe};
	for (size_t i = 0; !err && i < sizeof(parts) / sizeof(parts[0]); i++)
		err = bf_buffer_append(&text, parts[i]->data, parts[i]->size);
	if (err)
		return bf_fail_nomem(reterr);
	return write_file(arguments, "MANIFEST", bf_buffer_view(&text), reterr);
}

static int make_bundle(const struct arguments *arguments, struct bf_error *reterr)
{
	struct manifest manifest = {0};
	int err = BF_OK;
	for (enum bf_arch arch = 0; !err && arch < BF_ARCH_COUNT; arch++)
		err = plant(arguments, arch, &manifest, reterr);
	if (!err)
		err = copy(arguments, arguments->isolinux_dir, "isolinux.bin", &manifest,
			   reterr);
	if (!err)
		err = copy(arguments, arguments->isolinux_dir, "isohdpfx.bin", &manifest,
			   reterr);
	if (!err)
		err = copy(arguments, arguments->ldlinux_dir, "ldlinux.c32", &manifest,
			   reterr);
	if (!err)
		err = write_manifest(arguments, &manifest, reterr);
	bf_buffer_free(&manifest.inputs);
	bf_buffer_free(&manifest.files);
	bf_buffer_free(&manifest.ipxe);
	return err;
}

static bool parse(int argc, char **argv, struct arguments *ret)
{
	static const struct option options[] = {
		{"ipxe-dir", required_argument, NULL, 'i'},
		{"stub-dir", required_argument, NULL, 's'},
		{"isolinux-dir", required_argument, NULL, 'l'},
		{"ldlinux-dir", required_argument, NULL, 'm'},
		{"output-dir", required_argument, NULL, 'o'},
		{"time", required_argument, NULL, 't'},
		{"package", required_argument, NULL, 'p'},
		{0},
	};
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		const char **fields[] = {
			['i'] = &ret->ipxe_dir,     ['s'] = &ret->stub_dir,
			['l'] = &ret->isolinux_dir, ['m'] = &ret->ldlinux_dir,
			['o'] = &ret->output_dir,   ['t'] = &ret->time,
		};
		if (option == '?')
			return false;
		if (option != 'p')
			*fields[option] = optarg;
		else if (ret->n_packages < PACKAGES_MAX)
			ret->packages[ret->n_packages++] = optarg;
		else
			return false;
	}
	return optind == argc && ret->ipxe_dir && ret->stub_dir && ret->isolinux_dir &&
	       ret->ldlinux_dir && ret->output_dir && ret->time;
}

int main(int argc, char **argv)
{
	struct arguments arguments = {0};
	struct bf_error error;
	if (!parse(argc, argv, &arguments)) {
		fputs("usage: mkprebuilt --ipxe-dir DIR --stub-dir DIR --isolinux-dir "
		      "DIR\n"
		      "       --ldlinux-dir DIR --output-dir DIR --time SECONDS\n"
		      "       [--package 'NAME VERSION SUITE']...\n",
		      stderr);
		return 2;
	}
	if (make_bundle(&arguments, &error)) {
		fprintf(stderr, "mkprebuilt: %s\n", error.text);
		return 1;
	}
	return 0;
}
