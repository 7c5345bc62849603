# SPDX-License-Identifier: GPL-3.0-only
"""Inspecting without memory: an error of ours is an error, and no finding about the image."""

import unittest

from faults import COMMAND, INTERRUPTIONS, MEMORY, OLD_URL, FaultTest


class InspectTest(FaultTest):
    def setUp(self):
        super().setUp()
        self.path = self.folder / "image"
        self.arguments = [COMMAND, "inspect", "--json", "image"]
        self.output = open(self.top / "report", "w+b", buffering=0)
        self.addCleanup(self.output.close)

    def prepare(self):
        self.output.seek(0)
        self.output.truncate()

    def report(self):
        self.output.seek(0)
        return self.output.read()

    def take(self, image):
        self.path.write_bytes(image)
        self.prepare()
        self.assertEqual(self.run_program(self.arguments, stdout=self.output).status, 0)
        self.whole = self.report()

    def judge(self, _, run):
        self.assert_told(run)
        if run.status == 0:
            self.assertEqual(self.report(), self.whole)
        else:
            self.assertIn("out of memory", run.text)
            self.assertEqual(self.report(), b"")

    def judge_undisturbed(self, _, run):
        self.assertEqual((run.status, run.text), (0, ""))
        self.assertEqual(self.report(), self.whole)

    def test_without_libcrypto(self):
        for options in (["--arch", "bios"], ["--layout", "cd", "--arch", "bios"], ["--format", "lkrn"]):
            self.take(self.image(OLD_URL, *options))
            self.every(MEMORY, self.prepare, self.judge, self.arguments, stdout=self.output)
            self.assertGreater(self.totals["alloc"], 5)
        self.every(INTERRUPTIONS[:1], self.prepare, self.judge_undisturbed, self.arguments, stdout=self.output)

    def test_up_to_libcrypto(self):
        """libcrypto sets itself up in thousands of allocations, some of which crash it."""
        self.take(self.image(OLD_URL, "--arch", "all"))
        for number in range(1, 16):
            with self.subTest(number=number):
                self.prepare()
                self.judge(None, self.run_program(self.arguments, MEMORY[0], number, stdout=self.output))


if __name__ == "__main__":
    unittest.main()
