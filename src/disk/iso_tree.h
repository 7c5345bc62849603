/*
 * The ISO 9660 file system without most of its files' bytes; the only room that knows
 * libisofs. Included by the ISO writer alone.
 */
#ifndef BF_ISO_TREE_H
#define BF_ISO_TREE_H

#include "disk/iso_writer.h"

/*
 * Write what stands in front of the files: an empty system area, the descriptors, the El
 * Torito catalog, the folders with Rock Ridge names, and the BIOS file with its boot info
 * table. The other files are there by name with a size of 0, that of the UEFI entry with
 * one block: where they are is the caller's to fill in. The request has been checked.
 */
int bf_iso_tree_write(const struct bf_iso_request *request, struct bf_buffer *ret,
		      struct bf_error *reterr);

#endif
