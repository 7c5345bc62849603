# SPDX-License-Identifier: GPL-3.0-only
"""Interfaces inside the sandbox."""

import subprocess
from pathlib import Path

TAP = "tap0"
TAP_ADDRESS = "192.0.2.1"  # ours, the machine on the tap gets another of 192.0.2.0/24
TAP_ADDRESS6 = "2001:db8::1"  # the same in 2001:db8::/64

# Addresses of ours in other networks, which the machine reaches through those on the tap.
FAR_ADDRESS = "198.51.100.1"
FAR_ADDRESS6 = "2001:db8:1::1"


def make_tap():
    """A wire to a machine on tap_network(TAP); nobody answers on it until a server is started."""
    for command in (
        ["ip", "tuntap", "add", "dev", TAP, "mode", "tap"],
        ["ip", "address", "add", f"{TAP_ADDRESS}/24", "dev", TAP],
        # Without duplicate address detection a server can bind to it at once.
        ["ip", "address", "add", f"{TAP_ADDRESS6}/64", "dev", TAP, "nodad"],
        ["ip", "address", "add", f"{FAR_ADDRESS}/32", "dev", "lo"],
        ["ip", "address", "add", f"{FAR_ADDRESS6}/128", "dev", "lo", "nodad"],
        ["ip", "link", "set", TAP, "up"],
    ):
        subprocess.run(command, check=True)


def use_name_server(address, folder):
    """Makes QEMU's user network hand its DNS queries to this address."""
    configuration = Path(folder, "resolv.conf")
    configuration.write_text(f"nameserver {address}\n")
    subprocess.run(["mount", "--bind", configuration, "/etc/resolv.conf"], check=True)
