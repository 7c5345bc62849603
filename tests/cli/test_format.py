# SPDX-License-Identifier: GPL-3.0-only
"""One part alone: the same bytes as in the image, and refusals that say what is meant."""

import unittest

import pefile

from command import BUNDLE, URL, CommandTest, judge


class FormatTest(CommandTest):
    def make(self, *options):
        done = self.run_command("-q", *options, URL)
        self.assertEqual(done.returncode, 0, done.stderr.decode())

    def extract(self, path):
        out = self.folder / "extracted"
        status, text = judge(
            "xorriso", "-osirrox", "on", "-indev", self.folder / "boots-from.iso",
            "-extract", path, out,
        )
        self.assertEqual(status, 0, text)
        out.chmod(0o644)
        return out.read_bytes()

    def test_names_of_the_files(self):
        for kind in ("iso", "efi", "lkrn", "esp"):
            self.make("--format", kind)
        self.assert_folder_holds(*(f"boots-from.{kind}" for kind in ("iso", "efi", "lkrn", "esp")))
        self.make("--format", "lkrn", "-o", "other")
        self.assertEqual(
            (self.folder / "other").read_bytes(),
            (self.folder / "boots-from.lkrn").read_bytes(),
        )

    def test_the_parts_are_those_of_the_image(self):
        self.make("--arch", "bios,x86_64")
        self.make("--format", "lkrn")
        self.assertEqual(self.extract("/boot/ipxe.lkrn"), (self.folder / "boots-from.lkrn").read_bytes())
        self.make("--format", "esp", "--arch", "x86_64")
        self.assertEqual(self.extract("/boot/esp.img"), (self.folder / "boots-from.esp").read_bytes())
        self.make("--format", "efi")
        self.assertEqual(
            self.extract("/EFI/BOOT/BOOTX64.EFI"), (self.folder / "boots-from.efi").read_bytes()
        )

    def test_efi_of_every_architecture(self):
        machines = {"x86_64": 0x8664, "arm64": 0xAA64, "riscv64": 0x5064}
        for arch, machine in machines.items():
            with self.subTest(arch):
                self.make("--format", "efi", "--arch", arch)
                path = self.folder / "boots-from.efi"
                pe = pefile.PE(str(path))
                self.assertEqual(pe.FILE_HEADER.Machine, machine)
                self.assertTrue(pe.verify_checksum())
                self.assertIn(URL.encode(), path.read_bytes())
                size = (BUNDLE / f"ipxe-{arch}.efi").stat().st_size
                self.assertEqual(path.stat().st_size, size)

    def test_esp_is_a_file_system(self):
        for archs, names in [
            ([], {"BOOTX64.EFI", "BOOTAA64.EFI"}),
            (["--arch", "riscv64"], {"BOOTRISCV64.EFI"}),
        ]:
            with self.subTest(archs):
                self.make("--format", "esp", *archs)
                esp = self.folder / "boots-from.esp"
                status, text = judge("fsck.fat", "-n", esp)
                self.assertEqual(status, 0, text)
                status, text = judge("mdir", "-i", esp, "-b", "::/EFI/BOOT")
                self.assertEqual({line.split("/")[-1] for line in text.split()}, names)

    def test_standard_output(self):
        self.make("--format", "lkrn")
        done = self.run_command("-q", "--format", "lkrn", "-o", "-", URL)
        self.assertEqual(done.stdout, (self.folder / "boots-from.lkrn").read_bytes())

    def test_refusals(self):
        for options, words in [
            (["--format", "exe"], ["'exe'", "iso, efi, lkrn, esp"]),
            (["--format", ""], ["iso, efi, lkrn, esp"]),
            (["--format", "efi", "--arch", "bios"], ["one UEFI architecture"]),
            (["--format", "efi", "--arch", "all"], ["one UEFI architecture"]),
            (["--format", "efi", "--arch", "x86_64,arm64"], ["one UEFI architecture"]),
            (["--format", "lkrn", "--arch", "x86_64"], ["BIOS alone"]),
            (["--format", "lkrn", "--arch", "bios,x86_64"], ["BIOS alone"]),
            (["--format", "esp", "--arch", "bios"], ["leave bios out"]),
            (["--format", "esp", "--arch", "all"], ["leave bios out"]),
        ]:
            with self.subTest(options):
                self.assert_refused(self.run_command(*options, URL), 2, *words)
                self.assert_folder_holds()


if __name__ == "__main__":
    unittest.main()
