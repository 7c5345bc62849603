# SPDX-License-Identifier: GPL-3.0-only
"""A program of libboots-from's: what it says was written is there, and right."""

import os
import unittest

from faults import MEMORY, INTERRUPTIONS, OLD_URL, REFUSALS, FaultTest

EXAMPLE = os.environ["BOOTS_FROM_EXAMPLE"]
HOSTS = ["db1", "web1"]


class LibraryTest(FaultTest):
    def setUp(self):
        super().setUp()
        self.expected = [self.image(f"{OLD_URL}/{host}") for host in HOSTS]
        self.paths = [self.folder / f"{host}.iso" for host in HOSTS]
        self.arguments = [EXAMPLE, self.folder, OLD_URL + "/", *HOSTS]

    def prepare(self):
        for path in self.paths:
            path.unlink(missing_ok=True)

    def judge(self, fault, run):
        """The example writes into the file itself: the one that it fails at may be a part."""
        self.assert_told(run, "example")
        found = [path.read_bytes() for path in self.paths if path.exists()]
        whole = found if run.status == 0 or fault.kind == "alloc" else found[:-1]
        self.assertTrue(whole == self.expected[: len(whole)], "a file is not as it should be")
        for image, expected in zip(found, self.expected):
            self.assertTrue(expected.startswith(image), "a file has other bytes")
        if run.status == 0:
            self.assertEqual(len(found), len(HOSTS))

    def judge_undisturbed(self, fault, run):
        self.assertEqual((run.status, run.text), (0, ""))
        self.judge(fault, run)

    def test_all(self):
        self.every(MEMORY + REFUSALS, self.prepare, self.judge, self.arguments)
        self.assertGreater(self.totals["alloc"], 300)
        for kind in ("open", "write", "close"):
            self.assertGreaterEqual(self.totals[kind], len(HOSTS), kind)

    def test_interrupted_calls(self):
        self.every(INTERRUPTIONS, self.prepare, self.judge_undisturbed, self.arguments)


if __name__ == "__main__":
    unittest.main()
