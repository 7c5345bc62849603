/* SPDX-License-Identifier: GPL-3.0-only */
/* One file of a finished image that takes a script: an iPXE, or a loose slot. */
#ifndef BF_REPOINT_FILE_H
#define BF_REPOINT_FILE_H

#include "base/source.h"
#include "bundle/bundle.h"
#include "ipxe/ipxe.h"
#include "ipxe/site.h"

enum { BF_REPOINT_PATH_SIZE = 128 };

/* A file of the image with a slot in it. */
struct bf_repoint_file {
	char path[BF_REPOINT_PATH_SIZE]; /* for messages; a long one is cut */
	/* What is there, but for the script and the CheckSum: the bundle's, or owned. */
	struct bf_view binary;
	struct bf_buffer owned; /* empty if the file is the bundle's */
	/* Its slot leads to the loose one, or it has none and looks for that: it stays as it is. */
	bool is_led;
	bool is_of_shim; /* a shim or MokManager: it has no script, and stays as it is */
	struct bf_ipxe ipxe; /* owned, opened; of a slot that is a file, nothing */
	/*
	 * Of a program that is loaded: whether it had a certificate table, which it does not
	 * say any more; and how many bytes it has without that, or without its place.
	 */
	bool is_signed;
	size_t program_size;
	bool is_bundled_program; /* so far it is the bundle's but for the script */
	struct bf_buffer remade; /* by bf_resign() */
};

/*
 * Find the slot of the file at site->binary_offset of the image, site->binary_size bytes, and
 * check that it is one of ours. Fills the rest of the site and a file that is zeroed but for
 * its path. What is in the bundle, which must outlive the file, is not loaded but told by its
 * digest. BF_ERR_NO_SLOT, BF_ERR_FORMAT or BF_ERR_UNSUPPORTED. Release the file
 * with bf_repoint_file_free(), also after a failure.
 */
bf_must_check int bf_repoint_file_init(struct bf_repoint_file *file,
				       const struct bf_source *image,
				       const struct bf_bundle *bundle,
				       struct bf_site *site, struct bf_error *reterr);
void bf_repoint_file_free(struct bf_repoint_file *file);

/* Whether it is the bundle's, but for the script and the CheckSum. */
bool bf_repoint_file_is_bundled(const struct bf_repoint_file *file);

#endif
