/* SPDX-License-Identifier: GPL-3.0-only */
#include "script/network.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/number.h"

/* Of the cards iPXE names net0, net1, ...; more would not fit struct bf_network. */
enum { CARD_NUMBER_MAX = 99 };

/* What stands behind the slash: 24, or what it stands for, 255.255.255.0. */
static int set_prefix(struct bf_network *network, const char *text,
		      struct bf_error *reterr)
{
	bool is_mask;
	unsigned longest = 8 * (unsigned)bf_address_size(&network->address);
	if (network->address.family == AF_INET && strchr(text, '.'))
		return bf_address_parse_prefix(text, &network->prefix, &is_mask, reterr);
	int err = bf_number_parse(text, 1, longest, &network->prefix, reterr);
	return err ? bf_fail_in(reterr, err, "the prefix length") : BF_OK;
}

/* Without a prefix of its own it has that of a netmask, whichever comes first. */
static int set_ip(struct bf_network *network, const char *value, struct bf_error *reterr)
{
	char text[BF_ADDRESS_TEXT_SIZE];
	const char *slash = strchr(value, '/');
	size_t length = slash ? (size_t)(slash - value) : strlen(value);
	snprintf(text, sizeof(text), "%.*s", length < sizeof(text) ? (int)length : 0,
		 value);
	int err = bf_address_parse(text, &network->address, reterr);
	return err || !slash ? err : set_prefix(network, slash + 1, reterr);
}

static int set_netmask(struct bf_network *network, const char *value,
		       struct bf_error *reterr)
{
	int err = bf_address_parse_prefix(value, &network->netmask,
					  &network->netmask_is_ipv4, reterr);
	if (!err && !network->prefix)
		network->prefix = network->netmask;
	return err;
}

static int set_gateway(struct bf_network *network, const char *value,
		       struct bf_error *reterr)
{
	return bf_address_parse(value, &network->gateway, reterr);
}

static int add_dns(struct bf_network *network, const char *value, struct bf_error *reterr)
{
	if (network->n_dns == BF_NETWORK_DNS_MAX)
		return bf_fail(reterr, BF_ERR_USAGE, "more than %d DNS servers",
			       BF_NETWORK_DNS_MAX);
	int err = bf_address_parse(value, &network->dns[network->n_dns], reterr);
	if (!err)
		network->n_dns++;
	return err;
}

static int set_nic(struct bf_network *network, const char *value, struct bf_error *reterr)
{
	if (bf_address_parse_mac(value, network->mac)) {
		/* IEEE 802, 8.2.2: an odd first byte is a group of cards. */
		if (strchr("13579bdf", network->mac[1]))
			return bf_fail(reterr, BF_ERR_USAGE,
				       "the MAC address of a group, not of a card");
		return BF_OK;
	}
	const char *digits = value + 3;
	unsigned number;
	if (strncmp(value, "net", 3) != 0 ||
	    bf_number_parse(digits, 0, CARD_NUMBER_MAX, &number, NULL) ||
	    (digits[0] == '0' && digits[1]))
		return bf_fail(reterr, BF_ERR_USAGE,
			       "not a network card: give net0, net1, ... or a MAC "
			       "address, such as 52:54:00:12:34:56");
	snprintf(network->card, sizeof(network->card), "%s", value);
	return BF_OK;
}

/* RFC 1123, 2.1, to the length of one label. */
static int set_hostname(struct bf_network *network, const char *value,
			struct bf_error *reterr)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
	size_t length = strlen(value);
	size_t good = strspn(value, allowed);
	if (length == 0 || length >= sizeof(network->hostname))
		return bf_fail(reterr, BF_ERR_USAGE,
			       "%zu characters, a host name has 1 to %zu", length,
			       sizeof(network->hostname) - 1);
	if (good < length)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "the character at column %zu is not a letter, a digit, "
			       "'-' or '.'",
			       good + 1);
	if (strchr("-.", value[0]) || strchr("-.", value[length - 1]))
		return bf_fail(reterr, BF_ERR_USAGE,
			       "a host name starts and ends with a letter or a digit");
	snprintf(network->hostname, sizeof(network->hostname), "%s", value);
	return BF_OK;
}

/* IEEE 802.1Q, table 9-2: 0 is no VLAN, 4095 is reserved. */
static int set_vlan(struct bf_network *network, const char *value,
		    struct bf_error *reterr)
{
	return bf_number_parse(value, 1, 4094, &network->vlan, reterr);
}

