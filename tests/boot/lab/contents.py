# SPDX-License-Identifier: GPL-3.0-only
"""Taking an image's own iPXE out of it, with independent tools."""

import subprocess

from lab.process import require


def lkrn(image, folder):
    """The bytes of the BIOS part."""
    return _from_iso(image, "/boot/ipxe.lkrn", folder / "ipxe.lkrn").read_bytes()


def efi(image, folder):
    """The bytes of the UEFI x86-64 part."""
    esp = _from_iso(image, "/boot/esp.img", folder / "esp.img")
    file = folder / "BOOTX64.EFI"
    _run(require("mcopy", "mtools"), "-n", "-i", esp, "::/EFI/BOOT/BOOTX64.EFI", file)
    return file.read_bytes()


def _from_iso(image, path, file):
    _run(require("xorriso", "xorriso"), "-indev", image, "-osirrox", "on", "-extract", path, file)
    return file


def _run(*command):
    subprocess.run(command, check=True, capture_output=True)
