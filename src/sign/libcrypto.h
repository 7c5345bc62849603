/* SPDX-License-Identifier: GPL-3.0-only */
/* What libcrypto leaves behind when it fails. */
#ifndef BF_LIBCRYPTO_H
#define BF_LIBCRYPTO_H

#include <stdbool.h>

/* Empties its list of errors; whether one of them is that it ran out of memory. */
bool bf_libcrypto_ran_out(void);

#endif
