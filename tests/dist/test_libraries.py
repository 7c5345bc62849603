# SPDX-License-Identifier: GPL-3.0-only
"""What static executables are made from is fetched as it is pinned, and what is asked for in a wrong way is refused."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
FETCH = TOP / "tools/fetch-source"
STATIC = TOP / "tools/dist/static-executables"
LIBRARIES = TOP / "tools/dist/build-libraries"
LOCK = TOP / "tools/dist/libraries.lock"
BUNDLE = os.environ["BOOTS_FROM_BUNDLE"]
PACKAGE = "libcsv"  # a small one
SECONDS = 900


def run(*arguments):
    done = subprocess.run([*map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=SECONDS, check=False)
    return done.returncode, done.stdout.decode(errors="replace")


class LibrariesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="boots-from-dist.")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.lock = self.folder / "lock"
        self.out = self.folder / "out"
        line, = [line for line in LOCK.read_text().splitlines() if line.startswith(PACKAGE + " ")]
        self.words = line.split()

    def fetch(self, *words, launcher=()):
        self.lock.write_text("# a comment\n\n" + " ".join(words or self.words) + "\n")
        return run(*launcher, FETCH, self.lock, self.out)

    def files(self):
        return {path.name: (path.stat().st_ino, path.read_bytes()) for path in (self.out / PACKAGE).iterdir()}

    def test_fetched_once_and_mended(self):
        status, text = self.fetch()
        self.assertEqual(status, 0, text)
        fetched = self.files()
        self.assertEqual(sum(name.endswith(".dsc") for name in fetched), 1)
        self.assertTrue(any(".orig.tar" in name for name in fetched))
        # without a network, what is whole is taken, and what is not is told
        status, text = self.fetch(launcher=("unshare", "--net"))
        self.assertEqual((status, self.files()), (0, fetched), text)
        archive = next((self.out / PACKAGE).glob("*.orig.tar.*"))
        archive.write_bytes(archive.read_bytes()[:-1])
        status, text = self.fetch(launcher=("unshare", "--net"))
        self.assertEqual(status, 1, text)
        self.assertIn("could be fetched", text)
        status, text = self.fetch()
        self.assertEqual(status, 0, text)
        self.assertEqual({name: data for name, (_, data) in self.files().items()},
                         {name: data for name, (_, data) in fetched.items()})

    def test_another_package_than_the_pinned_one(self):
        status, text = self.fetch(*self.words[:3], "0" * 64)
        self.assertEqual(status, 1, text)
        self.assertIn(f"{PACKAGE} {self.words[2]}: sha256 is not the one in", text)
        self.assertFalse((self.out / PACKAGE).exists())

    def test_lines_that_are_none(self):
        for words in (self.words[:3], [*self.words, "more"]):
            status, text = self.fetch(*words)
            self.assertEqual((status, text), (1, f"fetch-source: {self.lock}: bad line for {PACKAGE}\n"))

    def test_locks_that_are_not_there(self):
        status, text = run(FETCH, self.folder / "nobody", self.out)
        self.assertEqual((status, text), (1, f"fetch-source: {self.folder}/nobody: cannot read\n"))
        self.assertFalse(self.out.exists())

    def test_what_executables_are_asked_for(self):
        shutil.copytree(BUNDLE, self.folder / "bundle")
        for arguments, status, words in (
                ((), 2, "usage: static-executables"),
                ((self.folder / "bundle",), 2, "usage: static-executables"),
                ((self.folder, self.out), 1, f"{self.folder} has no MANIFEST"),
                ((self.folder / "bundle", self.out, "x86_64", "alpha"), 2, "no architecture 'alpha'")):
            with self.subTest(arguments):
                found, text = run(STATIC, *arguments)
                self.assertEqual(found, status, text)
                self.assertIn(words, text)
                self.assertFalse(self.out.exists())
        status, text = run(LIBRARIES, self.folder, "alpha", self.out)
        self.assertEqual(status, 2, text)
        self.assertIn("no architecture 'alpha'", text)


if __name__ == "__main__":
    unittest.main()
