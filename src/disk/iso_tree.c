/* SPDX-License-Identifier: GPL-3.0-only */
#include "disk/iso_tree.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "disk/iso_stream.h"

enum {
	FIFO_BLOCKS = 64, /* 128 KiB: more than libisofs has to say, it never waits */

	/* Of el_torito_set_isolinux_options(). */
	PATCH_BOOT_INFO_TABLE = 1 << 0,
};

/* What stands for a file whose bytes come later; a boot image must not be empty. */
static const struct bf_iso_file nothing = {.path = ""};
static const struct bf_iso_file one_block = {.path = "", .size = BF_ISO_BLOCK};

/* What libisofs made for us; members are NULL until then. */
struct writer {
	const struct bf_iso_request *request;
	time_t time;
	IsoImage *image;
	IsoWriteOpts *options;
	struct burn_source *source;
	struct bf_buffer output;
};

static void writer_free(struct writer *writer)
{
	if (writer->source) {
		writer->source->free_data(writer->source);
		free(writer->source);
	}
	if (writer->options)
		iso_write_opts_free(writer->options);
	if (writer->image)
		iso_image_unref(writer->image);
	bf_buffer_free(&writer->output);
}

static int fail(struct bf_error *reterr, const char *what, int code)
{
	if (code == (int)ISO_OUT_OF_MEM)
		return bf_fail_nomem(reterr);
	return bf_fail(reterr, BF_ERR_INPUT, "ISO image: %s: %s", what,
		       iso_error_to_msg(code));
}

/* ---- What is in the image ---- */

/* The folder of this name in parent, made if it is not there. */
static int enter_folder(IsoDir *parent, const char *name, IsoDir **ret)
{
	IsoNode *node;
	int code = iso_dir_get_node(parent, name, &node);
	if (code == 0)
		return iso_tree_add_new_dir(parent, name, ret);
	if (code < 0)
		return code;
	if (iso_node_get_type(node) != LIBISO_DIR)
		return (int)ISO_NODE_NAME_NOT_UNIQUE;
	*ret = (IsoDir *)node;
	return code;
}

static bool is_path(const char *path, const char *other)
{
	return other && strcmp(path, other) == 0;
}

/* What libisofs gets to read in the place of the file. */
static const struct bf_iso_file *stand_in(const struct bf_iso_request *request,
					  const struct bf_iso_file *file)
{
	if (is_path(file->path, request->bios_path))
		return file;
	return is_path(file->path, request->efi_path) ? &one_block : &nothing;
}

static int add_file(IsoImage *image, const char *file_path,
		    const struct bf_iso_file *contents, uint32_t number)
{
	char path[BF_ISO_PATH_MAX + 1];
	IsoDir *folder = iso_image_get_root(image);
	IsoFile *node;
	char *name = strcpy(path, file_path) + 1;

	for (char *slash; (slash = strchr(name, '/')); name = slash + 1) {
		*slash = '\0';
		int code = enter_folder(folder, name, &folder);
		if (code < 0)
			return code;
	}
	IsoStream *stream = bf_iso_stream_new(contents, number + 1);
	if (!stream)
		return (int)ISO_OUT_OF_MEM;
	int code = iso_tree_add_new_file(folder, name, stream, &node);
	if (code < 0)
		iso_stream_unref(stream);
	return code;
}

static int add_files(struct writer *writer, struct bf_error *reterr)
{
	const struct bf_iso_request *request = writer->request;
	int code = iso_image_new(request->label, &writer->image);
	if (code < 0)
		return fail(reterr, "cannot start", code);
	iso_image_set_application_id(writer->image, BF_ISO_APPLICATION_ID);
	/* libisofs would put its name and version here, and vary with it. */
	iso_image_set_data_preparer_id(writer->image, "");
	iso_image_set_publisher_id(writer->image, "");
	iso_image_set_system_id(writer->image, "");
	for (size_t i = 0; i < request->n_files; i++) {
		char path[BF_ISO_PATH_MAX + 8];
		const struct bf_iso_file *file = &request->files[i];
		code = add_file(writer->image, file->path, stand_in(request, file),
				(uint32_t)i);
		if (code < 0)
			return fail(reterr, bf_printable(file->path, path, sizeof(path)),
				    code);
	}
	return BF_OK;
}

/* The first boot image makes the catalog, further ones join it. */
static int add_boot_image(IsoImage *image, bool first, const char *path,
			  ElToritoBootImage **ret)
{
	return first ? iso_image_set_boot_image(image, path, ELTORITO_NO_EMUL,
						BF_ISO_CATALOG_PATH, ret)
		     : iso_image_add_boot_image(image, path, ELTORITO_NO_EMUL, 0, ret);
}

/* Behind all other files' bytes, whatever its name is. */
static int put_last(IsoImage *image, const char *path)
{
	IsoNode *node;
	int code = iso_tree_path_to_node(image, path, &node);
	if (code > 0)
		iso_node_set_sort_weight(node, -1);
	return code;
}

