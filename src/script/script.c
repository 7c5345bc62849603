/* SPDX-License-Identifier: GPL-3.0-only */
#include "script/script.h"

#include <stdio.h>
#include <sys/socket.h>

#include "script/url.h"

enum {
	/* Generous: a card that has to negotiate its speed takes a few seconds. */
	LINK_TIMEOUT_MS = 30000,
	/* How long DHCP waits, iPXE's own time, and once nothing was plugged in. */
	DHCP_LINK_MS = 15000,
	DHCP_LINK_AGAIN_MS = 5000,
	/* So many names, net0 and up, are tried; some may be missing in between. */
	CARDS_TRIED = 32,
};

/* What the steps are made from. Names are iPXE's, of network devices. */
struct plan {
	const struct bf_network *network;
	const char *url;
	char card[8];    /* "net1", "${nic}" for one found by its MAC, "" for any */
	char device[20]; /* the card or the VLAN on it, "" for any card */
};

static struct plan make_plan(const struct bf_network *network, const char *url)
{
	struct plan plan = {.network = network, .url = url};
	const char *card = network->card;
	if (*network->mac)
		card = "${nic}";
	else if (!*card && (network->vlan || network->address.family))
		card = "net0";
	snprintf(plan.card, sizeof(plan.card), "%s", card);
	if (network->vlan)
		snprintf(plan.device, sizeof(plan.device), "%s-%u", card, network->vlan);
	else
		snprintf(plan.device, sizeof(plan.device), "%s", card);
	return plan;
}

/* The servers as text in a comment, then as the bytes of the DHCP option. */
static int print_dns_list(const struct bf_address *const *servers, size_t n,
			  const char *setting, struct bf_buffer *ret)
{
	char text[BF_ADDRESS_TEXT_SIZE];
	int err = bf_buffer_print(ret, "#");
	for (size_t i = 0; !err && i < n; i++)
		err = bf_buffer_print(ret, " %s", bf_address_print(servers[i], text));
	if (!err)
		err = bf_buffer_print(ret, "\nset %s:hex", setting);
	const char *separator = " ";
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; !err && j < bf_address_size(servers[i]); j++) {
			err = bf_buffer_print(ret, "%s%02x", separator,
					      servers[i]->bytes[j]);
			separator = ":";
		}
	return err ? err : bf_buffer_print(ret, "\n");
}

/* iPXE reads one address as text, several only as bytes. */
static int print_dns(const struct bf_network *network, int family, const char *setting,
		     struct bf_buffer *ret)
{
	char text[BF_ADDRESS_TEXT_SIZE];
	const struct bf_address *servers[BF_NETWORK_DNS_MAX];
	size_t n = 0;
	for (size_t i = 0; i < network->n_dns; i++)
		if (network->dns[i].family == family)
			servers[n++] = &network->dns[i];
	if (n > 1)
		return print_dns_list(servers, n, setting, ret);
	if (n == 1)
		return bf_buffer_print(ret, "set %s %s\n", setting,
				       bf_address_print(servers[0], text));
	return BF_OK;
}

/* Settings without a device in front win over what DHCP says. */
static int print_settings(const struct plan *plan, struct bf_buffer *ret)
{
	const struct bf_network *network = plan->network;
	int err = BF_OK;
	if (*network->hostname)
		err = bf_buffer_print(ret, "set hostname %s\n", network->hostname);
	if (!err)
		err = print_dns(network, AF_INET, "dns", ret);
	return err ? err : print_dns(network, AF_INET6, "dns6", ret);
}

/* Without a card in the plan, dhcp tries one after the other. */
static int print_card(const struct plan *plan, struct bf_buffer *ret)
{
	if (*plan->network->mac)
		return bf_buffer_print(ret,
				       "set i:int32 0\n"
				       ":next_card\n"
				       "isset ${net${i}/mac} || goto no_card\n"
				       "iseq ${net${i}/mac} %s && goto card ||\n"
				       "inc i && goto next_card\n"
				       ":card\n"
				       "set nic net${i}\n",
				       plan->network->mac);
	if (*plan->card)
		return bf_buffer_print(ret, "isset ${%s/mac} || goto no_card\n",
				       plan->card);
	return BF_OK;
}

static int print_vlan(const struct plan *plan, struct bf_buffer *ret)
{
	if (!plan->network->vlan)
		return BF_OK;
	return bf_buffer_print(ret, "vcreate --tag %u %s || goto no_vlan\n",
			       plan->network->vlan, plan->card);
}

