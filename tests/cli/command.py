# SPDX-License-Identifier: GPL-3.0-only
"""Running boots-from and the judges, each test case in a folder of its own."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

COMMAND = os.environ["BOOTS_FROM"]
BUNDLE = Path(os.environ["BOOTS_FROM_BUNDLE"])
URL = "http://my-bootserver.example/boot"
SECONDS = 120  # a bound for what hangs, however busy the machine


def judge(*arguments, **options):
    """Run an independent tool; it must be there. Returns (exit status, its output)."""
    done = subprocess.run(
        [str(argument) for argument in arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=SECONDS,
        **options,
    )
    return done.returncode, done.stdout.decode(errors="replace")


class CommandTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="boots-from-cli."))
        self.addCleanup(shutil.rmtree, self.folder)

    def copy_for_all(self):
        """The command where every user can run it: the build's folder may be closed to others."""
        folder = Path(tempfile.mkdtemp(prefix="boots-from-cli."))
        self.addCleanup(shutil.rmtree, folder)
        folder.chmod(0o755)
        return shutil.copy(COMMAND, folder)

    def run_command(self, *arguments, **options):
        options.setdefault("cwd", self.folder)
        command = self.copy_for_all() if "user" in options else COMMAND
        return subprocess.run(
            [command, *map(str, arguments)],
            capture_output=True,
            timeout=SECONDS,
            **options,
        )

    def build(self, *arguments, **options):
        """Run the command, which must work, and return the bytes of ./boots-from.iso."""
        done = self.run_command(*(arguments or (URL,)), **options)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return (self.folder / "boots-from.iso").read_bytes()

    def assert_refused(self, done, status, *words, below=()):
        """One sentence on stderr with these words in it, these lines below, nothing on stdout."""
        text = done.stderr.decode(errors="backslashreplace")
        self.assertEqual(done.returncode, status, text)
        self.assertEqual(done.stdout, b"")
        self.assertTrue(text.startswith("boots-from: ") and text.endswith("\n"), text)
        sentence, *lines = text[:-1].split("\n")
        self.assertEqual(lines, list(below), text)
        self.assertTrue(text.isascii() and all(map(str.isprintable, [sentence, *lines])), text)
        for word in words:
            self.assertIn(word, sentence)

    def assert_folder_holds(self, *names):
        self.assertEqual(sorted(os.listdir(self.folder)), sorted(names))
