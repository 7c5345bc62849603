# SPDX-License-Identifier: GPL-3.0-only
"""Small inputs for fuzz_inspect: one of every kind of container, with structures that lead
somewhere. Made here, from nothing, so that what is in them can be read.

    make_corpus.py FOLDER
"""

import struct
import sys
import zlib
from pathlib import Path

SLOT = b"#!ipxe\n#boots-from-slot v1 size=0x00000200 offset=0x%08x\nshell\n"


def slot(offset):
    return (SLOT % offset).ljust(512, b"\n")


def pe(signature=b""):
    """A PE32+ with one section that holds a slot."""
    out = bytearray(0x400 + 0x400)
    struct.pack_into("<2s58xI", out, 0, b"MZ", 0x40)
    struct.pack_into("<4sHHIIIHH", out, 0x40, b"PE\0\0", 0x8664, 1, 0, 0, 0, 240, 0x22)
    struct.pack_into("<H", out, 0x58, 0x20B)
    for at, value in [(16, 0x1000), (32, 0x1000), (36, 0x200), (56, 0x2000), (60, 0x400), (108, 16)]:
        struct.pack_into("<I", out, 0x58 + at, value)
    if signature:
        struct.pack_into("<II", out, 0x58 + 112 + 32, len(out), len(signature))
    struct.pack_into("<8sIIIIIIHHI", out, 0x148, b".text", 0x400, 0x1000, 0x400, 0x400, 0, 0, 0, 0, 0x60000020)
    out[0x400:0x600] = slot(0x400)
    return bytes(out) + signature


def bzimage():
    out = bytearray(1024 + 64)
    out[0x1F1] = 1
    struct.pack_into("<I", out, 0x1F4, 4)
    struct.pack_into("<H2s4sH", out, 0x1FE, 0xAA55, b"\xeb\x30", b"HdrS", 0x207)
    struct.pack_into("<I", out, 1024, 60)
    return bytes(out)


def fat(bits=12, program=None):
    """A FAT with /EFI/BOOT/BOOTX64.EFI, its name once more as a long one."""
    program = program or pe()
    root_entries = 0 if bits == 32 else 16
    fat_sectors = {12: 1, 16: 20, 32: 520}[bits]
    clusters = {12: 32, 16: 4200, 32: 66000}[bits]
    reserved = 4
    root_sectors = root_entries * 32 // 512
    total = reserved + fat_sectors + root_sectors + clusters
    out = bytearray(512 * min(total, reserved + fat_sectors + root_sectors + 40))
    struct.pack_into("<3s8sHBHBHHBHHHII", out, 0, b"\xeb\x3c\x90", b"CORPUS", 512, 1, reserved, 1,
                     root_entries, 0, 0xF8, 0 if bits == 32 else fat_sectors, 32, 64, 0, total)
    if bits == 32:
        struct.pack_into("<IHHI", out, 36, fat_sectors, 0, 0, 2)
    struct.pack_into("<H", out, 510, 0xAA55)
    table = reserved * 512
    data = (reserved + fat_sectors + root_sectors) * 512
    links = {}

    def put(cluster, content):
        count = max(1, (len(content) + 511) // 512)
        for i in range(count):
            links[cluster + i] = cluster + i + 1 if i + 1 < count else 0xFFFFFFF
        out[data + (cluster - 2) * 512 : data + (cluster - 2) * 512 + len(content)] = content
        return cluster

    def entry(name, attributes, cluster, size=0):
        return struct.pack("<11sB8xH4xHI", name, attributes, cluster >> 16, cluster & 0xFFFF, size)

    def long_entry(name, short):
        total = 0
        for byte in short:
            total = ((total & 1) << 7) + (total >> 1) + byte & 0xFF
        text = name.encode("utf-16-le") + b"\0\0"
        text = text.ljust(26, b"\xff")
        return struct.pack("<B10sBBB12sH4s", 0x41, text[:10], 0x0F, 0, total, text[10:22], 0, text[22:])

    root = entry(b"EFI        ", 0x10, 3)
    put(3, entry(b"BOOT       ", 0x10, 4))
    put(4, entry(b"BOOTX64 EFI", 0x20, 5, len(program))
        + long_entry("other.efi", b"OTHER~1 EFI") + entry(b"OTHER~1 EFI", 0x20, 5, len(program)))
    put(5, program)
    if bits == 32:
        put(2, root)
    else:
        out[data - root_sectors * 512 : data - root_sectors * 512 + len(root)] = root
    for cluster, following in links.items():
        if bits == 12:
            at = table + cluster * 3 // 2
            (old,) = struct.unpack_from("<H", out, at)
            value = (following & 0xFFF) << 4 if cluster & 1 else following & 0xFFF
            struct.pack_into("<H", out, at, old | value)
        elif bits == 16:
            struct.pack_into("<H", out, table + cluster * 2, following & 0xFFFF)
        else:
            struct.pack_into("<I", out, table + cluster * 4, following)
    return bytes(out)


def disk():
    """A GPT whose one partition is a FAT."""
    volume = fat()
    out = bytearray(34 * 512) + volume + bytes(33 * 512)
    blocks = len(out) // 512
    struct.pack_into("<B3xB3xII", out, 446, 0, 0xEE, 1, blocks - 1)
    struct.pack_into("<H", out, 510, 0xAA55)
    esp = bytes.fromhex("28732ac11ff8d211ba4b00a0c93ec93b")
    entries = (esp + bytes(16) + struct.pack("<QQQ", 34, blocks - 34, 0) + "ESP".encode("utf-16-le")).ljust(128 * 128, b"\0")

    def header(own, other, where):
        head = bytearray(struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, 0, 0, own, other, 34,
                                     blocks - 34, b"corpus".ljust(16), where, 128, 128, zlib.crc32(entries)))
        struct.pack_into("<I", head, 16, zlib.crc32(head))
        return bytes(head).ljust(512, b"\0")

    out[512:1024] = header(1, blocks - 1, 2)
    out[1024 : 1024 + len(entries)] = entries
    out[-512:] = header(blocks - 1, 1, blocks - 33)
    out[-33 * 512 : -512] = entries
    return bytes(out)


