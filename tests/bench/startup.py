#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-only
"""What the ways to link the program cost: its size, and each start.

    tests/bench/startup.py [--runs N] [--folder DIR] [PROGRAM...]

The programs, default the release build, are started in rounds, for their help and for an image, beside cp of
that image. Relocations are what has to be changed in the file's memory before it runs, page faults those
of a whole process. Prints a Markdown table of medians; a figure counts only beside the others of the same run.
"""

import argparse
import datetime
import os
import re
import subprocess
import tempfile
from pathlib import Path

from bench import TOP, URL, Row, machine, median


def relocations(program):
    """Those with an entry each, and those in the bit map (RELR), which readelf counts."""
    text = subprocess.run(["readelf", "-rW", program], capture_output=True, check=True, text=True).stdout
    entries = sum(map(int, re.findall(r"section '(?!\.relr).* contains (\d+) entr", text)))
    packed = sum(map(int, re.findall(r"^ +(\d+) offsets$", text, re.MULTILINE)))
    return entries, packed


class Program:
    def __init__(self, path, folder, number):
        self.path = path
        self.help = Row("help", [path, "--help"])
        output = folder / f"{number}.iso"
        self.build = Row("build", [path, "-q", "-o", output, URL], output)

    def line(self, base):
        entries, packed = relocations(self.path)
        size = self.path.stat().st_size / 1e6
        starts, builds = median(self.help.milliseconds), median(self.build.milliseconds)
        return (f"| {self.path.name} | {size:.2f} | {entries} | {packed} | {median(self.help.faults):.0f} "
                f"| {starts:.2f} | {builds:.2f} | {starts / base:.2f} | {builds / base:.2f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--folder", help="where to write, default the system's temporary one")
    parser.add_argument("programs", nargs="*", type=Path, default=[TOP / "build/release/src/boots-from"])
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="boots-from-bench.", dir=arguments.folder) as name:
        folder = Path(name)
        programs = [Program(path.resolve(), folder, number) for number, path in enumerate(arguments.programs)]
        image, copy = folder / "image.iso", folder / "copy.iso"
        subprocess.run([programs[0].path, "-q", "-o", image, URL], check=True)
        copying = Row("cp", ["cp", image, copy], copy)
        with open(os.devnull, "wb") as null:
            for _ in range(arguments.runs + 1):
                copying.run(null.fileno())
                for program in programs:
                    program.help.run(null.fileno())
                    program.build.run(null.fileno())

    base = median(copying.milliseconds)
    print(f"{datetime.date.today()}, {machine()}, medians of {arguments.runs} interleaved runs, cp {base:.2f} ms\n")
    print("| program | MB | relocations | in RELR | page faults, `--help` | `--help`, ms | URL, ms | `--help` to cp | URL to cp |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for program in programs:
        print(program.line(base))


if __name__ == "__main__":
    main()
