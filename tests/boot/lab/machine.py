# SPDX-License-Identifier: GPL-3.0-only
"""The machines to boot: what firmware, what medium, what network, as QEMU options."""

import errno
import json
import os
import shutil
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab.outcome import Skip


def existing(path, package):
    if not Path(path).exists():
        raise Skip(f"{path} is not there (package {package})")
    return path


def no_firmware(_folder):
    """QEMU brings SeaBIOS itself."""
    return []


def flash(code, variables):
    """A firmware of two flash images; it writes to its variables."""
    return [
        "-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={code}",
        "-drive", f"if=pflash,unit=1,format=raw,file={variables}",
    ]


def pflash(code, variables, package):
    """A firmware as it is installed; the machine gets its own copy of the variables."""
    def options(folder):
        own_variables = folder / "vars.fd"
        shutil.copy(existing(variables, package), own_variables)
        return flash(existing(code, package), own_variables)

    return options


def rom(image, package):
    """A firmware of one image that keeps nothing."""
    return lambda _folder: ["-bios", str(existing(image, package))]


RISCV64_FIRMWARE_VARIABLE = "BF_RISCV64_FIRMWARE"
RISCV64_FLASH = 0x20000000
RISCV64_VARIABLES = 0x22000000


def riscv64_firmware(folder):
    """QEMU 7.2 has no way to start from flash here, so OpenSBI gets a jump there as its kernel.

    The folder with Debian's EDK2 for riscv64 is named by an environment variable.
    """
    source = Path(os.environ.get(RISCV64_FIRMWARE_VARIABLE, "/usr/share/qemu-efi-riscv64"))
    options = []
    for name, address in (
        ("RISCV_VIRT_CODE.fd", RISCV64_FLASH),
        ("RISCV_VIRT_VARS.fd", RISCV64_VARIABLES),
    ):
        file = existing(source / name, f"qemu-efi-riscv64, or {RISCV64_FIRMWARE_VARIABLE}=FOLDER")
        options += ["-device", f"loader,file={file},addr={address:#x},force-raw=on"]
    trampoline = folder / "trampoline.bin"
    lui_t0_flash = RISCV64_FLASH | 5 << 7 | 0x37
    jr_t0 = 5 << 15 | 0x67
    trampoline.write_bytes(struct.pack("<II", lui_t0_flash, jr_t0))
    return options + ["-kernel", str(trampoline)]


@dataclass(frozen=True)
class Platform:
    """One kind of machine with its firmware."""

    name: str
    qemu: str
    package: str
    machine: tuple[str, ...]
    firmware: Callable[[Path], list[str]]
    cd: tuple[str, ...] = ("ide-cd,drive=medium,bootindex=1",)
    off: str = "sleep 1\npoweroff"  # how a script ends QEMU when its serial port has said all
    reboot: str = "shutdown"  # what QEMU does when the machine reboots: it ends, or "reset"
    arch: str | None = None  # for --arch, None when the default image boots this platform
    seconds: int = 480  # a bound for what hangs: twenty times what a quiet machine takes


BIOS = Platform(
    "bios", "qemu-system-x86_64", "qemu-system-x86",
    # graphics=off makes SeaBIOS put its console on the serial port.
    ("-M", "q35,accel=tcg,graphics=off"),
    no_firmware,
)
X86_64 = Platform(
    "x86_64", "qemu-system-x86_64", "qemu-system-x86",
    # With a source of entropy, for want of which iPXE spends 4 s on collecting some.
    ("-M", "q35,accel=tcg", "-cpu", "qemu64,+rdrand"),
    pflash("/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd", "ovmf"),
)
ARM64 = Platform(
    "arm64", "qemu-system-aarch64", "qemu-system-arm",
    ("-M", "virt,accel=tcg", "-cpu", "cortex-a57"),
    pflash("/usr/share/AAVMF/AAVMF_CODE.fd", "/usr/share/AAVMF/AAVMF_VARS.fd", "qemu-efi-aarch64"),
    cd=("virtio-scsi-pci", "scsi-cd,drive=medium,bootindex=1"),
)
# Its default bootcmd tries the disks one after the other, without being asked. It cannot switch
# the power off, QEMU ends at the reset too; and a sleep has no end where there are no interrupts.
U_BOOT_ARM64 = Platform(
    "u-boot-arm64", "qemu-system-aarch64", "qemu-system-arm",
    ("-M", "virt,accel=tcg", "-cpu", "cortex-a57"),
    rom("/usr/lib/u-boot/qemu_arm64/u-boot.bin", "u-boot-qemu"),
    off="reboot",
)
RISCV64 = Platform(
    "riscv64", "qemu-system-riscv64", "qemu-system-misc",
    ("-M", "virt,accel=tcg"),
    riscv64_firmware,
    arch="all",
)


