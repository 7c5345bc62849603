# SPDX-License-Identifier: GPL-3.0-only
"""src/CHANGELOG.md has an entry for the version there is, in the form of Keep a Changelog."""

import datetime
import re
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
TEXT = (TOP / "src/CHANGELOG.md").read_text()
KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def version_of_build():
    return re.search(r"^project\(boots-from VERSION ([\d.]+)", (TOP / "CMakeLists.txt").read_text(), re.M).group(1)


class ChangelogTest(unittest.TestCase):
    def setUp(self):
        self.headings = re.findall(r"^## (.*)$", TEXT, re.MULTILINE)
        self.entries = [heading for heading in self.headings if heading != "[Unreleased]"]

    def test_version_of_the_build_is_the_newest(self):
        self.assertTrue(self.entries[0].startswith(f"[{version_of_build()}] - "), self.entries[0])

    def test_headings(self):
        found = [re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\] - (\S+)", entry) for entry in self.entries]
        self.assertNotIn(None, found)
        versions = [tuple(map(int, match.groups()[:3])) for match in found]
        dates = [datetime.date.fromisoformat(match.group(4)) for match in found]
        self.assertEqual(versions, sorted(set(versions), reverse=True))
        self.assertEqual(dates, sorted(dates, reverse=True))

    def test_every_entry_says_something(self):
        for entry in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]:
            sections = re.split(r"^### (.*)\n", entry, flags=re.MULTILINE)
            self.assertGreater(len(sections), 1, entry)
            for kind, text in zip(sections[1::2], sections[2::2]):
                self.assertIn(kind, KINDS)
                self.assertRegex(text, r"(?m)^- \w")


if __name__ == "__main__":
    unittest.main()