def iso():
    """El Torito with ISOLINUX and a FAT, and a tree with the files both lead to."""
    both = struct.Struct("<I")

    def number(value):
        return struct.pack("<I", value) + struct.pack(">I", value)

    def record(name, block, size, flags=0):
        length = 33 + len(name) + (len(name) % 2 == 0)
        return (struct.pack("<BB", length, 0) + number(block) + number(size) + bytes(7)
                + struct.pack("<BBB", flags, 0, 0) + struct.pack("<H", 1) + struct.pack(">H", 1)
                + struct.pack("<B", len(name)) + name).ljust(length, b"\0")

    config = b"DEFAULT ipxe\nLABEL ipxe\n  KERNEL /IPXE.KRN\n"
    loader = bytearray(b"\0" * 64 + b"ISOLINUX 6.04".ljust(192, b"\0"))
    struct.pack_into("<IIII", loader, 8, 16, 22, len(loader), sum(x for (x,) in both.iter_unpack(loader[64:])) & 0xFFFFFFFF)
    volume, kernel = fat(), bzimage()
    files = {22: bytes(loader), 23: config, 24: kernel, 25: pe(), 26: volume}
    root = (record(b"\0", 20, 2048, 2) + record(b"\1", 20, 2048, 2) + record(b"BOOT.EFI;1", 25, len(files[25]))
            + record(b"IPXE.KRN;1", 24, len(kernel)) + record(b"ISOLINUX.BIN;1", 22, len(loader))
            + record(b"ISOLINUX.CFG;1", 23, len(config)))
    out = bytearray(26 * 2048 + len(volume))
    struct.pack_into("<B5sB", out, 16 * 2048, 1, b"CD001", 1)
    out[16 * 2048 + 40 : 16 * 2048 + 72] = b"CORPUS".ljust(32)
    struct.pack_into("<I", out, 16 * 2048 + 80, len(out) // 2048)
    struct.pack_into("<H", out, 16 * 2048 + 128, 2048)
    out[16 * 2048 + 156 : 16 * 2048 + 190] = record(b"\0", 20, 2048, 2)
    struct.pack_into("<B5sB32s", out, 17 * 2048, 0, b"CD001", 1, b"EL TORITO SPECIFICATION")
    struct.pack_into("<I", out, 17 * 2048 + 0x47, 21)
    struct.pack_into("<B5sB", out, 18 * 2048, 255, b"CD001", 1)
    out[20 * 2048 : 20 * 2048 + len(root)] = root
    catalog = bytearray(struct.pack("<BBH24sHBB", 1, 0, 0, b"", 0, 0x55, 0xAA))
    struct.pack_into("<H", catalog, 28, -sum(x for (x,) in struct.iter_unpack("<H", catalog)) & 0xFFFF)
    catalog += struct.pack("<BBHBBHI20x", 0x88, 0, 0, 0, 0, 4, 22)
    catalog += struct.pack("<BBH28x", 0x91, 0xEF, 1) + struct.pack("<BBHBBHI20x", 0x88, 0, 0, 0, 0, 40, 26)
    out[21 * 2048 : 21 * 2048 + len(catalog)] = catalog
    for block, content in files.items():
        out[block * 2048 : block * 2048 + len(content)] = content
    return bytes(out)


def main(folder):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    certificate = struct.pack("<IHH", 24, 0x200, 2) + b"\x30\x82\1\0".ljust(16, b"\0")
    for name, data in [
        ("efi", pe()), ("signed.efi", pe(certificate)), ("lkrn", bzimage()), ("fat12", fat(12)),
        ("fat16", fat(16)), ("fat32", fat(32)), ("disk", disk()), ("iso", iso()), ("empty", b""),
    ]:
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    main(sys.argv[1])
