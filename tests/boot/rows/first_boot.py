# SPDX-License-Identifier: GPL-3.0-only
"""The main promise: an image made from an http:// URL boots and fetches it, on every platform."""

import os
from pathlib import Path

from lab.bench import Row
from lab.machine import ARM64, BIOS, MAC, RISCV64, UUID, X86_64, Target, cd, disk, stick
from lab.outcome import Skip
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


def fallback_suite():
    folder = Path(os.environ.get("BF_TRIXIE_DIR", "/nonexistent"))
    if not folder.is_dir():
        raise Skip("Debian trixie's ipxe package could not be fetched")
    return folder


def chain_over_http(lab):
    web = serve_arrival(lab)
    boot_to_arrival(lab, lab.image(web.url(lab.nonce)))
    web.expect_request(f"/{lab.nonce}")


def settings_in_url(lab):
    """iPXE fills in what is known only on the machine, where the URL asks for it."""
    web = serve_arrival(lab)
    boot_to_arrival(lab, lab.image(web.url(lab.nonce) + "?mac=${net0/mac:hexhyp}&uuid=${uuid}"))
    web.expect_request(f"/{lab.nonce}?mac={MAC.replace(':', '-')}&uuid={UUID}")


def chain_with_the_fallback_suite(lab):
    """Debian trixie's iPXE, brought with --ipxe: stock binaries, planted when the image is made."""
    folder = fallback_suite()
    web = serve_arrival(lab)
    options = ["--ipxe", folder / "ipxe.lkrn", "--ipxe", folder / "ipxe-amd64.efi"]
    options += ["--ipxe", folder / "ipxe-arm64.efi"]
    boot_to_arrival(lab, lab.image(*options, web.url(lab.nonce)))
    web.expect_request(f"/{lab.nonce}")


ROWS = [Row(f"http.{target.name}", target, chain_over_http) for target in TARGETS]
ROWS += [
    Row(f"settings-in-url.{target.name}", target, settings_in_url)
    for target in (Target(BIOS, cd), Target(X86_64, cd))
]
ROWS += [
    Row(f"trixie.{target.name}", target, chain_with_the_fallback_suite)
    for target in (Target(BIOS, cd), Target(X86_64, cd), Target(ARM64, cd))
]