static int print_static(const struct plan *plan, struct bf_buffer *ret)
{
	const struct bf_network *network = plan->network;
	const char *device = plan->device;
	char text[BF_ADDRESS_TEXT_SIZE];
	bool ipv4 = network->address.family == AF_INET;
	const char *suffix = ipv4 ? "" : "6";
	/* It opens the device, too. Without a timeout it waits for ever. */
	int err = bf_buffer_print(ret, "iflinkwait --timeout %d %s || goto no_link\n",
				  LINK_TIMEOUT_MS, device);
	if (!err)
		err = bf_buffer_print(ret, "set %s/ip%s %s\n", device, suffix,
				      bf_address_print(&network->address, text));
	if (!err && ipv4) {
		struct bf_address mask = bf_address_mask(AF_INET, network->prefix);
		err = bf_buffer_print(ret, "set %s/netmask %s\n", device,
				      bf_address_print(&mask, text));
	} else if (!err) {
		err = bf_buffer_print(ret, "set %s/len6 %u\n", device, network->prefix);
	}
	if (!err && network->gateway.family)
		err = bf_buffer_print(ret, "set %s/gateway%s %s\n", device, suffix,
				      bf_address_print(&network->gateway, text));
	return err;
}

/*
 * One attempt on one device; it goes to done where that is not to be waited for any longer,
 * and runs on there when nobody answers. A card that had a link once gets iPXE's whole
 * patience again: it may take its time each time it is opened. One that had none may just
 * have been plugged in. iPXE itself waits while a switch port says that it is blocked.
 */
static int print_attempt(const char *device, const char *linked, const char *done,
			 struct bf_buffer *ret)
{
	return bf_buffer_print(
		ret,
		"isset ${%s} || iflinkwait --timeout ${wait} %s || goto %s\n"
		"set %s yes\n"
		"dhcp %s && goto boot ||\n",
		linked, device, done, linked, device);
}

/* dhcp by itself would wait for the link of every card in every attempt. */
static int print_attempt_on_any(struct bf_buffer *ret)
{
	int err = bf_buffer_print(ret, "set i:int32 0\n"
				       ":card\n"
				       "isset ${net${i}/mac} || goto next_card\n");
	if (!err)
		err = print_attempt("net${i}", "linked${i}", "next_card", ret);
	return err ? err
		   : bf_buffer_print(ret,
				     ":next_card\n"
				     "inc i\n"
				     "iseq ${i} %d || goto card\n",
				     CARDS_TRIED);
}

/* Between two attempts the links are shown; ifstat fails where there is no card at all. */
static int print_attempts(const struct plan *plan, unsigned attempts,
			  struct bf_buffer *ret)
{
	bool any = !*plan->device;
	int err = bf_buffer_print(ret,
				  "set wait %d\n"
				  "set attempt:int32 1\n"
				  ":attempt\n",
				  DHCP_LINK_MS);
	if (!err)
		err = any ? print_attempt_on_any(ret)
			  : print_attempt(plan->device, "linked", "attempted", ret);
	if (err)
		return err;
	return bf_buffer_print(ret,
			       "%s%s%s\n"
			       "set wait %d\n"
			       "inc attempt\n"
			       "iseq ${attempt} %u && goto no_address ||\n"
			       "echo boots-from: no address yet, DHCP attempt ${attempt} "
			       "of %u\n"
			       "goto attempt\n"
			       ":boot\n",
			       any ? "ifstat" : ":attempted\nifstat ", plan->device,
			       any ? " || goto no_card" : "", DHCP_LINK_AGAIN_MS,
			       attempts + 1, attempts);
}

static int print_dhcp(const struct plan *plan, struct bf_buffer *ret)
{
	unsigned attempts = bf_network_attempts(plan->network);
	if (attempts > 1)
		return print_attempts(plan, attempts, ret);
	return bf_buffer_print(ret, "dhcp%s%s || goto no_address\n",
			       *plan->device ? " " : "", plan->device);
}

/* The boot command, as it runs and as a hint to type it again. */
static int print_boot(const struct plan *plan, const char *before, const char *after,
		      struct bf_buffer *ret)
{
	const char *command = bf_url_is_san(plan->url) ? "sanboot" : "chain --autofree";
	return bf_buffer_print(ret, "%s%s %s%s", before, command, plan->url, after);
}

static int print_steps(const struct plan *plan, struct bf_buffer *ret)
{
	int err = print_settings(plan, ret);
	if (!err)
		err = print_card(plan, ret);
	if (!err)
		err = print_vlan(plan, ret);
	if (!err)
		err = plan->network->address.family ? print_static(plan, ret)
						    : print_dhcp(plan, ret);
	if (!err)
		err = print_boot(plan, "", " || goto no_boot\n", ret);
	/*
	 * What follows the boot command runs when the chained image returns, which is how
	 * an iPXE script says "next boot device"; it must not fall into the diagnostics.
	 */
	return err ? err : bf_buffer_print(ret, "exit\n");
}

