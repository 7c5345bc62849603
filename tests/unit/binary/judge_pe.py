# SPDX-License-Identifier: GPL-3.0-only
"""judge_pe.py SAMPLES STUBDIR: an independent reader's word on our PE files.

SAMPLES (pe_samples) writes checksummed and planted files; pefile, which shares no code with
us, must find every CheckSum right and every planted file sound. The stock ipxe-*.efi in
the environment's BF_IPXE_DIR=DIR[:DIR...] are planted and judged too.
"""

import glob
import os
import subprocess
import sys
import tempfile

import pefile

EXECUTE, READ, WRITE = 0x20000000, 0x40000000, 0x80000000
CODE, INITIALIZED = 0x20, 0x40
NX_COMPAT = 0x100
MACHINES = (0x8664, 0xAA64, 0x5064)


def name(section):
    return section.Name.rstrip(b"\0").decode()


def check_layout(pe):
    header = pe.OPTIONAL_HEADER
    assert header.SectionAlignment % 4096 == 0
    assert header.SizeOfImage % header.SectionAlignment == 0
    assert header.DllCharacteristics & NX_COMPAT
    end = 0
    for section in pe.sections:
        assert section.VirtualAddress >= end, f"{name(section)} overlaps in memory"
        end = section.VirtualAddress + section.Misc_VirtualSize
        wx = WRITE | EXECUTE
        assert section.Characteristics & wx != wx, f"{name(section)} is W+X"
    assert end <= header.SizeOfImage


def check_added(pe, data):
    stub, slot = pe.sections[-2:]
    assert (name(stub), name(slot)) == (".stub", ".slot")
    assert stub.Characteristics == CODE | EXECUTE | READ
    assert slot.Characteristics == INITIALIZED | READ
    for section in (stub, slot):
        assert section.VirtualAddress % pe.OPTIONAL_HEADER.SectionAlignment == 0
        assert section.PointerToRawData % pe.OPTIONAL_HEADER.FileAlignment == 0
        assert section.SizeOfRawData % pe.OPTIONAL_HEADER.FileAlignment == 0
        assert section.SizeOfRawData >= section.Misc_VirtualSize
    assert slot.PointerToRawData + slot.SizeOfRawData == len(data)
    assert stub.contains_rva(pe.OPTIONAL_HEADER.AddressOfEntryPoint)
    marker = b"#!ipxe\n#boots-from-slot v1 size=0x%08x offset=0x%08x\n" % (
        slot.Misc_VirtualSize,
        slot.PointerToRawData,
    )
    assert data[slot.PointerToRawData :].startswith(marker)


def check_clear_of_debug(pe):
    table_end = pe.sections[-1].get_file_offset() + 40
    assert table_end <= pe.OPTIONAL_HEADER.SizeOfHeaders
    debug = pe.OPTIONAL_HEADER.DATA_DIRECTORY[6]
    first = min(s.PointerToRawData for s in pe.sections if s.SizeOfRawData)
    assert table_end <= first
    assert debug.Size and debug.VirtualAddress >= table_end
    for entry in pe.DIRECTORY_ENTRY_DEBUG:
        assert entry.struct.PointerToRawData >= table_end


def check_unchanged(pe, stock):
    before = pefile.PE(stock)
    for old, new in zip(before.sections, pe.sections):
        assert old.__pack__() == new.__pack__(), f"{name(old)}: its header changed"
        assert old.get_data() == new.get_data(), f"{name(old)}: its data changed"
    assert any(name(section) == ".sbat" for section in before.sections)
    old, new = before.OPTIONAL_HEADER, pe.OPTIONAL_HEADER
    assert old.DllCharacteristics == new.DllCharacteristics
    for one, other in zip(old.DATA_DIRECTORY, new.DATA_DIRECTORY):
        assert one.__pack__() == other.__pack__(), one.name
    entry = old.AddressOfEntryPoint
    stub = pe.sections[-2]
    delta = int.from_bytes(stub.get_data()[4:8], "little", signed=True)
    assert stub.VirtualAddress + delta == entry


def judge(path):
    pe = pefile.PE(path)
    with open(path, "rb") as file:
        data = file.read()
    assert pe.OPTIONAL_HEADER.CheckSum == pe.generate_checksum(), "wrong CheckSum"
    if os.path.basename(path).startswith("planted"):
        check_layout(pe)
        check_added(pe, data)
        check_clear_of_debug(pe)
    return pe


def stock_files(folders):
    found = []
    for folder in folders:
        paths = sorted(glob.glob(os.path.join(folder, "ipxe-*.efi")))
        assert paths, f"no ipxe-*.efi in {folder}"
        found += [p for p in paths if pefile.PE(p).FILE_HEADER.Machine in MACHINES]
    return found


def main(samples, stubs):
    folders = os.environ.get("BF_IPXE_DIR", "")
    stock = stock_files(folders.split(":")) if folders else []
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([samples, folder, stubs, *stock], check=True)
        paths = sorted(glob.glob(os.path.join(folder, "*.efi")))
        assert len(paths) == 8 + 3 + len(stock)
        for path in paths:
            print(os.path.basename(path))
            judge(path)
        for i, before in enumerate(stock):
            print(before)
            check_unchanged(judge(f"{folder}/planted-stock-{i}.efi"), before)


if __name__ == "__main__":
    main(*sys.argv[1:])
