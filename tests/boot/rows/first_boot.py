"""The main promise: an image made from an http:// URL boots and fetches it, on every platform."""

from lab.bench import Row
from lab.machine import ARM64, BIOS, MAC, RISCV64, UUID, X86_64, Target, cd, disk, stick
from rows.common import boot_to_arrival, serve_arrival

TARGETS = (
    Target(BIOS, cd),
    Target(BIOS, stick),
    Target(X86_64, cd),
    Target(X86_64, stick),
    Target(ARM64, cd),
    Target(ARM64, disk),
    Target(RISCV64, disk),
)


def chain_over_http(lab):
    web = serve_arrival(lab)
    boot_to_arrival(lab, lab.image(web.url(lab.nonce)))
    web.expect_request(f"/{lab.nonce}")


def settings_in_url(lab):
    """iPXE fills in what is known only on the machine, where the URL asks for it."""
    web = serve_arrival(lab)
    boot_to_arrival(lab, lab.image(web.url(lab.nonce) + "?mac=${net0/mac:hexhyp}&uuid=${uuid}"))
    web.expect_request(f"/{lab.nonce}?mac={MAC.replace(':', '-')}&uuid={UUID}")


ROWS = [Row(f"http.{target.name}", target, chain_over_http) for target in TARGETS]
ROWS += [
    Row(f"settings-in-url.{target.name}", target, settings_in_url)
    for target in (Target(BIOS, cd), Target(X86_64, cd))
]
