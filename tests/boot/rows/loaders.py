# SPDX-License-Identifier: GPL-3.0-only
"""One part alone (--format), started by what the network and boot loaders offer for that.

No medium has the part: firmware fetches it by PXE or UEFI HTTP boot, PXELINUX by TFTP, or GRUB has
it among its files.
"""

from dataclasses import dataclass
from pathlib import Path

from lab.bench import Row
from lab.machine import ARM64, BIOS, X86_64, Target, cd, existing, http_boot, pxe, tap_network
from lab.network import TAP, TAP_ADDRESS, make_tap
from lab.process import require
from lab.servers.dnsmasq import Dnsmasq
from rows.common import boot_to_arrival, run, serve_arrival

DHCP_RANGE = "192.0.2.50,192.0.2.99"

# The ROM's old iPXE looks for an IPv6 router too, 15 s long if there is none.
IPV6_ROUTER = ("--enable-ra", "--dhcp-range=2001:db8::,ra-only")

PXELINUX_FILES = (
    ("/usr/lib/PXELINUX/pxelinux.0", "pxelinux"),
    ("/usr/lib/syslinux/modules/bios/ldlinux.c32", "syslinux-common"),
)
PXELINUX_CONFIGURATION = """\
DEFAULT boots-from
LABEL boots-from
  KERNEL boots-from.lkrn
"""


@dataclass(frozen=True)
class Grub:
    """GRUB for one kind of firmware, and its module for the command that starts a part."""

    folder: str
    package: str
    module: str


GRUB_BIOS = Grub("/usr/lib/grub/i386-pc", "grub-pc-bin", "linux16")
GRUB_EFI = Grub("/usr/lib/grub/x86_64-efi", "grub-efi-amd64-bin", "chain")


def make_part(lab, kind, url):
    arch = ("--arch", lab.target.platform.name) if kind == "efi" else ()
    return lab.image("--format", kind, *arch, url, name=f"boots-from.{kind}")


def serve_on_tap(lab, kind):
    """A web server beside the machine, and a part made to boot from it."""
    make_tap()
    web = serve_arrival(lab, address=TAP_ADDRESS)
    return web, make_part(lab, kind, web.url(lab.nonce, host=TAP_ADDRESS))


def start_tftp(lab, image, boot_file, *options):
    """A TFTP server that has the image, and DHCP that tells everybody what to boot."""
    server = lab.start(Dnsmasq(
        TAP, dhcp_range=DHCP_RANGE, tftp=True, extra=(f"--dhcp-boot={boot_file}", *options)))
    server.publish(image.name, image.read_bytes())
    return server


def boot_from_network(lab, web, rom=False):
    boot_to_arrival(lab, None, tap_network(TAP, rom=rom))
    web.expect_request(f"/{lab.nonce}")


def efi_by_pxe(lab):
    web, image = serve_on_tap(lab, "efi")
    start_tftp(lab, image, image.name)
    boot_from_network(lab, web)


def efi_by_http_boot(lab):
    """UEFI takes a URL only from a server that says HTTPClient back (UEFI 2.10, 24.7)."""
    web, image = serve_on_tap(lab, "efi")
    web.publish(image.name, image.read_bytes())
    lab.start(Dnsmasq(TAP, dhcp_range=DHCP_RANGE, extra=(
        "--dhcp-vendorclass=set:http,HTTPClient",
        "--dhcp-option-force=tag:http,option:vendor-class,HTTPClient",
        f"--dhcp-boot=tag:http,{web.url(image.name, host=TAP_ADDRESS)}")))
    boot_from_network(lab, web)
    web.expect_request(f"/{image.name}")


def lkrn_by_pxe(lab):
    """An iPXE in the card's ROM takes an .lkrn itself."""
    web, image = serve_on_tap(lab, "lkrn")
    start_tftp(lab, image, image.name, *IPV6_ROUTER)
    boot_from_network(lab, web, rom=True)


def lkrn_by_pxelinux(lab):
    """Any other PXE ROM knows its own kind of program only, and this one starts kernels."""
    web, image = serve_on_tap(lab, "lkrn")
    server = start_tftp(lab, image, "pxelinux.0", *IPV6_ROUTER)
    for file, package in PXELINUX_FILES:
        server.publish(Path(file).name, Path(existing(file, package)).read_bytes())
    server.publish("pxelinux.cfg/default", PXELINUX_CONFIGURATION)
    boot_from_network(lab, web, rom=True)


def boot_by_grub(lab, grub, kind, command):
    """A CD of GRUB's with the part on it, which is no CD of ours."""
    web = serve_arrival(lab)
    tree = lab.make_folder("tree")
    image = make_part(lab, kind, web.url(lab.nonce))
    image.rename(tree / image.name)
    configuration = tree / "boot/grub/grub.cfg"
    configuration.parent.mkdir(parents=True)
    configuration.write_text(f"{command} /{image.name}\nboot\n")
    medium = lab.folder / "grub.iso"
    run(require("grub-mkrescue", "grub-common"), "--output", medium,
        f"--directory={existing(grub.folder, grub.package)}",
        f"--install-modules=normal {grub.module}", "--fonts=", "--locales=", "--themes=", tree)
    boot_to_arrival(lab, medium)
    web.expect_request(f"/{lab.nonce}")


def lkrn_by_grub(lab):
    """Not with `linux`, which enters a kernel in 32-bit mode: no iPXE starts there."""
    boot_by_grub(lab, GRUB_BIOS, "lkrn", "linux16")


def efi_by_grub(lab):
    boot_by_grub(lab, GRUB_EFI, "efi", "chainloader")


ROWS = [
    Row("part-efi.x86_64-pxe", Target(X86_64, pxe), efi_by_pxe),
    Row("part-efi.arm64-pxe", Target(ARM64, pxe), efi_by_pxe),
    Row("part-efi.x86_64-http-boot", Target(X86_64, http_boot), efi_by_http_boot),
    Row("part-lkrn.bios-pxe", Target(BIOS, pxe), lkrn_by_pxe),
    Row("part-lkrn.bios-pxelinux", Target(BIOS, pxe), lkrn_by_pxelinux),
    Row("part-lkrn.bios-grub", Target(BIOS, cd), lkrn_by_grub),
    Row("part-efi.x86_64-grub", Target(X86_64, cd), efi_by_grub),
]
