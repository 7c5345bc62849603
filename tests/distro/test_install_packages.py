# SPDX-License-Identifier: GPL-3.0-only
"""What tools/install-packages asks apt for, on machines that have this and lack that."""

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

INSTALL_PACKAGES = Path(__file__).resolve().parents[2] / "tools/install-packages"

# Debian's own programs as far as they are asked. Names are between spaces.
FAKES = {
    "dpkg-query": 'for name in $INSTALLED; do printf "$name:installed "; done',
    "apt-cache": 'read -r known <"$HERE/known"; case " $known " in *" $2 "*) ;; *) exit 1 ;; esac',
    "apt-get": 'echo "$*" >>"$HERE/asked"; [ "$2" != update ] || echo "$ARCHIVE" >"$HERE/known"',
    "id": "echo 0",
}


class InstallPackagesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="boots-from-packages.")
        self.addCleanup(folder.cleanup)
        self.here = Path(folder.name)
        (self.here / "bin").mkdir()
        for name, body in FAKES.items():
            self.program(name, body)
        (self.here / "bin/env").symlink_to(shutil.which("env"))

    def program(self, name, body):
        path = self.here / "bin" / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def asked(self, installed, archive, known=None):
        """The packages that are installed, of a machine that has some and an archive that has some."""
        (self.here / "known").write_text(" ".join(archive if known is None else known) + "\n")
        (self.here / "asked").write_text("")
        done = subprocess.run(["/bin/sh", INSTALL_PACKAGES, "test"], capture_output=True, text=True, check=False,
                              timeout=600, env={"PATH": str(self.here / "bin"), "HERE": str(self.here),
                                                "INSTALLED": " ".join(installed),
                                                "ARCHIVE": " ".join(archive)})
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = (self.here / "asked").read_text().splitlines()
        return {word for line in lines if " install " in line for word in line.split() if not word.startswith("-")} - {
            "install"}

    def everything(self):
        everything = self.asked([], ["python3-spdx-tools", "python3-importlib-resources"])
        self.assertIn("python3-importlib-resources", everything)
        return everything

    def test_nothing_is_missing(self):
        everything = self.everything()
        self.assertEqual(self.asked(everything, everything), set())
        self.assertEqual((self.here / "asked").read_text(), "")

    def test_where_this_release_has_it(self):
        everything = self.everything()
        optional = "python3-importlib-resources"
        self.assertEqual(self.asked(everything - {optional}, everything), {optional})
        self.assertEqual(self.asked(everything - {optional}, everything - {optional}), set())

    def test_known_by_the_lists_alone(self):
        everything = self.everything()
        self.assertEqual(self.asked(everything - {"python3-importlib-resources", "nginx-light"}, everything, known=[]),
                         {"python3-importlib-resources", "nginx-light"})

    def test_either_will_do(self):
        everything = self.everything() - {"p7zip-full", "7zip"}
        self.assertEqual(self.asked(everything | {"7zip"}, everything), set())
        self.assertEqual(self.asked(everything, everything | {"7zip"}), {"7zip"})
        self.assertEqual(self.asked(everything, everything | {"7zip", "p7zip-full"}), {"p7zip-full"})

    def test_npm_of_elsewhere(self):
        everything = self.everything()
        self.assertEqual(self.asked(everything - {"npm"}, everything), {"npm"})
        self.program("npm", "exit 0")
        self.assertEqual(self.asked(everything - {"npm"}, everything), set())


if __name__ == "__main__":
    unittest.main()
