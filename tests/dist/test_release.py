# SPDX-License-Identifier: GPL-3.0-only
"""What tools/release hands out beside Debian's packages, and what it refuses before it begins."""

import os
import re
import subprocess
import sys
import tarfile
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
BUNDLE = Path(os.environ["BOOTS_FROM_BUNDLE"])
STATIC = Path(os.environ["STATIC"])
COMMAND = os.environ["BOOTS_FROM"]
VERSION = re.search(r"project\(boots-from VERSION (\S+)", (TOP / "CMakeLists.txt").read_text()).group(1)
ARCHS = ("x86_64", "arm64", "armhf", "riscv64")
TIME = 1700000000
SECONDS = 1500
SKIP = 77

FILES = {f"boots-from-{VERSION}-{arch}.tar.xz" for arch in ARCHS} | {
    f"boots-from-{VERSION}-bundle.tar.xz", "boots-from-bty.iso", f"boots-from-{VERSION}.spdx.json"} | {
    f"boots_from-{VERSION}-py3-none-manylinux2014_{tag}.manylinux_2_17_{tag}.musllinux_1_1_{tag}.whl"
    for tag in ("x86_64", "aarch64")}
SHARED = {"share/man/man1/boots-from.1", "share/man/man7/boots-from-secure-boot.7",
          "share/bash-completion/completions/boots-from",
          "share/fish/vendor_completions.d/boots-from.fish", "share/zsh/site-functions/_boots-from"}


def run(*arguments, **options):
    done = subprocess.run([*map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=SECONDS, check=False, **options)
    return done.returncode, done.stdout.decode(errors="replace")


class RefusedTest(unittest.TestCase):
    """In one sentence, and before anything is made."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="boots-from-dist.")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.tree = self.folder / "tree"
        (self.tree / "tools").mkdir(parents=True)
        (self.tree / "tools/release").symlink_to(TOP / "tools/release")
        self.release = self.tree / "tools/release"
        self.git("init", "--quiet", ".")
        self.git("add", ".")
        self.git("-c", "user.name=a", "-c", "user.email=a@example", "commit", "--quiet", "-m", "one")

    def git(self, *arguments):
        status, text = run("git", "-C", self.tree, *arguments)
        self.assertEqual(status, 0, text)

    def assert_refused(self, words, *arguments, status=1):
        found, text = run(self.release, *arguments)
        self.assertEqual((found, text.count("\n")), (status, 1), text)
        self.assertIn(words, text)

    def test_words(self):
        self.assert_refused("usage: ", "a", "b", "c", status=2)
        self.assert_refused("there is no commit 'nonsense'", self.folder / "dist", "nonsense")

    def test_what_is_there_stays(self):
        dist = self.folder / "dist"
        dist.mkdir()
        (dist / "file").write_text("mine")
        self.assert_refused("is there already", dist)
        self.assertEqual((dist / "file").read_text(), "mine")

    def test_changes_that_would_not_be_in_it(self):
        (self.tree / "more").write_text("new")
        self.assert_refused("not committed", self.folder / "dist")
        self.assertFalse((self.folder / "dist").exists())


class ReproduceTest(unittest.TestCase):
    """What is told apart before a release is made again, which takes too long for a test."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="boots-from-dist.")
        self.addCleanup(folder.cleanup)
        self.dist = Path(folder.name) / "dist"
        self.dist.mkdir()
        (self.dist / "file").write_text("mine")

    def assert_refused(self, words, *arguments):
        status, text = run(TOP / "tools/dist/reproduce", self.dist, *arguments)
        self.assertEqual((status, text.count("\n")), (1, 1), text)
        self.assertIn(words, text)

    def test_no_release(self):
        self.assert_refused("it has no SHA256SUMS")
        self.assert_refused("there is no commit 'nonsense'", "nonsense")

    def test_file_without_sum(self):
        (self.dist / "SHA256SUMS").write_text("")
        self.assert_refused("does not hold the files that its SHA256SUMS lists")


class AssembleTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="boots-from-dist.")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        status, text = run(os.environ["CMAKE"], "--install", os.environ["BUILD"], "--prefix", cls.folder / "tree")
        assert status == 0, text
        cls.dist = cls.assemble("one")

    @classmethod
    def assemble(cls, name, **environment):
        dist = cls.folder / name / "dist"
        status, text = run(TOP / "tools/dist/assemble", BUNDLE, STATIC, cls.folder / "tree/share", dist,
                           env={**os.environ, "SOURCE_DATE_EPOCH": str(TIME), **environment})
        assert (status, text) == (0, ""), text
        return dist

    def unpack(self, name):
        """Returns the members by what their path is below the archive's one folder."""
        with tarfile.open(self.dist / f"{name}.tar.xz") as archive:
            members = archive.getmembers()
        (self.folder / "unpacked").mkdir(exist_ok=True)
        self.assertEqual(run("tar", "-xf", self.dist / f"{name}.tar.xz", "-C", self.folder / "unpacked"), (0, ""))
        for member in members:
            self.assertEqual((member.uid, member.gid, member.mtime), (0, 0, TIME))
            self.assertFalse(member.mode & 0o022)
        names = {member.name.split("/", 1)[0] for member in members}
        self.assertEqual(names, {name})
        return {member.name.split("/", 1)[1] for member in members if member.isfile()}

    def test_files_and_their_sums(self):
        self.assertEqual({path.name for path in self.dist.iterdir()}, FILES | {"SHA256SUMS"})
        self.assertEqual(run("sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS", cwd=self.dist), (0, ""))
        lines = (self.dist / "SHA256SUMS").read_text().splitlines()
        self.assertEqual([line.split("  ")[1] for line in lines], sorted(FILES))

    def test_same_bytes_anywhere(self):
        again = self.assemble("another/folder", TZ="Asia/Kathmandu", LC_ALL="C.UTF-8", HOME="/nonexistent")
        self.assertEqual((again / "SHA256SUMS").read_text(), (self.dist / "SHA256SUMS").read_text())

    def test_archives(self):
        for arch in ARCHS:
            name = f"boots-from-{VERSION}-{arch}"
            found = self.unpack(name)
            self.assertEqual(found, {"boots-from", "LICENSE", "README.md", "CHANGELOG.md"} | SHARED)
            program = self.folder / "unpacked" / name / "boots-from"
            self.assertEqual(program.read_bytes(), (STATIC / f"boots-from-{arch}").read_bytes())
            self.assertEqual(program.stat().st_mode & 0o777, 0o755)

    def test_bundle_alone(self):
        name = f"boots-from-{VERSION}-bundle"
        self.assertEqual(self.unpack(name), {path.name for path in BUNDLE.iterdir()} - {"boots-from.wasm", "certificates.wasm"})
        for output, more in (("a", []), ("b", ["--prebuilt", self.folder / "unpacked" / name])):
            status, text = run(COMMAND, "-q", "-o", self.folder / output, *more, "http://192.0.2.1/boot")
            self.assertEqual((status, text), (0, ""))
        self.assertEqual((self.folder / "a").read_bytes(), (self.folder / "b").read_bytes())

    def test_image(self):
        status, text = run(COMMAND, "-q", "-o", self.folder / "bty.iso", "http://bty-server/boot")
        self.assertEqual((status, text), (0, ""))
        self.assertEqual((self.folder / "bty.iso").read_bytes(), (self.dist / "boots-from-bty.iso").read_bytes())


if __name__ == "__main__":
    if not STATIC.is_dir():
        print("skipped: there are no static executables, which only root can make")
        sys.exit(SKIP)
    unittest.main()
