# SPDX-License-Identifier: GPL-3.0-only
"""The image in the hands of a Linux: its drivers read it, repoint leaves alone what is in use and
says when a device did not take what was written."""

import hashlib
import shlex
import subprocess

from lab import contents
from lab.bench import Row
from lab.linux import LINUX, Step, run
from lab.machine import Target, failing_disk, writable_disk
from lab.outcome import Failure
from lab.process import require
from rows.common import MEBIBYTE

OLD = "http://old.example/"
NEW = "http://new.example/another/path"

MOUNT_ISO = "mount -t iso9660 -o ro"
MOUNT_FAT = "mount -t vfat"

SECTOR_BYTES = 512


def repoint(image):
    return f"boots-from repoint {shlex.quote(image)} {NEW}"


def repointed(image):
    return Step(repoint(image), words=f"{image} now boots {NEW}")


def refused(image, words):
    return Step(repoint(image), 1, f"boots-from: '{image}': {words}")


def expect_bytes(lab, url, disk, start=0):
    """The disk holds what an image made for the URL does, from start to the image's end."""
    fresh = lab.image(url, name="fresh.iso").read_bytes()
    if disk.read_bytes()[start:len(fresh)] != fresh[start:]:
        raise Failure(f"{disk} is not what an image made for {url} would be")


def same_program(lab, url):
    """The UEFI binary as the kernel's two drivers read it, and xorriso with mtools here."""
    image = lab.image(url, name="fresh.iso")
    digest = hashlib.sha256(contents.efi(image, lab.folder)).hexdigest()
    steps = []
    for mount in (f"{MOUNT_ISO} /dev/vda", f"{MOUNT_FAT} -o ro /dev/vda2"):
        steps += [
            Step(f"{mount} /mnt"),
            Step("sha256sum /mnt/EFI/BOOT/BOOTX64.EFI", words=digest),
            Step(f"grep -q '{url}' /mnt/EFI/BOOT/BOOTX64.EFI"),
            Step("umount /mnt"),
        ]
    return steps


def unmounted(lab):
    """Whatever was mounted before; the ESP alone first, which leaves BIOS for the second run."""
    disk = lab.image(OLD)
    run(lab, disk, [
        *same_program(lab, OLD),
        Step("boots-from inspect /dev/vda", words=OLD),
        repointed("/dev/vda2"),
        repointed("/dev/vda"),
        Step("boots-from inspect /dev/vda", words=NEW),
        *same_program(lab, NEW),
    ])
    expect_bytes(lab, NEW, disk)


def mounted(lab):
    """The ESP lies inside the first partition, so it is in use with that one, and the reverse."""
    disk = lab.image(OLD)
    run(lab, disk, [
        Step(f"mkdir '/mnt/a stick' && {MOUNT_ISO} /dev/vda '/mnt/a stick'"),
        refused("/dev/vda", "it is mounted on /mnt/a stick"),
        refused("/dev/vda2", "a part of it is mounted on /mnt/a stick"),
        Step("boots-from inspect /dev/vda", words=OLD),
        Step("umount '/mnt/a stick'"),
        Step(f"{MOUNT_FAT} /dev/vda2 /mnt"),
        refused("/dev/vda", "a part of it is mounted on /mnt"),
        refused("/dev/vda1", "a part of it is mounted on /mnt"),
        refused("/dev/vda2", "it is mounted on /mnt"),
        Step("umount /mnt"),  # takes the mark away that mounting made in the FAT
        Step(f"{MOUNT_ISO} /dev/vda1 /mnt"),
        refused("/dev/vda2", "a part of it is mounted on /mnt"),
        # A mount that is out of sight: detached, and kept by the shell's own folder.
        Step(f"cd /mnt && umount -l /mnt && {repoint('/dev/vda')}", 1, "'/dev/vda': it is in use"),
    ])
    expect_bytes(lab, OLD, disk)


def attached(lab):
    """Loop devices on a file, under each of its names, and on a device."""
    disk = lab.image(OLD)
    run(lab, disk, [
        Step("cat /dev/vda >'/an image' && ln -s 'an image' /symbolic && ln '/an image' /hard"),
        Step("losetup /dev/loop0 '/an image'"),
        *(refused(name, "it is attached to /dev/loop0") for name in ("/an image", "/symbolic", "/hard")),
        Step("losetup -d /dev/loop0"),
        Step(f"{MOUNT_ISO},loop '/an image' /mnt"),
        refused("/an image", "it is attached to /dev/loop0"),
        refused("/dev/loop0", "it is mounted on /mnt"),
        Step("umount /mnt"),
        Step("losetup /dev/loop0 /dev/vda2"),
        refused("/dev/vda", "a part of it is attached to /dev/loop0"),
        refused("/dev/vda2", "it is attached to /dev/loop0"),
        Step("losetup -d /dev/loop0"),
        Step("cmp '/an image' /dev/vda"),
    ])
    expect_bytes(lab, OLD, disk)


def detached(lab):
    """A file that is attached no longer, and the loop device of one that is."""
    disk = lab.image(OLD)
    run(lab, disk, [
        Step("cat /dev/vda >/file && cp /file /behind"),
        Step("losetup /dev/loop0 /file && losetup -d /dev/loop0"),
        repointed("/file"),
        Step("losetup /dev/loop0 /behind"),
        repointed("/dev/loop0"),
        Step("losetup -d /dev/loop0"),
        Step("cmp /file /behind && cat /file >/dev/vda"),
    ])
    expect_bytes(lab, NEW, disk)


def add_partition(disk):
    """Makes room for a third partition behind the image, with a FAT in it."""
    start = disk.stat().st_size // SECTOR_BYTES
    with disk.open("ab") as file:
        file.truncate(start * SECTOR_BYTES + MEBIBYTE)
    subprocess.run([require("sfdisk", "fdisk"), "--append", "--no-reread", disk],
                   input=f"start={start}, type=c\n".encode(), check=True, capture_output=True)
    subprocess.run([require("mkfs.fat", "dosfstools"), "--offset", str(start), disk, "1024"],
                   check=True, capture_output=True)


def neighbour_mounted(lab):
    """Somebody's own partition behind the image on a stick: mounted, it does not matter to others."""
    disk = lab.image(OLD)
    add_partition(disk)
    run(lab, disk, [
        Step(f"{MOUNT_FAT} /dev/vda3 /mnt"),
        refused("/dev/vda", "a part of it is mounted on /mnt"),
        repointed("/dev/vda2"),
        repointed("/dev/vda1"),
        Step("umount /mnt"),
    ])
    expect_bytes(lab, NEW, disk, start=SECTOR_BYTES)  # but for the partition table


def write_fails(lab):
    """What did not get to the device is an error, and the same call repairs it."""
    disk = lab.image(OLD)
    run(lab, disk, [
        Step(repoint("/dev/vda"), 1, "boots-from: '/dev/vda': it is changed, but the disk does not confirm "
             "that it has all of it: Input/output error: run the same command again"),
        repointed("/dev/vda"),
    ])
    expect_bytes(lab, NEW, disk)


ROWS = [
    Row(f"{play.__name__.replace('_', '-')}.linux-disk", Target(LINUX, writable_disk), play)
    for play in (unmounted, mounted, attached, detached, neighbour_mounted)
]
ROWS += [Row("write-fails.linux-disk", Target(LINUX, failing_disk), write_fails)]
