"""Networks that take more than plain DHCP on the only card."""

from lab.bench import Row
from lab.machine import BIOS, X86_64, Target, cd, silent_network, user_network
from lab.servers.vlan import VlanRelay, vlan_network
from rows.common import boot_to_arrival, serve_arrival

TARGETS = (Target(BIOS, cd), Target(X86_64, cd))

OTHER_MAC = "52:54:00:b0:07:02"

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


ROWS = [
    Row(f"{play.__name__.replace('_', '-')}.{target.name}", target, play)
    for play in (vlan_by_script, second_card)
    for target in TARGETS
]
