# SPDX-License-Identifier: GPL-3.0-only
"""tools/dist/wheel, for a small static executable that stands for boots-from."""

import os
import re
import shutil
import struct
import subprocess
import tempfile
import unittest
import zipfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
VERSION = re.search(r"project\(boots-from VERSION (\S+)", (TOP / "CMakeLists.txt").read_text()).group(1)
PYTHON = "/usr/bin/python3"
SECONDS = 600
PROGRAM = '#include <stdio.h>\nint main(void) { return puts("it runs") < 0; }\n'
NAMES = {arch: f"boots_from-{VERSION}-py3-none-manylinux2014_{tag}.manylinux_2_17_{tag}.musllinux_1_1_{tag}.whl"
         for arch, tag in (("x86_64", "x86_64"), ("arm64", "aarch64"))}
# Of ELF's header and the first program header.
MACHINE, PHOFF, PHENTSIZE, PHNUM = 18, 32, 54, 56


def run(*arguments, **options):
    done = subprocess.run([*map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=SECONDS, check=False, **options)
    return done.returncode, done.stdout.decode(errors="replace")


def without_network(*arguments, **options):
    return run("unshare", "--net", *arguments, **options)


def forge(data, offset, form, value):
    changed = bytearray(data)
    struct.pack_into(form, changed, offset, value)
    return bytes(changed)


class WheelTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="boots-from-dist.")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        (cls.folder / "program.c").write_text(PROGRAM)
        cls.program = cls.folder / "program"
        cls.must(os.environ["CC"], "-static", "-o", cls.program, cls.folder / "program.c")
        cls.foreign = cls.folder / "foreign"
        cls.foreign.write_bytes(forge(cls.program.read_bytes(), MACHINE, "<H", 183))
        cls.must(os.environ["CMAKE"], "--install", os.environ["BUILD"], "--prefix", cls.folder / "prefix")
        cls.share = cls.folder / "prefix/share"
        cls.wheels = {arch: cls.make(program, arch, cls.share, cls.folder / "wheels")
                      for arch, program in (("x86_64", cls.program), ("arm64", cls.foreign))}

    @staticmethod
    def must(*arguments, **options):
        status, text = run(*arguments, **options)
        assert status == 0, text
        return text

    @classmethod
    def make(cls, *arguments, tree=TOP, **options):
        return Path(cls.must(tree / "tools/dist/wheel", *arguments, **options).strip())

    def older(self):
        """A wheel of the version before, with a page that this one does not have."""
        tree, share = self.folder / "older", self.folder / "older/share"
        for name in ("tools/dist/wheel", "README.md", "LICENSE"):
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(TOP / name, tree / name)
        text = (TOP / "CMakeLists.txt").read_text()
        (tree / "CMakeLists.txt").write_text(text.replace(f"VERSION {VERSION}", "VERSION 0.0.9"))
        shutil.copytree(self.share, share)
        (share / "man/man1/boots-from-old.1").touch()
        return self.make(self.program, "x86_64", share, tree, tree=tree)

    def environment(self):
        """A fresh one of Debian's Python, and the files in it."""
        environment = Path(tempfile.mkdtemp(dir=self.folder))
        self.must(PYTHON, "-m", "venv", environment)
        return environment, self.files(environment)

    @staticmethod
    def files(folder):
        return {path.relative_to(folder) for path in folder.rglob("*") if "__pycache__" not in path.parts}

    def test_names(self):
        for arch, wheel in self.wheels.items():
            self.assertEqual(wheel, self.folder / "wheels" / NAMES[arch])
        self.assertEqual(set(os.listdir(self.folder / "wheels")), set(NAMES.values()))

    def test_same_bytes(self):
        again = self.folder / "again"
        os.utime(self.program, (1, 1))
        for arch, program in (("x86_64", self.program), ("arm64", self.foreign)):
            made = self.make(program, arch, self.share, again, umask=0o077)
            self.assertEqual(made.read_bytes(), self.wheels[arch].read_bytes())

    def test_times(self):
        for epoch, wanted in (("1795651200", (2026, 11, 26, 0, 0, 0)), ("0", (1980, 1, 1, 0, 0, 0))):
            made = self.make(self.program, "x86_64", self.share, self.folder / "times",
                             env={**os.environ, "SOURCE_DATE_EPOCH": epoch, "TZ": "Asia/Tokyo"})
            with zipfile.ZipFile(made) as archive:
                self.assertEqual({member.date_time for member in archive.infolist()}, {wanted})

    def test_record(self):
        """wheel checks every file against RECORD as it unpacks it."""
        for arch, wheel in self.wheels.items():
            out = self.folder / f"unpacked-{arch}"
            self.must(PYTHON, "-m", "wheel", "unpack", "--dest", out, wheel)
            listed = (out / f"boots_from-{VERSION}/boots_from-{VERSION}.dist-info/RECORD").read_text()
            names = [line.split(",")[0] for line in listed.splitlines()]
            found = {str(path.relative_to(out / f"boots_from-{VERSION}")) for path in out.rglob("*") if path.is_file()}
            self.assertEqual(set(names), found)
            self.assertEqual(len(names), len(found))

    def test_taken_where_it_runs(self):
        """By pip for glibc and for musl, of its own architecture."""
        for platform, arch in (("manylinux2014_x86_64", "x86_64"), ("manylinux_2_17_x86_64", "x86_64"),
                               ("musllinux_1_1_x86_64", "x86_64"), ("manylinux2014_aarch64", "arm64"),
                               ("musllinux_1_1_aarch64", "arm64"), ("manylinux2014_i686", None),
                               ("manylinux2014_armv7l", None), ("macosx_11_0_arm64", None)):
            with self.subTest(platform):
                out = Path(tempfile.mkdtemp(dir=self.folder))
                status, text = without_network(
                    PYTHON, "-m", "pip", "download", "--no-index", "--find-links", self.folder / "wheels",
                    "--platform", platform, "--only-binary", ":all:", "--dest", out, "boots-from")
                self.assertEqual(os.listdir(out), [NAMES[arch]] if arch else [], text)
                self.assertEqual(status == 0, arch is not None, text)

    def test_installed_and_removed(self):
        environment, before = self.environment()
        pip = [environment / "bin/python", "-m", "pip"]
        self.assertEqual(without_network(*pip, "install", self.wheels["x86_64"])[0], 0)
        self.assertEqual(self.must(environment / "bin/boots-from"), "it runs\n")
        share = {path for path in self.files(self.share) if "man3" not in path.parts}
        self.assertEqual(self.files(environment / "share"), share)
        status, text = without_network(*pip, "check")
        self.assertEqual((status, text), (0, "No broken requirements found.\n"))
        _, text = without_network(*pip, "show", "boots-from")
        self.assertIn(f"Version: {VERSION}\nSummary: Write a boot image that chains to one URL\n", text)
        self.assertIn("License: GPL-3.0-only\n", text)
        self.assertEqual(without_network(*pip, "uninstall", "--yes", "boots-from")[0], 0)
        left = self.files(environment) - before
        self.assertEqual([path for path in left if not (environment / path).is_dir()], [])

    def test_upgraded(self):
        environment, _ = self.environment()
        for wheel in (self.older(), self.wheels["x86_64"]):
            status, text = without_network(environment / "bin/pip", "install", wheel)
            self.assertEqual(status, 0, text)
        self.assertIn("Uninstalling boots-from-0.0.9", text)
        self.assertEqual(os.listdir(environment / "share/man/man1"), ["boots-from.1"])

    def test_other_architecture_is_refused(self):
        environment, before = self.environment()
        status, text = without_network(environment / "bin/pip", "install", self.wheels["arm64"])
        self.assertNotEqual(status, 0)
        self.assertIn("is not a supported wheel on this platform", text)
        self.assertEqual(self.files(environment), before)

    def test_pipx(self):
        home = self.folder / "home"
        # pipx takes a pip of its own, which Debian has for environments.
        variables = {**os.environ, "HOME": str(home), "PIP_NO_INDEX": "1",
                     "PIP_FIND_LINKS": "/usr/share/python-wheels"}
        status, text = without_network("pipx", "install", self.wheels["x86_64"], env=variables)
        self.assertEqual(status, 0, text)
        self.assertEqual(self.must(home / ".local/bin/boots-from"), "it runs\n")
        self.assertEqual(without_network("pipx", "uninstall", "boots-from", env=variables)[0], 0)
        self.assertEqual(os.listdir(home / ".local/bin"), [])

    def refused(self, words, *arguments, status=1, **options):
        out = self.folder / "refused"
        found, text = run(TOP / "tools/dist/wheel", *arguments, out, **options)
        self.assertEqual((found, text.count("\n")), (status, 1), text)
        self.assertIn(words, text)
        self.assertFalse(out.exists())

    def test_refused_words(self):
        self.refused("usage: ", self.program, "x86_64", status=2)
        self.refused("usage: ", self.program, "amd64", self.share, status=2)
        self.refused("nowhere", self.folder / "nowhere", "x86_64", self.share)
        self.refused("is for ELF machine 62, not 183", self.program, "arm64", self.share)
        self.refused("has no file", self.program, "x86_64", self.folder)
        for epoch in ("", "today", "-1", "9" * 10):
            self.refused(f"SOURCE_DATE_EPOCH is '{epoch}'", self.program, "x86_64", self.share,
                         env={**os.environ, "SOURCE_DATE_EPOCH": epoch})

    def test_refused_executables(self):
        data = self.program.read_bytes()
        self.refused("is not static", os.environ["BOOTS_FROM"], "x86_64", self.share)
        bad = self.folder / "bad"
        for changed, words in (
            (b"", "no 64-bit ELF"),
            (data[:63], "no 64-bit ELF"),
            (b"#!/bin/sh\n" + bytes(64), "no 64-bit ELF"),
            (forge(data, 4, "<B", 1), "no 64-bit ELF"),
            (forge(data, PHOFF, "<Q", 1 << 63), "ends within its program headers"),
            (forge(data, PHOFF, "<Q", len(data)), "ends within its program headers"),
            (forge(data, PHNUM, "<H", 0), "has no program headers"),
            (forge(data, PHENTSIZE, "<H", 0), "ends within its program headers"),
        ):
            with self.subTest(words=words, size=len(changed)):
                bad.write_bytes(changed)
                self.refused(words, bad, "x86_64", self.share)


if __name__ == "__main__":
    unittest.main()
