/* SPDX-License-Identifier: GPL-3.0-only */
#include "http/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

static bool is_ipv4(const struct bf_peer *peer)
{
	return memcmp(peer->address, mapped, sizeof(mapped)) == 0;
}

struct bf_peer bf_peer(const struct sockaddr *from)
{
	struct bf_peer peer = {0};
	if (from->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;
		memcpy(&in6, from, sizeof(in6));
		memcpy(peer.address, &in6.sin6_addr, sizeof(peer.address));
		peer.port = ntohs(in6.sin6_port);
	} else if (from->sa_family == AF_INET) {
		struct sockaddr_in in;
		memcpy(&in, from, sizeof(in));
		memcpy(peer.address, mapped, sizeof(mapped));
		memcpy(peer.address + sizeof(mapped), &in.sin_addr, sizeof(in.sin_addr));
		peer.port = ntohs(in.sin_port);
	}
	return peer;
}

const char *bf_peer_print(const struct bf_peer *peer, char out[BF_PEER_TEXT_SIZE])
{
	char address[INET6_ADDRSTRLEN] = "?";
	if (is_ipv4(peer)) {
		inet_ntop(AF_INET, peer->address + sizeof(mapped), address,
			  sizeof(address));
		snprintf(out, BF_PEER_TEXT_SIZE, "%s:%u", address, peer->port);
	} else {
		inet_ntop(AF_INET6, peer->address, address, sizeof(address));
		snprintf(out, BF_PEER_TEXT_SIZE, "[%s]:%u", address, peer->port);
	}
	return out;
}

uint64_t bf_peer_share(const struct bf_peer *peer)
{
	/* The second half of a mapped address is no network's prefix: ::/8 is reserved. */
	uint64_t share;
	memcpy(&share, peer->address + (is_ipv4(peer) ? 8 : 0), sizeof(share));
	return share;
}

bool bf_peer_is_loopback(const struct bf_peer *peer)
{
	static const uint8_t one[16] = {[15] = 1};
	return is_ipv4(peer) ? peer->address[sizeof(mapped)] == 127
			     : memcmp(peer->address, one, sizeof(one)) == 0;
}
