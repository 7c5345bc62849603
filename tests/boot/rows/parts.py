# SPDX-License-Identifier: GPL-3.0-only
"""One part alone (--format), where each is used, and images that were repointed."""

from lab.bench import Row
from lab.machine import ARM64, BIOS, X86_64, Target, cd, disk, kernel, stick
from rows.common import boot_to_arrival, make_stick, serve_arrival


def boot_part(kind):
    def play(lab):
        web = serve_arrival(lab)
        image = lab.image("--format", kind, web.url(lab.nonce), name=f"boots-from.{kind}")
        boot_to_arrival(lab, image)
        web.expect_request(f"/{lab.nonce}")

    return play


def boot_efi_from_a_stick(lab):
    """The one file, where firmware looks for it on a stick somebody formatted."""
    web = serve_arrival(lab)
    efi = lab.image("--format", "efi", web.url(lab.nonce), name="boots-from.efi")
    boot_to_arrival(lab, make_stick(lab, {"EFI/BOOT/BOOTX64.EFI": efi}))
    web.expect_request(f"/{lab.nonce}")


def boot_repointed(lab):
    """The first URL leads nowhere; only the second one does."""
    web = serve_arrival(lab)
    image = lab.image("http://192.0.2.1/never")
    lab.command("repoint", image, web.url(lab.nonce))
    boot_to_arrival(lab, image)
    web.expect_request(f"/{lab.nonce}")


ROWS = [
    Row("part-lkrn.bios-kernel", Target(BIOS, kernel), boot_part("lkrn")),
    Row("part-esp.x86_64-disk", Target(X86_64, disk), boot_part("esp")),
    Row("part-esp.x86_64-stick", Target(X86_64, stick), boot_part("esp")),
    Row("part-esp.arm64-disk", Target(ARM64, disk), boot_part("esp")),
    Row("part-efi.x86_64-stick", Target(X86_64, stick), boot_efi_from_a_stick),
]
ROWS += [
    Row(f"repointed.{target.name}", target, boot_repointed)
    for target in (Target(BIOS, cd), Target(BIOS, stick), Target(X86_64, cd), Target(ARM64, disk))
]
