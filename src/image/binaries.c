/* SPDX-License-Identifier: GPL-3.0-only */
#include "image/binaries.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "binary/authenticode.h"
#include "ipxe/pin.h"

void bf_binaries_init(struct bf_binaries *ret, const struct bf_bundle *bundle)
{
	*ret = (struct bf_binaries){0};
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++) {
		const struct bf_bundle_ipxe *ipxe = &bundle->ipxe[arch];
		if (ipxe->present)
			ret->of[arch] = (struct bf_binary){.is_present = true,
							   .bytes = ipxe->binary,
							   .slot = ipxe->slot,
							   .can = ipxe->can,
							   .can_run_loose = true};
	}
}

void bf_binaries_free(struct bf_binaries *binaries)
{
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++)
		bf_buffer_free(&binaries->of[arch].owned);
}

/* ---- The user's own ---- */

static int check(const struct bf_ipxe *ipxe, struct bf_error *reterr)
{
	if (ipxe->identity.embedded_script)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "a script is compiled into it, which would win over ours: "
			       "build it without EMBED=, or embed what boots-from "
			       "--print-slot prints");
	if (!ipxe->identity.has_command_line)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "this iPXE is too old: it cannot run a script from its "
			       "command line");
	return BF_OK;
}

/* A copy with a slot to be filled. */
static int take_slotted(struct bf_binary *ret, const struct bf_bundle *bundle,
			const struct bf_ipxe *ipxe, struct bf_error *reterr)
{
	struct bf_slotted slotted = {0};
	struct bf_view stub;
	const char *name = bf_arch_row(ipxe->identity.arch)->stub_name;
	int err = bf_bundle_file(bundle, name, &stub, reterr);
	if (!err)
		err = bf_slotted_make(ipxe, stub, &slotted, reterr);
	if (err)
		return err;
	ret->owned = slotted.file;
	ret->slot = slotted.slot;
	ret->slot_is_packed = slotted.is_packed;
	ret->can.slot_size = slotted.slot.size;
	return BF_OK;
}

/* The file itself. */
static int take_sealed(struct bf_binary *ret, struct bf_buffer *file,
		       const struct bf_ipxe *ipxe, struct bf_error *reterr)
{
	int err = bf_sealed_read(ipxe, &ret->sealed, reterr);
	if (err)
		return err;
	ret->is_sealed = true;
	ret->owned = *file;
	*file = (struct bf_buffer){0};
	ret->can.slot_size = ret->sealed.slot_size;
	return BF_OK;
}

static int take(struct bf_binaries *binaries, const struct bf_bundle *bundle,
		struct bf_buffer *file, const struct bf_ipxe *ipxe,
		struct bf_error *reterr)
{
	enum bf_arch arch = ipxe->identity.arch;
	struct bf_binary *place = &binaries->of[arch];
	struct bf_binary taken = {.is_present = true,
				  .is_imported = true,
				  .can = ipxe->identity.can,
				  .can_run_loose = ipxe->identity.can_run_loose};
	if (place->is_imported)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "another one for %s was given already",
			       bf_arch_name(arch));
	int err = bf_sealed_is(ipxe) ? take_sealed(&taken, file, ipxe, reterr)
				     : take_slotted(&taken, bundle, ipxe, reterr);
	if (err)
		return err;
	*place = taken;
	place->bytes = bf_buffer_view(&place->owned);
	return BF_OK;
}

int bf_binaries_import(struct bf_binaries *binaries, const struct bf_bundle *bundle,
		       const char *path, struct bf_error *reterr)
{
	char name[256];
	bf_cleanup(bf_buffer_free) struct bf_buffer file = {0};
	bf_cleanup(bf_ipxe_close) struct bf_ipxe ipxe = {0};
	int err = bf_buffer_read_file(path, BF_BINARIES_FILE_SIZE_MAX, &file, reterr);
	if (err)
		return err;
	err = bf_ipxe_open(bf_buffer_view(&file), &ipxe, reterr);
	if (!err)
		err = check(&ipxe, reterr);
	if (!err)
		err = take(binaries, bundle, &file, &ipxe, reterr);
	return err ? bf_fail_in(reterr, err, "'%s'",
				bf_printable(path, name, sizeof(name)))
		   : BF_OK;
}

unsigned bf_binaries_imported(const struct bf_binaries *binaries)
{
	unsigned archs = 0;
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++)
		if (binaries->of[arch].is_imported)
			archs |= 1u << arch;
	return archs;
}

/* ---- Sealed ---- */

