# SPDX-License-Identifier: GPL-3.0-only
"""The power goes while images are written over others: each is the old one or the new one, whole,
and the new one once the command has said so."""

import dataclasses
import hashlib
import random
import re
import subprocess
import time
from dataclasses import dataclass

from lab.bench import Row
from lab.linux import DISK_MODULES, FAT_MODULES, LINUX, make_initramfs
from lab.machine import Target, writable_disk
from lab.outcome import Failure
from lab.process import require
from rows.common import MEBIBYTE, run

CUTS = 20
COMMANDS_TO_CUT = 3  # at most, and a part of the next one
PLATFORM = dataclasses.replace(LINUX, seconds=900)

ARCH = "bios"  # a small image: the more of them are written before the cut
BUILT = "alone"
BATCH = tuple(f"web{i}" for i in range(1, 9))
NAMES = (BUILT, *BATCH)

# Round after round of other images over those that are there.  The kernel keeps less in its
# memory than usual, and meets in seconds what would take it a minute.
SCRIPT = """\
say() {
	read -r uptime _ </proc/uptime
	echo "<$nonce> $uptime $*;"
}

write() {
	url=http://192.0.2.1/$boot/$1
	boots-from -q --arch $arch -o $built.iso $url/$built && say did $1 $built
	for host in $batch; do echo $host; done |
		boots-from batch -q --arch $arch $url/{host} && say did $1 $batch
}

echo 10 >/proc/sys/vm/dirty_writeback_centisecs
echo 20 >/proc/sys/vm/dirty_expire_centisecs
# The machine is saved here, and goes on with other contents of the disk: it must not know any.
# Without the random byte the first temporary name would take a second, once for every cut.
rmmod virtio_blk || poweroff -f
head -c 1 /dev/random >/dev/null
say "which boot?"
read -r boot
hwclock -s -u
insmod /modules/virtio_blk
mount -t $kind /dev/vda /mnt && cd /mnt || poweroff -f
[ -e $built.iso ] || { write 0 && sync; }
for name in $built $batch; do
	sum=$(sha256sum <$name.iso)
	say found $name ${sum%% *} $(stat -c %s $name.iso)
done
say begins
round=0
while true; do
	round=$((round + 1))
	write $round
done
"""


@dataclass(frozen=True)
class FileSystem:
    kind: str
    mebibytes: int
    make: tuple[str, ...]
    package: str
    modules: tuple[str, ...] = ()
    repair: tuple[str, ...] = ()  # what a system may call before it mounts one


FILE_SYSTEMS = (
    FileSystem("ext4", 256, ("mkfs.ext4", "-q"), "e2fsprogs", repair=("fsck.ext4", "-p")),
    FileSystem("xfs", 320, ("mkfs.xfs", "-q"), "xfsprogs", ("xfs",)),
    FileSystem("btrfs", 256, ("mkfs.btrfs", "-q"), "btrfs-progs", ("btrfs",)),
    FileSystem("vfat", 128, ("mkfs.fat",), "dosfstools", FAT_MODULES, ("fsck.fat", "-a")),
)


def make_disk(lab, file_system):
    disk = lab.folder / "disk"
    with disk.open("wb") as file:
        file.truncate(file_system.mebibytes * MEBIBYTE)
    program, *options = file_system.make
    run(require(program, file_system.package), *options, disk)
    settings = {"arch": ARCH, "built": BUILT, "batch": " ".join(BATCH), "kind": file_system.kind}
    make_initramfs(lab, DISK_MODULES + file_system.modules,
                   "".join(f"{name}='{value}'\n" for name, value in settings.items()) + SCRIPT)
    return disk


