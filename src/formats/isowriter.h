/*
 * Writes the hybrid ISO 9660 image; the only room that knows libisofs. The image has
 * El Torito entries for BIOS and UEFI, an isohybrid MBR, and a GPT (UEFI 2.10, chapter 5).
 */
#ifndef BF_ISOWRITER_H
#define BF_ISOWRITER_H

#include "base/bytes.h"

enum {
	BF_ISO_BLOCK = 2048,
	BF_ISO_LABEL_MAX = 32, /* volume id, ECMA-119 8.4.7 */
	BF_ISO_FILES_MAX = 32,
	BF_ISO_PATH_MAX = 255,     /* characters, the leading "/" included */
	BF_ISO_MBR_CODE_MAX = 432, /* what isohybrid fills in stands behind it */
};

/* Largest image made, in bytes: what goes in is some ten megabytes at the most. */
#define BF_ISO_SIZE_MAX (UINT64_C(1) << 30)

/* A file of the image: pieces in rising order with zeros between them, nothing copied. */
struct bf_iso_file {
	const char *path; /* "/isolinux/isolinux.bin"; folders are made as needed */
	const struct bf_piece *pieces;
	size_t n_pieces;
	uint64_t size;
};

/* The files stand in the image in the order they have here. */
struct bf_iso_request {
	const struct bf_iso_file *files;
	size_t n_files;
	const char *bios_path;   /* El Torito BIOS entry (isolinux.bin), or NULL */
	const char *efi_path;    /* El Torito UEFI entry (the ESP image), or NULL */
	struct bf_view mbr_code; /* isohdpfx.bin, empty for no boot code */
	const char *label;       /* volume id, d-characters and lower case */
	int64_t time; /* of everything, seconds since 1970 UTC; clamped to 1970..2106 */
};

/*
 * Make the image in memory. The same request gives the same bytes at any time, in any time
 * zone, locale and folder. What the partition table holds:
 *
 *     BIOS entry and mbr_code    isohybrid MBR; with a UEFI entry also GPT
 *     UEFI entry, no mbr_code    GPT with its protective MBR
 *     BIOS entry, no mbr_code    nothing: a CD
 *
 * libisofs keeps process-wide state: calls from several threads take turns inside.
 * BF_ERR_INPUT for a request that makes no image, BF_ERR_TOO_BIG above a limit. On success
 * ret's former memory is released.
 */
int bf_iso_write(const struct bf_iso_request *request, struct bf_buffer *ret,
		 struct bf_error *reterr);

#endif
