"""The image in the hands of a Linux: its drivers read it, and repoint leaves alone what is in use."""

import hashlib
import shlex

from lab import contents
from lab.bench import Row
from lab.linux import LINUX, Step, run
from lab.machine import Target, writable_disk
from lab.outcome import Failure

OLD = "http://old.example/"
NEW = "http://new.example/another/path"

MOUNT_ISO = "mount -t iso9660 -o ro"
MOUNT_FAT = "mount -t vfat"


def repoint(image):
    return f"boots-from repoint {shlex.quote(image)} {NEW}"


def repointed(image):
    return Step(repoint(image), words=f"{image} now boots {NEW}")


def refused(image, words):
    return Step(repoint(image), 1, f"boots-from: '{image}': {words}")


def expect_bytes(lab, url, disk):
    """The disk holds what an image made for the URL does."""
    if disk.read_bytes() != lab.image(url, name="fresh.iso").read_bytes():
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
    disk = lab.image(OLD)
    run(lab, disk, [
        Step(f"mkdir '/mnt/a stick' && {MOUNT_ISO} /dev/vda '/mnt/a stick'"),
        refused("/dev/vda", "it is mounted on /mnt/a stick"),
        refused("/dev/vda2", "it is in use"),
        Step("boots-from inspect /dev/vda", words=OLD),
        Step("umount '/mnt/a stick'"),
        Step(f"{MOUNT_FAT} /dev/vda2 /mnt"),
        refused("/dev/vda", "it is in use"),
        refused("/dev/vda2", "it is mounted on /mnt"),
        Step("umount /mnt"),  # takes the mark away that mounting made in the FAT
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


ROWS = [
    Row(f"{play.__name__.replace('_', '-')}.linux-disk", Target(LINUX, writable_disk), play)
    for play in (unmounted, mounted, detached)
]
