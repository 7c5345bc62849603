/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * The x86 branch filter of iPXE's packer (its own, not the one of the xz format): call and
 * jump targets become absolute before packing, so that calls of one function look alike.
 * Filters work in place and keep the size; decoding undoes encoding, whatever the bytes.
 */
#ifndef BF_BCJ_H
#define BF_BCJ_H

#include <stddef.h>
#include <stdint.h>

/*
 * Filter data from a boundary on, 0 or what bf_bcj_boundary() gave; the bytes before are
 * not looked at. Targets count from the start of data all the same.
 */
void bf_bcj_encode(uint8_t *data, size_t size, size_t from);
void bf_bcj_decode(uint8_t *data, size_t size, size_t from);

/*
 * The first place at or after from, by 4 bytes at most, that is not inside a branch. It is
 * the same before and after filtering, which leaves opcodes alone.
 */
size_t bf_bcj_boundary(const uint8_t *data, size_t size, size_t from);

#endif
