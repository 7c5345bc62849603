/* The iPXE script that goes into the slot. */
#ifndef BF_SCRIPT_H
#define BF_SCRIPT_H

#include "base/bytes.h"

/*
 * Append to ret the script that takes an address by DHCP and boots the URL, which
 * bf_url_check() has accepted. It is the body of a slot: the lines after "#!ipxe". A step
 * that fails says so and ends in iPXE's shell; nothing reboots by itself.
 */
int bf_script_render(const char *url, struct bf_buffer *ret, struct bf_error *reterr);

#endif
