/* SPDX-License-Identifier: GPL-3.0-only */
/* The iPXE script that goes into the slot. */
#ifndef BF_SCRIPT_H
#define BF_SCRIPT_H

#include "script/network.h"

/*
 * Append to ret the script that sets up the network, which bf_network_check() has
 * accepted, and boots the URL, which bf_url_check() has accepted. It is the body of a
 * slot: the lines after "#!ipxe". A step that fails says so and ends in iPXE's shell;
 * nothing reboots by itself. BF_ERR_FORMAT for a URL that would make iPXE join two lines.
 */
bf_must_check int bf_script_render(const struct bf_network *network, const char *url,
				   struct bf_buffer *ret, struct bf_error *reterr);

#endif
