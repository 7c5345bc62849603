# SPDX-License-Identifier: GPL-3.0-only
"""Files that are FIFOs, which nobody writes to: a sentence, and no waiting."""

import os
import unittest

from command import URL, CommandTest

FAILED = 1


class FifoTest(CommandTest):
    def setUp(self):
        super().setUp()
        os.mkfifo(self.folder / "fifo")

    def test_refused(self):
        (self.folder / "hosts.csv").write_text("host,script\nweb1,fifo\n")
        (self.folder / "bundle").mkdir()
        os.mkfifo(self.folder / "bundle" / "MANIFEST")
        names = sorted(os.listdir(self.folder))
        for arguments, name in (
                (["--script", "fifo"], "fifo"), (["--trust", "fifo", URL], "fifo"),
                (["--ipxe", "fifo", URL], "fifo"), (["--prebuilt", "bundle", URL], "MANIFEST"),
                (["batch", "--hosts", "fifo", URL], "fifo"),
                (["batch", "--hosts", "hosts.csv", URL], "fifo"),
                (["inspect", "fifo"], "fifo"), (["repoint", "fifo", URL], "fifo")):
            with self.subTest(arguments=arguments):
                done = self.run_command(*arguments)
                self.assertEqual(done.returncode, FAILED, done.stderr)
                self.assertRegex(done.stderr.decode(), f"{name}'.* regular file")
                self.assert_folder_holds(*names)


if __name__ == "__main__":
    unittest.main()
