# SPDX-License-Identifier: GPL-3.0-only
"""What inspect says, against what independent tools know, and against damage."""

import json
import os
import random
import re
import resource
import subprocess
import unittest
import zlib
from pathlib import Path

import pefile

import lkrn
from command import URL, CommandTest, judge

STOCK = Path(os.environ["BOOTS_FROM_BUNDLE"] + ".stock/usr/lib/ipxe")
OTHERS = os.environ["BOOTS_FROM_OTHERS"]
PIN = "9faf717b7f8ca2f93c256c79f8ac5591895d66d1ff3bee6397a70d29c65eed1a"
GIB = 1 << 30


class InspectTest(CommandTest):
    def report(self, path):
        done = self.run_command("inspect", "--json", path)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertEqual(done.stderr, b"")
        return json.loads(done.stdout)

    def make(self, *options, name="image"):
        done = self.run_command("-q", *options, "-o", name, URL)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return self.folder / name

    def put(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def boots(self, report):
        """{(firmware, arch, medium): verdict}"""
        return {
            (path["firmware"], path["arch"], path["medium"]): path["boots"]
            for path in report["boot_paths"]
        }

    def reasons(self, report, *key):
        for path in report["boot_paths"]:
            if (path["firmware"], path["arch"], path["medium"]) == key:
                return path["text"]
        self.fail(f"no such boot path: {key}")

    # ---- Our images ----

    def test_boot_paths(self):
        for options, booting in [
            (["--arch", "all"], {"bios": "cd usb", "x86_64": "cd usb", "arm64": "cd usb", "riscv64": "cd usb"}),
            (["--arch", "bios"], {"bios": "cd usb"}),
            (["--arch", "arm64"], {"arm64": "cd usb"}),
            (["--layout", "cd", "--arch", "bios,x86_64"], {"bios": "cd", "x86_64": "cd usb?"}),
            (["--layout", "mbr", "--arch", "bios,x86_64"], {"bios": "cd usb", "x86_64": "cd usb"}),
            (["--layout", "gpt", "--arch", "bios,x86_64"], {"bios": "cd usb", "x86_64": "cd usb"}),
            (["--format", "esp", "--arch", "x86_64"], {"x86_64": "usb"}),
        ]:
            with self.subTest(options):
                report = self.report(self.make(*options))
                verdicts = self.boots(report)
                self.assertEqual(len(verdicts), 8)
                for (_, arch, medium), verdict in verdicts.items():
                    wanted = booting.get(arch, "").split()
                    self.assertEqual(verdict == "ipxe", medium in wanted, (arch, medium, verdict))
                    self.assertEqual(verdict == "depends", medium + "?" in wanted, (arch, medium, verdict))
                self.assertEqual(report["problems"], [])

    def test_programs(self):
        image = self.make("--arch", "all")
        report = self.report(image)
        data = image.read_bytes()
        programs = {program["arch"]: program for program in report["programs"]}
        self.assertEqual(set(programs), {"bios", "x86_64", "arm64", "riscv64"})
        script = self.run_command("--print-script", URL).stdout.decode()
        for arch, program in programs.items():
            with self.subTest(arch):
                self.assertEqual(program["kind"], "ipxe")
                self.assertIn("http", program["schemes"])
                self.assertFalse(program["embedded_script"])
                self.assertEqual(program["slot"]["state"], "filled")
                self.assertEqual(program["slot"]["size"], 8192)
                self.assertEqual(program["slot"]["script"], script)
                self.assertEqual(program["slot"]["used"] + len("#!ipxe\n"), len(script))
                self.assertEqual(program["trust"], {"stock": True, "sha256": [PIN]})
                binary = data[program["offset"] : program["offset"] + program["size"]]
                if arch == "bios":
                    self.assertEqual(binary[0x202:0x206], b"HdrS")
                    continue
                pe = pefile.PE(data=binary)
                self.assertEqual(int(program["checksum"]["stored"], 16), pe.OPTIONAL_HEADER.CheckSum)
                self.assertEqual(int(program["checksum"]["computed"], 16), pe.generate_checksum())
                self.assertTrue(program["checksum"]["good"])
                self.assertFalse(program["signed"])
                self.assertEqual({place["fat"] for place in program["files"]}, {0, None})

    def test_structure_as_others_see_it(self):
        image = self.make()
        report = self.report(image)
        data = image.read_bytes()
        self.assertEqual(report["kind"], "iso")
        self.assertEqual(report["iso9660"]["label"], "BOOTS_FROM")
        _, text = judge("xorriso", "-indev", image, "-report_el_torito", "plain")
        lbas = [int(row) for row in re.findall(r"boot img :.*?(\d+)\n", text)]
        self.assertEqual([entry["offset"] // 2048 for entry in report["el_torito"]], lbas)
        paths = re.findall(r"img path :\s+\d+\s+(\S+)", text)
        self.assertEqual([entry["path"] for entry in report["el_torito"]], paths)
        header = bytearray(data[512:604])
        header[16:20] = bytes(4)
        self.assertEqual(int(report["gpt"]["primary"]["header_crc_computed"], 16), zlib.crc32(header))
        self.assertTrue(report["gpt"]["primary"]["good"])
        self.assertTrue(report["gpt"]["backup"]["good"])
        self.assertEqual(report["fat"][0]["bits"], 16)

    def test_partitions_as_sgdisk_sees_them(self):
        image = self.make("--layout", "gpt")
        _, text = judge("sgdisk", "--print", image)
        rows = re.findall(r"^\s+(\d+)\s+(\d+)\s+(\d+)\s", text, re.M)
        self.assertTrue(rows, text)
        self.assertEqual(
            [(p["number"], p["offset"] // 512, p["size"] // 512)
             for p in self.report(image)["gpt"]["partitions"]],
            [(int(number), int(first), int(last) - int(first) + 1) for number, first, last in rows],
        )

    def test_text(self):
        image = self.make("--arch", "bios,x86_64")
        done = self.run_command("inspect", image)
        self.assertEqual(done.returncode, 0)
        text = done.stdout.decode()
        self.assertTrue(text.isascii())
        self.assertRegex(text, r"BIOS +CD +boots +iPXE \S+, runs the script in its slot")
        self.assertRegex(text, r"UEFI arm64 +USB +no +no partition with /EFI/BOOT/BOOTAA64.EFI")
        self.assertIn(f"      | chain --autofree {URL}", text)
        self.assertIn("of 8131 bytes used", text)

    # ---- Single files ----

    def test_parts(self):
        for kind, arch in [("efi", "x86_64"), ("lkrn", "bios")]:
            report = self.report(self.make("--format", kind))
            self.assertEqual(report["kind"], "program")
            self.assertEqual(report["boot_paths"], [])
            (program,) = report["programs"]
            self.assertEqual((program["arch"], program["slot"]["state"]), (arch, "filled"))

    def test_stock_binaries(self):
        for path in sorted(STOCK.glob("ipxe*.efi")) + [STOCK / "ipxe.lkrn"]:
            with self.subTest(path.name):
                (program,) = self.report(path)["programs"]
                self.assertEqual(program["name"], "iPXE")
                if "loong" in path.name:
                    self.assertEqual((program["kind"], program["arch"]), ("other", "loong64"))
                    continue
                self.assertEqual(program["kind"], "ipxe")
                self.assertIsNone(program["slot"])
                self.assertEqual(program["trust"], {"stock": True, "sha256": [PIN]})

    def test_stock_iso(self):
        report = self.report(STOCK / "ipxe.iso")
        self.assertEqual(self.boots(report)["uefi", "x86_64", "cd"], "ipxe")
        self.assertIn("no script", self.reasons(report, "bios", "bios", "cd"))

    def test_another_pin(self):
        pin = bytes(range(32))
        for name in ("ipxe-amd64.efi", "ipxe-arm64.efi", "ipxe-riscv64.efi"):
            data = (STOCK / name).read_bytes()
            path = self.put("pinned", data.replace(bytes.fromhex(PIN), pin))
            self.assertEqual(
                self.report(path)["programs"][0]["trust"], {"stock": False, "sha256": [pin.hex()]}
            )
        stock = (STOCK / "ipxe.lkrn").read_bytes()
        contents = lkrn.unpack(stock).replace(bytes.fromhex(PIN), pin)
        (program,) = self.report(self.put("pinned", lkrn.repack(stock, contents)))["programs"]
        self.assertEqual(program["trust"]["sha256"], [pin.hex()])
        text = self.run_command("inspect", "pinned").stdout.decode()
        self.assertIn(f"SHA-256 {pin.hex()}", text)

    def test_packed_and_placeholder_slots(self):
        placeholder = self.run_command("--print-slot").stdout
        stock = (STOCK / "ipxe.lkrn").read_bytes()
        embedded = lkrn.repack(stock, lkrn.unpack(stock) + placeholder)
        (program,) = self.report(self.put("embedded", embedded))["programs"]
        self.assertTrue(program["slot"]["packed"])
        self.assertEqual(program["slot"]["state"], "placeholder")
        self.assertFalse(program["embedded_script"])

    def test_signed(self):
        key, certificate = self.folder / "key.pem", self.folder / "cert.pem"
        status, text = judge(
            "openssl", "req", "-new", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-subj", "/CN=Rack Boot Signing/", "-keyout", key, "-out", certificate,
        )
        self.assertEqual(status, 0, text)
        efi = self.make("--format", "efi")
        signed = self.folder / "signed.efi"
        status, text = judge("sbsign", "--key", key, "--cert", certificate, "--output", signed, efi)
        self.assertEqual(status, 0, text)
        (program,) = self.report(signed)["programs"]
        self.assertTrue(program["signed"])
        self.assertEqual(program["signers"], ["Rack Boot Signing"])
        data = bytearray(signed.read_bytes())
        data[-200] ^= 0x20  # a damaged certificate is no reason to fail
        (program,) = self.report(self.put("odd", data))["programs"]
        self.assertTrue(program["signed"])

    def test_what_is_not_ipxe(self):
        if not Path(OTHERS).is_dir():
            self.skipTest("the other boot programs could not be fetched")
        names = {"grubx64.efi": "GRUB", "systemd-bootx64.efi": "systemd-boot",
                 "shimx64.efi": "shim", "memtest86+x64.bin": "Memtest86+", "memtest86+x64.efi": "Memtest86+"}
        found = 0
        for path in sorted(Path(OTHERS).rglob("*")):
            is_kernel = path.name.startswith("vmlinuz")
            if path.name not in names and not is_kernel:
                continue
            with self.subTest(path.name):
                (program,) = self.report(path)["programs"]
                self.assertEqual(program["kind"], "other")
                self.assertIn("Linux kernel 6" if is_kernel else names[path.name], program["name"])
                found += 1
        self.assertGreaterEqual(found, 5)

    # ---- Large, and other people's ----

    def test_a_stick_of_100_gigabytes(self):
        """A stick that holds the image: little is read, wherever the end is."""
        stick = self.put("stick", self.make().read_bytes())
        os.truncate(stick, 100 * GIB)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        report = self.report(stick)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.assertEqual(report["size"], 100 * GIB)
        self.assertEqual(self.boots(report)["uefi", "x86_64", "usb"], "ipxe")
        self.assertLess(after.ru_maxrss, 1 << 20)  # KiB, a hundredth of the stick
        done = subprocess.run(
            ["strace", "-qq", "-e", "trace=read,pread64", "-o", self.folder / "trace",
             os.environ["BOOTS_FROM"], "inspect", stick],
            capture_output=True,
            env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"},
        )
        if done.returncode == 0:
            trace = (self.folder / "trace").read_text()
            total = sum(int(n) for n in re.findall(r"pread64\(.*= (\d+)$", trace, re.M))
            self.assertLess(total, 8 << 20)
            self.assertGreater(total, 2 << 20)

    def test_a_large_fat32(self):
        """A stick of 32 GB that somebody made, with an iPXE deep inside."""
        stick = self.folder / "stick"
        status, text = judge("mkfs.fat", "-F", "32", "-C", stick, str(32 * GIB // 1024))
        self.assertEqual(status, 0, text)
        efi = self.make("--format", "efi", name="efi")
        for arguments in (["mmd", "::/EFI", "::/EFI/BOOT"], ["mcopy", efi, "::/EFI/BOOT/BOOTX64.EFI"],
                          ["mcopy", efi, "::/A long name, twice.EFI"]):
            status, text = judge(arguments[0], "-i", stick, *arguments[1:])
            self.assertEqual(status, 0, text)
        report = self.report(stick)
        self.assertEqual(report["fat"][0]["bits"], 32)
        self.assertEqual(
            sorted(program["files"][0]["path"] for program in report["programs"]),
            ["/A long name, twice.EFI", "/EFI/BOOT/BOOTX64.EFI"],
        )
        self.assertEqual(self.boots(report)["uefi", "x86_64", "usb"], "ipxe")

    def test_files_of_an_esp(self):
        """Every file is listed, with mtools as the judge of names and sizes, up to a limit."""
        stick = self.folder / "stick"
        judge("mkfs.fat", "-C", stick, "8192")
        judge("mmd", "-i", stick, "::/EFI", "::/EFI/Some Vendor")
        sizes = {"/EFI/Some Vendor/fonts.pf2": 5000, "/EFI/Some Vendor/a_long_name.conf": 1,
                 "/EMPTY.TXT": 0, "/startup.nsh": 77}
        for path, size in sizes.items():
            status, text = judge("mcopy", "-i", stick, self.put("file", bytes(size)), f"::{path}")
            self.assertEqual(status, 0, text)
        status, text = judge("mdir", "-/", "-b", "-i", stick, "::")
        self.assertEqual(status, 0, text)
        (fat,) = self.report(stick)["fat"]
        found = {file["path"]: file["size"] for file in fat["files"]}
        self.assertEqual(found, sizes)
        names = [line[2:] for line in text.splitlines() if line and not line.endswith("/")]
        self.assertEqual(sorted(found), sorted(names))
        self.assertEqual(fat["more_files"], 0)
        text = self.run_command("inspect", stick).stdout.decode()
        self.assertIn("    /EFI/Some Vendor/fonts.pf2, 5000 bytes\n", text)

        many = self.folder / "many"
        many.mkdir()
        for i in range(300):
            (many / f"{i}.cfg").touch()
        status, text = judge("mcopy", "-s", "-i", stick, many, "::")
        self.assertEqual(status, 0, text)
        (fat,) = self.report(stick)["fat"]
        self.assertEqual((len(fat["files"]), fat["more_files"]), (256, 48))
        self.assertIn("    and 48 more files\n", self.run_command("inspect", stick).stdout.decode())

    def test_a_fragmented_file(self):
        stick = self.folder / "stick"
        judge("mkfs.fat", "-C", stick, "8192")
        efi = self.make("--format", "efi", name="efi")
        for i in range(3):
            judge("mcopy", "-i", stick, efi, f"::/{i}.bin")
        judge("mdel", "-i", stick, "::/0.bin", "::/2.bin")
        big = self.put("big.efi", efi.read_bytes() + bytes(2 << 20))
        status, text = judge("mcopy", "-i", stick, big, "::/big.efi")
        self.assertEqual(status, 0, text)
        (program,) = self.report(stick)["programs"]
        self.assertEqual((program["kind"], program["size"]), ("ipxe", big.stat().st_size))
        done = self.run_command("repoint", stick, URL)
        self.assert_refused(done, 1, "/big.efi", "several pieces")

    def test_different_scripts(self):
        """Each slot is in order by itself, but they are not all the same."""
        image = self.make()
        self.assertIs(self.report(image)["scripts_differ"], False)
        first, *others = re.split(b"(?=#boots-from-slot)", image.read_bytes())
        self.assertEqual(len(others), 3)
        others[1] = others[1].replace(URL.encode(), URL.upper().encode())
        other = self.put("other", b"".join([first, *others]))
        report = self.report(other)
        self.assertIs(report["scripts_differ"], True)
        (problem,) = report["problems"]
        self.assertIn("do not hold the same script", problem)
        text = self.run_command("inspect", other).stdout.decode()
        self.assertEqual(text.count("its slot, which not all slots have"), 6)
        self.assertIn("repointing was interrupted", text)
        done = self.run_command("repoint", other, URL)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertIs(self.report(other)["scripts_differ"], False)

    def test_a_script_that_a_slot_file_does_not_have(self):
        esp = self.folder / "esp"
        judge("mkfs.fat", "-C", esp, "8192")
        judge("mcopy", "-i", esp, self.make("--format", "efi"), "::/a.efi")
        slot = self.run_command("--print-slot").stdout.replace(b"0xffffffff", b"0x00000000")
        judge("mcopy", "-i", esp, self.put("slot", slot), "::/autoexec.ipxe")
        self.assertIs(self.report(esp)["scripts_differ"], True)
        self.assertEqual(self.run_command("repoint", esp, URL).returncode, 0)
        self.assertIs(self.report(esp)["scripts_differ"], False)

    def test_autoexec(self):
        stick = self.folder / "stick"
        judge("mkfs.fat", "-C", stick, "8192")
        efi = self.make("--format", "efi", name="efi")
        judge("mmd", "-i", stick, "::/EFI", "::/EFI/BOOT")
        judge("mcopy", "-i", stick, efi, "::/EFI/BOOT/BOOTX64.EFI")
        script = self.put("script", b"#!ipxe\necho theirs\n")
        judge("mcopy", "-i", stick, script, "::/autoexec.ipxe")
        report = self.report(stick)
        self.assertIn("autoexec.ipxe", self.reasons(report, "uefi", "x86_64", "usb"))
        self.assertEqual(report["autoexec"]["script"], "#!ipxe\necho theirs\n")
        self.assertFalse(report["autoexec"]["slot"])

    # ---- Damage ----

    def test_reasons(self):
        data = self.make().read_bytes()
        report = self.report(self.put("whole", data))
        esp = report["fat"][0]["offset"]
        bios = report["el_torito"][0]["offset"]
        efi = report["programs"][0]["offset"]
        cases = [
            (0x8800 + 7, b"X", ("bios", "bios", "cd"), "no El Torito boot catalog"),
            (0, bytes(432), ("bios", "bios", "usb"), "no boot code"),
            (510, b"\0\0", ("bios", "bios", "usb"), "no master boot record"),
            (bios + 100, b"\xff\xff", ("bios", "bios", "cd"), "isolinux.bin has the checksum"),
            (bios + 12, b"\1\0\0\0", ("bios", "bios", "cd"), "believes to be at block 1"),
            (esp + 510, b"\0\0", ("uefi", "x86_64", "cd"), "no FAT file system at"),
            (efi, b"XX", ("uefi", "x86_64", "cd"), "damaged"),
        ]
        for at, bytes_, key, words in cases:
            with self.subTest(words):
                broken = data[:at] + bytes_ + data[at + len(bytes_) :]
                report = self.report(self.put("broken", broken))
                self.assertIn(words, self.reasons(report, *key))
                self.assertEqual(self.boots(report)[key], "nothing")

    def test_crcs(self):
        data = bytearray(self.make().read_bytes())
        data[1024 + 40] ^= 1
        report = self.report(self.put("broken", data))
        self.assertFalse(report["gpt"]["primary"]["good"])
        self.assertTrue(report["gpt"]["backup"]["good"])

    def test_a_wrong_checksum(self):
        data = bytearray(self.make("--format", "efi").read_bytes())
        data[-1] ^= 0xFF
        (program,) = self.report(self.put("broken", data))["programs"]
        self.assertFalse(program["checksum"]["good"])
        self.assertEqual(int(program["checksum"]["computed"], 16), pefile.PE(data=bytes(data)).generate_checksum())

    def test_cut_anywhere(self):
        data = self.make("--arch", "bios,x86_64").read_bytes()
        for size in [0, 1, 511, 512, 2048, 34816, 36864, 40000, 70000, 100000, 300000, 700000, len(data) - 1]:
            with self.subTest(size):
                report = self.report(self.put("cut", data[:size]))
                if 40000 < size < len(data) - 1:
                    self.assertTrue(report["problems"])

    def test_flipped_anywhere(self):
        """Every kind of structure with random bytes in it: a report, never a crash."""
        data = self.make("--arch", "bios,x86_64").read_bytes()
        report = self.report(self.put("whole", data))
        esp = report["fat"][0]["offset"]
        chance = random.Random(20260101)
        regions = [(0, 2048), (0x8000, 0x9000), (report["el_torito"][0]["offset"], 64),
                   (esp, 64), (esp + 2048, 8192), (19 * 2048, 20 * 2048), (report["programs"][0]["offset"], 1024)]
        for number in range(42):
            broken = bytearray(data)
            start, length = regions[number % len(regions)]
            for _ in range(chance.choice([1, 4, 40])):
                broken[start + chance.randrange(length)] = chance.randrange(256)
            with self.subTest(number):
                self.report(self.put("broken", broken))

    # ---- The command line ----

    def test_command_line(self):
        image = self.make()
        for arguments, words in [
            ([], "one file"),
            ([image, image], "one file"),
            (["--jsn", image], "did you mean --json"),
            (["--json=x", image], "takes no value"),
            (["-x", image], "unknown option '-x'"),
        ]:
            with self.subTest(words):
                self.assert_refused(self.run_command("inspect", *arguments), 2, words)
        self.assert_refused(self.run_command("inspect", "missing"), 1, "No such file")
        self.assert_refused(self.run_command("inspect", "."), 1, "neither")
        self.assertIn(b"Usage", self.run_command("inspect", "--help").stdout)

    def test_it_only_reads(self):
        image = self.make()
        image.chmod(0o444)
        before = image.stat().st_mtime_ns
        self.report(image)
        self.assertEqual(image.stat().st_mtime_ns, before)


if __name__ == "__main__":
    unittest.main()
