/* SPDX-License-Identifier: GPL-3.0-only */
#include "image/shims.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "sign/signature.h"

enum { NAME_SIZE = 256 };

static void free_file(struct bf_shim_file *file)
{
	bf_buffer_free(&file->bytes);
}

void bf_shims_free(struct bf_shims *shims)
{
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++) {
		free_file(&shims->of[arch].shim);
		free_file(&shims->of[arch].mok_manager);
	}
	*shims = (struct bf_shims){0};
}

/* ---- Taking files ---- */

/* As firmware does it: one signature that holds is enough. */
static int check_signatures(const struct bf_pe *pe, bool *ret_signed,
			    struct bf_error *reterr)
{
	struct bf_signatures signatures;
	const char *problem = NULL;
	if (bf_signatures_read(pe, &signatures))
		return bf_fail_nomem(reterr);
	if (signatures.problem.text[0])
		problem = signatures.problem.text;
	*ret_signed = false;
	for (size_t i = 0; i < signatures.n; i++) {
		const struct bf_signature *signature = &signatures.all[i];
		*ret_signed |= signature->state == BF_SIGNATURE_GOOD;
		if (signature->state == BF_SIGNATURE_BROKEN)
			problem = signature->problem;
	}
	if (problem && !*ret_signed)
		return bf_fail(reterr, BF_ERR_FORMAT,
			       "its signature is broken: %.256s: get the file anew",
			       problem);
	return BF_OK;
}

/* Look at a program that was read, and find its architecture. */
static int examine(struct bf_shim_file *file, struct bf_pe *ret_pe,
		   enum bf_arch *ret_arch, struct bf_error *reterr)
{
	int err = bf_pe_parse(bf_buffer_view(&file->bytes), ret_pe, reterr);
	if (err)
		return err;
	*ret_arch = bf_arch_from_machine(ret_pe->machine);
	if (*ret_arch == BF_ARCH_COUNT)
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "it is for an architecture that there is no iPXE for, PE "
			       "machine type 0x%04x",
			       ret_pe->machine);
	bf_sbat_read(ret_pe, &file->sbat);
	return check_signatures(ret_pe, &file->is_signed, reterr);
}

static int take(struct bf_shim_file *place, struct bf_shim_file *file, enum bf_arch arch,
		struct bf_error *reterr)
{
	if (place->bytes.size)
		return bf_fail(reterr, BF_ERR_INPUT,
			       "another one for %s was given already",
			       bf_arch_name(arch));
	*place = *file;
	file->bytes = (struct bf_buffer){0};
	return BF_OK;
}

static int take_shim(struct bf_shims *shims, struct bf_shim_file *file,
		     struct bf_error *reterr)
{
	enum bf_arch arch;
	struct bf_shim names;
	struct bf_pe pe;
	int err = examine(file, &pe, &arch, reterr);
	if (err)
		return err;
	if (!bf_shim_read(&pe, &names))
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "it is not a shim: that is a program such as Debian's "
			       "shimx64.efi.signed");
	if (!names.loader[0])
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "what this shim starts cannot be read out of it, and is "
			       "not guessed: take another vendor's");
	err = take(&shims->of[arch].shim, file, arch, reterr);
	if (!err)
		shims->of[arch].names = names;
	return err;
}

static int take_mok_manager(struct bf_shims *shims, struct bf_shim_file *file,
			    struct bf_error *reterr)
{
	enum bf_arch arch;
	struct bf_pe pe;
	int err = examine(file, &pe, &arch, reterr);
	if (err)
		return err;
	if (!bf_shim_is_mok_manager(&pe))
		return bf_fail(reterr, BF_ERR_UNSUPPORTED,
			       "it is not MokManager: that comes with a shim, such as "
			       "Debian's mmx64.efi.signed");
	return take(&shims->of[arch].mok_manager, file, arch, reterr);
}

