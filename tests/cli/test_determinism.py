# SPDX-License-Identifier: GPL-3.0-only
"""The same URL gives the same bytes, whoever, wherever and whenever."""

import os
import time
import unittest

from command import URL, CommandTest


class DeterminismTest(CommandTest):
    def variants(self):
        """A name, and what differs from a plain run."""
        yield "another time", {}
        for zone in ("UTC", "Asia/Kathmandu", "America/St_Johns", ":/nonexistent"):
            yield f"time zone {zone}", {"env": {**os.environ, "TZ": zone}}
        for locale in ("C", "C.UTF-8", "tr_TR.UTF-8", "xx_YY"):
            yield f"locale {locale}", {"env": {**os.environ, "LC_ALL": locale}}
        yield "an empty environment", {"env": {}}
        yield "another user", {"user": 65534, "group": 65534, "extra_groups": []}
        yield "another umask", {"umask": 0o077}

    def test_same_bytes(self):
        self.folder.chmod(0o777)
        first = self.build(URL)
        time.sleep(1.1)
        for name, options in self.variants():
            with self.subTest(name):
                (self.folder / "boots-from.iso").unlink()
                self.assertEqual(self.build(URL, **options), first)

    def test_another_folder(self):
        first = self.build(URL)
        deep = self.folder / "a" / ("b" * 200)
        deep.mkdir(parents=True)
        done = self.run_command("-o", "x.iso", URL, cwd=deep)
        self.assertEqual(done.returncode, 0)
        self.assertEqual((deep / "x.iso").read_bytes(), first)

    def test_only_slots_and_checksums_differ_between_urls(self):
        first = self.build("http://a.example/")
        second = self.build("http://b.example/")
        self.assertEqual(len(first), len(second))
        blocks = {i // 8192 for i in range(len(first)) if first[i] != second[i]}
        # Three slots of 8 KiB, each in at most two blocks, and two checksums.
        self.assertLessEqual(len(blocks), 3 * 2 + 2)


if __name__ == "__main__":
    unittest.main()
