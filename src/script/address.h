/* SPDX-License-Identifier: GPL-3.0-only */
/* Addresses of machines and of their cards, as people write them and as iPXE reads them. */
#ifndef BF_ADDRESS_H
#define BF_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum {
	BF_ADDRESS_TEXT_SIZE = 46, /* the longest IPv6 address as text, with the NUL */
	BF_MAC_TEXT_SIZE = 18,
};

struct bf_address {
	int family;        /* AF_INET or AF_INET6, 0 for none */
	uint8_t bytes[16]; /* in network byte order; IPv4 takes the first four */
};

/* The address of one host, IPv4 or IPv6. BF_ERR_USAGE for anything else. */
bf_must_check int bf_address_parse(const char *text, struct bf_address *ret,
				   struct bf_error *reterr);

/* The address as iPXE reads it. Returns out. */
const char *bf_address_print(const struct bf_address *address,
			     char out[BF_ADDRESS_TEXT_SIZE]);

/* The number of bytes of an address: 4 or 16. */
size_t bf_address_size(const struct bf_address *address);

/* The first bits of an address as an address: 255.255.255.0 for 24. */
struct bf_address bf_address_mask(int family, unsigned prefix);

bool bf_address_is_same(const struct bf_address *a, const struct bf_address *b);
bool bf_address_in_subnet(const struct bf_address *a, const struct bf_address *b,
			  unsigned prefix);

/* Whether all bits behind the prefix are zero, or all are one. */
bool bf_address_host_bits_are(const struct bf_address *address, unsigned prefix,
			      bool one);

bool bf_address_is_link_local(const struct bf_address *address);

/*
 * A prefix length from text: "24", "/24", or an IPv4 netmask, which sets ret_is_mask.
 * BF_ERR_USAGE when it is none of them.
 */
bf_must_check int bf_address_parse_prefix(const char *text, unsigned *ret,
					  bool *ret_is_mask, struct bf_error *reterr);

/*
 * A card's MAC address in any of its spellings into lower case with colons: pairs with ':'
 * or '-', words of four or six digits with '.', '-' or ':', or twelve digits alone.
 */
bool bf_address_parse_mac(const char *text, char ret[BF_MAC_TEXT_SIZE]);

#endif
