# SPDX-License-Identifier: GPL-3.0-only
"""Debian's kernel in the machine, with the command under test beside a shell: what it does on a
real system, where block devices are mounted and attached.

The initramfs has a script, mostly of steps, each a line of shell: the serial port brings the status and
the output of every one, marked with the row's nonce.
"""

import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from lab.machine import Platform, existing
from lab.outcome import Failure, Skip
from lab.process import require
from lab.serial import readable

PACKAGES_VARIABLE = "BF_OTHERS"  # the folder that tests/cli/fetch-others makes

DISK_MODULES = ("virtio_pci", "virtio_blk")
# fat wants the code page and the character set of its defaults.
FAT_MODULES = ("vfat", "nls_cp437", "nls_ascii", "nls_utf8")

PROLOGUE = """\
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
exec </dev/console >/dev/console 2>&1
"""
TRY = """\
set -f # no wildcards: an answer is unquoted, which makes one line of it

try() {
	answer=$(eval "$1" 2>&1)
	status=$?
	echo "<$nonce> $status" $answer
}
"""


def packages():
    folder = os.environ.get(PACKAGES_VARIABLE)
    if folder is None or not Path(folder, "lib/modules").is_dir():
        raise Skip(f"{PACKAGES_VARIABLE} names no folder made by tests/cli/fetch-others "
                   "(packages linux-image-cloud-amd64, busybox-static)")
    return Path(folder)


def direct_boot(folder):
    """QEMU loads the kernel, which prints nothing into our lines but a panic, and ends with one.

    On a host with a lot to do it finds its timer too slow, and would panic, if it checked.
    """
    (image,) = packages().glob("boot/vmlinuz-*")
    return ["-kernel", str(image), "-initrd", str(folder / "initramfs"),
            "-append", "console=ttyS0 loglevel=1 panic=-1 no_timer_check"]


LINUX = Platform(
    "linux", "qemu-system-x86_64", "qemu-system-x86", ("-M", "q35,accel=tcg"), direct_boot)


@dataclass(frozen=True)
class Step:
    """A line of shell, the status it must have and a part of what it must print."""

    command: str
    status: int = 0
    words: str = ""


def run(lab, disk, steps):
    """Boots with the disk attached as /dev/vda, plays the steps and switches off."""
    lines = [f"try {shlex.quote(step.command)}" for step in steps]
    make_initramfs(lab, DISK_MODULES + FAT_MODULES + ("isofs", "loop"),
                   TRY + "\n".join(lines) + "\npoweroff -f\n")
    lab.boot(disk).wait_off()
    log = readable((lab.folder / "serial.log").read_bytes())
    answers = re.findall(rf"^<{lab.nonce}> (\d+)(.*)$", log, re.MULTILINE)
    for step, (status, text) in zip(steps, answers):
        if int(status) != step.status or step.words not in text:
            raise Failure(f"{step.command}: status {status}:{text}; "
                          f"expected status {step.status}, {step.words!r}")
    if len(answers) != len(steps):
        raise Failure(f"{len(answers)} of {len(steps)} steps were played")


def make_initramfs(lab, modules, script):
    """What the machine finds: a shell that loads the modules, then runs the script, which has
    the row's $nonce."""
    tree = lab.make_folder("initramfs.tree")
    for folder in ("bin", "proc", "sys", "dev", "mnt", "modules"):
        (tree / folder).mkdir()
    shutil.copy(existing(packages() / "bin/busybox", "busybox-static"), tree / "bin")
    shutil.copy(lab.program, tree / "bin/boots-from")
    copy_libraries(lab.program, tree)
    lines = [f"nonce={lab.nonce}"]
    lines += [f"insmod /modules/{module}" for module in copy_modules(tree / "modules", modules)]
    init = tree / "init"
    init.write_text(PROLOGUE + "\n".join(lines) + "\n" + script)
    init.chmod(0o755)
    subprocess.run(
        [require("bsdtar", "libarchive-tools"), "--format", "newc", "--uid", "0", "--gid", "0",
         "-cf", lab.folder / "initramfs", "-C", tree, "."], check=True)
    shutil.rmtree(tree)


def copy_libraries(program, tree):
    """What the dynamic linker loads, and the linker itself, where the program looks for them."""
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    for path in re.findall(r"(/\S+) \(0x", listed):
        copy = tree / path[1:]
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)


def copy_modules(folder, names):
    """Copies the modules and those they depend on; returns their names in the order to load."""
    files = {path.stem: path for path in packages().glob("lib/modules/**/*.ko")}
    order = []

    def add(name):
        if name in order:
            return
        (depends,) = re.findall(rb"\0depends=([^\0]*)\0", files[name].read_bytes())
        for other in filter(None, depends.decode("ascii").split(",")):
            add(other)
        shutil.copy(files[name], folder / name)
        order.append(name)

    for name in names:
        add(name)
    return order
