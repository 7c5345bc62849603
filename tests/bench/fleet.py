#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-only
"""How long `boots-from batch` takes, side by side with writing its bytes from memory.

    tests/bench/fleet.py [--hosts 1000] [--runs 5] [--folder DIR]
                         [--command build/release/src/boots-from]

The folder needs room for all images at once, 3 MiB each. Whole processes in rounds
(A B C A B C ...), each into an empty folder but for those over what is there, on one processor
but for the rows with two jobs.
Prints Markdown tables of medians. Nothing passes or fails here: machines are noisy, and a
figure counts only beside the others of the same run.
"""

import argparse
import datetime
import os
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from bench import TOP, machine

PATTERN = "http://10.0.0.1/boot/{host}"
ONE_CORE = ["taskset", "--cpu-list", "0"]


class Row:
    """A command to time, which fills the folder out."""

    def __init__(self, name, argv, out, starts_empty=True):
        self.name = name
        self.argv = [str(word) for word in argv]
        self.out = out
        self.starts_empty = starts_empty
        self.seconds = []
        self.cpu = []

    def run(self):
        if self.starts_empty:
            shutil.rmtree(self.out, ignore_errors=True)
            self.out.mkdir()
        os.sync()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        subprocess.run(self.argv, check=True, capture_output=True)
        self.seconds.append(time.perf_counter() - start)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def hosts_file(folder, count):
    path = folder / f"hosts.{count}.csv"
    lines = [f"host{i},10.{i >> 8}.{i & 255}.2/24,10.{i >> 8}.{i & 255}.1" for i in range(count)]
    path.write_text("host,ip,gateway\n" + "\n".join(lines) + "\n")
    return path


def batch(command, folder, count, *arguments):
    words = ["batch", "--hosts", hosts_file(folder, count), "-d", folder / "out"]
    return [command, *words, *arguments, PATTERN]


def rows(command, folder, count):
    out, image, writer = folder / "out", folder / "image", folder / "write_bytes"
    subprocess.run([command, "-q", "-o", image, "http://10.0.0.1/boot/host"], check=True)
    source = TOP / "tests/bench/write_bytes.c"
    subprocess.run(["cc", "-O2", "-o", writer, source], check=True)
    one = batch(command, folder, count, "--jobs=1")
    two = batch(command, folder, count, "--jobs=2")
    return [
        Row("write(2) from memory", [*ONE_CORE, writer, image, out, count], out),
        Row("batch, one core", [*ONE_CORE, *one], out),
        Row("batch again, nothing to do, one core", [*ONE_CORE, *one], out, False),
        Row("batch, two jobs", two, out),
        Row("batch, two jobs, over existing files", [*two, "--force"], out, False),
    ]


def peak_megabytes(argv, out):
    shutil.rmtree(out, ignore_errors=True)
    argv = ["/usr/bin/time", "--format", "%M", *map(str, argv)]
    done = subprocess.run(argv, check=True, capture_output=True)
    return int(done.stderr.split()[-1]) / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--hosts", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder", help="where to write, default the system's temporary one")
    parser.add_argument("--command", type=Path, default=TOP / "build/release/src/boots-from")
    arguments = parser.parse_args()
    command = arguments.command.resolve()

    with tempfile.TemporaryDirectory(prefix="boots-from-bench.", dir=arguments.folder) as name:
        folder = Path(name)
        table = rows(command, folder, arguments.hosts)
        for _ in range(arguments.runs):
            for row in table:
                row.run()
        peaks = [
            (count, peak_megabytes(batch(command, folder, count, "--jobs=1"), folder / "out"))
            for count in (arguments.hosts // 10, arguments.hosts)
        ]

    print(f"{datetime.date.today()}, {machine()}, {arguments.hosts} images of 3 MiB, ", end="")
    print(f"medians of {arguments.runs} interleaved runs\n")
    print("| what | s | ratio to write(2) | CPU, s | ratio to write(2) |")
    print("| --- | --- | --- | --- | --- |")
    base = [statistics.median(table[0].seconds), statistics.median(table[0].cpu)]
    for row in table:
        wall, cpu = statistics.median(row.seconds), statistics.median(row.cpu)
        print(f"| {row.name} | {wall:.2f} | {wall / base[0]:.2f} ", end="")
        print(f"| {cpu:.2f} | {cpu / base[1]:.2f} |")
    print("\n| hosts | peak memory, MB |\n| --- | --- |")
    for count, peak in peaks:
        print(f"| {count} | {peak:.1f} |")


if __name__ == "__main__":
    main()
