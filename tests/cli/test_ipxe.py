# SPDX-License-Identifier: GPL-3.0-only
"""--ipxe: binaries the user brings, with a slot or without, and what cannot be used."""

import json
import os
import struct
import unittest
from pathlib import Path

import pefile

import lkrn
from command import URL, CommandTest, judge

STOCK = Path(os.environ["BOOTS_FROM_BUNDLE"] + ".stock/usr/lib/ipxe")
TRIXIE = Path(os.environ["BOOTS_FROM_TRIXIE"])
OTHERS = os.environ["BOOTS_FROM_OTHERS"]
FTP = "ftp://192.0.2.1/boot.ipxe"
LARGE_SCRIPT = b"echo a line\n" * 800  # more than a slot takes
MARKER = b"#!ipxe\n#boots-from-slot v1 size=0x00002000 offset=0xffffffff\n"


class IpxeTest(CommandTest):
    def stock(self, name):
        return (STOCK / name).read_bytes()

    def put(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def refused(self, data, status, *words, options=()):
        path = self.put("brought", data)
        done = self.run_command("--ipxe", path, *options, URL)
        self.assert_refused(done, status, "brought", *words)
        self.assert_folder_holds("brought")

    def part(self, kind, *options, url=URL):
        done = self.run_command("-q", "--format", kind, *options, "-o", "out", url)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return (self.folder / "out").read_bytes()

    # ---- Slots ----

    def test_print_slot(self):
        done = self.run_command("--print-slot")
        self.assertEqual(done.returncode, 0)
        self.assertTrue(done.stdout.startswith(MARKER))
        self.assertEqual(len(done.stdout), 8192)
        self.assertTrue(done.stdout.rstrip(b"\n").endswith(b"\nshell"))

    def test_stock_binaries_get_a_slot(self):
        """Bringing what the bundle was made of gives what the bundle gives."""
        for arch, name in [
            ("x86_64", "ipxe-amd64.efi"),
            ("arm64", "ipxe-arm64.efi"),
            ("riscv64", "ipxe-riscv64.efi"),
        ]:
            with self.subTest(arch):
                wanted = self.part("efi", "--arch", arch)
                self.assertEqual(self.part("efi", "--ipxe", STOCK / name), wanted)
        wanted = self.part("lkrn")
        self.assertEqual(self.part("lkrn", "--ipxe", STOCK / "ipxe.lkrn"), wanted)

    def test_the_other_suite(self):
        """Debian trixie's binaries, all in one image; inspect tells which iPXE is in it."""
        if not TRIXIE.is_dir():
            self.skipTest("trixie's ipxe package could not be fetched")
        names = ["ipxe.lkrn", "ipxe-amd64.efi", "ipxe-arm64.efi", "ipxe-riscv64.efi"]
        options = [word for name in names for word in ("--ipxe", TRIXIE / name)]
        done = self.run_command("-q", "--arch", "all", *options, "-o", "out", URL)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        report = json.loads(self.run_command("inspect", "--json", "out").stdout)
        self.assertEqual(len(report["programs"]), 4)
        for program in report["programs"]:
            self.assertRegex(program["version"], r"^1\.21\.1")
            self.assertIn("chain --autofree " + URL, program["slot"]["script"])

    def test_batch_takes_it_too(self):
        options = ["--ipxe", STOCK / "ipxe-riscv64.efi", "--ipxe", STOCK / "ipxe.lkrn"]
        done = self.run_command("batch", "-q", *options, "http://a/{host}", input=b"one\ntwo\n")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        for name in ("one", "two"):
            done = self.run_command("-q", *options, "-o", "alone", f"http://a/{name}")
            self.assertEqual(done.returncode, 0, done.stderr.decode())
            alone = (self.folder / "alone").read_bytes()
            self.assertEqual((self.folder / f"{name}.iso").read_bytes(), alone)

    def test_batch_refuses_a_packed_slot(self):
        stock = (STOCK / "ipxe.lkrn").read_bytes()
        slot = self.run_command("--print-slot").stdout
        path = self.put("packed", lkrn.repack(stock, lkrn.unpack(stock) + slot))
        done = self.run_command("batch", "--ipxe", path, "http://a/{host}", input=b"one\n")
        self.assert_refused(done, 1, "packed")
        self.assert_folder_holds("packed")

    def test_a_planted_binary_comes_back(self):
        first = self.part("efi", url="http://first.example/")
        path = self.put("planted.efi", first)
        self.assertEqual(self.part("efi", "--ipxe", path), self.part("efi"))
        path = self.put("planted.lkrn", self.part("lkrn", url="http://first.example/"))
        self.assertEqual(self.part("lkrn", "--ipxe", path), self.part("lkrn"))

    def test_embedded_slot_in_an_efi(self):
        """It does not know its offset, and its linker left the checksum empty."""
        planted = self.part("efi")
        pe = pefile.PE(data=planted)
        checksum = pe.OPTIONAL_HEADER.get_field_absolute_offset("CheckSum")
        slot = planted.index(MARKER[:30])
        embedded = bytearray(planted)
        embedded[slot : slot + 8192] = self.run_command("--print-slot").stdout
        struct.pack_into("<I", embedded, checksum, 0)
        path = self.put("embedded.efi", embedded)
        made = self.part("efi", "--ipxe", path)
        self.assertEqual(made, planted)
        self.assertTrue(pefile.PE(data=made).verify_checksum())

    def test_embedded_slot_in_an_lkrn(self):
        """It is in the packed block, which is packed anew around the script."""
        stock = self.stock("ipxe.lkrn")
        inside = lkrn.unpack(stock)
        placeholder = self.run_command("--print-slot").stdout
        embedded = lkrn.repack(stock, inside + placeholder)
        self.assertEqual(lkrn.unpack(embedded), inside + placeholder)
        made = self.part("lkrn", "--ipxe", self.put("embedded.lkrn", embedded))
        contents = lkrn.unpack(made)
        self.assertEqual(contents[: len(inside)], inside)
        slot = contents[len(inside) :]
        self.assertEqual(len(slot), 8192)
        self.assertTrue(slot.startswith(MARKER))
        self.assertIn(b"chain --autofree " + URL.encode(), slot)
        payload = (made[0x1F1] + 1) * 512
        self.assertEqual(made[0x1F1], stock[0x1F1])
        self.assertEqual(struct.unpack_from("<I", made, 0x1F4)[0], (len(made) - payload + 15) // 16)
        # A whole image of it, whose script can only be changed by making another.
        done = self.run_command("-q", "--ipxe", self.folder / "embedded.lkrn", URL)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        done = self.run_command("repoint", "boots-from.iso", "http://other.example/")
        self.assert_refused(done, 1, "in the packed part", "make a new one")

    def test_large_script_beside_a_packed_slot(self):
        """The packed slot only leads to the file: it is packed once, and repoint leaves it alone."""
        stock = (STOCK / "ipxe.lkrn").read_bytes()
        slot = self.run_command("--print-slot").stdout
        inside = bytearray(lkrn.unpack(stock))
        # Over code that nobody runs here: what iPXE has in .bss is behind its end, and stays there.
        at = len(inside) // 4
        inside[at : at + len(slot)] = slot
        path = self.put("packed", lkrn.repack(stock, bytes(inside)))
        self.put("large.ipxe", LARGE_SCRIPT)
        self.put("hosts", b"host,script\none,large.ipxe\n")
        image = self.build("--ipxe", path, "--script", "large.ipxe")
        done = self.run_command("batch", "--ipxe", path, "--hosts", "hosts")
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertEqual((self.folder / "one.iso").read_bytes(), image)
        report = json.loads(self.run_command("inspect", "--json", "one.iso").stdout)
        (bios,) = [program for program in report["programs"] if program["arch"] == "bios"]
        self.assertEqual((bios["slot"]["state"], bios["slot"]["packed"]), ("handover", True))
        done = self.run_command("repoint", "one.iso", URL)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertEqual((self.folder / "one.iso").read_bytes(),
                         self.build("--ipxe", path, "--script-room", "10K", URL))

    def test_ipxe_that_knows_no_file(self):
        """It would ignore the script: told by the name it does not look for."""
        self.put("large.ipxe", LARGE_SCRIPT)
        old = self.stock("ipxe-amd64.efi").replace(b"autoexec.ipxe", b"autoexec.none")
        path = self.put("old.efi", old)
        self.build("--ipxe", path, URL)
        for arguments in (["--script", "large.ipxe"], ["--script-room", "1M", URL]):
            done = self.run_command("--ipxe", path, *arguments)
            self.assert_refused(done, 1, "the iPXE for x86_64 cannot run a script that is too large")

    # ---- Schemes and boot paths ----

    def test_ftp_is_taken_when_the_binary_has_it(self):
        self.assert_refused(self.run_command(FTP), 1, "cannot open ftp")
        forged = self.stock("ipxe-amd64.efi").replace(b"\0nfs\0", b"\0ftp\0")
        path = self.put("ftp.efi", forged)
        self.assertIn(FTP.encode(), self.part("efi", "--ipxe", path, url=FTP))
        done = self.run_command("--ipxe", path, FTP)
        self.assert_refused(done, 1, "cannot open ftp")  # the others cannot
        done = self.run_command("--ipxe", path, "--arch", "x86_64", "nfs://a/b/c")
        self.assert_refused(done, 1, "cannot open nfs")

    def test_an_architecture_joins_the_image(self):
        done = self.run_command("--ipxe", STOCK / "ipxe-riscv64.efi", URL)
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"BIOS, UEFI x86_64, UEFI arm64, UEFI riscv64", done.stderr)

    def test_several(self):
        names = ["ipxe.lkrn", "ipxe-amd64.efi", "ipxe-arm64.efi"]
        brought = [word for name in names for word in ("--ipxe", STOCK / name)]
        wanted = self.build()
        self.assertEqual(self.build(*brought, URL), wanted)

    # ---- Refusals ----

    def test_one_that_is_not_for_this_image(self):
        done = self.run_command("--ipxe", STOCK / "ipxe-arm64.efi", "--arch", "x86_64", URL)
        self.assert_refused(done, 2, "ipxe brings", "arm64", "arch")
        done = self.run_command("--ipxe", STOCK / "ipxe-arm64.efi", "--format", "lkrn", URL)
        self.assert_refused(done, 2, "arm64")

    def test_two_for_one_architecture(self):
        path = STOCK / "ipxe-amd64.efi"
        done = self.run_command("--ipxe", path, "--ipxe", path, URL)
        self.assert_refused(done, 1, "another one for x86_64")

    def test_a_script_that_would_win(self):
        script = b"#!ipxe\ndhcp\nshell\n"
        self.refused(self.stock("ipxe-amd64.efi") + script, 1, "a script is compiled into it", "EMBED=")
        stock = self.stock("ipxe.lkrn")
        embedded = lkrn.repack(stock, lkrn.unpack(stock) + script)
        self.refused(embedded, 1, "a script is compiled into it", "--print-slot")

    def test_too_old(self):
        old = self.stock("ipxe-amd64.efi").replace(b"<CMDLINE>\0", b"<cmdline>\0")
        self.refused(old, 1, "too old")

    def test_signed(self):
        pe = pefile.PE(data=self.stock("ipxe-amd64.efi") + bytes(64))
        pe.OPTIONAL_HEADER.DATA_DIRECTORY[4].VirtualAddress = len(pe.__data__) - 64
        pe.OPTIONAL_HEADER.DATA_DIRECTORY[4].Size = 64
        self.refused(bytes(pe.write()), 1, "signed")

    def test_unknown_architecture(self):
        data = bytearray(self.stock("ipxe-amd64.efi"))
        (header,) = struct.unpack_from("<I", data, 0x3C)
        struct.pack_into("<H", data, header + 4, 0x6264)
        self.refused(bytes(data), 1, "0x6264")

    def test_damaged(self):
        stock = self.stock("ipxe-amd64.efi")
        self.refused(stock[: len(stock) // 2], 1)
        kernel = self.stock("ipxe.lkrn")
        self.refused(kernel[: len(kernel) // 2], 1, "cut short")
        broken = bytearray(kernel)
        broken[-2000] ^= 1
        self.refused(bytes(broken), 1, "CRC")
        self.refused(b"", 1, "neither")
        self.refused(b"hello\n", 1, "neither")
        planted = self.part("efi")
        (self.folder / "out").unlink()
        twice = planted + planted[planted.index(MARKER[:30]) :]
        self.refused(twice, 1, "two script slots")
        self.refused(planted.replace(b"slot v1 size", b"slot v2 size"), 1, "damaged marker")

    def test_missing(self):
        done = self.run_command("--ipxe", "nowhere.efi", URL)
        self.assert_refused(done, 1, "nowhere.efi", "No such file")

    def test_what_is_not_ipxe(self):
        """GRUB, systemd-boot, shim, memtest86+, Linux: Debian's, unpacked into a folder."""
        if not Path(OTHERS).is_dir():
            self.skipTest("the other boot programs could not be fetched")
        programs = [
            path
            for path in sorted(Path(OTHERS).rglob("*"))
            if path.is_file() and (path.name.startswith("vmlinuz") or path.suffix in (".efi", ".bin", ".signed"))
        ]
        self.assertGreater(len(programs), 5)
        for path in programs:
            with self.subTest(path.name):
                self.refused(path.read_bytes(), 1)


if __name__ == "__main__":
    unittest.main()
