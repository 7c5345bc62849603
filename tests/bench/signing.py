#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-only
"""What signing every image costs, beside the RSA operations in it, which nobody can save.

    tests/bench/signing.py [--images 300] [--rounds 7] [--bits 2048] [--folder DIR]
                           [--command build/release/src/boots-from]

`batch` with one job, and `serve` asked for the head of as many images that it has not made
yet, each with a key and without; and a loop that does nothing but sign as often, once for
each UEFI program. Rounds of A B C A B C ...; processor time, which other work on the machine
disturbs least, and of batch without the kernel's share, which writes 3 MiB either way. The cost of
signing is the median of the differences between neighbours. Prints a Markdown table; nothing
passes or fails here.
"""

import argparse
import ctypes
import datetime
import http.client
import os
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from bench import TOP, machine, make_key
from serve import URL, free_port, wait_for

PROGRAMS = 2  # for UEFI, in an image that --arch says nothing of


def build_rsa_loop(folder):
    program = folder / "rsa_sign"
    subprocess.run(["cc", "-O2", "-o", program, TOP / "tests/bench/rsa_sign.c", "-lcrypto"], check=True)
    return program


def rsa_seconds(program, key, count):
    done = subprocess.run([program, key, str(count)], check=True, capture_output=True, text=True)
    return float(done.stdout)


def batch_seconds(command, folder, count, key_options):
    out, hosts = folder / "out", folder / "hosts"
    shutil.rmtree(out, ignore_errors=True)
    hosts.write_text("".join(f"host{i}\n" for i in range(count)))
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run([command, "batch", "-q", "-j", "1", "--hosts", hosts, "-d", out, *key_options, URL], check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def used_seconds(pid):
    """Of the processor, by a running process with all its threads."""
    clock = ctypes.c_int()
    if ctypes.CDLL(None).clock_getcpuclockid(pid, ctypes.byref(clock)) != 0:
        raise SystemExit(f"signing: process {pid} is gone")
    return time.clock_gettime(clock.value)


def serve_seconds(command, count, key_options):
    port = free_port()
    process = subprocess.Popen(
        [command, "serve", "-q", "--listen", f"127.0.0.1:{port}", *key_options, URL],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        connection = http.client.HTTPConnection("127.0.0.1", port)
        before = used_seconds(process.pid)
        for i in range(count):
            connection.request("HEAD", f"/host{i}.iso")
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"signing: serve answers {answer.status}")
        used = used_seconds(process.pid) - before
        connection.close()
        return used
    finally:
        process.terminate()
        process.wait()


def measure(arguments, folder):
    """Per kind, milliseconds of each round per image."""
    key, key_options = make_key(folder, arguments.bits)
    loop, count = build_rsa_loop(folder), arguments.images
    runs = {
        "rsa": lambda: rsa_seconds(loop, key, PROGRAMS * count),
        "batch": lambda: batch_seconds(arguments.command, folder, count, ()),
        "batch, signed": lambda: batch_seconds(arguments.command, folder, count, key_options),
        "serve": lambda: serve_seconds(arguments.command, count, ()),
        "serve, signed": lambda: serve_seconds(arguments.command, count, key_options),
    }
    figures = {name: [] for name in runs}
    for _ in range(arguments.rounds):
        for name, run in runs.items():
            figures[name].append(run() * 1e3 / count)
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--images", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--bits", type=int, default=2048)
    parser.add_argument("--folder", help="where to write, default the system's temporary one")
    parser.add_argument("--command", default=TOP / "build/release/src/boots-from")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="boots-from-bench.", dir=arguments.folder) as name:
        figures = measure(arguments, Path(name))

    print(f"{datetime.date.today()}, {machine()}, load {os.getloadavg()[1]:.0f}, {arguments.images} images, ", end="")
    print(f"RSA with {arguments.bits} bits, medians of {arguments.rounds} interleaved runs\n")
    print("| CPU per image, ms | plain | signed | for signing | RSA alone | ratio |")
    print("| --- | --- | --- | --- | --- | --- |")
    rsa = statistics.median(figures["rsa"])
    for what in ("batch", "serve"):
        plain, signed = figures[what], figures[f"{what}, signed"]
        more = statistics.median(b - a for a, b in zip(plain, signed))
        ratio = statistics.median((b - a) / c for a, b, c in zip(plain, signed, figures["rsa"]))
        print(f"| {what} | {statistics.median(plain):.2f} | {statistics.median(signed):.2f} "
              f"| {more:.2f} | {rsa:.2f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
