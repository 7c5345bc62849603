/* SPDX-License-Identifier: GPL-3.0-only */
/* A script of the user's own, checked and brought into the form of a slot's body. */
#ifndef BF_USERSCRIPT_H
#define BF_USERSCRIPT_H

#include "base/bytes.h"

/* The largest file worth reading; a slot takes far less and its size decides. */
enum { BF_USERSCRIPT_FILE_MAX = 1 << 20 };

/*
 * Append to ret the body of a slot that runs this script: the lines after "#!ipxe", which
 * may be missing, each with a newline and without a carriage return. BF_ERR_INPUT for
 * bytes that are not ASCII, a NUL, a "#!ipxe" that is not on the first line, what would be
 * taken for a slot, and a script without any line; the sentence names the line. Size is not
 * looked at.
 */
bf_must_check int bf_userscript_convert(struct bf_view text, struct bf_buffer *ret,
					struct bf_error *reterr);

#endif
