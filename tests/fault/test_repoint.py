# SPDX-License-Identifier: GPL-3.0-only
"""Repointing in place: all slots are old or all new, or the sentence says that they are not."""

import unittest

from faults import COMMAND, INTERRUPTIONS, MEMORY, NEW_URL, OLD_URL, REFUSALS, FaultTest


class RepointTest(FaultTest):
    def setUp(self):
        super().setUp()
        self.path = self.folder / "image"
        self.arguments = [COMMAND, "repoint", "-q", "image", NEW_URL]
        self.make()

    def make(self, *options):
        self.old, self.new = self.image(OLD_URL, *options), self.image(NEW_URL, *options)
        self.path.write_bytes(self.old)

    def prepare(self):
        if self.path.read_bytes() != self.old:
            self.path.write_bytes(self.old)

    def judge(self, _, run):
        self.assert_told(run)
        self.assert_folder_holds("image")
        after = self.path.read_bytes()
        is_mixed = after not in (self.old, self.new)
        if run.status == 0 or "it is changed" in run.text:
            self.assertTrue(after == self.new, run.text)
        elif "half changed" not in run.text:
            self.assertTrue(after == self.old, run.text)
        elif is_mixed:
            self.assertEqual(self.run_program(self.arguments).status, 0)
            self.assertTrue(self.path.read_bytes() == self.new, "the same command does not mend it")

    def judge_undisturbed(self, fault, run):
        self.assertEqual((run.status, run.text), (0, ""))
        self.judge(fault, run)

    def test_all(self):
        self.every(MEMORY + REFUSALS, self.prepare, self.judge, self.arguments)
        self.assertGreater(self.totals["alloc"], 10)
        for kind, least in (("open", 1), ("read", 5), ("write", 5), ("sync", 1), ("set", 1)):
            self.assertGreaterEqual(self.totals[kind], least, kind)

    def test_other_images(self):
        for options in (["--layout", "gpt", "--arch", "all"], ["--format", "esp"],
                        ["--format", "efi"], ["--format", "lkrn"]):
            self.make(*options)
            self.every(MEMORY + REFUSALS, self.prepare, self.judge, self.arguments)

    def test_interrupted_calls(self):
        self.every(INTERRUPTIONS, self.prepare, self.judge_undisturbed, self.arguments)


if __name__ == "__main__":
    unittest.main()
