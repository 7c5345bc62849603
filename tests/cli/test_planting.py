# SPDX-License-Identifier: GPL-3.0-only
"""The check that planting changed nothing else: it passes the bundle, and can fail."""

import os
import random
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from command import BUNDLE, SECONDS

CHECKER = os.environ["BOOTS_FROM_CKPREBUILT"]
STUBS = os.environ["BOOTS_FROM_STUBS"]
STOCK = Path(f"{BUNDLE}.stock/usr/lib/ipxe")
NAMES = ("ipxe.lkrn", "ipxe-x86_64.efi", "ipxe-arm64.efi", "ipxe-riscv64.efi")
FLIPS = 25
BODY = range(61, 8192)  # of a slot, behind its header: any script may stand there


class PlantingTest(unittest.TestCase):
    def setUp(self):
        self.bundle = Path(tempfile.mkdtemp(prefix="boots-from-cli."))
        self.addCleanup(shutil.rmtree, self.bundle)
        for name in NAMES:
            shutil.copy(BUNDLE / name, self.bundle)

    def check(self):
        argv = [CHECKER, STOCK, STUBS, self.bundle]
        return subprocess.run(argv, capture_output=True, text=True, timeout=SECONDS)

    def test_the_bundle_passes(self):
        self.assertEqual(self.check().returncode, 0)

    def test_any_other_changed_byte_is_found(self):
        dice = random.Random(1)
        for name in NAMES:
            data = (BUNDLE / name).read_bytes()
            slot = data.index(b"#!ipxe\n#boots-from-slot ")
            places = [dice.randrange(len(data)) for _ in range(FLIPS)]
            places += [0, slot - 1, slot + 30, slot + 8192, len(data) - 1]
            for place in places:
                if place - slot in BODY or place >= len(data):
                    continue
                with self.subTest(name, place=place):
                    changed = bytearray(data)
                    changed[place] ^= 1 << dice.randrange(8)
                    (self.bundle / name).write_bytes(changed)
                    done = self.check()
                    self.assertEqual(done.returncode, 1)
                    self.assertIn(name, done.stderr)
            (self.bundle / name).write_bytes(data)

    def test_a_file_cut_short_or_grown(self):
        for name in NAMES:
            data = (BUNDLE / name).read_bytes()
            for changed in (data[:-1], data + b"\0", data[:100], b""):
                with self.subTest(name, size=len(changed)):
                    (self.bundle / name).write_bytes(changed)
                    self.assertEqual(self.check().returncode, 1)
            (self.bundle / name).write_bytes(data)


if __name__ == "__main__":
    unittest.main()
