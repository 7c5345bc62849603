# SPDX-License-Identifier: GPL-3.0-only
"""What pip has installed of a static executable is that, and writes what this build writes."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from test_wheel import NAMES, PYTHON, TOP, run, without_network

COMMAND = os.environ["BOOTS_FROM"]
STATIC = Path(os.environ["STATIC"])
URL = "http://192.0.2.1/boot"
# As Python calls them, which is how this machine is called, too.
ARCHES = {"x86_64": "x86_64", "arm64": "aarch64"}
SKIP = 77


class StaticWheelTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="boots-from-dist.")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.must(os.environ["CMAKE"], "--install", os.environ["BUILD"], "--prefix", self.folder / "prefix")

    def must(self, *arguments, **options):
        status, text = run(*arguments, **options)
        self.assertEqual(status, 0, text)
        return text

    def install(self, arch):
        """With this machine's pip, which is told of what kind the other machine is."""
        self.must(TOP / "tools/dist/wheel", STATIC / f"boots-from-{arch}", arch, self.folder / "prefix/share",
                  self.folder)
        target = self.folder / arch
        status, text = without_network(
            PYTHON, "-m", "pip", "install", "--no-deps", "--only-binary", ":all:",
            "--platform", f"manylinux2014_{ARCHES[arch]}", "--target", target, self.folder / NAMES[arch])
        self.assertEqual(status, 0, text)
        self.assertTrue((target / "share/man/man1/boots-from.1").exists())
        return target / "bin/boots-from"

    def launcher(self, arch):
        if os.uname().machine == ARCHES[arch]:
            return []
        return [shutil.which(f"qemu-{ARCHES[arch]}-static") or f"qemu-{ARCHES[arch]}"]

    def test_same_image(self):
        subprocess.run([COMMAND, "-q", "-o", self.folder / "ours.iso", URL], check=True)
        wanted = (self.folder / "ours.iso").read_bytes()
        for arch in ARCHES:
            with self.subTest(arch):
                program = self.install(arch)
                self.assertEqual(program.read_bytes(), (STATIC / f"boots-from-{arch}").read_bytes())
                out = self.folder / f"{arch}.iso"
                self.must(*self.launcher(arch), program, "-q", "-o", out, URL)
                self.assertEqual(out.read_bytes(), wanted)

    def test_in_an_environment(self):
        """As users of this machine do."""
        arch = next((arch for arch, name in ARCHES.items() if name == os.uname().machine), None)
        if not arch:
            self.skipTest("there is no wheel for this machine")
        self.install(arch)
        self.must(PYTHON, "-m", "venv", self.folder / "venv")
        status, text = without_network(self.folder / "venv/bin/pip", "install", self.folder / NAMES[arch])
        self.assertEqual(status, 0, text)
        program = self.folder / "venv/bin/boots-from"
        ours = self.must(COMMAND, "--version").splitlines()
        self.assertEqual(self.must(program, "--version").splitlines()[1:], ours[1:])


if __name__ == "__main__":
    if not all((STATIC / f"boots-from-{arch}").exists() for arch in ARCHES):
        print(f"{STATIC} has no executables")
        sys.exit(SKIP)
    unittest.main()
