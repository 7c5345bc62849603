/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * Vendors' shims in an image: firmware that knows nobody but Microsoft starts a shim, and that
 * starts an iPXE whose signer the machine's owner enrolled. They and their MokManagers go into
 * the image as they are.
 */
#ifndef BF_SHIMS_H
#define BF_SHIMS_H

#include "binary/sbat.h"
#include "binary/shim.h"
#include "image/binaries.h"

enum {
	BF_SHIMS_FILE_SIZE_MAX = BF_BINARIES_FILE_SIZE_MAX,
	BF_SHIMS_PATH_SIZE = 96,
};

/* A file of somebody else's; of size 0 if there is none. */
struct bf_shim_file {
	struct bf_buffer bytes;
	const char *name; /* where the user has it */
	bool is_signed;   /* with a signature that holds */
	struct bf_sbat sbat;
};

/* What is started before the iPXE of one architecture. */
struct bf_shim_pair {
	struct bf_shim_file shim, mok_manager;
	struct bf_shim names;
	/* In the image: of what the shim starts, and of MokManager. */
	char loader_path[BF_SHIMS_PATH_SIZE], mok_manager_path[BF_SHIMS_PATH_SIZE];
};

struct bf_shims {
	struct bf_shim_pair of[BF_ARCH_COUNT];
};

/*
 * Take a shim or a MokManager for the architecture it is for; path must outlive shims. Refused,
 * with the file's name: what is neither, BF_ERR_UNSUPPORTED; one of an architecture that there
 * is no iPXE for, BF_ERR_UNSUPPORTED; a damaged one, or whose signature does not hold for its
 * bytes, BF_ERR_FORMAT; a shim that does not say what it starts, BF_ERR_UNSUPPORTED; a second
 * one for an architecture, BF_ERR_INPUT.
 */
bf_must_check int bf_shims_add(struct bf_shims *shims, const char *path,
			       struct bf_error *reterr);
bf_must_check int bf_shims_add_mok_manager(struct bf_shims *shims, const char *path,
					   struct bf_error *reterr);
void bf_shims_free(struct bf_shims *shims);

/*
 * Check that all of them are for one of archs, that no MokManager is without its shim, and that
 * every file in their folder has a name of its own. BF_ERR_USAGE says what contradicts.
 */
bf_must_check int bf_shims_settle(struct bf_shims *shims, unsigned archs,
				  struct bf_error *reterr);

/* The shim of an architecture and what belongs to it, NULL if it has none. shims may be NULL. */
const struct bf_shim_pair *bf_shims_find(const struct bf_shims *shims, enum bf_arch arch);

enum { BF_SHIMS_WARNINGS_MAX = 6 * BF_ARCH_COUNT };

/* Sentences about what a machine with Secure Boot on would refuse. */
struct bf_shims_warnings {
	char texts[BF_SHIMS_WARNINGS_MAX][512];
	size_t n;
};

/* binaries are those that the shims start, with the place of a signature if there will be one. */
void bf_shims_warn(const struct bf_shims *shims, const struct bf_binaries *binaries,
		   struct bf_shims_warnings *ret);

#endif