unsigned bf_binaries_sealed(const struct bf_binaries *binaries)
{
	unsigned archs = 0;
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++)
		if (binaries->of[arch].is_sealed)
			archs |= 1u << arch;
	return archs;
}

unsigned bf_binaries_needing_loose(const struct bf_binaries *binaries)
{
	unsigned archs = bf_binaries_sealed(binaries);
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++)
		if (binaries->of[arch].sealed.script.size)
			archs &= ~(1u << arch);
	return archs;
}

int bf_binaries_sealed_script(const struct bf_binaries *binaries, struct bf_view *ret,
			      struct bf_error *reterr)
{
	*ret = bf_view(NULL, 0);
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++) {
		struct bf_view script = binaries->of[arch].sealed.script;
		if (script.size && ret->size && !bf_slot_is_same_body(script, *ret))
			return bf_fail(
				reterr, BF_ERR_INPUT,
				"the iPXE for %s was signed with another script in "
				"its slot than the one before it: an image has one",
				bf_arch_name(arch));
		if (script.size)
			*ret = script;
	}
	return BF_OK;
}

/* ---- Changing them ---- */

static int pin(struct bf_binary *binary, struct bf_view checkpoint,
	       const uint8_t fingerprint[BF_SHA256_SIZE], struct bf_error *reterr)
{
	if (binary->is_sealed)
		return bf_sealed_check_trust(binary->bytes, fingerprint, reterr);
	int err = bf_pin(binary->bytes, checkpoint, fingerprint, &binary->owned, reterr);
	if (!err)
		binary->bytes = bf_buffer_view(&binary->owned);
	return err;
}

int bf_binaries_pin(struct bf_binaries *binaries, const struct bf_bundle *bundle,
		    unsigned archs, const uint8_t fingerprint[BF_SHA256_SIZE],
		    struct bf_error *reterr)
{
	struct bf_view checkpoint = {0};
	/* A bundle without one only takes longer. */
	if (bf_bundle_file(bundle, BF_PIN_CHECKPOINT, &checkpoint, NULL))
		checkpoint = bf_view(NULL, 0);
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++) {
		struct bf_binary *binary = &binaries->of[arch];
		if (!(archs & 1u << arch) || !binary->is_present)
			continue;
		int err = pin(binary, checkpoint, fingerprint, reterr);
		if (err)
			return bf_fail_in(reterr, err, "iPXE for %s", bf_arch_name(arch));
	}
	return BF_OK;
}

bool bf_binary_needs_script_first(const struct bf_binary *binary)
{
	return binary->slot_is_packed;
}

int bf_binaries_fill(struct bf_binaries *binaries, unsigned archs, struct bf_view body,
		     struct bf_error *reterr)
{
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++) {
		struct bf_binary *binary = &binaries->of[arch];
		if (!(archs & 1u << arch) || !bf_binary_needs_script_first(binary))
			continue;
		int err = bf_slotted_fill_packed(&binary->owned, body, reterr);
		if (err)
			return bf_fail_in(reterr, err, "iPXE for %s", bf_arch_name(arch));
		binary->bytes = bf_buffer_view(&binary->owned);
	}
	return BF_OK;
}

static int reserve(struct bf_binary *binary, size_t size, struct bf_error *reterr)
{
	struct bf_view bytes = binary->bytes;
	struct bf_pe pe;
	if (!binary->owned.data &&
	    bf_buffer_append(&binary->owned, bytes.data, bytes.size))
		return bf_fail_nomem(reterr);
	int err = bf_authenticode_reserve(&binary->owned, size, &binary->signature_offset,
					  reterr);
	binary->bytes = bf_buffer_view(&binary->owned);
	if (!err)
		err = bf_pe_parse(binary->bytes, &pe, reterr);
	if (!err)
		bf_pe_set_checksum(&pe, binary->owned.data);
	return err;
}

int bf_binaries_reserve(struct bf_binaries *binaries, unsigned archs, size_t size,
			struct bf_error *reterr)
{
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++) {
		struct bf_binary *binary = &binaries->of[arch];
		if (!(archs & 1u << arch) || !binary->is_present || binary->is_sealed ||
		    !bf_arch_efi_path(arch))
			continue;
		int err = reserve(binary, size, reterr);
		if (err)
			return bf_fail_in(reterr, err, "iPXE for %s", bf_arch_name(arch));
	}
	return BF_OK;
}

void bf_binaries_capabilities(const struct bf_binaries *binaries, unsigned archs,
			      struct bf_capability_set *ret)
{
	*ret = (struct bf_capability_set){0};
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++)
		if (archs & 1u << arch && binaries->of[arch].is_present)
			bf_capability_set_add(ret, arch, &binaries->of[arch].can);
}