def cd(platform, image):
    """Optical media, as a BMC presents them."""
    return ["-drive", f"if=none,id=medium,media=cdrom,format=raw,readonly=on,file={image}",
            *devices(platform.cd)]


def stick(_platform, image):
    """A USB stick the image was written to."""
    return ["-drive", f"if=none,id=medium,format=raw,readonly=on,file={image}",
            *devices(("qemu-xhci", "usb-storage,drive=medium,bootindex=1"))]


def disk(_platform, image):
    return ["-drive", f"if=none,id=medium,format=raw,readonly=on,file={image}",
            *devices(("virtio-blk-pci,drive=medium,bootindex=1",))]


def writable_disk(_platform, image):
    return ["-drive", f"if=none,id=medium,format=raw,file={image}",
            *devices(("virtio-blk-pci,drive=medium",))]


def failing_disk(_platform, image):
    """A disk one of whose writes fails, the first of all, and that takes the same one later."""
    failing = {"driver": "blkdebug", "node-name": "failing", "image": "file",
               "inject-error": [{"event": "write_aio", "errno": errno.EIO, "once": True}]}
    nodes = [{"driver": "file", "node-name": "file", "filename": str(image)}, failing,
             {"driver": "raw", "node-name": "medium", "file": "failing"}]
    return [*(word for node in nodes for word in ("-blockdev", json.dumps(node))),
            *devices(("virtio-blk-pci,drive=medium",))]


def kernel(_platform, image):
    """The image is loaded by QEMU, as a boot loader loads a Linux kernel."""
    return ["-kernel", str(image)]


def pxe(_platform, _image):
    """No medium at all: the firmware, or the card's ROM, boots from the network."""
    return ["-boot", "order=n"]


def http_boot(_platform, _image):
    """No medium; UEFI would try PXE first, for two minutes, if it were not told to leave it."""
    return [word for version in ("4", "6")
            for word in ("-fw_cfg", f"name=opt/org.tianocore/IPv{version}PXESupport,string=n")]


def devices(descriptions):
    return [word for description in descriptions for word in ("-device", description)]


@dataclass(frozen=True)
class Target:
    """A platform and the medium it boots from."""

    platform: Platform
    medium: Callable[[Platform, Path], list[str]]

    @property
    def name(self):
        return f"{self.platform.name}-{self.medium.__name__}"


@dataclass(frozen=True)
class Nic:
    """A network card and what it is wired to."""

    mac: str
    backend: tuple[str, ...]  # the values of -netdev options, {id} stands for the card's name
    rom: bool = False  # with QEMU's own PXE ROM, which is an iPXE, for a BIOS that boots from it
    model: str = "virtio-net-pci"
    plugged: bool = True  # whether there is a link at first; see Guest.plug()

    def options(self, name):
        words = []
        for value in self.backend:
            words += ["-netdev", value.format(id=name)]
        # The empty romfile keeps QEMU's own iPXE out of the machine, and of the log.  Naming the
        # ROM to have it is no use: QEMU fits only its default one to the card's PCI IDs.
        rom = "" if self.rom else ",romfile="
        return words + ["-device", f"{self.model},netdev={name},mac={self.mac}{rom}"]


MAC = "52:54:00:b0:07:01"
UUID = "b0075f80-0000-4000-8000-0123456789ab"


def user_network(mac=MAC):
    """QEMU's own DHCP; the sandbox's 127.0.0.1 is 10.0.2.2."""
    return Nic(mac, ("user,id={id}",))


def unplugged_network(mac=MAC):
    """The same, and its cable is not plugged in yet; iPXE asks this kind of card for its link."""
    return Nic(mac, ("user,id={id}",), model="e1000", plugged=False)


def silent_network(mac=MAC):
    """A hub with nobody else on it."""
    return Nic(mac, ("hubport,id={id},hubid=99",))


NO_CARD = None  # the only "card" of a machine without one


def tap_network(interface, mac=MAC, rom=False):
    return Nic(mac, (f"tap,id={{id}},ifname={interface},script=no,downscript=no",), rom)


def qemu_options(target, image, nics, serial_port, folder):
    """All of a machine's command line but the program."""
    words = [
        *target.platform.machine, "-m", "512", "-nodefaults", "-display", "none", "-uuid", UUID,
        "-monitor", "none", "-action", f"reboot={target.platform.reboot}",
        "-chardev", f"socket,id=serial,fd={serial_port}", "-serial", "chardev:serial",
        *target.platform.firmware(folder),
        *target.medium(target.platform, image),
    ]
    for index, nic in enumerate(nics):
        words += nic.options(nic_name(index))
    return words


def nic_name(index):
    return f"nic{index}"
