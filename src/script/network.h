/* SPDX-License-Identifier: GPL-3.0-only */
/*
 * The network settings that go into a script: which card, which VLAN, and a static address
 * where there is no DHCP.
 */
#ifndef BF_NETWORK_H
#define BF_NETWORK_H

#include <stdbool.h>

#include "base/bytes.h"
#include "script/address.h"

enum {
	BF_NETWORK_DNS_MAX = 4,
	BF_NETWORK_RETRIES_MAX = 9,
	BF_NETWORK_RETRIES = 2, /* when nothing is said */
};

/* Zeroed, it stands for DHCP on whatever card gets an address. */
struct bf_network {
	unsigned given;             /* which settings have been set, for "given twice" */
	char card[8];               /* iPXE's name, "net0", empty when not given */
	char mac[BF_MAC_TEXT_SIZE]; /* of the card, lower case with colons, else empty */
	unsigned vlan;              /* IEEE 802.1Q VLAN identifier, 0 for none */
	char hostname[64];
	unsigned attempts;         /* of DHCP, one more than retries; 0 when not given */
	unsigned prefix;           /* length in bits, of address; 0 when nothing says */
	unsigned netmask;          /* the same, as given by itself; 0 when not given */
	bool netmask_is_ipv4;      /* as 255.255.255.0 */
	struct bf_address address; /* family 0: take one by DHCP */
	struct bf_address gateway;
	struct bf_address dns[BF_NETWORK_DNS_MAX];
	size_t n_dns;
};

/*
 * Set what a name stands for, from text:
 *     ip        ADDRESS/PREFIX, IPv4 or IPv6, or ADDRESS/255.255.255.0; without the
 *               second part where netmask is given
 *     netmask   255.255.255.0, or the prefix length: 24
 *     gateway   ADDRESS
 *     dns       ADDRESS, up to BF_NETWORK_DNS_MAX times
 *     vlan      1 to 4094
 *     nic       net0, net1, ... or a MAC address
 *     hostname  letters, digits, hyphens and dots
 *     retries   how often DHCP is tried again, 0 to BF_NETWORK_RETRIES_MAX
 * The caller knows that the name is one of these. Fails with BF_ERR_USAGE; the sentence
 * starts with the value.
 */
bf_must_check int bf_network_set(struct bf_network *network, const char *name,
				 const char *value, struct bf_error *reterr);

/* Whether the settings make sense together. BF_ERR_USAGE when they do not. */
bf_must_check int bf_network_check(const struct bf_network *network,
				   struct bf_error *reterr);

/* How often DHCP is tried, 1 or more. */
unsigned bf_network_attempts(const struct bf_network *network);

/* The setting that bf_network_check() complains about, NULL when it does not. */
const char *bf_network_fault(const struct bf_network *network);

/* The name of a setting that has been set, NULL when none has. */
const char *bf_network_given(const struct bf_network *network);

#endif
