# SPDX-License-Identifier: GPL-3.0-only
"""A vendor's shim that cannot be read, or not be verified, is never said to be what it is not."""

import os
import unittest
from pathlib import Path

from faults import COMMAND, MEMORY, NEW_URL, REFUSALS, FaultTest

SHIMS = Path(os.environ["BOOTS_FROM_OTHERS"]) / "usr/lib/shim"


def sample(total):
    """Most of what libcrypto allocates, in thousands of calls, is for setting itself up."""
    return range(1, total + 1, max(1, total // 60))


@unittest.skipUnless((SHIMS / "mmx64.efi.signed").exists(), "no shim: its packages could not be had")
class ShimTest(FaultTest):
    def test_build(self):
        options = ["--arch", "x86_64", "--shim", SHIMS / "shimx64.efi.signed", "--mokmanager", SHIMS / "mmx64.efi.signed",
                   *self.make_key()]
        path, new = self.folder / "a.esp", self.image(NEW_URL, "--format", "esp", *options)
        replaced = self.replacing(path, new)
        arguments = [COMMAND, "-q", "--format", "esp", *options, "-o", "a.esp", NEW_URL]
        self.every(MEMORY, *replaced, arguments, sample)
        self.assertGreater(self.totals["alloc"], 500)
        self.every([fault for fault in REFUSALS if fault.kind in ("open", "read")], *replaced, arguments)


if __name__ == "__main__":
    unittest.main()
