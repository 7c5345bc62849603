#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/output.h"
#include "cmd/commands.h"
#include "cmd/prepare.h"
#include "image/import.h"
#include "image/template.h"
#include "ipxe/plant.h"
#include "trust/trust.h"

static double milliseconds_since(const struct timespec *start)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) * 1e3 +
	       (double)(now.tv_nsec - start->tv_nsec) / 1e6;
}

static void print_version(const struct bf_bundle *bundle)
{
	printf("boots-from %s\n", BF_VERSION);
	for (size_t i = 0; i < bundle->n_packages; i++)
		printf("%s %s (%s)\n", bundle->packages[i].name,
		       bundle->packages[i].version, bundle->packages[i].suite);
}

static int write_image(const struct bf_template *image_template,
		       const struct bf_patches *patches, const char *path,
		       struct bf_error *reterr)
{
	bf_cleanup(bf_pieces_free) struct bf_pieces pieces = {0};
	bf_cleanup(bf_output_close) struct bf_output output = {0};
	int err = bf_template_overlay(image_template, patches, &pieces, reterr);
	if (!err)
		err = bf_output_open(path, &output, reterr);
	if (!err)
		err = bf_output_write(&output, &pieces, reterr);
	return err ? err : bf_output_publish(&output, reterr);
}

static void report_trust(const struct bf_certificate *certificate)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer text = {0};
	if (bf_trust_describe(certificate, &text, NULL) == BF_OK)
		fprintf(stderr, "boots-from: it %.*s\n", (int)text.size, text.data);
}

static void report(const struct bf_options *options,
		   const struct bf_template *image_template, const struct timespec *start)
{
	char name[256], target[512];
	const char *script = options->script;
	bf_printable(script ? script : options->url, target, sizeof(target));
	uint64_t size = image_template->image.pieces.size;
	fprintf(stderr, "boots-from: wrote %s, %.1f MiB, to %s %s on",
		strcmp(options->output, "-") == 0
			? "to standard output"
			: bf_printable(options->output, name, sizeof(name)),
		(double)size / (1 << 20), script ? "run" : "boot",
		script && strcmp(script, "-") == 0 ? "the script" : target);
	const char *separator = " ";
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++)
		if (options->made.archs & 1u << arch) {
			fprintf(stderr, "%s%s%s", separator,
				arch == BF_ARCH_BIOS ? "" : "UEFI ",
				arch == BF_ARCH_BIOS ? "BIOS" : bf_arch_name(arch));
			separator = ", ";
		}
	fprintf(stderr, " (%.1f ms)\n", milliseconds_since(start));
}

static int print_slot(struct bf_error *reterr)
{
	uint8_t slot[BF_SLOT_SIZE];
	int err =
		bf_plant_format_slot(slot, sizeof(slot), BF_SLOT_OFFSET_UNKNOWN, reterr);
	if (!err)
		fwrite(slot, 1, sizeof(slot), stdout);
	return err;
}

/* The bundle's binaries become what this image needs; script is what they will run. */
static int write_iso(const struct bf_options *options, struct bf_bundle *bundle,
		     const struct bf_certificate *certificate, struct bf_view script,
		     const struct timespec *start, struct bf_error *reterr)
{
	bf_cleanup(bf_template_free) struct bf_template image_template = {0};
	bf_cleanup(bf_patches_free) struct bf_patches patches = {0};

	int err = bf_import_fill_packed(bundle, script, reterr);
	if (!err && certificate)
		err = bf_trust_pin(bundle, options->made.archs, certificate->sha256,
				   reterr);
	if (!err)
		err = bf_template_new(bundle, &options->made, &image_template, reterr);
	if (!err)
		err = bf_template_patch(&image_template, script, &patches, reterr);
	if (!err)
		err = write_image(&image_template, &patches, options->output, reterr);
	if (err || options->quiet)
		return err;
	report(options, &image_template, start);
	if (certificate)
		report_trust(certificate);
	return BF_OK;
}

static int build(const struct bf_options *options, struct bf_bundle *bundle,
		 const struct timespec *start, struct bf_error *reterr)
{
	bf_cleanup(bf_certificate_free) struct bf_certificate read = {0};
	bf_cleanup(bf_buffer_free) struct bf_buffer script = {0};
	const struct bf_certificate *certificate = options->trust ? &read : NULL;

	int err = certificate ? bf_prepare_certificate(bundle, options, &read, reterr)
			      : BF_OK;
	if (!err)
		err = bf_prepare_script(bundle, options, certificate, &script, reterr);
	if (err)
		return err;
	if (options->action == BF_ACTION_PRINT_SCRIPT) {
		printf("#!ipxe\n%.*s", (int)script.size, script.data);
		return BF_OK;
	}
	return write_iso(options, bundle, certificate, bf_buffer_view(&script), start,
			 reterr);
}

int bf_cmd_build(int argc, char **argv, struct bf_error *reterr)
{
	struct timespec start;
	struct bf_options options;
	bf_cleanup(bf_prepare_release) struct bf_bundle *bundle = NULL;
	clock_gettime(CLOCK_MONOTONIC, &start);

	int err = bf_options_parse(argc, argv, &options, reterr);
	if (err)
		return err;
	if (options.action == BF_ACTION_HELP) {
		fputs(bf_options_help, stdout);
		return BF_OK;
	}
	if (options.action == BF_ACTION_PRINT_SLOT)
		return print_slot(reterr);
	err = bf_prepare_bundle(&options, &bundle, reterr);
	if (err)
		return err;
	if (options.action == BF_ACTION_VERSION) {
		print_version(bundle);
		return BF_OK;
	}
	return build(&options, bundle, &start, reterr);
}
