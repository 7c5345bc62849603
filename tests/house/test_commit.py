# SPDX-License-Identifier: GPL-3.0-only
"""tools/cmake/Commit.cmake: the commit that --version shows, wherever the sources are."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
CMAKE = os.environ["CMAKE"]
GIT = shutil.which("git")
SECONDS = 60
# No setting of this machine's, and no repository that it names.
ENVIRONMENT = {"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "HOME": "/nonexistent",
               **{f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}}


def run(*arguments, folder):
    done = subprocess.run([*map(str, arguments)], cwd=folder, env=ENVIRONMENT, capture_output=True,
                          timeout=SECONDS, check=False)
    return done.returncode, done.stdout.decode() + done.stderr.decode()


class CommitTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="boots-from-house.")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.tree = self.folder / "tree"
        (self.tree / "tools/cmake").mkdir(parents=True)
        for name in ("Commit.cmake", ".gitattributes"):
            shutil.copy(TOP / "tools/cmake" / name, self.tree / "tools/cmake")

    def git(self, *arguments, folder=None):
        status, text = run(GIT, *arguments, folder=folder or self.tree)
        self.assertEqual(status, 0, text)
        return text.strip()

    def commit(self, folder=None):
        """All that is in the folder; returns the commit."""
        folder = folder or self.tree
        self.git("init", "-q", folder=folder)
        self.git("add", "--all", folder=folder)
        self.git("commit", "-q", "-m", "x", folder=folder)
        return self.git("rev-parse", "HEAD", folder=folder)

    def look(self, *arguments, tree=None):
        """Exit status and output of looking for the commit."""
        tree = tree or self.tree
        return run(CMAKE, f"-DSOURCE={tree}", f"-DOUTPUT={self.folder}/commit.c", f"-DGIT={GIT}", *arguments,
                   "-P", tree / "tools/cmake/Commit.cmake", folder=self.folder)

    def found(self, *arguments, tree=None):
        status, text = self.look(*arguments, tree=tree)
        self.assertEqual((status, text), (0, ""))
        return re.search('bf_commit.. = "(.*)";', (self.folder / "commit.c").read_text()).group(1)

    def test_repository(self):
        commit = self.commit()
        self.git("tag", "-a", "-m", "x", "v0.1.0")
        self.assertEqual(self.found(), commit[:12])
        (self.tree / "notes").touch()
        self.assertEqual(self.found(), commit[:12])
        with open(self.tree / "tools/cmake/Commit.cmake", "a") as file:
            file.write("# other\n")
        self.assertEqual(self.found(), f"{commit[:12]} with changes")
        self.assertEqual(self.found(f"-DGIVEN={'9a' * 20}"), "9a9a9a9a9a9a")

    def test_written_only_when_it_changes(self):
        self.commit()
        self.found()
        before = (self.folder / "commit.c").stat().st_mtime_ns
        self.found()
        self.assertEqual((self.folder / "commit.c").stat().st_mtime_ns, before)

    def test_archive(self):
        commit = self.commit()
        self.git("archive", "--prefix=archived/", f"--output={self.folder}/archive.tar", "HEAD")
        run("tar", "xf", "archive.tar", folder=self.folder)
        archived = self.folder / "archived"
        self.assertEqual(self.found(tree=archived), commit[:12])
        # Unpacked in somebody's repository it is none of that.
        self.assertNotEqual(self.commit(self.folder)[:12], commit[:12])
        self.assertEqual(self.found(tree=archived), commit[:12])

    def test_copy(self):
        self.assertEqual(self.found(), "unknown commit")
        self.assertEqual(self.found("-DGIT=GIT-NOTFOUND"), "unknown commit")
        self.assertEqual(self.found("-DGIVEN=0123456789ab"), "0123456789ab")
        # A repository without a commit, and what is none.
        self.git("init", "-q")
        self.assertEqual(self.found(), "unknown commit")
        shutil.rmtree(self.tree / ".git")
        (self.tree / ".git").touch()
        self.assertEqual(self.found(), "unknown commit")

    def test_refused(self):
        for given in ('"', "a\\", "a;b\n"):
            with self.subTest(given):
                status, text = self.look(f"-DGIVEN={given}")
                self.assertEqual(status, 1)
                self.assertIn("BF_COMMIT is", text)
                self.assertFalse((self.folder / "commit.c").exists())


if __name__ == "__main__":
    unittest.main()