/* When all cards are tried only once, it is dhcp that fails where there is none. */
static int print_no_cards(const struct plan *plan, struct bf_buffer *ret)
{
	if (bf_network_attempts(plan->network) == 1)
		return BF_OK;
	return bf_buffer_print(ret, "\n"
				    ":no_card\n"
				    "echo boots-from: no network card that iPXE has a "
				    "driver for\n"
				    "shell\n"
				    "exit\n");
}

static int print_no_card(const struct plan *plan, struct bf_buffer *ret)
{
	if (!*plan->card)
		return print_no_cards(plan, ret);
	const char *mac = plan->network->mac;
	return bf_buffer_print(ret,
			       "\n"
			       ":no_card\n"
			       "echo boots-from: no network card %s%s; there are:\n"
			       "ifstat\n"
			       "shell\n"
			       "exit\n",
			       *mac ? "has the MAC address " : "is called ",
			       *mac ? mac : plan->card);
}

static int print_no_vlan(const struct plan *plan, struct bf_buffer *ret)
{
	if (!plan->network->vlan)
		return BF_OK;
	return bf_buffer_print(ret,
			       "\n"
			       ":no_vlan\n"
			       "echo boots-from: could not make VLAN %u on %s\n"
			       "echo The line above says why. Try:\n"
			       "echo   ifstat\n"
			       "echo   vcreate --tag %u %s\n"
			       "shell\n"
			       "exit\n",
			       plan->network->vlan, plan->card, plan->network->vlan,
			       plan->card);
}

static int print_no_link(const struct plan *plan, struct bf_buffer *ret)
{
	if (!plan->network->address.family)
		return BF_OK;
	return bf_buffer_print(ret,
			       "\n"
			       ":no_link\n"
			       "echo boots-from: %s has no link\n"
			       "echo Check cable and switch port. Is it the right card "
			       "of these?\n"
			       "ifstat\n"
			       "shell\n"
			       "exit\n",
			       plan->device);
}

static int print_no_address(const struct plan *plan, struct bf_buffer *ret)
{
	if (plan->network->address.family)
		return BF_OK;
	bool any = !*plan->device;
	int err = bf_buffer_print(
		ret,
		"\n"
		":no_address\n"
		"echo boots-from: %s got %s address by DHCP\n"
		"echo Check cable, switch port and DHCP server, then try:\n"
		"echo   ifstat\n"
		"echo   dhcp%s%s\n",
		any ? "no network card" : plan->device, any ? "an" : "no", any ? "" : " ",
		plan->device);
	if (!err)
		err = print_boot(plan, "echo   ", "\n", ret);
	return err ? err : bf_buffer_print(ret, "shell\nexit\n");
}

static int print_no_boot(const struct plan *plan, struct bf_buffer *ret)
{
	int err = bf_buffer_print(
		ret,
		"\n"
		":no_boot\n"
		"echo boots-from: could not boot %s\n"
		"echo The line above says why. Is the server up, and reachable "
		"from here? Try:\n"
		"echo   route\n",
		plan->url);
	if (!err)
		err = print_boot(plan, "echo   ", "\n", ret);
	return err ? err : bf_buffer_print(ret, "shell\n");
}

static int print_diagnostics(const struct plan *plan, struct bf_buffer *ret)
{
	int err = print_no_card(plan, ret);
	if (!err)
		err = print_no_vlan(plan, ret);
	if (!err)
		err = print_no_link(plan, ret);
	if (!err)
		err = print_no_address(plan, ret);
	return err ? err : print_no_boot(plan, ret);
}

/*
 * iPXE joins a line that ends in a backslash with the next one, which may be the "shell"
 * that everything here ends in. No setting and no URL may hold one; this holds for those
 * to come, too.
 */
static int check_lines(struct bf_view script, struct bf_error *reterr)
{
	size_t at;
	if (!bf_view_find(script, 0, bf_view("\\\n", 2), &at))
		return BF_OK;
	return bf_fail(reterr, BF_ERR_FORMAT,
		       "a line of the script would end in a backslash, and iPXE would "
		       "join it with the next");
}

int bf_script_render(const struct bf_network *network, const char *url,
		     struct bf_buffer *ret, struct bf_error *reterr)
{
	struct plan plan = make_plan(network, url);
	size_t start = ret->size;
	int err = print_steps(&plan, ret);
	if (!err)
		err = print_diagnostics(&plan, ret);
	if (err)
		return bf_fail_nomem(reterr);
	return check_lines(bf_view(ret->data + start, ret->size - start), reterr);
}