/* Read the file and take it, as the one or the other. */
static int add(struct bf_shims *shims, const char *path,
	       int take_it(struct bf_shims *shims, struct bf_shim_file *file,
			   struct bf_error *reterr),
	       struct bf_error *reterr)
{
	bf_cleanup(free_file) struct bf_shim_file file = {.name = path};
	char name[NAME_SIZE];
	int err = bf_buffer_read_file(path, BF_SHIMS_FILE_SIZE_MAX, &file.bytes, reterr);
	if (err)
		return err;
	err = take_it(shims, &file, reterr);
	return err ? bf_fail_in(reterr, err, "'%s'",
				bf_printable(path, name, sizeof(name)))
		   : BF_OK;
}

int bf_shims_add(struct bf_shims *shims, const char *path, struct bf_error *reterr)
{
	return add(shims, path, take_shim, reterr);
}

int bf_shims_add_mok_manager(struct bf_shims *shims, const char *path,
			     struct bf_error *reterr)
{
	return add(shims, path, take_mok_manager, reterr);
}

/* ---- What goes together ---- */

static int check_pair(const struct bf_shim_pair *pair, enum bf_arch arch, unsigned archs,
		      struct bf_error *reterr)
{
	bool has_shim = pair->shim.bytes.size;
	bool has_mok_manager = pair->mok_manager.bytes.size;
	if (has_shim && !(archs & 1u << arch))
		return bf_fail(reterr, BF_ERR_USAGE,
			       "shim brings one for %s, which this image is not for: see "
			       "arch and format",
			       bf_arch_name(arch));
	if (has_mok_manager && !has_shim)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "mokmanager brings one for %s, and it is a shim that "
			       "starts it: give that for %s, too, with shim",
			       bf_arch_name(arch), bf_arch_name(arch));
	if (has_mok_manager && !pair->names.mok_manager[0])
		return bf_fail(reterr, BF_ERR_USAGE,
			       "mokmanager brings one for %s, and which name its shim "
			       "starts it by cannot be read out of that: leave it out",
			       bf_arch_name(arch));
	return BF_OK;
}

/* The names of the folder they are all in, and what the file of each is. */
struct names {
	struct name {
		const char *name, *what;
		enum bf_arch arch;
	} all[3 * BF_ARCH_COUNT];
	size_t n;
};

static const char firmware[] = "what firmware starts";
static const char loader[] = "what the shim starts";
static const char mok_manager[] = "MokManager";

/* FAT does not tell upper from lower case. */
static int claim(struct names *names, const char *name, const char *what,
		 enum bf_arch arch, struct bf_error *reterr)
{
	for (size_t i = 0; i < names->n; i++) {
		const struct name *other = &names->all[i];
		if (strcasecmp(other->name, name) == 0)
			return bf_fail(
				reterr, BF_ERR_USAGE,
				"shim: one file, %s, would have to be %s on %s and %s "
				"on %s: make an image for each architecture, or take "
				"another vendor's shim",
				name, other->what, bf_arch_name(other->arch), what,
				bf_arch_name(arch));
	}
	names->all[names->n++] = (struct name){name, what, arch};
	return BF_OK;
}

static int check_names(const struct bf_shims *shims, unsigned archs,
		       struct bf_error *reterr)
{
	struct names names = {.n = 0};
	int err = BF_OK;
	for (enum bf_arch arch = 0; !err && arch < BF_ARCH_COUNT; arch++)
		if (archs & 1u << arch && bf_arch_efi_path(arch))
			err = claim(&names, strrchr(bf_arch_efi_path(arch), '/') + 1,
				    firmware, arch, reterr);
	for (enum bf_arch arch = 0; !err && arch < BF_ARCH_COUNT; arch++) {
		const struct bf_shim_pair *pair = &shims->of[arch];
		if (pair->shim.bytes.size)
			err = claim(&names, pair->names.loader, loader, arch, reterr);
		if (!err && pair->mok_manager.bytes.size)
			err = claim(&names, pair->names.mok_manager, mok_manager, arch,
				    reterr);
	}
	return err;
}

