# SPDX-License-Identifier: GPL-3.0-only
"""A boot that cannot work says why and ends in iPXE's shell, never in a loop of reboots."""

from lab.bench import Row
from lab.machine import BIOS, MAC, NO_CARD, X86_64, Target, cd, silent_network
from lab.serial import PROMPT
from lab.servers.nginx import Nginx

TARGETS = (Target(BIOS, cd), Target(X86_64, cd))

DIAGNOSTIC = "boots-from:"


def expect_diagnostic_and_shell(guest, error):
    guest.expect(error)
    guest.expect(DIAGNOSTIC)
    guest.expect_shell()


def nobody_answers_dhcp(lab):
    """One retry is enough to see that they end."""
    guest = lab.boot(lab.image("--retries", "1", "http://10.0.2.2:8080/boot"), silent_network())
    guest.expect("No configuration methods succeeded")
    guest.expect("[Link:up")
    guest.expect("boots-from: no address yet, DHCP attempt 2 of 2")
    expect_diagnostic_and_shell(guest, "No configuration methods succeeded")


def no_card(lab):
    guest = lab.boot(lab.image("http://10.0.2.2:8080/boot"), NO_CARD)
    guest.console.expect("boots-from: no network card that iPXE has a driver for",
                         unless="DHCP attempt")
    guest.console.expect(PROMPT)


def no_such_card(lab):
    """The one there is gets shown, with its address to copy."""
    guest = lab.boot(lab.image("--nic", "52:54:00:99:99:99", "http://10.0.2.2:8080/boot"))
    guest.expect("boots-from: no network card has the MAC address 52:54:00:99:99:99")
    guest.expect(f"net0: {MAC}")
    guest.expect_shell()


def not_found(lab):
    web = lab.start(Nginx())
    guest = lab.boot(lab.image(web.url(lab.nonce)))
    expect_diagnostic_and_shell(guest, "Not found")
    web.expect_request(f"/{lab.nonce}", status=404)


def backslash(lab):
    """iPXE joins lines at a backslash; the URL's is %5C, and the shell comes after all."""
    web = lab.start(Nginx())
    guest = lab.boot(lab.image(web.url(f"{lab.nonce}%5C")))
    expect_diagnostic_and_shell(guest, "Not found")
    web.expect_request(f"/{lab.nonce}%5C", status=404)


ROWS = [
    Row(f"{play.__name__.replace('_', '-')}.{target.name}", target, play)
    for play in (nobody_answers_dhcp, no_card, no_such_card, not_found, backslash)
    for target in TARGETS
]
