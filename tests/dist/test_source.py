# SPDX-License-Identifier: GPL-3.0-only
"""tools/dist/source-tarball; that it builds is shown by distro.install, which builds from one."""

import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
SECONDS = 300
ENVIRONMENT = {**os.environ, **{f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER")
                                for what in ("NAME", "EMAIL")}}


def run(*arguments, **options):
    done = subprocess.run([*map(str, arguments)], capture_output=True, timeout=SECONDS, check=False,
                          env=ENVIRONMENT, **options)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


class SourceTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="boots-from-dist.")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.tree = cls.folder / "tree"
        status, _, text = run("git", "clone", "-q", "--no-local", "--depth=1", f"file://{TOP}", cls.tree)
        assert status == 0, text
        # The script as it is now, which may not be committed.
        shutil.copy2(TOP / "tools/dist/source-tarball", cls.tree / "tools/dist/source-tarball")
        cls.commit = cls.git("rev-parse", "HEAD")
        cls.version = re.search(r"project\(boots-from VERSION (\S+)", (TOP / "CMakeLists.txt").read_text()).group(1)

    @classmethod
    def git(cls, *arguments):
        status, out, text = run("git", "-C", cls.tree, *arguments)
        assert status == 0, text
        return out.strip()

    def make(self, *arguments, tree=None, **options):
        script = (tree or self.tree) / "tools/dist/source-tarball"
        return run(script, *arguments, **options)

    def made(self, *arguments, **options):
        status, out, text = self.make(*arguments, **options)
        self.assertEqual((status, text), (0, ""))
        path = Path(out.strip())
        self.assertEqual([path.name], os.listdir(path.parent))
        return path

    def test_holds_the_commit(self):
        with tarfile.open(self.made(self.folder / "holds")) as tar:
            members = tar.getmembers()
            top = members[0].name
            self.assertEqual(top, f"boots-from-{self.version}")
            files = {member.name[len(top) + 1 :]: member for member in members if member.isfile()}
            self.assertEqual(set(files), set(self.git("ls-tree", "-r", "--name-only", "HEAD").split("\n")))
            for member in members:
                self.assertEqual((member.uname, member.gname, member.mtime), ("root", "root", members[0].mtime))
                self.assertEqual(member.mode, 0o755 if member.isdir() or member.mode & 1 else 0o644)
            text = tar.extractfile(files["tools/cmake/Commit.cmake"]).read().decode()
            self.assertIn(f'set(archived "{self.commit}")', text)

    def test_same_bytes(self):
        """Of another clone, with other settings, in another folder, by another user's habits."""
        wanted = self.made(self.folder / "first").read_bytes()
        other = self.folder / "other"
        run("git", "clone", "-q", self.tree, other)
        for setting in (("tar.umask", "0"), ("core.autocrlf", "true"), ("core.abbrev", "20")):
            run("git", "-C", other, "config", *setting)
        shutil.copy2(self.tree / "tools/dist/source-tarball", other / "tools/dist/source-tarball")
        status, out, _ = self.make("second", self.commit[:16], tree=other, cwd=self.folder, umask=0o077)
        self.assertEqual((status, out), (0, f"second/boots-from-{self.version}.tar.xz\n"))
        self.assertEqual((self.folder / out.strip()).read_bytes(), wanted)

    def test_commit_that_is_asked_for(self):
        """Neither what is in the working tree nor what is newest."""
        before = self.made(self.folder / "before").read_bytes()
        (self.tree / "README.md").write_text("other")
        self.assertEqual(self.made(self.folder / "same").read_bytes(), before)
        self.git("commit", "-q", "-a", "-m", "x")
        self.assertNotEqual(self.made(self.folder / "new").read_bytes(), before)
        self.assertEqual(self.made(self.folder / "old", "HEAD~").read_bytes(), before)
        self.git("reset", "-q", "--hard", "HEAD~")

    def test_refused(self):
        out = self.folder / "refused"
        plain = self.folder / "plain"
        (plain / "tools/dist").mkdir(parents=True)
        shutil.copy2(TOP / "tools/dist/source-tarball", plain / "tools/dist/source-tarball")
        for tree, arguments, status, words in (
            (self.tree, [], 2, "usage: "),
            (self.tree, [out, "HEAD", "x"], 2, "usage: "),
            (self.tree, [out, "nonsense"], 1, "no commit 'nonsense'"),
            (self.tree, [out, ""], 1, "no commit ''"),
            (plain, [out], 1, "is no git repository"),
        ):
            with self.subTest(words):
                found, text, error = self.make(*arguments, tree=tree)
                self.assertEqual((found, text, error.count("\n")), (status, "", 1), error)
                self.assertIn(words, error)
                self.assertFalse(out.exists())


if __name__ == "__main__":
    unittest.main()
