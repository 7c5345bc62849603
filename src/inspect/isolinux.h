/* SPDX-License-Identifier: GPL-3.0-only */
/* ISOLINUX: recognising it in a boot image, and what its configuration starts. */
#ifndef BF_ISOLINUX_H
#define BF_ISOLINUX_H

#include "base/bytes.h"

enum {
	BF_ISOLINUX_SIZE_MAX = 256 << 10,
	BF_ISOLINUX_CONFIG_SIZE_MAX = 64 << 10,
	BF_ISOLINUX_PATH_SIZE = 256,
};

/* Whether the boot image is ISOLINUX by its text. */
bool bf_isolinux_probe(struct bf_view boot_image);

/*
 * Check the boot info table (man mkisofs, "-boot-info-table") of the isolinux.bin that
 * stands at an offset of the image: it must know its place and its own checksum, or it
 * stops. BF_ERR_FORMAT says what is wrong.
 */
bf_must_check int bf_isolinux_check(struct bf_view boot_image, uint64_t offset,
				    struct bf_error *reterr);

/* The files that a label names, as they are written there. */
struct bf_isolinux_label {
	char kernel[BF_ISOLINUX_PATH_SIZE]; /* of the KERNEL or LINUX line */
	char initrd[BF_ISOLINUX_PATH_SIZE]; /* of the INITRD line, "" if there is none */
};

/*
 * What a configuration starts when nobody touches the keyboard: its DEFAULT label. False when
 * that cannot be told, as with menus.
 */
bool bf_isolinux_default(struct bf_view config, struct bf_isolinux_label *ret);

#endif
