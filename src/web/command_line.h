/* SPDX-License-Identifier: GPL-3.0-only */
/* The command line that does what a page did. */
#ifndef BF_COMMAND_LINE_H
#define BF_COMMAND_LINE_H

#include "web/web.h"

/*
 * Append it, each word quoted for a shell where it needs to be. image is the file to be
 * changed, or NULL for an image to be made. BF_ERR_NOMEM is the only way to fail.
 */
bf_must_check int bf_command_line_print(const struct bf_web *web, const char *image,
					struct bf_buffer *text);

#endif
