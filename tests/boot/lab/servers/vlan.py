# SPDX-License-Identifier: GPL-3.0-only
"""A switch port that carries one tagged VLAN, for kernels without 802.1Q.

QEMU has the machine's card on one unix datagram socket and its user network on another, and a relay
is in between.
"""

import sys
from pathlib import Path

from lab.machine import MAC, Nic
from lab.process import Process

RELAY = Path(__file__).with_name("vlan_relay.py")

# Who binds which: QEMU its two ends, the relay its two.
CARD, TO_CARD = "/run/vlan-card.sock", "/run/vlan-to-card.sock"
NETWORK, TO_NETWORK = "/run/vlan-network.sock", "/run/vlan-to-network.sock"


class VlanRelay:
    def __init__(self, vlan_id):
        self._vlan_id = vlan_id
        self._process = None

    def start(self, lab):
        self._process = Process(
            [sys.executable, str(RELAY), str(self._vlan_id), TO_CARD, CARD, TO_NETWORK, NETWORK],
            lab.folder / "vlan.log")
        self._process.wait_until(Path(TO_NETWORK).exists, "socket")

    def stop(self):
        if self._process:
            self._process.stop()


def vlan_network(mac=MAC):
    """A card behind the relay; QEMU's user network is on the other side of it."""
    return Nic(mac, (
        f"dgram,id={{id}},local.type=unix,local.path={CARD},"
        f"remote.type=unix,remote.path={TO_CARD}",
        "user,id=vlan-user", "hubport,id=vlan-hub-user,hubid=1,netdev=vlan-user",
        f"dgram,id=vlan-dgram,local.type=unix,local.path={NETWORK},"
        f"remote.type=unix,remote.path={TO_NETWORK}",
        "hubport,id=vlan-hub-dgram,hubid=1,netdev=vlan-dgram",
    ))
