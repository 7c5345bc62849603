# SPDX-License-Identifier: GPL-3.0-only
"""What src/ARCHITECTURE.md says is so: its commands run, its files and functions are there."""

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
SOURCE = TOP / "src"
TEXT = (SOURCE / "ARCHITECTURE.md").read_text()


class Architecture(unittest.TestCase):
    def test_commands_run(self):
        commands = re.findall(r"^    \$ (.*)$", TEXT, re.MULTILINE)
        self.assertGreater(len(commands), 5)
        program = Path(os.environ["BOOTS_FROM"])
        environment = dict(os.environ, PATH=f"{program.parent}:{os.environ['PATH']}")
        with tempfile.TemporaryDirectory() as folder:
            for command in commands:
                with self.subTest(command):
                    done = subprocess.run(command, shell=True, cwd=folder, env=environment,
                                          capture_output=True, timeout=120, check=False)
                    self.assertEqual(done.returncode, 0, done.stderr)
            self.assertTrue((Path(folder) / "images/web2.iso").exists())

    def test_files_are_there(self):
        paths = set(re.findall(r"`([\w/.]+/[\w.]+|CMakeLists.txt)`", TEXT))
        self.assertGreater(len(paths), 15)
        for path in sorted(paths):
            with self.subTest(path):
                self.assertTrue((SOURCE / path).exists() or (TOP / path).exists())

    def test_names_are_there(self):
        headers = "".join(path.read_text() for path in SOURCE.glob("*/*.h"))
        headers += (SOURCE / "CMakeLists.txt").read_text()
        names = set(re.findall(r"\b(bf_\w+)\b", TEXT))
        self.assertGreater(len(names), 15)
        for name in sorted(names):
            with self.subTest(name):
                self.assertRegex(headers, rf"\b{name}\b")


if __name__ == "__main__":
    unittest.main()
