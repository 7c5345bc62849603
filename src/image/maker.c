/* SPDX-License-Identifier: GPL-3.0-only */
#include "image/maker.h"

#include "image/boot_paths.h"
#include "ipxe/loose.h"
#include "sign/passphrase_file.h"

static int import(struct bf_maker *maker, const char *path, struct bf_error *reterr)
{
	int err = bf_binaries_import(&maker->binaries, maker->bundle, path, reterr);
	return err ? bf_fail_in(reterr, err, "ipxe") : BF_OK;
}

/* What is signed goes into an image; there is nothing to be made of it alone. */
static int check_sealed(const struct bf_maker *maker, struct bf_error *reterr)
{
	if (maker->layout.format != BF_FORMAT_EFI ||
	    !bf_binaries_sealed(&maker->binaries))
		return BF_OK;
	return bf_fail(
		reterr, BF_ERR_SIGNED,
		"format efi: the iPXE that was brought is signed and would come out "
		"as it is: put it into an image, with format iso or esp, or bring it "
		"unsigned");
}

/* The binaries, and which of them the image is for. */
static int gather(struct bf_maker *maker, const struct bf_maker_options *options,
		  struct bf_error *reterr)
{
	int err = bf_bundle_load(options->prebuilt, &maker->bundle, reterr);
	if (err)
		return err;
	maker->layout = options->layout;
	bf_binaries_init(&maker->binaries, maker->bundle);
	for (size_t i = 0; !err && i < options->ipxe.n; i++)
		err = import(maker, options->ipxe.all[i], reterr);
	if (!err)
		err = bf_boot_paths_settle(&maker->layout, &maker->binaries, reterr);
	return err ? err : check_sealed(maker, reterr);
}

/* ---- Shims ---- */

/* And not one program alone. */
static bool has_files(const struct bf_maker *maker)
{
	return maker->layout.format == BF_FORMAT_ISO ||
	       maker->layout.format == BF_FORMAT_ESP;
}

static int add_shims(struct bf_maker *maker, const struct bf_maker_options *options,
		     struct bf_error *reterr)
{
	int err = BF_OK;
	for (size_t i = 0; !err && i < options->shim.n; i++)
		err = bf_shims_add(&maker->shims, options->shim.all[i], reterr);
	if (err)
		return bf_fail_in(reterr, err, "shim");
	for (size_t i = 0; !err && i < options->mok_manager.n; i++)
		err = bf_shims_add_mok_manager(&maker->shims, options->mok_manager.all[i],
					       reterr);
	return err ? bf_fail_in(reterr, err, "mokmanager") : BF_OK;
}

static int take_shims(struct bf_maker *maker, const struct bf_maker_options *options,
		      struct bf_error *reterr)
{
	const char *given = options->shim.n ? "shim" : "mokmanager";
	if (!options->shim.n && !options->mok_manager.n)
		return BF_OK;
	if (!has_files(maker))
		return bf_fail(reterr, BF_ERR_USAGE,
			       "%s: format %s is iPXE alone, with no file beside it: see "
			       "format iso and esp",
			       given, bf_format_name(maker->layout.format));
	int err = add_shims(maker, options, reterr);
	if (!err)
		err = bf_shims_settle(&maker->shims, maker->layout.archs, reterr);
	return err;
}

/* ---- Trust ---- */

static int init_renderer(struct bf_maker *maker, struct bf_error *reterr)
{
	struct bf_capability_set can;
	const struct bf_certificate *certificate =
		maker->has_certificate ? &maker->certificate : NULL;
	bf_binaries_capabilities(&maker->binaries, maker->layout.archs, &can);
	int err = bf_renderer_init(&maker->renderer, &can, certificate, reterr);
	return err ? err
		   : bf_binaries_sealed_script(&maker->binaries,
					       &maker->renderer.sealed_script, reterr);
}