static int set_retries(struct bf_network *network, const char *value,
		       struct bf_error *reterr)
{
	unsigned retries;
	int err = bf_number_parse(value, 0, BF_NETWORK_RETRIES_MAX, &retries, reterr);
	if (!err)
		network->attempts = retries + 1;
	return err;
}

static int fail_subnet(const struct bf_network *network, const char *what,
		       const struct bf_address *address, const char *hint,
		       struct bf_error *reterr)
{
	char text[BF_ADDRESS_TEXT_SIZE], own[BF_ADDRESS_TEXT_SIZE];
	return bf_fail(reterr, BF_ERR_USAGE, "the %s %s is not in the subnet of %s/%u%s",
		       what, bf_address_print(address, text),
		       bf_address_print(&network->address, own), network->prefix, hint);
}

static int fail_not_a_host(const struct bf_network *network, const char *what,
			   const struct bf_address *address, const char *role,
			   struct bf_error *reterr)
{
	char text[BF_ADDRESS_TEXT_SIZE];
	return bf_fail(reterr, BF_ERR_USAGE, "the %s %s is the %s address of its /%u",
		       what, bf_address_print(address, text), role, network->prefix);
}

/*
 * The first address of a subnet is its own, and IPv4's last is for broadcasts; RFC 3021
 * lifts both for a /31. iPXE takes an IPv6 address without host bits for a bare prefix.
 */
static int check_host_bits(const struct bf_network *network, const char *what,
			   const struct bf_address *address, struct bf_error *reterr)
{
	unsigned prefix = network->prefix;
	bool ipv4 = address->family == AF_INET;
	if (ipv4 ? prefix >= 31 : prefix == 128)
		return BF_OK;
	if (bf_address_host_bits_are(address, prefix, false))
		return fail_not_a_host(network, what, address, "network", reterr);
	if (ipv4 && bf_address_host_bits_are(address, prefix, true))
		return fail_not_a_host(network, what, address, "broadcast", reterr);
	return BF_OK;
}

/* An address that is to be reached from ours: another one, of the same family. */
static int check_peer(const struct bf_network *network, const char *what,
		      const struct bf_address *peer, struct bf_error *reterr)
{
	char text[BF_ADDRESS_TEXT_SIZE], own[BF_ADDRESS_TEXT_SIZE];
	bf_address_print(peer, text);
	bf_address_print(&network->address, own);
	if (peer->family != network->address.family)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "the %s %s and the address %s are not both IPv4 or both "
			       "IPv6",
			       what, text, own);
	if (bf_address_is_same(peer, &network->address))
		return bf_fail(reterr, BF_ERR_USAGE,
			       "the %s %s is the machine's own address", what, text);
	if (bf_address_in_subnet(peer, &network->address, network->prefix))
		return check_host_bits(network, what, peer, reterr);
	return BF_OK;
}

static int check_ip(const struct bf_network *network, struct bf_error *reterr)
{
	char text[BF_ADDRESS_TEXT_SIZE];
	if (!network->address.family)
		return BF_OK;
	if (!network->prefix) {
		bf_address_print(&network->address, text);
		return bf_fail(
			reterr, BF_ERR_USAGE,
			"the prefix length of %s is missing: write it as in %s/%d, "
			"or give a netmask",
			text, text, network->address.family == AF_INET ? 24 : 64);
	}
	return check_host_bits(network, "address", &network->address, reterr);
}

static int check_netmask(const struct bf_network *network, struct bf_error *reterr)
{
	if (!network->netmask)
		return BF_OK;
	if (!network->address.family)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "netmask without ip: DHCP brings one of its own, or give "
			       "both");
	if (network->address.family != AF_INET && network->netmask_is_ipv4)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "an IPv6 address has a prefix length, and no netmask");
	if (network->netmask > 8 * bf_address_size(&network->address))
		return bf_fail(reterr, BF_ERR_USAGE,
			       "a prefix length of %u, and IPv4 has 32 bits",
			       network->netmask);
	if (network->netmask != network->prefix)
		return bf_fail(
			reterr, BF_ERR_USAGE,
			"the netmask is a /%u and the address has a /%u: which one "
			"is right?",
			network->netmask, network->prefix);
	return BF_OK;
}

