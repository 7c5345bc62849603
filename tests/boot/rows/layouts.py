# SPDX-License-Identifier: GPL-3.0-only
"""Every partition layout on every medium it is for, and a stick made by copying the files."""

import shutil

from lab.bench import Row
from lab.machine import BIOS, U_BOOT_ARM64, X86_64, Target, cd, disk, stick
from lab.process import require
from rows.common import boot_to_arrival, run, serve_arrival

LAYOUTS = {
    # isohybrid, the default, is in first_boot.
    "gpt": (cd, stick),
    "mbr": (cd, stick),
    "cd": (cd,),
}

# Firmware that is not what desktops have, and follows El Torito on a disk, as EDK2 does.
ON_DISK = [
    ("isohybrid", U_BOOT_ARM64, disk),
    ("cd", U_BOOT_ARM64, disk),
    ("cd", X86_64, disk),
]

STICK_BYTES = 64 << 20  # enough for the clusters FAT32 needs at least


def boot_layout(layout):
    def play(lab):
        web = serve_arrival(lab)
        boot_to_arrival(lab, lab.image("--layout", layout, web.url(lab.nonce)))
        web.expect_request(f"/{lab.nonce}")

    return play


def copy_to_stick(lab, image):
    """What a person does with a formatted stick and an image that is opened as a folder."""
    tree = lab.folder / "tree"
    copied = lab.folder / "stick.img"
    run(require("xorriso", "xorriso"), "-osirrox", "on", "-indev", image,
        "-extract", "/", tree)
    run("chmod", "-R", "u+rwX", tree)
    with copied.open("wb") as file:
        file.truncate(STICK_BYTES)
    run(require("mkfs.fat", "dosfstools"), "-F", "32", copied)
    run(require("mcopy", "mtools"), "-s", "-i", copied, *sorted(tree.iterdir()), "::")
    shutil.rmtree(tree)
    return copied


def boot_copied_files(lab):
    web = serve_arrival(lab)
    image = lab.image(web.url(lab.nonce))
    boot_to_arrival(lab, copy_to_stick(lab, image))
    web.expect_request(f"/{lab.nonce}")


ROWS = [
    Row(f"layout-{layout}.{platform.name}-{medium.__name__}",
        Target(platform, medium), boot_layout(layout))
    for layout, media in LAYOUTS.items()
    for platform in (BIOS, X86_64)
    for medium in media
]
ROWS += [
    Row(f"layout-{layout}.{platform.name}-{medium.__name__}", Target(platform, medium), boot_layout(layout))
    for layout, platform, medium in ON_DISK
]
ROWS += [Row("copied-files.x86_64-stick", Target(X86_64, stick), boot_copied_files)]