static int trust(struct bf_maker *maker, const char *path, struct bf_error *reterr)
{
	int err = bf_certificate_read(path, &maker->certificate, reterr);
	maker->has_certificate = !err;
	if (!err)
		err = init_renderer(maker, reterr);
	if (!err)
		err = bf_binaries_pin(&maker->binaries, maker->bundle,
				      maker->layout.archs, maker->certificate.sha256,
				      reterr);
	return err ? bf_fail_in(reterr, err, "trust") : BF_OK;
}

/* ---- Signing ---- */

static int check_pair(const struct bf_maker_options *options, struct bf_error *reterr)
{
	if (options->sign_cert && !options->sign_key)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "sign-cert: a certificate alone does not sign: give its "
			       "private key too, with sign-key");
	if (options->sign_key && !options->sign_cert)
		return bf_fail(
			reterr, BF_ERR_USAGE,
			"sign-key: a key alone does not sign: give the certificate "
			"that belongs to it too, with sign-cert");
	if (options->sign_passphrase && !options->sign_key)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "sign-passphrase: there is no key that it would open: "
			       "give one with sign-key");
	return BF_OK;
}

int bf_maker_read_signer(const struct bf_maker_options *options, struct bf_signer *ret,
			 bool *ret_is_there, struct bf_error *reterr)
{
	/* A file with the passphrase goes before whoever could be asked. */
	struct bf_passphrase_file file = {.path = options->sign_passphrase};
	const struct bf_passphrase in_file = {.ask = bf_passphrase_file_read,
					      .context = &file};
	*ret_is_there = false;
	int err = check_pair(options, reterr);
	if (err || !options->sign_key)
		return err;
	err = bf_signer_read(options->sign_key, options->sign_cert,
			     file.path ? &in_file : options->passphrase, ret, reterr);
	*ret_is_there = !err;
	ret->is_passphrase_open = !err && file.is_open;
	return err;
}

/* Of the image's UEFI programs, those that are to be signed. */
static unsigned unsigned_archs(const struct bf_maker *maker)
{
	return maker->layout.archs & ~(1u << BF_ARCH_BIOS) &
	       ~bf_binaries_sealed(&maker->binaries);
}

static int sign(struct bf_maker *maker, const struct bf_maker_options *options,
		struct bf_error *reterr)
{
	unsigned archs = maker->layout.archs;
	if (options->sign_key && options->sign_cert && archs == 1u << BF_ARCH_BIOS)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "sign-key: what boots on BIOS only is not signed, no BIOS "
			       "looks at signatures: leave it out, or take a UEFI "
			       "architecture in");
	if (options->sign_key && options->sign_cert && !unsigned_archs(maker))
		return bf_fail(
			reterr, BF_ERR_USAGE,
			"sign-key: every UEFI program of the image is signed already, "
			"and stays as it is: leave it out, or bring iPXE unsigned");
	int err =
		bf_maker_read_signer(options, &maker->signer, &maker->has_signer, reterr);
	if (err || !maker->has_signer)
		return err;
	return bf_binaries_reserve(&maker->binaries, archs,
				   bf_signer_signature_size(&maker->signer), reterr);
}

const char *bf_maker_certificate_path(const struct bf_maker *maker)
{
	return maker->has_signer && has_files(maker) ? BF_SIGNER_CERTIFICATE_PATH : NULL;
}

/* ---- All of it ---- */

static void open_room(struct bf_maker *maker)
{
	struct bf_renderer *renderer = &maker->renderer;
	renderer->is_open = true;
	renderer->loose_size = has_files(maker) ? BF_SLOT_LOOSE_SIZE_MAX : 0;
	if (!has_files(maker))
		renderer->advice = ": a larger one goes into a file beside iPXE, in the "
				   "formats iso and esp; or chain to it from a short one";
}

int bf_maker_init(struct bf_maker *ret, const struct bf_maker_options *options,
		  struct bf_error *reterr)
{
	struct bf_maker maker = {0};
	int err = gather(&maker, options, reterr);
	if (!err)
		err = take_shims(&maker, options, reterr);
	if (!err)
		err = options->trust ? trust(&maker, options->trust, reterr)
				     : init_renderer(&maker, reterr);
	if (!err)
		err = sign(&maker, options, reterr);
	open_room(&maker);
	if (err)
		bf_maker_free(&maker);
	else
		*ret = maker;
	return err;
}

