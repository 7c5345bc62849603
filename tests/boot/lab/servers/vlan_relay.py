# SPDX-License-Identifier: GPL-3.0-only
"""Run as a program: relays frames between two unix datagram sockets, one side tagged.

Frames to the card get the tag, frames from the card lose it; what the card sends untagged or with
another tag is dropped, as a switch port would.
"""

import select
import socket
import struct
import sys

TPID = 0x8100  # IEEE 802.1Q
ADDRESSES = 12  # the two MAC addresses in front of the tag
VLAN_ID_MASK = 0xFFF
LONGEST_FRAME = 65536


def tagged(frame, vlan_id):
    return frame[:ADDRESSES] + struct.pack(">HH", TPID, vlan_id) + frame[ADDRESSES:]


def untagged(frame, vlan_id):
    """The frame without its tag, None when it is not of this VLAN."""
    if len(frame) < ADDRESSES + 4:
        return None
    tpid, control = struct.unpack_from(">HH", frame, ADDRESSES)
    if tpid != TPID or control & VLAN_ID_MASK != vlan_id:
        return None
    return frame[:ADDRESSES] + frame[ADDRESSES + 4:]


def bound_socket(path):
    end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    end.bind(path)
    return end


def relay(vlan_id, to_card_path, card_path, to_network_path, network_path):
    """Relays for as long as it is left running."""
    to_card = bound_socket(to_card_path)
    to_network = bound_socket(to_network_path)
    while True:
        for ready in select.select([to_card, to_network], [], [])[0]:
            frame = ready.recv(LONGEST_FRAME)
            if ready is to_network:
                to_card.sendto(tagged(frame, vlan_id), card_path)
            elif (inner := untagged(frame, vlan_id)) is not None:
                to_network.sendto(inner, network_path)


if __name__ == "__main__":
    relay(int(sys.argv[1]), *sys.argv[2:])
