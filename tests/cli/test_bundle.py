# SPDX-License-Identifier: GPL-3.0-only
"""--prebuilt: a bundle in a folder, and every way it can be damaged."""

import hashlib
import os
import re
import shutil
import struct
import unittest

from command import BUNDLE, URL, CommandTest

MARKER = b"#!ipxe\n#boots-from-slot "


def flip(data, offset):
    return data[:offset] + bytes([data[offset] ^ 1]) + data[offset + 1 :]


class BundleTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.bundle = self.folder / "bundle"
        shutil.copytree(BUNDLE, self.bundle)

    def change(self, name, data, in_manifest=True):
        """Replace a file; with a MANIFEST that agrees, only the contents are wrong."""
        (self.bundle / name).write_bytes(data)
        if in_manifest:
            manifest = self.bundle / "MANIFEST"
            line = f"file {hashlib.sha256(data).hexdigest()} {len(data)} {name}\n"
            text = re.sub(rf"(?m)^file .* {re.escape(name)}\n", line, manifest.read_text())
            manifest.write_text(text)

    def assert_bundle_refused(self, *words):
        done = self.run_command("--prebuilt", "bundle", URL)
        self.assert_refused(done, 1, "bundle bundle", *words)
        self.assert_folder_holds("bundle")

    def test_same_image_as_the_one_inside(self):
        inside = self.build(URL)
        self.assertEqual(self.build("--prebuilt", "bundle", URL), inside)
        environment = {**os.environ, "BOOTS_FROM_PREBUILT": str(self.bundle)}
        self.assertEqual(self.build(URL, env=environment), inside)
        environment["BOOTS_FROM_PREBUILT"] = ""
        self.assertEqual(self.build(URL, env=environment), inside)

    def test_option_wins_over_environment(self):
        environment = {**os.environ, "BOOTS_FROM_PREBUILT": "/nonexistent"}
        self.build("--prebuilt", "bundle", URL, env=environment)
        self.assert_refused(
            self.run_command(URL, env=environment), 1, "/nonexistent/MANIFEST"
        )

    def test_digest_tells_bundles_apart(self):
        def lines(*arguments):
            done = self.run_command("--version", *arguments)
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            return done.stdout.decode().splitlines()

        def digest():
            return "bundle " + hashlib.sha256((self.bundle / "MANIFEST").read_bytes()).hexdigest()[:16]

        inside = lines()
        self.assertEqual(inside[1], digest())
        self.assertEqual(lines("--prebuilt", "bundle"), inside)
        self.change("isohdpfx.bin", flip((BUNDLE / "isohdpfx.bin").read_bytes(), 0))
        other = lines("--prebuilt", "bundle")
        self.assertEqual(other[1], digest())
        self.assertNotEqual(other[1], inside[1])
        self.assertEqual(other[:1] + other[2:], inside[:1] + inside[2:])
        self.change("isohdpfx.bin", b"", in_manifest=False)
        self.assert_refused(self.run_command("--version", "--prebuilt", "bundle"), 1, "isohdpfx.bin")

    def test_missing_folder_and_files(self):
        self.assert_refused(
            self.run_command("--prebuilt", "nowhere", URL), 1, "nowhere/MANIFEST"
        )
        for name in sorted(os.listdir(BUNDLE)):
            with self.subTest(name):
                (self.bundle / name).unlink()
                self.assert_bundle_refused(name, "No such file or directory")
                shutil.copy(BUNDLE / name, self.bundle)

    def test_changed_and_truncated_files(self):
        for name in sorted(os.listdir(BUNDLE)):
            if name == "MANIFEST":
                continue
            data = (BUNDLE / name).read_bytes()
            for changed in (flip(data, len(data) // 2), data[:-1], b"", data + b"\0"):
                with self.subTest(name, size=len(changed)):
                    self.change(name, changed, in_manifest=False)
                    self.assert_bundle_refused(name, "MANIFEST says")
            self.change(name, data, in_manifest=False)

    def test_damaged_manifest(self):
        text = (BUNDLE / "MANIFEST").read_text()
        for changed, words in (
            ("", ["MANIFEST"]),
            ("boots-from-bundle 2\n", ["boots-from-bundle 1"]),
            (text[:-1], ["is not understood"]),
            (text + "what is this\n", ["is not understood"]),
            (text + "file 00 1 x\n", ["is not understood"]),
            (text + f"file {'0' * 64} 1 ../x\n", ["is not understood"]),
            (text + f"file {'0' * 64} 1 .hidden\n", ["is not understood"]),
            (text + f"file {'0' * 64} -1 x\n", ["is not understood"]),
            (text + "\n", ["is not understood"]),
            (text + "ipxe ipxe.lkrn bios 0 0 http\n", ["is not understood"]),
            (text.replace(" riscv64 ", " sparc ", 1), ["is not understood"]),
            (re.sub(r"(?m)^file .*isolinux.bin\n", "", text), ["no file 'isolinux.bin'"]),
            (re.sub(r"(?m)^(digest x86_64) .", r"\1 x", text), ["ipxe-x86_64.efi", "its digest is"]),
            (re.sub(r"(?m)^(ipxe ipxe.lkrn bios) \d+", r"\1 1", text), ["script slot"]),
        ):
            with self.subTest(words=words, size=len(changed)):
                (self.bundle / "MANIFEST").write_text(changed)
                done = self.run_command("--prebuilt", "bundle", URL)
                self.assert_refused(done, 1, *words)

    def test_slots(self):
        for name in ("ipxe.lkrn", "ipxe-x86_64.efi", "ipxe-arm64.efi", "ipxe-riscv64.efi"):
            data = (BUNDLE / name).read_bytes()
            slot = data.index(MARKER)
            for changed, words in (
                (data.replace(MARKER, b"#!ipxe\n#somebody-elses "), ["no script slot"]),
                (data + data[slot : slot + 8192], ["two script slots"]),
                (flip(data, slot + 24), ["damaged marker"]),
                (data[: slot + 100], ["script slot"]),
            ):
                with self.subTest(name, words=words):
                    self.change(name, changed)
                    self.assert_bundle_refused(name, *words)
            self.change(name, data)

    def test_pe(self):
        name = "ipxe-x86_64.efi"
        data = (BUNDLE / name).read_bytes()
        coff = struct.unpack_from("<I", data, 0x3C)[0] + 4
        certificate_table = coff + 20 + 112 + 4 * 8
        signed = bytearray(data)
        struct.pack_into("<II", signed, certificate_table, len(data) - 8, 8)
        no_sections = bytearray(data)
        struct.pack_into("<H", no_sections, coff + 2, 0xFFFF)
        for changed, words in (
            (bytes(signed), ["signed"]),
            (bytes(no_sections), [name]),
            (flip(data, coff + 20 + 64), ["PE checksum", "should be"]),
            (flip(data, len(data) // 2), ["PE checksum", "should be"]),
            (b"ZM" + data[2:], [name]),
            (data[:0x3C] + b"\xff\xff\xff\x7f" + data[0x40:], [name]),
        ):
            with self.subTest(words=words):
                self.change(name, changed)
                self.assert_bundle_refused(*words)


if __name__ == "__main__":
    unittest.main()
