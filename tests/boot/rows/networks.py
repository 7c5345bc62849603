# SPDX-License-Identifier: GPL-3.0-only
"""Networks that take more than plain DHCP on the only card."""

from lab.bench import Row
from lab.machine import (
    BIOS, MAC, X86_64, Target, cd, silent_network, tap_network, unplugged_network, user_network)
from lab.network import (
    FAR_ADDRESS, FAR_ADDRESS6, TAP, TAP_ADDRESS, TAP_ADDRESS6, make_tap, use_name_server)
from lab.servers.dnsmasq import Dnsmasq, LateDnsmasq
from lab.servers.iscsi import Tgt
from lab.servers.vlan import VlanRelay, vlan_network
from rows.common import MEBIBYTE, boot_to_arrival, serve_arrival

TARGETS = (Target(BIOS, cd), Target(X86_64, cd))

OTHER_MAC = "52:54:00:b0:07:02"
SERVER_NAME = "bty-server"
NOBODY, NOBODY6 = "192.0.2.99", "2001:db8::99"  # on the tap, and no machine has them

# Where QEMU's user network lets a machine be that does not ask its DHCP, which starts at .15.
USER_ADDRESS = "10.0.2.99"
USER_STATIC = ("--ip", f"{USER_ADDRESS}/24", "--gateway", "10.0.2.2")

VLAN_ID = 42

VLAN_SCRIPT = """\
#!ipxe
vcreate --tag {vlan_id} net0
dhcp net0-{vlan_id}
chain --autofree {url}
"""


def vlan_by_script(lab):
    lab.start(VlanRelay(VLAN_ID))
    web = serve_arrival(lab)
    script = VLAN_SCRIPT.format(vlan_id=VLAN_ID, url=web.url(lab.nonce))
    boot_to_arrival(lab, lab.script_image(script), vlan_network())
    web.expect_request(f"/{lab.nonce}")


def second_card(lab):
    """Of two cards only the second is wired, and nothing says so to the image."""
    web = serve_arrival(lab)
    image = lab.image(web.url(lab.nonce))
    boot_to_arrival(lab, image, silent_network(mac=OTHER_MAC), user_network())
    web.expect_request(f"/{lab.nonce}")


def boot_to_address(lab, web, address, *options, nics=(), host="10.0.2.2", setting="net0/ip"):
    """Boots an image with these options; the machine must tell the server that address."""
    image = lab.image(*options, web.url(lab.nonce, host=host) + f"?ip=${{{setting}}}")
    boot_to_arrival(lab, image, *nics)
    web.expect_request(f"/{lab.nonce}?ip={address}")


def static_on_user_network(lab):
    boot_to_address(lab, serve_arrival(lab), USER_ADDRESS, *USER_STATIC)


def static_on_tap(lab):
    """Nothing here answers DHCP; server and DNS server are behind the gateway."""
    make_tap()
    lab.start(Dnsmasq("lo", names={SERVER_NAME: FAR_ADDRESS}))
    boot_to_address(
        lab, serve_arrival(lab, address=FAR_ADDRESS), "192.0.2.7",
        "--ip", "192.0.2.7/24", "--gateway", TAP_ADDRESS, "--dns", FAR_ADDRESS,
        nics=(tap_network(TAP),), host=SERVER_NAME)


def static_host_route(lab):
    """A /32 has no subnet that the gateway could be in."""
    make_tap()
    boot_to_address(
        lab, serve_arrival(lab, address=FAR_ADDRESS), "192.0.2.7",
        "--ip", "192.0.2.7/32", "--gateway", TAP_ADDRESS,
        nics=(tap_network(TAP),), host=FAR_ADDRESS)


def static_ipv6(lab):
    """The server is behind the gateway, the first of two DNS servers is down."""
    make_tap()
    lab.start(Dnsmasq(TAP, names={SERVER_NAME: FAR_ADDRESS6}))
    boot_to_address(
        lab, serve_arrival(lab, address=f"[{FAR_ADDRESS6}]"), "2001:db8::7",
        "--ip", "2001:db8::7/64", "--gateway", TAP_ADDRESS6,
        "--dns", NOBODY6, "--dns", TAP_ADDRESS6,
        nics=(tap_network(TAP),), host=SERVER_NAME, setting="net0/ip6")


def second_name_server(lab):
    """The first of two DNS servers is down."""
    make_tap()
    lab.start(Dnsmasq(TAP, names={SERVER_NAME: TAP_ADDRESS}))
    boot_to_address(
        lab, serve_arrival(lab, address=TAP_ADDRESS), "192.0.2.7",
        "--ip", "192.0.2.7/24", "--dns", NOBODY, "--dns", TAP_ADDRESS,
        nics=(tap_network(TAP),), host=SERVER_NAME)


