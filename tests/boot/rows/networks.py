"""Networks that take more than plain DHCP on the only card."""

from lab.bench import Row
from lab.machine import BIOS, X86_64, Target, cd
from lab.servers.vlan import VlanRelay, vlan_network
from rows.common import boot_to_arrival, serve_arrival

TARGETS = (Target(BIOS, cd), Target(X86_64, cd))

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


ROWS = [Row(f"vlan-by-script.{target.name}", target, vlan_by_script) for target in TARGETS]
