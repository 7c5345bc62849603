/*
 * The x86 branch filter of iPXE's packer (its own, not the one of the xz format): call and
 * jump targets become absolute before packing, so that calls of one function look alike.
 * Filters work in place and keep the size; decoding undoes encoding, whatever the bytes.
 */
#ifndef BF_BCJ_H
#define BF_BCJ_H

#include <stddef.h>
#include <stdint.h>

void bf_bcj_encode(uint8_t *data, size_t size);
void bf_bcj_decode(uint8_t *data, size_t size);

#endif
