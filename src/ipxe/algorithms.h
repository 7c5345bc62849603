/* SPDX-License-Identifier: GPL-3.0-only */
/* The public key algorithms an iPXE can verify certificates with. */
#ifndef BF_ALGORITHMS_H
#define BF_ALGORITHMS_H

#include "base/bytes.h"

enum { BF_ALGORITHMS_SIZE = 64 };

/*
 * List those whose object identifiers are in iPXE's own bytes (a PE file, or the lkrn's
 * last block unpacked), with commas: "rsa,ecdsa,p256,p384", or less of it. iPXE looks
 * algorithms and curves up by their identifiers; what is compiled in has one.
 */
void bf_algorithms_list(struct bf_view program, char ret[BF_ALGORITHMS_SIZE]);

#endif