def name_server_over_dhcp(lab):
    """The DNS server that DHCP names is down, the one in the image is asked."""
    use_name_server("127.0.0.99", lab.folder)
    lab.start(Dnsmasq("lo", names={SERVER_NAME: "10.0.2.2"}))
    web = serve_arrival(lab)
    boot_to_arrival(
        lab, lab.image("--dns", "10.0.2.2", web.url(lab.nonce, host=SERVER_NAME)))
    web.expect_request(f"/{lab.nonce}")


def vlan_dhcp(lab):
    lab.start(VlanRelay(VLAN_ID))
    web = serve_arrival(lab)
    boot_to_arrival(lab, lab.image("--vlan", str(VLAN_ID), web.url(lab.nonce)), vlan_network())
    web.expect_request(f"/{lab.nonce}")


def vlan_static(lab):
    lab.start(VlanRelay(VLAN_ID))
    boot_to_address(
        lab, serve_arrival(lab), USER_ADDRESS, "--vlan", str(VLAN_ID), *USER_STATIC,
        nics=(vlan_network(),), setting=f"net0-{VLAN_ID}/ip")


def boot_with_only_second_card(lab, *options):
    web = serve_arrival(lab)
    guest = lab.boot(lab.image(*options, web.url(lab.nonce)),
                     silent_network(mac=OTHER_MAC), user_network())
    guest.console.expect("Configuring (net1", unless="Configuring (net0")
    guest.expect(lab.arrival_text)
    guest.wait_off()
    web.expect_request(f"/{lab.nonce}")


def card_by_name(lab):
    boot_with_only_second_card(lab, "--nic", "net1")


def card_by_mac(lab):
    boot_with_only_second_card(lab, "--nic", MAC.upper())


def card_by_mac_with_static_vlan(lab):
    """All of it at once, on the second of two cards."""
    lab.start(VlanRelay(VLAN_ID))
    boot_to_address(
        lab, serve_arrival(lab), USER_ADDRESS, "--nic", MAC, "--vlan", str(VLAN_ID), *USER_STATIC,
        nics=(silent_network(mac=OTHER_MAC), vlan_network()), setting=f"net1-{VLAN_ID}/ip")


def host_name_for_iscsi(lab):
    """The LUN is for one initiator only, whose name iPXE makes from the host name."""
    web = serve_arrival(lab)
    lun = lab.image(web.url(lab.nonce), name="lun.img")
    with open(lun, "ab") as file:
        file.truncate(32 * MEBIBYTE)
    target = lab.start(Tgt(f"iqn.2001-04.example:{lab.nonce}", lun,
                           initiator="iqn.2010-04.org.ipxe:node7"))
    boot_to_arrival(lab, lab.image("--hostname", "node7", target.url()))
    web.expect_request(f"/{lab.nonce}")


def dhcp_answers_late(lab):
    """As behind a switch port that blocks for a while: nobody answers for 25 s."""
    make_tap()
    web = serve_arrival(lab, address=TAP_ADDRESS)
    lab.start(LateDnsmasq(25, TAP, dhcp_range="192.0.2.50,192.0.2.98"))
    guest = lab.boot(lab.image(web.url(lab.nonce, host=TAP_ADDRESS)), tap_network(TAP))
    guest.expect("[Link:up")
    guest.expect("boots-from: no address yet, DHCP attempt 2 of 3")
    guest.expect(lab.arrival_text)
    guest.wait_off()
    web.expect_request(f"/{lab.nonce}")


def plugged_in_late(lab):
    """Somebody reads that there is no link, and mends it."""
    web = serve_arrival(lab)
    guest = lab.boot(lab.image(web.url(lab.nonce)), unplugged_network())
    guest.expect("[Link:down")
    guest.expect("boots-from: no address yet, DHCP attempt 2 of 3")
    guest.plug(0)
    guest.expect(lab.arrival_text)
    guest.wait_off()
    web.expect_request(f"/{lab.nonce}")


ROWS = [
    Row(f"{play.__name__.replace('_', '-')}.{target.name}", target, play)
    for play in (
        vlan_by_script, second_card, static_on_user_network, static_on_tap, static_host_route,
        static_ipv6, second_name_server, name_server_over_dhcp, vlan_dhcp, vlan_static,
        card_by_name, card_by_mac, card_by_mac_with_static_vlan, host_name_for_iscsi,
        dhcp_answers_late, plugged_in_late,
    )
    for target in TARGETS
]
