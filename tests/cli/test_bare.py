# SPDX-License-Identifier: GPL-3.0-only
"""A bare root: no /proc, through which a file without a name would get one."""

import subprocess
import unittest

from command import COMMAND, SECONDS, URL, CommandTest


class BareTest(CommandTest):
    def run_bare(self, *arguments):
        line = 'mount -t tmpfs none /proc && exec "$0" "$@"'
        return subprocess.run(
            ["unshare", "-m", "--propagation", "private", "sh", "-c", line, COMMAND, *arguments],
            capture_output=True, cwd=self.folder, timeout=SECONDS)

    def test_without_proc(self):
        expected = self.build(URL)
        for name in ("new.iso", "new.iso", "boots-from.iso"):
            done = self.run_bare("-q", "-o", name, URL)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual((self.folder / name).read_bytes(), expected)
        self.assert_folder_holds("boots-from.iso", "new.iso")


if __name__ == "__main__":
    unittest.main()