def repair(file_system, disk):
    """Status 1 is: mended."""
    program, *options = file_system.repair
    done = subprocess.run([require(program, file_system.package), *options, disk],
                          capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise Failure(f"{program}: status {done.returncode}: {done.stdout}{done.stderr}")


def save_machine(lab, disk):
    """A kernel takes more time to boot than all that comes after it: this is done once."""
    saved = lab.folder / "saved"
    guest = lab.boot(disk)
    guest.console.expect("which boot?")
    guest.save(saved)
    return saved


def boot_machine(lab, disk, saved, boot):
    """Returns the machine, about to write, and what it found of the files, by name."""
    guest = lab.boot(disk, saved=saved)
    guest.console.type(str(boot))
    guest.console.expect("begins")
    found = re.findall(r"found (\w+) (\w*) (\d*);", guest.console.text)
    return guest, {name: (digest, size) for name, digest, size in found}


def cut_at_random(guest):
    """A part of the time that a command takes after one of the first few, so that fast machines
    and slow ones are caught in the same places."""
    commands = random.randint(1, COMMANDS_TO_CUT)
    for _ in range(commands):
        guest.console.expect("did", unless="boots-from: ")
    # By its own clock: on a machine that has a lot to do we may hear all of it at once.
    times = re.findall(r"([\d.]+) (?:begins|did)", guest.console.text)[-commands - 1:]
    time.sleep(random.uniform(0, (float(times[-1]) - float(times[0])) / commands))
    guest.cut_power()
    guest.stop()


class Expected:
    """What the files may be when the machine boots, by name: what it wrote in the last round that
    it said was done, what it wrote in the next, and in the one after it, for when the cut came
    between the doing and the saying.  Round 0 stands for what was there before it began."""

    def __init__(self, lab):
        self.lab = lab
        self.boot, self.done = 0, dict.fromkeys(NAMES, 0)
        self.rounds = {0: self._written(0)}
        self.counts = {"old": 0, "new": 0}

    def judge(self, found):
        for name in NAMES:
            last = self.done[name]
            number = next((number for number in range(last, last + 3)
                           if self._round(number)[name] == found.get(name)), None)
            if number is None:
                raise Failure(f"cut {self.boot}: {name}.iso is neither what it was after round {last} "
                              f"nor what followed, but {found.get(name)}")
            self.counts["old" if number == last else "new"] += 1

    def follow(self, boot, found, text):
        """The boot, in which these were the files at first, has printed this text."""
        self.boot, self.done = boot, dict.fromkeys(NAMES, 0)
        self.rounds = {0: found}
        for number, names in re.findall(r"did (\d+) ([\w ]+);", text):
            self.done |= dict.fromkeys(names.split(), int(number))

    def _round(self, number):
        if number not in self.rounds:
            self.rounds[number] = self._written(number)
        return self.rounds[number]

    def _written(self, number):
        folder, hosts = self.lab.folder / "expected", self.lab.folder / "hosts"
        hosts.write_text("\n".join(NAMES))
        self.lab.command("batch", "-q", "--arch", ARCH, "-d", folder, "--hosts", hosts,
                         f"http://192.0.2.1/{self.boot}/{number}/{{host}}")
        images = {name: (folder / f"{name}.iso").read_bytes() for name in NAMES}
        return {name: (hashlib.sha256(image).hexdigest(), str(len(image)))
                for name, image in images.items()}


def power_cut(file_system):
    def play(lab):
        disk = make_disk(lab, file_system)
        saved = save_machine(lab, disk)
        expected = Expected(lab)
        for boot in range(CUTS + 1):
            guest, found = boot_machine(lab, disk, saved, boot)
            expected.judge(found)
            cut_at_random(guest)
            expected.follow(boot, found, guest.console.text)
            if file_system.repair and boot % 2:
                repair(file_system, disk)
        print(f"{CUTS} cuts, {len(NAMES)} files:", expected.counts)

    return Row(f"power-cut-{file_system.kind}.linux-disk", Target(PLATFORM, writable_disk), play)


ROWS = [power_cut(file_system) for file_system in FILE_SYSTEMS]
