# SPDX-License-Identifier: GPL-3.0-only
"""--layout: what a stick looks like, and the image opened as a folder."""

import unittest

from command import URL, CommandTest, judge

EFI = ("BOOTX64.EFI", "BOOTAA64.EFI")
OTHERS = ("/boot/ipxe.lkrn", "/isolinux/isolinux.bin", "/isolinux/isolinux.cfg",
          "/isolinux/ldlinux.c32")


class JudgedTest(CommandTest):
    def image(self, *arguments):
        self.build(*arguments, URL)
        return self.folder / "boots-from.iso"

    def judged(self, *words):
        status, text = judge(*words)
        self.assertEqual(status, 0, text)
        return text

    def system_area(self, image):
        return self.judged("xorriso", "-indev", image, "-report_system_area", "plain")


class LayoutTest(JudgedTest):
    def test_default_is_isohybrid(self):
        default = self.build(URL)
        self.assertEqual(self.build("--layout", "isohybrid", URL), default)

    def test_gpt(self):
        image = self.image("--layout", "gpt")
        self.assertIn("No problems found.", self.judged("sgdisk", "--verify", image))
        self.assertIn("EFI System", self.judged("fdisk", "--list", image))
        # The protective partition is the only one, and not active: EDK2 insists on both.
        table = image.read_bytes()[446:510]
        self.assertEqual(table[:12], bytes([0, 0, 2, 0, 0xEE, 255, 255, 255, 1, 0, 0, 0]))
        self.assertEqual(table[16:], bytes(48))
        report = self.system_area(image)
        self.assertRegex(report, r"GPT partition path\s+:\s+1\s+/boot/esp.img")
        self.assertNotRegex(report, r"GPT partition path\s+:\s+2")

    def test_mbr(self):
        image = self.image("--layout", "mbr")
        self.assertNotIn(b"EFI PART", image.read_bytes())
        text = self.judged("fdisk", "--list", image)
        self.assertIn("Disklabel type: dos", text)
        self.assertRegex(text, r"boots-from\.iso1 \*\s+0\s")
        self.assertRegex(text, r"boots-from\.iso2\s.*EFI \(FAT-12/16/32\)")
        self.assertRegex(self.system_area(image), r"MBR partition path\s+:\s+2\s+/boot/esp.img")

    def test_cd(self):
        image = self.image("--layout", "cd")
        self.assertEqual(image.read_bytes()[:32768], bytes(32768))
        self.assertNotIn(b"EFI PART", image.read_bytes())
        self.assertNotIn("MBR", self.system_area(image))

    def test_as_cd_all_are_the_same(self):
        reports = set()
        for layout in ("isohybrid", "gpt", "mbr", "cd"):
            image = self.image("--layout", layout)
            report = self.judged("xorriso", "-indev", image, "-report_el_torito", "plain")
            reports.add("".join(line for line in report.splitlines(True) if "El Torito i" in line))
        self.assertEqual(len(reports), 1, reports)

    def test_one_boot_path_alone(self):
        for arch in ("bios", "x86_64"):
            for layout in ("isohybrid", "gpt", "mbr", "cd"):
                with self.subTest(arch=arch, layout=layout):
                    image = self.image("--arch", arch, "--layout", layout)
                    has_gpt = layout == "gpt" or (layout == "isohybrid" and arch != "bios")
                    self.assertEqual(b"EFI PART" in image.read_bytes(), has_gpt)
                    if has_gpt:
                        text = self.judged("sgdisk", "--verify", image)
                        self.assertIn("No problems found.", text)

    def test_code_is_where_a_bios_starts_it(self):
        for layout in ("isohybrid", "gpt", "mbr"):
            data = self.image("--layout", layout).read_bytes()
            sector = int.from_bytes(data[432:436], "little") * 512
            # ISOLINUX's boot info table names the block that it was loaded from.
            block = int.from_bytes(data[sector + 12 : sector + 16], "little")
            self.assertEqual(block * 2048, sector)


class TreeTest(JudgedTest):
    """The image opened as a folder has what UEFI starts, without storing it twice."""

    def setUp(self):
        super().setUp()
        self.iso = self.image()
        self.esp = self.folder / "esp.img"
        self.judged("xorriso", "-osirrox", "on", "-indev", self.iso,
                    "-extract", "/boot/esp.img", self.esp)

    def in_esp(self, name):
        out = self.folder / name
        self.judged("mcopy", "-n", "-i", self.esp, f"::/EFI/BOOT/{name}", out)
        return out.read_bytes()

    def extract_with_every_reader(self):
        trees = {name: self.folder / name for name in ("xorriso", "7z", "bsdtar")}
        for tree in trees.values():
            tree.mkdir()
        self.judged("xorriso", "-osirrox", "on", "-indev", self.iso, "-extract", "/",
                    trees["xorriso"])
        self.judged("7z", "x", "-y", self.iso, f"-o{trees['7z']}")
        self.judged("bsdtar", "-xf", self.iso, "-C", trees["bsdtar"])
        self.judged("chmod", "-R", "u+rwX", *trees.values())
        return trees

    def test_every_reader_finds_the_same(self):
        trees = self.extract_with_every_reader()
        for file in EFI:
            wanted = self.in_esp(file)
            self.assertIn(b"chain --autofree " + URL.encode(), wanted)
            for name, tree in trees.items():
                with self.subTest(file=file, reader=name):
                    self.assertEqual((tree / "EFI/BOOT" / file).read_bytes(), wanted)
        for path in OTHERS:
            found = {(tree / path[1:]).read_bytes() for tree in trees.values()}
            self.assertEqual(len(found), 1, path)
            self.assertGreater(len(found.pop()), 0)

    def test_nothing_is_stored_twice(self):
        image = self.iso.read_bytes()
        for file in EFI:
            start = self.in_esp(file)[:4096]
            self.assertEqual(image.count(start), 1)


if __name__ == "__main__":
    unittest.main()
