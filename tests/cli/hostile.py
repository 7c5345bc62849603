# SPDX-License-Identifier: GPL-3.0-only
"""Images and programs made to cost whoever looks into them as much as they can, each by one
trick, from nothing and with nothing of the code under test.

    hostile.py FOLDER [MIB]     write all of them, the large ones of MIB (64) mebibytes
"""

import lzma
import struct
import sys
import zlib
from pathlib import Path

MIB = 1 << 20
BLOCK = 2048
IMAGE_BASE = 0x100000000
HEADERS = 0x1200
PAD_SECTIONS = 95
PAD = 0x200
BODY = HEADERS + PAD_SECTIONS * PAD  # where a PE's last section starts, in file and memory


def fill(pattern, size):
    return (pattern * (size // len(pattern) + 1))[:size]


# ---- Programs ----


def pe(body, machine=0x8664, dos=b"", certificates=b"", pads=PAD_SECTIONS):
    """A PE32+ whose addresses are its file's offsets; the code is the last section, the one
    a search through the section table finds last."""
    start = HEADERS + pads * PAD
    body = body.ljust((len(body) + 511) & ~511, b"\0")
    out = bytearray(start)
    struct.pack_into("<2s58xI", out, 0, b"MZ", 0x80)
    out[2 : 2 + len(dos)] = dos
    struct.pack_into("<4sHHIIIHH", out, 0x80, b"PE\0\0", machine, pads + 1, 0, 0, 0, 240, 0x22)
    optional = 0x98
    struct.pack_into("<H", out, optional, 0x20B)
    struct.pack_into("<Q", out, optional + 24, IMAGE_BASE)
    for at, value in [(16, start), (32, 0x200), (36, 0x200), (56, start + len(body)), (60, HEADERS), (108, 16)]:
        struct.pack_into("<I", out, optional + at, value)
    if certificates:
        struct.pack_into("<II", out, optional + 112 + 32, start + len(body), len(certificates))
    for i in range(pads):
        at = HEADERS + i * PAD
        struct.pack_into("<8sIIII12xI", out, optional + 240 + i * 40, b".pad", PAD, at, PAD, at, 0x40000040)
    struct.pack_into("<8sIIII12xI", out, optional + 240 + pads * 40, b".text", len(body), start, len(body), start,
                     0x60000020)
    return bytes(out) + body + certificates


def pointers(*addresses):
    return struct.pack(f"<{len(addresses)}Q", *(IMAGE_BASE + address for address in addresses))


def ipxe_head(start=BODY):
    """What makes a PE an iPXE: the magic of scripts, and a table of URI openers."""
    names = b"#!ipxe\0\0http\0\0\0\0tftp\0\0\0\0file\0\0\0\0"
    table = pointers(start + 8, start, start + 16, start, start + 24, start)
    return names + table + bytes(16)


def almost_openers(size):
    """At every pointer an entry of a table of URI openers, thousands in a row, of no known
    protocol."""
    n = 4096
    names = BODY + size - 8 * n
    table = pointers(*(names + 4 * (n - i) for i in range(n)))
    head = b"#!ipxe\0\0http\0\0\0\0tftp\0\0\0\0"
    return pe(head + fill(table, size - 8 * n - len(head)) + b"abc\0" * (2 * n))


def short_openers(size):
    """Tables of URI openers with the right names that are too short, one after the other."""
    head = b"#!ipxe\0\0http\0\0\0\0tftp\0\0\0\0"
    table = pointers(BODY + 8, BODY, BODY + 16, BODY) + bytes(16)
    return pe(head + fill(table, size - len(head)))


def almost_roots(size):
    """At every pointer a list of root certificates, but for its digest's name."""
    dos = bytearray(58)
    dos[6:14] = pointers(BODY + 100)  # a digest at address 8: its name, and its size of 32
    struct.pack_into("<Q", dos, 30, 32)
    return pe(ipxe_head() + fill(pointers(8), size - 100), dos=bytes(dos))


def far_roots(size):
    """The same with digests all over the file."""
    head = ipxe_head()
    out = bytearray(head + bytes(size - len(head)))
    for i, at in enumerate(range(256, size - 64, 64)):
        digest = 256 + i * 7919 * 64 % (size - 512) // 64 * 64
        struct.pack_into("<QQQQQ", out, at, IMAGE_BASE + BODY + (at * 7919) % size, 0, 0, 32,
                         IMAGE_BASE + BODY + digest)
        struct.pack_into("<QQ", out, at + 40, 1, IMAGE_BASE + BODY + 8)
    return pe(bytes(out))


def almost_digests(size):
    """The names of digests, and pointers to them, where no digest is."""
    names = b"sha256\0\0" * 8
    return pe(ipxe_head() + names + fill(pointers(BODY + 96), size - 200))


def almost_texts(size):
    texts = (b"\nshim\nsystemd-boot\ngrub\nipxe#!ipx#!ipxe\n#boots-from-slo<CMDLINE\x2a\x86\x48\xce\x3d\x04\x03"
             b"\x2a\x86\x48\xce\x3d\x03\x01UEFI SHISHIMemtest86#### LoaderInfo: systemd-boo")
    return pe(ipxe_head() + fill(texts, size))


def newlines(size):
    return pe(ipxe_head() + fill(b"\n", size))


def many_scripts(size):
    """A script's first line, or a slot's, everywhere."""
    return pe(ipxe_head() + fill(b"#!ipxe\n#boots-from-slot ", size))


def signed(size):
    """As many signatures as are read, of parts as small as there are, behind a large program."""

    def der(tag, content):
        return bytes([tag, 0x84]) + struct.pack(">I", len(content)) + content

    signed_data, data = (bytes.fromhex("06092a864886f70d0107" + last) for last in ("02", "01"))
    parts = fill(bytes.fromhex("300306012a"), 200000 * 5)
    content = der(0x30, bytes.fromhex("020101") + der(0x31, parts) + der(0x30, data) + der(0x31, b""))
    pkcs7 = der(0x30, signed_data + der(0xA0, content))
    entry = struct.pack("<IHH", 8 + len(pkcs7), 0x200, 2) + pkcs7
    entry = entry.ljust((len(entry) + 7) & ~7, b"\0") * 8
    return pe(ipxe_head().ljust(max(4096, size - len(entry)), b"\0"), certificates=entry)


def lkrn(unpacked):
    """A bzImage with one packed block."""
    filters = [{"id": lzma.FILTER_LZMA1, "lc": 2, "lp": 0, "pb": 0, "dict_size": 1 << 24, "mode": lzma.MODE_FAST,
                "nice_len": 273 if unpacked[:64].count(0) > 60 else 8, "mf": lzma.MF_HC3}]
    packed = lzma.compress(unpacked, lzma.FORMAT_RAW, filters=filters)
    payload = struct.pack("<I", len(packed) + 4) + packed + struct.pack("<I", zlib.crc32(packed) ^ 0xFFFFFFFF)
    payload = payload.ljust((len(payload) + 15) & ~15, b"\xff")
    out = bytearray(1024)
    out[0x1F1] = 1
    struct.pack_into("<I", out, 0x1F4, len(payload) // 16)
    struct.pack_into("<H2s4sH", out, 0x1FE, 0xAA55, b"\xeb\x30", b"HdrS", 0x207)
    return bytes(out) + payload


def noise(size):
    """Bytes that do not pack, the same every time."""
    state, out = 1, bytearray()
    while len(out) < min(size, MIB):
        state = zlib.crc32(struct.pack("<Q", state)) | (state << 32) & (1 << 64) - 1
        out += zlib.compress(struct.pack("<Q", state))[2:10]
    word = bytes(out)
    return b"".join(bytes(b ^ k for b in word) for k in range(size // len(word) + 1))[:size]


# ---- ISO 9660 ----


def both(value):
    return struct.pack("<I", value) + struct.pack(">I", value)


def record(name, block, size, is_folder=False, susp=b""):
    length = 33 + len(name) + (len(name) % 2 == 0)
    out = (struct.pack("<BB", length + len(susp), 0) + both(block) + both(size) + bytes(7)
           + struct.pack("<BBBHHB", 2 if is_folder else 0, 0, 0, 1, 0x100, len(name)) + name).ljust(length, b"\0")
    return out + susp


def folder(records, block, susp=b""):
    """Records, none of which crosses a sector, after the folder's own two."""
    out = bytearray()
    for entry in [record(b"\0", block, BLOCK, True, susp), record(b"\1", block, BLOCK, True)] + records:
        if len(out) % BLOCK + len(entry) > BLOCK:
            out += bytes(-len(out) % BLOCK)
        out += entry
    return bytes(out + bytes(-len(out) % BLOCK))


def iso(root, rest=b"", catalog=b"", susp=b"", root_block=20):
    """An image with a root folder from block 20 on; rest follows it."""
    out = bytearray(20 * BLOCK)
    tree = folder(root, root_block, susp) if isinstance(root, list) else root
    out += tree + rest
    struct.pack_into("<B5sB", out, 16 * BLOCK, 1, b"CD001", 1)
    struct.pack_into("<I", out, 16 * BLOCK + 80, len(out) // BLOCK)
    struct.pack_into("<H", out, 16 * BLOCK + 128, BLOCK)
    out[16 * BLOCK + 156 : 16 * BLOCK + 190] = record(b"\0", 20, len(tree), True)
    if catalog:
        struct.pack_into("<B5sB32s", out, 17 * BLOCK, 0, b"CD001", 1, b"EL TORITO SPECIFICATION")
        struct.pack_into("<I", out, 17 * BLOCK + 0x47, 19)
        out[19 * BLOCK : 19 * BLOCK + len(catalog)] = catalog
    struct.pack_into("<B5sB", out, 18 * BLOCK, 255, b"CD001", 1)
    return bytes(out)


def validation():
    entry = bytearray(struct.pack("<BBH24sHBB", 1, 0, 0, b"", 0, 0x55, 0xAA))
    struct.pack_into("<H", entry, 28, -sum(x for (x,) in struct.iter_unpack("<H", entry)) & 0xFFFF)
    return bytes(entry)


def boot_entry(block):
    return struct.pack("<BBHBBHI20x", 0x88, 0, 0, 0, 0, 4, block)


def overlapping_iso(size=3 * MIB // 2):
    """Programs that start three blocks apart, each of them all the rest of the image."""
    count, step = 60, 3
    blocks = size // BLOCK
    rest = bytearray(fill(pointers(*(4096 - 4 * i for i in range(512))), 2 * BLOCK + size))
    root = []
    for i in range(count):
        total = (blocks - i * step) * BLOCK
        head = bytearray(pe(b"\0" * 512, pads=0)[:HEADERS])
        struct.pack_into("<I", head, 0x98 + 56, total)
        struct.pack_into("<8sIIII12xI", head, 0x98 + 240, b".text", total - HEADERS, HEADERS, total - HEADERS,
                         HEADERS, 0x60000020)
        at = (2 + i * step) * BLOCK
        rest[at : at + HEADERS] = head
        root.append(record(b"P%02d.EFI;1" % i, 24 + i * step, total))
    return iso(folder(root, 20).ljust(2 * BLOCK, b"\0"), bytes(rest))


def bombs_iso(count=40):
    """Kernels of a few kilobytes that unpack to as much as they may."""
    rest, root = b"", []
    for i in range(count):
        one = lkrn(bytes([i]) * (8 * MIB - 64))
        root.append(record(b"P%02d.LKRN;1" % i, 22 + len(rest) // BLOCK, len(one)))
        rest += one + bytes(-len(one) % BLOCK)
    return iso(folder(root, 20).ljust(2 * BLOCK, b"\0"), rest)


def nested_iso():
    """A folder in a folder, deeper than anybody looks, each full of itself."""
    levels, rest = 40, bytearray()
    for i in range(levels):
        below = 22 + i + 1 if i + 1 < levels else 22
        entries = [record(b"D%02d" % k, below, BLOCK, True) for k in range(40)]
        rest += folder(entries, 22 + i)[:BLOCK]
    return iso(folder([record(b"D", 22, BLOCK, True), record(b"A.EFI;1", 22, BLOCK)], 20).ljust(2 * BLOCK, b"\0"),
               bytes(rest))


def continued_iso():
    """Records whose names are continued three times elsewhere, in ISOLINUX's folders too."""
    susp = struct.pack("<2sBBHB", b"SP", 7, 1, 0xEFBE, 0)
    area_block = 20 + 128 + 1
    more = struct.pack("<2sBB", b"CE", 28, 1) + both(area_block) + both(0) + both(BLOCK)
    root = [record(b"F", 30, 10, False, more) for _ in range(1)]
    entry = root[0]
    per_block = BLOCK // len(entry)
    tree = bytearray(folder([], 20, susp))
    while len(tree) < 127 * BLOCK:
        tree += (entry * per_block).ljust(BLOCK, b"\0")
    tree = bytes(tree) + bytes(128 * BLOCK - len(tree))
    area = (more + bytes(BLOCK))[:BLOCK]
    loader = bytearray(b"\0" * 64 + b"ISOLINUX 6.04".ljust(192, b"\0"))
    block = area_block + 1
    struct.pack_into("<IIII", loader, 8, 16, block, len(loader),
                     sum(x for (x,) in struct.iter_unpack("<I", loader[64:])) & 0xFFFFFFFF)
    return iso(tree, bytes(BLOCK) + area + bytes(loader).ljust(BLOCK, b"\0"),
               catalog=validation() + boot_entry(block))


def many_entries_iso():
    """A boot catalog with an entry in every place, each to another FAT."""
    count = (BLOCK - 128) // 32
    fat = folder_fat()
    catalog = validation() + boot_entry(22) + struct.pack("<BBH28x", 0x91, 0xEF, count)
    catalog += b"".join(boot_entry(22 + i) for i in range(count))
    return iso(folder([], 20).ljust(2 * BLOCK, b"\0"), fat, catalog=catalog)


# ---- FAT and partitions ----


def fat(clusters, links, contents, root, cluster_size=512):
    """A FAT16 with chosen links and contents by cluster number."""
    sectors = cluster_size // 512
    fat_sectors = (clusters * 2 + 4 + 511) // 512
    root_entries = (len(root) // 32 + 15) & ~15
    reserved = 1
    data = reserved + fat_sectors + root_entries // 16
    out = bytearray((data + clusters * sectors) * 512)
    struct.pack_into("<3s8sHBHBHHBHHHII", out, 0, b"\xeb\x3c\x90", b"HOSTILE", 512, sectors, reserved, 1,
                     root_entries, 0, 0xF8, fat_sectors, 32, 64, 0, data + clusters * sectors)
    struct.pack_into("<H", out, 510, 0xAA55)
    for cluster, following in links.items():
        struct.pack_into("<H", out, 512 + 2 * cluster, following)
    at = (reserved + fat_sectors) * 512
    out[at : at + len(root)] = root
    for cluster, content in contents.items():
        at = data * 512 + (cluster - 2) * cluster_size
        out[at : at + len(content)] = content
    return bytes(out)


def fat_entry(name, cluster, size=0, is_folder=False):
    return struct.pack("<11sB8xH4xHI", name, 0x10 if is_folder else 0x20, cluster >> 16, cluster & 0xFFFF, size)


def long_entries(name, short):
    total = 0
    for byte in short:
        total = ((total & 1) << 7) + (total >> 1) + byte & 0xFF
    text = (name + "\0").encode("utf-16-le")
    parts = [text[i : i + 26].ljust(26, b"\xff") for i in range(0, len(text), 26)]
    out = b""
    for i in range(len(parts), 0, -1):
        part = parts[i - 1]
        out += struct.pack("<B10sBBB12sH4s", i | (0x40 if i == len(parts) else 0), part[:10], 0x0F, 0, total,
                           part[10:22], 0, part[22:])
    return out


def crosslinked_fat():
    """Thousands of programs of the same scattered clusters, and folders without an end."""
    clusters = 8192
    links, forward, back = {}, list(range(2, 4096)), list(range(8190, 4097, -1))
    chain = [cluster for pair in zip(forward, back) for cluster in pair]
    for here, there in zip(chain, chain[1:]):
        links[here] = there
    links[chain[-1]] = chain[0]
    size = (len(chain) - 1) * 512
    root = b"".join(fat_entry(b"P%07dEFI" % i, chain[i], size - 512 * i) for i in range(60))
    root += b"".join(fat_entry(b"D%07d   " % i, chain[i], 0, True) for i in range(4000))
    head = pe(b"", pads=0)[:512]
    return fat(clusters, links, {chain[i]: head for i in range(60)}, root)


def folder_fat(chain=4000):
    """Folders of two megabytes, of long names, that lead to each other."""
    clusters = 4200
    links = {cluster: cluster + 1 for cluster in range(2, 2 + chain)}
    links[2 + chain] = 0xFFFF
    short = b"LONG~1     "
    one = long_entries("n" * 60, short) + fat_entry(short, 2, 0, True)
    tree = fill(one, chain * 512)
    contents = {2: tree}
    return fat(clusters, links, contents, b"".join(fat_entry(b"D%07d   " % i, 2, 0, True) for i in range(512)))


def gpt_disk(volumes):
    """128 partitions that overlap: each of the volumes, and what is inside of them."""
    body = b"".join(volumes)
    blocks = 34 + len(body) // 512 + 33
    out = bytearray(34 * 512) + body + bytes(33 * 512)
    struct.pack_into("<B3xB3xII", out, 446, 0, 0xEE, 1, blocks - 1)
    struct.pack_into("<H", out, 510, 0xAA55)
    esp = bytes.fromhex("28732ac11ff8d211ba4b00a0c93ec93b")
    starts, at = [], 34
    for volume in volumes:
        starts.append(at)
        at += len(volume) // 512
    entries = b""
    for i in range(128):
        entries += (esp + bytes(16) + struct.pack("<QQQ", starts[i % len(starts)] + (i // len(starts)),
                                                  blocks - 34, 0)).ljust(128, b"\0")
    head = bytearray(struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, 0, 0, 1, blocks - 1, 34,
                                 blocks - 34, b"hostile".ljust(16), 2, 128, 128, zlib.crc32(entries)))
    struct.pack_into("<I", head, 16, zlib.crc32(head))
    out[512 : 512 + 92] = head
    out[1024 : 1024 + len(entries)] = entries
    return bytes(out)


def long_script_fat(size):
    """An autoexec.ipxe as large as the disk, of what JSON writes in six characters."""
    cluster_size = 32768
    n = size // cluster_size + 1
    n = max(n, 4200 if n < 4200 else n)
    if n * cluster_size > size:
        cluster_size = max(512, 1 << (size // n).bit_length() - 1)
        n = size // cluster_size
    links = {cluster: cluster + 1 for cluster in range(2, 2 + n - 1)}
    links[1 + n] = 0xFFFF
    return fat(n, links, {2: b"#!ipxe\n" + fill(b"\1", n * cluster_size - 7)},
               fat_entry(b"AUTOEXECIPX", 2, n * cluster_size - 512)
               + long_entries("autoexec.ipxe", b"AUTOEX~1IPX")
               + fat_entry(b"AUTOEX~1IPX", 2, n * cluster_size - 512), cluster_size)


def make(size):
    """(name, contents) of every one; size is that of the large ones, in bytes."""
    body = size - BODY - 4096
    yield "overlapping.iso", overlapping_iso()
    yield "overlapping-large.iso", overlapping_iso(size - 64 * BLOCK)
    yield "bombs.iso", bombs_iso()
    yield "nested.iso", nested_iso()
    yield "continued.iso", continued_iso()
    yield "entries.iso", many_entries_iso()
    yield "crosslinked.fat", crosslinked_fat()
    yield "folders.fat", folder_fat()
    yield "partitions.img", gpt_disk([crosslinked_fat()] * 4 + [folder_fat()] * 8)
    yield "script.fat", long_script_fat(min(size, 60 * MIB))
    yield "bomb.lkrn", lkrn(bytes(16 * MIB))
    yield "noise.lkrn", lkrn(noise(min(size // 2, 8 * MIB - 64)))
    for one in (almost_openers, short_openers, almost_roots, far_roots, almost_digests, almost_texts, newlines,
                many_scripts, signed):
        yield one.__name__.replace("_", "-") + ".efi", one(body)


def main(folder_name, mib="64"):
    target = Path(folder_name)
    target.mkdir(parents=True, exist_ok=True)
    for name, contents in make(int(mib) * MIB):
        (target / name).write_bytes(contents)


if __name__ == "__main__":
    main(*sys.argv[1:])