/* A name in the folder of what firmware starts. */
static void set_path(enum bf_arch arch, const char *name, char ret[BF_SHIMS_PATH_SIZE])
{
	const char *first = bf_arch_efi_path(arch);
	snprintf(ret, BF_SHIMS_PATH_SIZE, "%.*s%s",
		 (int)(strrchr(first, '/') + 1 - first), first, name);
}

int bf_shims_settle(struct bf_shims *shims, unsigned archs, struct bf_error *reterr)
{
	int err = BF_OK;
	for (enum bf_arch arch = 0; !err && arch < BF_ARCH_COUNT; arch++)
		err = check_pair(&shims->of[arch], arch, archs, reterr);
	if (!err)
		err = check_names(shims, archs, reterr);
	if (err)
		return err;
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++) {
		struct bf_shim_pair *pair = &shims->of[arch];
		if (!pair->shim.bytes.size)
			continue;
		set_path(arch, pair->names.loader, pair->loader_path);
		set_path(arch, pair->names.mok_manager, pair->mok_manager_path);
	}
	return BF_OK;
}

const struct bf_shim_pair *bf_shims_find(const struct bf_shims *shims, enum bf_arch arch)
{
	return shims && shims->of[arch].shim.bytes.size ? &shims->of[arch] : NULL;
}

/* ---- Warnings ---- */

__attribute__((format(printf, 2, 3))) static void
add_warning(struct bf_shims_warnings *warnings, const char *format, ...)
{
	va_list args;
	char *text = warnings->texts[warnings->n++];
	va_start(args, format);
	vsnprintf(text, sizeof(warnings->texts[0]), format, args);
	va_end(args);
}

static void warn_of_sbat(const struct bf_sbat *sbat, const char *what,
			 struct bf_shims_warnings *ret)
{
	const struct bf_sbat_entry *revoked = bf_sbat_find_revoked(sbat);
	if (revoked)
		add_warning(ret,
			    "%s has SBAT generation %u of %s, and is revoked: a machine "
			    "on which a current shim has run once wants %u, and refuses "
			    "it with Secure Boot on",
			    what, revoked->generation, revoked->component,
			    bf_sbat_required(revoked->component));
	else if (sbat->n == 0)
		add_warning(ret,
			    "%s has no SBAT generations, and a current shim takes no "
			    "program without with Secure Boot on",
			    what);
}

static void warn_of_file(const struct bf_shim_file *file, const char *who,
			 struct bf_shims_warnings *ret)
{
	char name[NAME_SIZE], what[NAME_SIZE + 2];
	snprintf(what, sizeof(what), "'%s'",
		 bf_printable(file->name, name, sizeof(name)));
	if (!file->is_signed)
		add_warning(ret,
			    "%s is not signed, and %s refuses it with Secure Boot on",
			    what, who);
	warn_of_sbat(&file->sbat, what, ret);
}

static void warn_of_ipxe(const struct bf_binary *binary, enum bf_arch arch,
			 struct bf_shims_warnings *ret)
{
	struct bf_pe pe;
	struct bf_sbat sbat;
	char what[64];
	if (bf_pe_parse(binary->bytes, &pe, NULL))
		return;
	snprintf(what, sizeof(what), "the iPXE for %s", bf_arch_name(arch));
	if (!pe.has_signature)
		add_warning(ret,
			    "%s is not signed, and its shim refuses it with Secure Boot "
			    "on, unless its hash is enrolled: sign it, with sign-key and "
			    "sign-cert",
			    what);
	bf_sbat_read(&pe, &sbat);
	warn_of_sbat(&sbat, what, ret);
}

void bf_shims_warn(const struct bf_shims *shims, const struct bf_binaries *binaries,
		   struct bf_shims_warnings *ret)
{
	ret->n = 0;
	for (enum bf_arch arch = 0; arch < BF_ARCH_COUNT; arch++) {
		const struct bf_shim_pair *pair = bf_shims_find(shims, arch);
		if (!pair)
			continue;
		warn_of_file(&pair->shim, "firmware", ret);
		if (pair->mok_manager.bytes.size)
			warn_of_file(&pair->mok_manager, "the shim", ret);
		warn_of_ipxe(&binaries->of[arch], arch, ret);
	}
}
