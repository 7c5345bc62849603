# SPDX-License-Identifier: GPL-3.0-only
"""Enrolling the certificate that is on the medium: what a person at the machine does, typed over the
serial port.  boots-from-secure-boot(7) describes these steps.
"""

from dataclasses import replace

from lab.bench import Row
from lab.linux import packages
from lab.machine import Target, pflash, stick
from lab.menus import EDK2, SHIM, Menus
from lab.secure_boot import X86_64_OWN
from rows.common import serve_arrival
from rows.secure_boot import expect_verdict, own_key_options
from rows.shim import REFUSED, shim_options

# As machines are sold: Microsoft's keys, and nobody else's.
X86_64_SOLD = replace(
    X86_64_OWN,
    reboot="reset",
    firmware=pflash("/usr/share/OVMF/OVMF_CODE_4M.secboot.fd", "/usr/share/OVMF/OVMF_VARS_4M.ms.fd", "ovmf"),
)

CERTIFICATE = "enroll.cer"


def boot_after(lab, enrol, *options):
    """The machine refuses the image, somebody enrols the certificate, and it boots."""
    web = serve_arrival(lab)
    image = lab.image(*own_key_options(lab), *options, web.url(lab.nonce))
    expect_verdict(lab, image, "enrolled")
    guest = lab.boot(image)
    enrol(guest.console)
    guest.expect(lab.arrival_text)
    guest.wait_off()
    web.expect_request(f"/{lab.nonce}")


def use_mokmanager(console):
    menus = Menus(console, SHIM)
    menus.pick(REFUSED, "OK")
    menus.press("Press any key to perform MOK management")
    menus.pick("Perform MOK management", "Enroll key from disk")
    menus.pick("Select Key", "BOOTS-FROM")
    menus.pick("Select Key", CERTIFICATE)
    menus.pick("[Enroll MOK]", "Continue")
    menus.pick("Enroll the key(s)?", "Yes")
    menus.pick("Perform MOK management", "Reboot")


def use_set_up(console):
    menus = Menus(console, EDK2)
    menus.press("Press any key to enter the Boot Manager Menu")
    menus.pick("Standard PC", "Device Manager")
    menus.pick("Device Manager", "Secure Boot Configuration")
    menus.pick("Secure Boot Configuration", "<Standard Mode>")
    menus.pick("Esc=Exit Entry", "Custom Mode")
    menus.pick("Secure Boot Configuration", "Custom Secure Boot Options")
    menus.pick("Custom Secure Boot Options", "DB Options")
    menus.pick("DB Options", "Enroll Signature")
    menus.pick("Enroll Signature", "Enroll Signature Using File")
    menus.pick("File Explorer", "BOOTS-FROM")
    menus.pick("File Explorer", CERTIFICATE)
    menus.pick("Enroll Signature", "Commit Changes and Exit")
    for title in ("Custom Secure Boot Options", "Secure Boot Configuration", "Device Manager"):
        menus.leave(title)
    menus.pick("Standard PC", "Reset")


def enrol_mok(lab):
    manager = packages() / "usr/lib/shim/mmx64.efi.signed"
    boot_after(lab, use_mokmanager, *shim_options(lab), "--mokmanager", manager)


def enrol_db(lab):
    boot_after(lab, use_set_up)


ROWS = [
    Row(f"secure-boot-{play.__name__.replace('_', '-')}.{target.name}", target, play)
    for play in (enrol_mok, enrol_db)
    for target in (Target(X86_64_SOLD, stick),)
]