void bf_maker_free(struct bf_maker *maker)
{
	bf_template_free(&maker->tmpl);
	bf_renderer_free(&maker->renderer);
	bf_certificate_free(&maker->certificate);
	bf_signer_free(&maker->signer);
	bf_shims_free(&maker->shims);
	bf_binaries_free(&maker->binaries);
	bf_bundle_free(maker->bundle);
	*maker = (struct bf_maker){0};
}

static int refuse_many(const struct bf_maker *maker, struct bf_error *reterr)
{
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++)
		if (bf_binary_needs_script_first(&maker->binaries.of[arch]))
			return bf_fail(
				reterr, BF_ERR_UNSUPPORTED,
				"the iPXE for %s has its slot in a packed part, which "
				"would be packed anew for every image: build images one "
				"at a time, or bring one without a slot",
				bf_arch_name(arch));
	return BF_OK;
}

/* ---- Layout ---- */

static int check_loose(const struct bf_maker *maker, struct bf_error *reterr)
{
	if (!has_files(maker))
		return bf_fail(reterr, BF_ERR_USAGE,
			       "script-room: format %s has a slot of fixed size, see "
			       "format iso and esp",
			       bf_format_name(maker->layout.format));
	bool is_for_sealed = bf_binaries_needing_loose(&maker->binaries);
	if (maker->renderer.sealed_script.size)
		return bf_fail(
			reterr, BF_ERR_SIGNED,
			"one iPXE is signed with its script in its slot, and the "
			"image would have a file autoexec.ipxe too, which wins over "
			"that: sign all of them with the script, or none, and leave "
			"script-room out");
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++)
		if (maker->layout.archs & 1u << arch &&
		    !maker->binaries.of[arch].can_run_loose)
			return bf_fail(
				reterr, BF_ERR_UNSUPPORTED,
				"the iPXE for %s cannot run a script%s from a file%s",
				bf_arch_name(arch),
				is_for_sealed ? "" : " that is too large for its slot",
				is_for_sealed ? ", as the signed one does: bring a "
						"newer one, or leave this out with "
						"arch"
					      : "");
	return BF_OK;
}

static int settle_room(struct bf_maker *maker, size_t room, struct bf_error *reterr)
{
	struct bf_template_options *layout = &maker->layout;
	struct bf_renderer *renderer = &maker->renderer;
	if (room < layout->script_room)
		room = layout->script_room;
	int err = BF_OK;
	if (bf_binaries_needing_loose(&maker->binaries) ||
	    bf_capability_set_check_body(&renderer->can, room, NULL)) {
		err = check_loose(maker, reterr);
		layout->loose_size = bf_loose_size(room);
	}
	if (has_files(maker))
		renderer->advice = ": room for a larger one is made beforehand, with the "
				   "option script-room";
	bf_renderer_settle(renderer, layout->loose_size);
	return err;
}

int bf_maker_lay_out(struct bf_maker *maker, const struct bf_buffer *script, size_t room,
		     struct bf_error *reterr)
{
	struct bf_view first = script ? bf_buffer_view(script) : bf_view(NULL, 0);
	int err = settle_room(maker, room, reterr);
	if (err)
		return err;
	if (maker->layout.loose_size)
		first = bf_loose_handover();
	/* The maker has been moved since it was made. */
	maker->layout.signer = maker->has_signer ? &maker->signer : NULL;
	maker->layout.shims = &maker->shims;
	err = first.data ? bf_binaries_fill(&maker->binaries, maker->layout.archs, first,
					    reterr)
			 : refuse_many(maker, reterr);
	return err ? err
		   : bf_template_init(&maker->tmpl, maker->bundle, &maker->binaries,
				      &maker->layout, reterr);
}