static int add_boot_images(struct writer *writer, struct bf_error *reterr)
{
	const struct bf_iso_request *request = writer->request;
	ElToritoBootImage *boot;
	int code;

	if (request->bios_path) {
		code = add_boot_image(writer->image, true, request->bios_path, &boot);
		if (code < 0)
			return fail(reterr, "BIOS boot image", code);
		el_torito_set_load_size(boot, 4); /* a block: isolinux loads the rest */
		el_torito_set_isolinux_options(boot, PATCH_BOOT_INFO_TABLE, 0);
		code = put_last(writer->image, request->bios_path);
		if (code < 0)
			return fail(reterr, "BIOS boot image", code);
	}
	if (request->efi_path) {
		code = add_boot_image(writer->image, !request->bios_path,
				      request->efi_path, &boot);
		if (code < 0)
			return fail(reterr, "UEFI boot image", code);
		el_torito_set_boot_platform_id(boot, 0xef);
	}
	return BF_OK;
}

/* ---- How it is written ---- */

/*
 * Without every one of these the bytes differ with the clock, the time zone or the user.
 */
static void set_determinism(struct writer *writer)
{
	IsoWriteOpts *options = writer->options;
	char date[40];
	struct tm tm;
	gmtime_r(&writer->time, &tm);
	snprintf(date, sizeof(date), "%04d%02d%02d%02d%02d%02d00", tm.tm_year + 1900,
		 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	/* RRIP 1.12 has file serial numbers, which libisofs takes from memory addresses. */
	iso_write_opts_set_rrip_version_1_10(options, 1);
	iso_write_opts_set_pvd_times(options, writer->time, writer->time, 0, 0, date);
	iso_write_opts_set_default_timestamp(options, writer->time);
	iso_write_opts_set_replace_timestamps(options, 2);
	iso_write_opts_set_always_gmt(options, 1);
	iso_write_opts_set_replace_mode(options, 1, 1, 1, 1);
}

static int start(struct writer *writer, struct bf_error *reterr)
{
	int code = iso_write_opts_new(&writer->options, 0);
	if (code < 0)
		return fail(reterr, "cannot start", code);
	iso_write_opts_set_iso_level(writer->options, 3);
	iso_write_opts_set_rockridge(writer->options, 1);
	iso_write_opts_set_sort_files(writer->options, 1);
	/* Lower case and '-' in the volume id, as every other writer allows. */
	iso_write_opts_set_relaxed_vol_atts(writer->options, 1);
	iso_write_opts_set_fifo_size(writer->options, FIFO_BLOCKS);
	set_determinism(writer);
	code = iso_image_create_burn_source(writer->image, writer->options,
					    &writer->source);
	if (code < 0)
		return fail(reterr, "cannot lay it out", code);
	return BF_OK;
}

/*
 * libisofs writes in a thread of its own; take all that it announced at once. One byte more
 * would return 0 and lose the end.
 */
static int collect(struct writer *writer, struct bf_error *reterr)
{
	struct burn_source *source = writer->source;
	off_t size = source->get_size(source);
	int got = 0;

	/* Every byte is about to be written: no need to have them zeroed first. */
	if (size > 0 && size <= INT_MAX)
		writer->output.data = malloc((size_t)size);
	if (writer->output.data)
		got = source->read_xt(source, writer->output.data, (int)size);
	if (got == 0 || got != size) {
		source->cancel(source);
		if (!writer->output.data)
			return bf_fail_nomem(reterr);
		return bf_fail(reterr, BF_ERR_INPUT,
			       "ISO image: libisofs stopped after %d of %lld bytes", got,
			       (long long)size);
	}
	writer->output.size = writer->output.capacity = (size_t)size;
	return BF_OK;
}

static int write_tree(const struct bf_iso_request *request, struct bf_buffer *ret,
		      struct bf_error *reterr)
{
	bf_cleanup(writer_free) struct writer writer = {.request = request};
	writer.time = bf_iso_tree_time(request);
	iso_nowtime(&writer.time, 1);
	int err = add_files(&writer, reterr);
	if (!err)
		err = add_boot_images(&writer, reterr);
	if (!err)
		err = start(&writer, reterr);
	if (!err)
		err = collect(&writer, reterr);
	if (err)
		return err;
	bf_buffer_free(ret);
	*ret = writer.output;
	writer.output = (struct bf_buffer){0};
	return BF_OK;
}

int bf_iso_tree_write(const struct bf_iso_request *request, struct bf_buffer *ret,
		      struct bf_error *reterr)
{
	static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
	char never[] = "NEVER", no_prefix[] = "", charset[] = "UTF-8";
	int err;
	pthread_mutex_lock(&turn);
	int code = iso_init_with_flag(1); /* 1: leave the process's locale alone */
	if (code < 0) {
		err = fail(reterr, "cannot start libisofs", code);
	} else {
		iso_set_msgs_severities(never, never, no_prefix);
		iso_set_local_charset(charset, 0);
		err = write_tree(request, ret, reterr);
		iso_finish();
	}
	pthread_mutex_unlock(&turn);
	return err;
}
