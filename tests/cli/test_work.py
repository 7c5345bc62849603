# SPDX-License-Identifier: GPL-3.0-only
"""What inspect costs on files made to cost as much as they can: instructions, which valgrind
counts and which are the same on a slow machine."""

import json
import re
import subprocess
import unittest

import hostile
from command import COMMAND, CommandTest

SIZE = 1 << 19  # of the large files; what they cost is in proportion

# A search that starts again at every byte costs thousands for each; all passes together 60.
START = 30_000_000
PER_BYTE = 100
# These use all of the budget and are not counted, which would take minutes: that the budget
# ends them is to be seen in their reports.
ENDLESS = {"bombs.iso", "nested.iso", "entries.iso", "folders.fat", "partitions.img", "signed.efi", "noise.lkrn",
           "bomb.lkrn"}
MOST = 800_000_000


class WorkTest(CommandTest):
    def report(self, path):
        done = self.run_command("inspect", "--json", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def inspect(self, path):
        """The report, and how many instructions it took."""
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", COMMAND, "inspect", "--json", path],
            capture_output=True, check=False)
        counted = re.search(rb"Collected : (\d+)", done.stderr)
        self.assertTrue(done.returncode == 0 and counted, done.stderr.decode(errors="replace"))
        return json.loads(done.stdout), int(counted.group(1))

    def test_hostile(self):
        unfinished = set()
        for name, contents in hostile.make(SIZE):
            with self.subTest(name):
                path = self.folder / name
                path.write_bytes(contents)
                report, instructions = (self.report(path), 0) if name in ENDLESS else self.inspect(path)
                path.unlink()
                self.assertLess(instructions, MOST)
                if name.endswith(".efi"):
                    self.assertLess(instructions, START + PER_BYTE * len(contents))
                if not report["complete"]:
                    unfinished.add(name)
                    self.assertTrue(any("not looked at" in problem for problem in report["problems"]))
        self.assertLessEqual({"bombs.iso", "nested.iso", "entries.iso", "signed.efi"}, unfinished)


if __name__ == "__main__":
    unittest.main()
