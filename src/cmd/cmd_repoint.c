/* SPDX-License-Identifier: GPL-3.0-only */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/inuse.h"
#include "bundle/bundle.h"
#include "cmd/arguments.h"
#include "cmd/warn.h"
#include "image/repoint.h"

/*
 * A device is opened exclusively, a file locked: who mounts it or repoints it in the
 * meantime fails, and no two runs mix their scripts.
 */
static int open_image(const char *path, bool is_writing, struct bf_source *ret,
		      struct bf_error *reterr)
{
	char name[256];
	struct stat status;
	bool is_device = stat(path, &status) == 0 && S_ISBLK(status.st_mode);
	if (!is_writing)
		return bf_source_open(path, O_RDONLY, ret, reterr);
	bf_printable(path, name, sizeof(name));
	int err = bf_inuse_check(path, reterr);
	if (err)
		return bf_fail_in(reterr, err, "'%s'", name);
	err = bf_source_open(path, O_RDWR | (is_device ? O_EXCL : 0), ret, reterr);
	if (err || is_device)
		return err;
	err = bf_inuse_lock(ret->fd, reterr);
	return err ? bf_fail_in(reterr, err, "'%s'", name) : BF_OK;
}

static void report(const struct bf_arguments *options, const struct bf_repoint *repoint,
		   const struct timespec *start)
{
	char name[256], target[512];
	fprintf(stderr, "boots-from: %s now %s %s, %zu slot%s changed (%.1f ms)\n",
		bf_printable(options->image, name, sizeof(name)),
		options->script ? "runs" : "boots",
		bf_printable(options->script ? options->script : options->url, target,
			     sizeof(target)),
		repoint->n_changed, repoint->n_changed == 1 ? "" : "s",
		bf_clock_seconds(start) * 1e3);
	if (repoint->n_signed)
		fprintf(stderr,
			"boots-from: it is signed by %s: with Secure Boot it boots where "
			"that certificate is enrolled%s%s\n",
			repoint->signer.subject,
			repoint->certificates.n ? ", which is on the medium as " : "",
			repoint->certificates.n ? BF_SIGNER_CERTIFICATE_PATH : "");
	if (repoint->n_unsigned)
		fprintf(stderr,
			"boots-from: it is not signed any more: with Secure Boot it does "
			"not boot\n");
}

/* What is wrong is wrong with the image, and not with the command line. */
static int in_image(const struct bf_arguments *options, int err, struct bf_error *reterr)
{
	char name[256];
	return err ? bf_fail_in(reterr, err, "'%s'",
				bf_printable(options->image, name, sizeof(name)))
		   : BF_OK;
}

/* Find the slots and render the script that suits them. */
static int prepare(const struct bf_arguments *options, const struct bf_source *image,
		   const struct bf_bundle *bundle, struct bf_repoint *repoint,
		   struct bf_buffer *ret_script, struct bf_error *reterr)
{
	int err = bf_repoint_open(image, bundle, repoint, reterr);
	if (!err)
		err = bf_repoint_trust(repoint, options->made_from.trust, reterr);
	if (err)
		return in_image(options, err, reterr);
	if (repoint->has_certificate)
		bf_warn_of_certificate(&repoint->certificate, options->url);
	return bf_renderer_render(&repoint->renderer, &options->target, ret_script,
				  reterr);
}

static int change(const struct bf_arguments *options, const struct bf_source *image,
		  const struct bf_bundle *bundle, struct bf_repoint *repoint,
		  struct bf_error *reterr)
{
	bf_cleanup(bf_buffer_free) struct bf_buffer script = {0};
	int err = prepare(options, image, bundle, repoint, &script, reterr);
	if (err)
		return err;
	if (options->print_script) {
		printf(BF_SLOT_FIRST_LINE "%.*s", (int)script.size, script.data);
		return BF_OK;
	}
	bool has_signer;
	err = bf_maker_read_signer(&options->made_from, &repoint->signer, &has_signer,
				   reterr);
	if (err)
		return err;
	if (has_signer)
		bf_warn_of_signer(&repoint->signer, options->made_from.sign_key);
	const struct bf_resign resign = {.signer = has_signer ? &repoint->signer : NULL,
					 .is_unsigned = options->is_unsigned};
	err = bf_repoint_fill(repoint, bf_buffer_view(&script), &resign, reterr);
	if (!err)
		err = bf_repoint_write(repoint, image, reterr);
	return in_image(options, err, reterr);
}

static int check_unsigned(const struct bf_arguments *options, struct bf_error *reterr)
{
	const struct bf_maker_options *made_from = &options->made_from;
	if (options->is_unsigned &&
	    (made_from->sign_key || made_from->sign_cert || made_from->sign_passphrase))
		return bf_fail(
			reterr, BF_ERR_USAGE,
			"--unsigned takes signatures away and --sign-key makes new "
			"ones: give one of the two");
	return BF_OK;
}

static void release_bundle(struct bf_bundle **bundle)
{
	bf_bundle_free(*bundle);
}

int bf_cmd_repoint(struct bf_arguments *arguments, struct bf_error *reterr)
{
	struct timespec start = bf_clock_start();
	bf_cleanup(bf_source_close) struct bf_source image = {.fd = -1};
	bf_cleanup(release_bundle) struct bf_bundle *bundle = NULL;
	bf_cleanup(bf_repoint_free) struct bf_repoint repoint = {0};
	bool is_writing = !arguments->print_script;
	if (!arguments->image)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "no image: give the one to change, then the URL");
	int err = check_unsigned(arguments, reterr);
	if (!err)
		err = bf_arguments_need_url(arguments, reterr);
	if (!err)
		err = bf_arguments_aim(arguments, reterr);
	if (!err)
		err = open_image(arguments->image, is_writing, &image, reterr);
	if (!err)
		err = bf_bundle_load(arguments->made_from.prebuilt, &bundle, reterr);
	if (!err)
		err = change(arguments, &image, bundle, &repoint, reterr);
	if (!err && is_writing && !arguments->quiet)
		report(arguments, &repoint, &start);
	return err;
}
