/* SPDX-License-Identifier: GPL-3.0-only */
/* The other end of a connection, and with whom it shares what one client may have. */
#ifndef BF_PEER_H
#define BF_PEER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum { BF_PEER_TEXT_SIZE = 64 };

struct bf_peer {
	uint8_t address[16]; /* IPv6, or IPv4 as ::ffff:a.b.c.d */
	uint16_t port;
};

/* From what accept(2) says of an IPv4 or IPv6 connection; other families are all "::". */
struct bf_peer bf_peer(const struct sockaddr *from);

/* ADDRESS:PORT or [ADDRESS]:PORT. Returns out. */
const char *bf_peer_print(const struct bf_peer *peer, char out[BF_PEER_TEXT_SIZE]);

/*
 * What is the same for all addresses one client can have: an IPv4 address, or the first 64
 * bits of an IPv6 one, which are a network's; the rest is anybody's choice there.
 */
uint64_t bf_peer_share(const struct bf_peer *peer);

/* Whether it is this machine itself: of 127.0.0.0/8, or ::1. */
bool bf_peer_is_loopback(const struct bf_peer *peer);

#endif
