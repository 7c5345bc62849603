# SPDX-License-Identifier: GPL-3.0-only
"""Secure Boot with an iPXE that somebody else signed, of which not a byte is touched."""

import os
import shutil
from pathlib import Path

from lab.bench import Row
from lab.machine import ARM64, BIOS, Target, cd, stick
from lab.outcome import Skip
from lab.secure_boot import ARM64_OWN, X86_64_MOK, X86_64_OWN, own_signer, sign
from rows.common import boot_to_arrival, serve_arrival
from rows.secure_boot import expect_boot, make_efi
from rows.shim import shim_options

STOCK_FILES = {"x86_64": "ipxe-amd64.efi", "arm64": "ipxe-arm64.efi"}


def signed_stock(lab, variable="BF_STOCK_DIR", arch=None):
    """Debian's iPXE from this folder, signed by the vendor whom the machine knows."""
    name = STOCK_FILES[arch or lab.target.platform.name]
    stock = Path(os.environ.get(variable, "/nonexistent"), name)
    if not stock.exists():
        raise Skip(f"{stock} is not there ({variable}=FOLDER)")
    program = shutil.copy(stock, lab.folder / name)
    sign(own_signer(lab.folder), program)
    return program


def vendor(lab):
    web = serve_arrival(lab)
    expect_boot(lab, web, lab.image("--ipxe", signed_stock(lab), web.url(lab.nonce)))


def vendor_beside(lab):
    """What is not signed, in an image that has one signed iPXE, for x86_64: another slot, the same script."""
    web = serve_arrival(lab)
    boot_to_arrival(lab, lab.image("--ipxe", signed_stock(lab, arch="x86_64"), web.url(lab.nonce)))
    web.expect_request(f"/{lab.nonce}")


def vendor_trixie(lab):
    """An older iPXE."""
    web = serve_arrival(lab)
    expect_boot(lab, web, lab.image("--ipxe", signed_stock(lab, "BF_TRIXIE_DIR"), web.url(lab.nonce)))


def vendor_repointed(lab):
    """The first URL leads nowhere; the second one is put in place without a key."""
    web = serve_arrival(lab)
    image = lab.image("--ipxe", signed_stock(lab), "http://192.0.2.1/never")
    lab.command("repoint", image, web.url(lab.nonce))
    expect_boot(lab, web, image)


def vendor_behind_shim(lab):
    """As machines are sold: Microsoft's keys, and the vendor's enrolled for shim."""
    web = serve_arrival(lab)
    expect_boot(lab, web, lab.image(*shim_options(lab), "--ipxe", signed_stock(lab), web.url(lab.nonce)))


def vendor_behind_shim_repointed(lab):
    web = serve_arrival(lab)
    image = lab.image(*shim_options(lab), "--ipxe", signed_stock(lab), "http://192.0.2.1/never")
    lab.command("repoint", image, web.url(lab.nonce))
    expect_boot(lab, web, image)


def signed_elsewhere(lab):
    """Ours with the script in its slot, signed by another program; no URL is given again."""
    web = serve_arrival(lab)
    efi = make_efi(lab, web.url(lab.nonce))
    sign(own_signer(lab.folder), efi)
    expect_boot(lab, web, lab.image("--ipxe", efi))


ROWS = [
    Row(f"secure-boot-{play.__name__.replace('_', '-')}.{target.name}", target, play)
    for play, targets in (
        (vendor, (Target(X86_64_OWN, cd), Target(X86_64_OWN, stick), Target(ARM64_OWN, cd))),
        (vendor_beside, (Target(BIOS, cd), Target(ARM64, cd))),
        (vendor_trixie, (Target(X86_64_OWN, cd),)),
        (vendor_repointed, (Target(X86_64_OWN, stick),)),
        (vendor_behind_shim, (Target(X86_64_MOK, cd), Target(X86_64_MOK, stick))),
        (vendor_behind_shim_repointed, (Target(X86_64_MOK, cd),)),
        (signed_elsewhere, (Target(X86_64_OWN, cd),)),
    )
    for target in targets
]
