# SPDX-License-Identifier: GPL-3.0-only
"""The command that really fuzzes builds what it is asked for, runs it and counts."""

import re
import subprocess
import unittest
from pathlib import Path

RUN = Path(__file__).resolve().parent / "run"


def run(*arguments):
    return subprocess.run([RUN, *arguments], capture_output=True, text=True, check=False)


class RunTest(unittest.TestCase):
    def test_one_target(self):
        done = run("1", "token", "--jobs", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        row = re.search(r"^\| token \| ([\d,]+) \| ([\d,]+) \|.*\| 0 \|$", done.stdout, re.MULTILINE)
        self.assertTrue(row, done.stdout)
        for count in row.groups():
            self.assertGreater(int(count.replace(",", "")), 0, done.stdout)

    def test_no_such_target(self):
        done = run("1", "tokn")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, r"^run: no target tokn: there are bundle, .*, zbin\n$")


if __name__ == "__main__":
    unittest.main()