/* A host route, a /32, leaves no subnet for a gateway to be in; iPXE asks for it anyway. */
static int check_gateway(const struct bf_network *network, struct bf_error *reterr)
{
	const struct bf_address *gateway = &network->gateway;
	if (!gateway->family)
		return BF_OK;
	if (!network->address.family)
		return bf_fail(reterr, BF_ERR_USAGE,
			       "gateway without ip: DHCP brings a gateway of its own, or "
			       "give both");
	int err = check_peer(network, "gateway", gateway, reterr);
	if (err || bf_address_is_link_local(gateway) ||
	    (gateway->family == AF_INET && network->prefix == 32) ||
	    bf_address_in_subnet(gateway, &network->address, network->prefix))
		return err;
	return fail_subnet(network, "gateway", gateway, "", reterr);
}

static int check_dns(const struct bf_network *network, struct bf_error *reterr)
{
	int err = BF_OK;
	if (!network->address.family)
		return BF_OK;
	for (size_t i = 0; !err && i < network->n_dns; i++) {
		const struct bf_address *dns = &network->dns[i];
		err = check_peer(network, "DNS server", dns, reterr);
		if (!err && !network->gateway.family &&
		    !bf_address_in_subnet(dns, &network->address, network->prefix))
			err = fail_subnet(network, "DNS server", dns,
					  ", and there is no gateway to reach it by",
					  reterr);
	}
	return err;
}

static int check_retries(const struct bf_network *network, struct bf_error *reterr)
{
	if (!network->address.family || network->attempts <= 1)
		return BF_OK;
	return bf_fail(reterr, BF_ERR_USAGE,
		       "retries with ip: it is DHCP that is tried again, and a static "
		       "address takes its place");
}

/* In this order they are checked, and only what is right is relied upon. */
static const struct setting {
	const char *name;
	int (*set)(struct bf_network *network, const char *value,
		   struct bf_error *reterr);
	/* Whether it goes with the others; NULL where it always does. */
	int (*check)(const struct bf_network *network, struct bf_error *reterr);
	bool repeatable;
	bool is_number; /* the sentence about one starts with the value already */
} settings[] = {
	{.name = "ip", .set = set_ip, .check = check_ip},
	{.name = "netmask", .set = set_netmask, .check = check_netmask},
	{.name = "gateway", .set = set_gateway, .check = check_gateway},
	{.name = "dns", .set = add_dns, .check = check_dns, .repeatable = true},
	{.name = "vlan", .set = set_vlan, .is_number = true},
	{.name = "nic", .set = set_nic},
	{.name = "hostname", .set = set_hostname},
	{.name = "retries",
	 .set = set_retries,
	 .check = check_retries,
	 .is_number = true},
};

enum { N_SETTINGS = sizeof(settings) / sizeof(settings[0]) };

int bf_network_set(struct bf_network *network, const char *name, const char *value,
		   struct bf_error *reterr)
{
	char text[128];
	size_t i = 0;
	while (i < N_SETTINGS && strcmp(settings[i].name, name) != 0)
		i++;
	assert(i < N_SETTINGS);
	bf_printable(value, text, sizeof(text));
	if (network->given & 1u << i && !settings[i].repeatable)
		return bf_fail(reterr, BF_ERR_USAGE, "'%s': given twice, one is possible",
			       text);
	int err = settings[i].set(network, value, reterr);
	if (err)
		return settings[i].is_number ? err
					     : bf_fail_in(reterr, err, "'%s'", text);
	network->given |= 1u << i;
	return BF_OK;
}

const char *bf_network_given(const struct bf_network *network)
{
	for (size_t i = 0; i < N_SETTINGS; i++)
		if (network->given & 1u << i)
			return settings[i].name;
	return NULL;
}

unsigned bf_network_attempts(const struct bf_network *network)
{
	return network->attempts ? network->attempts : BF_NETWORK_RETRIES + 1;
}

int bf_network_check(const struct bf_network *network, struct bf_error *reterr)
{
	int err = BF_OK;
	for (size_t i = 0; !err && i < N_SETTINGS; i++)
		if (settings[i].check)
			err = settings[i].check(network, reterr);
	return err;
}

const char *bf_network_fault(const struct bf_network *network)
{
	for (size_t i = 0; i < N_SETTINGS; i++)
		if (settings[i].check && settings[i].check(network, NULL))
			return settings[i].name;
	return NULL;
}
