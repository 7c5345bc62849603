# SPDX-License-Identifier: GPL-3.0-only
"""Building an image: the file is the old one or the new one, and the status says which."""

import unittest

from faults import COMMAND, INTERRUPTIONS, MEMORY, NEW_URL, OLD, REFUSALS, FaultTest


class BuildTest(FaultTest):
    def setUp(self):
        super().setUp()
        self.new = self.image(NEW_URL)
        self.path = self.folder / "a.iso"
        self.arguments = [COMMAND, "-q", "-o", "a.iso", NEW_URL]

    def there(self):
        self.path.unlink(missing_ok=True)
        self.path.write_bytes(OLD)

    def not_there(self):
        self.path.unlink(missing_ok=True)

    def judge(self, run, before):
        self.assert_told(run)
        after = self.path.read_bytes() if self.path.exists() else None
        self.assertTrue(after in (before, self.new), "the file is neither old nor new")
        if run.status == 0:
            self.assertTrue(after == self.new, "it is not what the status says")
        self.assert_folder_holds(*(["a.iso"] if after is not None else []))

    def judge_replaced(self, _, run):
        self.judge(run, OLD)

    def judge_new(self, _, run):
        self.judge(run, None)

    def judge_undisturbed(self, _, run):
        self.assertEqual((run.status, run.text), (0, ""))
        self.judge(run, OLD)

    def test_over_an_existing_file(self):
        self.every(MEMORY + REFUSALS, self.there, self.judge_replaced, self.arguments)
        self.assertGreater(self.totals["alloc"], 300)
        for kind in ("open", "write", "name", "set", "close", "thread"):
            self.assertGreater(self.totals[kind], 0, kind)

    def test_a_new_file(self):
        self.every(REFUSALS, self.not_there, self.judge_new, self.arguments)

    def test_interrupted_calls(self):
        self.every(INTERRUPTIONS, self.there, self.judge_undisturbed, self.arguments)

    def test_every_layout_without_memory(self):
        """libisofs writes other structures then; what it leaves wrong must be found in each."""
        for options in (["--arch", "x86_64"], ["--arch", "bios", "--layout", "cd"]):
            self.new = self.image(NEW_URL, *options)
            self.every(MEMORY, self.not_there, self.judge_new, [*self.arguments, *options])

    def test_to_standard_output(self):
        faults = [fault for fault in REFUSALS if fault.kind == "write"]
        output = self.top / "stdout"
        with output.open("wb") as stdout:
            def empty():
                stdout.seek(0)
                stdout.truncate()

            def judge(_, run):
                self.assert_told(run)
                if run.status == 0:
                    self.assertTrue(output.read_bytes() == self.new)

            arguments = [COMMAND, "-q", "-o", "-", NEW_URL]
            self.every(faults + INTERRUPTIONS, empty, judge, arguments, stdout=stdout)
            self.assertGreater(self.totals["write"], 0)
        self.assert_folder_holds()


if __name__ == "__main__":
    unittest.main()
