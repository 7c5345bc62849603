/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * iPXE's linker table of URI openers, `struct { const char *scheme; int (*open)(...); }[]`:
 * the one place in the binary that says which URLs it can open. It has no symbol and no
 * marker; it is found by what its entries point to.
 */
#ifndef BF_OPENERS_H
#define BF_OPENERS_H

#include "ipxe/program.h"

/*
 * List the schemes, sorted and with commas, in ret (size bytes, with the NUL). Without tcp
 * and udp, which no command can chain to. BF_ERR_UNSUPPORTED when there is no such table,
 * BF_ERR_TOO_BIG when the list does not fit.
 */
bf_must_check int bf_openers_list(const struct bf_program *program, char *ret,
				  size_t size, struct bf_error *reterr);

#endif
