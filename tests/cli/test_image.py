# SPDX-License-Identifier: GPL-3.0-only
"""The image as independent tools see it."""

import re
import unittest

import pefile

from command import BUNDLE, URL, CommandTest, judge

EFI_NAMES = {
    "x86_64": "BOOTX64.EFI",
    "arm64": "BOOTAA64.EFI",
    "riscv64": "BOOTRISCV64.EFI",
}
EFI_MACHINES = {"x86_64": 0x8664, "arm64": 0xAA64, "riscv64": 0x5064}


class ImageTest(CommandTest):
    def image(self, *arguments):
        self.build(*arguments, URL)
        return self.folder / "boots-from.iso"

    def report(self, image, kind):
        status, text = judge("xorriso", "-indev", image, f"-report_{kind}", "plain")
        self.assertEqual(status, 0, text)
        return text

    def extract(self, image, path):
        out = self.folder / path.strip("/").replace("/", "_")
        status, text = judge(
            "xorriso", "-osirrox", "on", "-indev", image, "-extract", path, out
        )
        self.assertEqual(status, 0, text)
        out.chmod(0o644)
        return out

    def test_el_torito(self):
        report = self.report(self.image(), "el_torito")
        self.assertRegex(report, r"El Torito cat path : /\S+")
        self.assertRegex(report, r"El Torito boot img :\s+1\s+BIOS\s+y\s+none\s+0x0000\s+0x00\s+4\s")
        self.assertRegex(report, r"El Torito img path :\s+1\s+/isolinux/isolinux.bin")
        self.assertRegex(report, r"El Torito img opts :\s+1\s+boot-info-table isohybrid")
        size = int(re.search(r"El Torito boot img :\s+2\s+UEFI\s+y\s+none\s+0x0000\s+0x00\s+(\d+)", report)[1])
        self.assertLess(size * 512, 32 << 20)
        self.assertRegex(report, r"El Torito img path :\s+2\s+/boot/esp.img")

    def test_system_area(self):
        report = self.report(self.image(), "system_area")
        self.assertIn("isohybrid", re.search(r"System area summary: (.*)", report)[1])
        self.assertRegex(report, r"MBR partition\s+:\s+1\s+0x80\s+0x..\s+0\s")
        self.assertRegex(report, r"MBR partition\s+:\s+2\s+0x00\s+0xef\s")
        self.assertRegex(report, r"GPT partition path\s+:\s+2\s+/boot/esp.img")

    def test_partition_tables(self):
        image = self.image()
        # The isohybrid layout has these two by its nature, and must have no others.
        status, text = judge("sgdisk", "--verify", image)
        self.assertIn("MBR partitions 1 and 2 overlap", text)
        self.assertIn("partition table overlaps the first partition by 34 blocks", text)
        self.assertIn("Identified 2 problems!", text)
        status, text = judge("fdisk", "--list", image)
        self.assertEqual(status, 0, text)
        self.assertRegex(text, r"boots-from\.iso2\s.*EFI \(FAT-12/16/32\)")
        status, text = judge("file", "--brief", image)
        self.assertIn("ISO 9660 CD-ROM filesystem data", text)
        self.assertIn("(bootable)", text)
        self.assertIn("'BOOTS_FROM'", text)

    def test_volume_label(self):
        image = self.image("--label", "Rack_7.b-2")
        status, text = judge("file", "--brief", image)
        self.assertIn("'Rack_7.b-2'", text)

    def test_esp(self):
        for archs in ("x86_64", "arm64", "riscv64", "bios,x86_64", "all", "x86_64,arm64"):
            with self.subTest(archs):
                esp = self.extract(self.image("--arch", archs), "/boot/esp.img")
                status, text = judge("fsck.fat", "-n", esp)
                self.assertEqual(status, 0, text)
                self.assertNotRegex(text, r"(?i)warn|differ|dirty|invalid|free cluster")
                status, text = judge("mdir", "-i", esp, "-/", "-b", "::")
                self.assertEqual(status, 0, text)
                names = set(archs.split(",")) & set(EFI_NAMES)
                wanted = EFI_NAMES if archs == "all" else {n: EFI_NAMES[n] for n in names}
                found = {line.split("/")[-1] for line in text.split() if line.endswith("EFI")}
                self.assertEqual(found, set(wanted.values()))
                for arch, name in wanted.items():
                    self.check_efi(esp, arch, name)
                esp.unlink()

    def check_efi(self, esp, arch, name):
        """pefile computes the checksum itself; only slot and checksum may have changed."""
        out = self.folder / name
        status, text = judge("mcopy", "-n", "-i", esp, f"::/EFI/BOOT/{name}", out)
        self.assertEqual(status, 0, text)
        data = out.read_bytes()
        pe = pefile.PE(data=data)
        self.assertTrue(pe.verify_checksum())
        self.assertEqual(pe.FILE_HEADER.Machine, EFI_MACHINES[arch])
        for section in pe.sections:
            writable = section.IMAGE_SCN_MEM_WRITE
            self.assertFalse(writable and section.IMAGE_SCN_MEM_EXECUTE, section.Name)
        self.assertTrue(pe.OPTIONAL_HEADER.DllCharacteristics & 0x100)
        self.assertIn(b".sbat", [s.Name.rstrip(b"\0") for s in pe.sections])

        planted = (BUNDLE / f"ipxe-{arch}.efi").read_bytes()
        slot = next(s for s in pe.sections if s.Name.rstrip(b"\0") == b".slot")
        start, size = slot.PointerToRawData, slot.Misc_VirtualSize
        checksum = pe.OPTIONAL_HEADER.get_field_absolute_offset("CheckSum")
        for at in (i for i in range(len(planted)) if planted[i] != data[i]):
            self.assertTrue(start <= at < start + size or checksum <= at < checksum + 4)
        self.assertIn(b"chain --autofree " + URL.encode(), data[start : start + size])
        out.unlink()

    def test_bios_files(self):
        image = self.image()
        lkrn = self.extract(image, "/boot/ipxe.lkrn").read_bytes()
        planted = (BUNDLE / "ipxe.lkrn").read_bytes()
        slot = planted.index(b"#!ipxe\n#boots-from-slot ")
        self.assertEqual(lkrn[:slot], planted[:slot])
        self.assertEqual(lkrn[slot + 8192 :], planted[slot + 8192 :])
        self.assertIn(b"chain --autofree " + URL.encode(), lkrn[slot : slot + 8192])
        ldlinux = self.extract(image, "/isolinux/ldlinux.c32").read_bytes()
        self.assertEqual(ldlinux, (BUNDLE / "ldlinux.c32").read_bytes())

    def test_boot_paths_follow_arch(self):
        report = self.report(self.image("--arch", "bios"), "el_torito")
        self.assertIn("BIOS", report)
        self.assertNotIn("UEFI", report)
        report = self.report(self.image("--arch", "x86_64"), "el_torito")
        self.assertNotRegex(report, r"El Torito boot img :\s+\d+\s+BIOS")
        self.assertRegex(report, r"El Torito boot img :\s+1\s+UEFI")

    def test_size(self):
        self.assertLess(self.image().stat().st_size, 4 << 20)


if __name__ == "__main__":
    unittest.main()
