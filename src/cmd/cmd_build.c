/* SPDX-License-Identifier: GPL-3.0-only */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/publish.h"
#include "cmd/arguments.h"
#include "cmd/signers.h"
#include "cmd/warn.h"
#include "image/image.h"
#include "ipxe/plant.h"
#include "trust/trust.h"

static int write_image(const struct bf_pieces *pieces, const char *path,
		       struct bf_error *reterr)
{
	bf_cleanup(bf_output_close) struct bf_output output = {0};
	int err = bf_output_open(path, &output, reterr);
	if (!err)
		err = bf_output_write(&output, pieces, reterr);
	return err ? err : bf_output_publish(&output, reterr);
}

static void report_trust(const struct bf_certificate *certificate)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer text = {0};
	if (bf_trust_describe(certificate, &text, NULL) == BF_OK)
		fprintf(stderr, "boots-from: it %.*s\n", (int)text.size, text.data);
}

/* What the image does, after "to". */
static const char *purpose(const struct bf_arguments *options, char ret[512])
{
	char text[500];
	const char *script = options->script;
	if (!script && !options->url)
		return "run the script that iPXE was signed with";
	if (script && strcmp(script, "-") == 0)
		return "run the script";
	bf_printable(script ? script : options->url, text, sizeof(text));
	snprintf(ret, 512, "%s %s", script ? "run" : "boot", text);
	return ret;
}

static void report(const struct bf_arguments *options, const struct bf_maker *maker,
		   const struct timespec *start)
{
	char name[256], target[512];
	uint64_t size = maker->tmpl.image.pieces.size;
	fprintf(stderr, "boots-from: wrote %s, %.1f MiB, to %s on",
		strcmp(options->output, "-") == 0
			? "to standard output"
			: bf_printable(options->output, name, sizeof(name)),
		(double)size / (1 << 20), purpose(options, target));
	const char *separator = " ";
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++)
		if (maker->layout.archs & 1u << arch) {
			fprintf(stderr, "%s%s%s", separator,
				arch == BF_ARCH_BIOS ? "" : "UEFI ",
				arch == BF_ARCH_BIOS ? "BIOS" : bf_arch_name(arch));
			separator = ", ";
		}
	fprintf(stderr, " (%.1f ms)\n", bf_clock_seconds(start) * 1e3);
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

/* All but writing it; what the script is in the end depends on where there is room for it. */
static int make(const struct bf_arguments *options, struct bf_maker *maker,
		struct bf_image *ret, struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer script = {0};
	int err = bf_renderer_render(&maker->renderer, &options->target, &script, reterr);
	if (!err)
		err = bf_maker_lay_out(maker, &script, script.size, reterr);
	return err ? err : bf_image_make(maker, &options->target, ret, reterr);
}

static int build(const struct bf_arguments *options, struct bf_maker *maker,
		 const struct timespec *start, struct bf_error *reterr)
{
	bf_cleanup(bf_image_free) struct bf_image image = {0};
	int err = make(options, maker, &image, reterr);
	if (err)
		return err;
	if (options->print_script) {
		printf(BF_SLOT_FIRST_LINE "%.*s", (int)image.script.size,
		       image.script.data);
		return BF_OK;
	}
	err = write_image(&image.pieces, options->output, reterr);
	if (err || options->quiet)
		return err;
	report(options, maker, start);
	if (maker->has_certificate)
		report_trust(&maker->certificate);
	bf_signers_report(maker, "it is");
	return BF_OK;
}

static const char *default_output(enum bf_format format)
{
	static const char *const names[BF_FORMAT_COUNT] = {
		[BF_FORMAT_ISO] = "boots-from.iso",
		[BF_FORMAT_EFI] = "boots-from.efi",
		[BF_FORMAT_LKRN] = "boots-from.lkrn",
		[BF_FORMAT_ESP] = "boots-from.esp",
	};
	return names[format];
}

int bf_cmd_build(struct bf_arguments *arguments, struct bf_error *reterr)
{
	struct timespec start = bf_clock_start();
	bf_cleanup(bf_maker_free) struct bf_maker maker = {0};
	if (arguments->print_slot)
		return print_slot(reterr);
	if (arguments->version)
		return bf_cmd_version(arguments, reterr);
	if (!arguments->output)
		arguments->output = default_output(arguments->made_from.layout.format);
	/* What the user brings may be signed with its script. */
	int err = arguments->made_from.ipxe.n ? BF_OK
					      : bf_arguments_need_url(arguments, reterr);
	if (!err)
		err = bf_arguments_aim(arguments, reterr);
	if (!err)
		err = bf_maker_init(&maker, &arguments->made_from, reterr);
	if (!err && !maker.renderer.sealed_script.size)
		err = bf_arguments_need_url(arguments, reterr);
	if (err)
		return err;
	bf_warn_of_maker(&maker, &arguments->made_from, arguments->url);
	return build(arguments, &maker, &start, reterr);
}
