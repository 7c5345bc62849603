#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-only
"""What one `boots-from serve` can carry, and what it needs for that.

    tests/bench/capacity.py [--rounds N] [--seconds N] [--command build/release/src/boots-from]

wrk asks over the loopback for whole images and for ranges of 32 KiB, of a server with and of one
without --secret, round after round; the processor time is the server's own. A BMC that mounts an
image reads some 3000 ranges of it. Memory is what is resident, private to the process. Prints
Markdown tables of medians. Nothing passes or fails here.
"""

import argparse
import datetime
import os
import re
import socket
import statistics
import subprocess
import tempfile
from pathlib import Path

from bench import TOP, machine
from serve import RANGES, URL, free_port, wait_for, wrk

RANGE = 32 << 10
MOUNT = 3000  # ranges
HOSTS = (0, 10000, 100000)
CONNECTIONS = (0, 1000)


class Server:
    def __init__(self, command, folder, *arguments):
        self.port = free_port()
        with (folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [command, "serve", "--listen", f"127.0.0.1:{self.port}", "--max-per-address", "0",
                 "--max-connections", "4096", *arguments, URL], stdout=log, stderr=subprocess.DEVNULL)
        wait_for(self.port)

    def cpu(self):
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """Bytes."""
        text = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        return sum(int(kilobytes) << 10 for kilobytes in
                   re.findall(r"(?m)^Private_(?:Clean|Dirty): +(\d+) kB", text))

    def stop(self):
        self.process.terminate()
        self.process.wait()


def link(command, secret, port):
    done = subprocess.run([command, "link", "--secret", secret, "--base", f"http://127.0.0.1:{port}", "web1"],
                          check=True, capture_output=True, text=True)
    return done.stdout.strip().split("/", 3)[3]


def measure(arguments, folder, script, secret):
    """{(server, kind): [(answers per second, answers per second of its processor time)]}"""
    servers = {"open": Server(arguments.command, folder),
               "--secret": Server(arguments.command, folder, "--secret", secret)}
    paths = {"open": "web1.iso", "--secret": link(arguments.command, secret, servers["--secret"].port)}
    figures = {}
    try:
        for _ in range(arguments.rounds):
            for kind, kind_script in (("whole image", None), ("32 KiB ranges", script)):
                for name, server in servers.items():
                    before = server.cpu()
                    rate = wrk(server.port, arguments.seconds, kind_script, paths[name])
                    spent = server.cpu() - before
                    figures.setdefault((name, kind), []).append((rate, rate * arguments.seconds / spent))
    finally:
        for server in servers.values():
            server.stop()
    return figures


def memory_of_hosts(arguments, folder, n):
    path = folder / "hosts"
    path.write_text("".join(f"machine-{i:06}.example.com\n" for i in range(n)) or "one\n")
    server = Server(arguments.command, folder, "--hosts", path)
    found = server.memory()
    server.stop()
    return found


def memory_of_connections(arguments, folder, n):
    server = Server(arguments.command, folder)
    connections = []
    for _ in range(n):
        connection = socket.create_connection(("127.0.0.1", server.port))
        connection.sendall(b"GET /web1.iso HTTP/1.1\r\nHost: a\r\nRange: bytes=0-32767\r\n\r\n")
        connections.append(connection)
    for connection in connections:
        received = 0
        while received < RANGE:
            received += len(connection.recv(RANGE * 2))
    found = server.memory()
    for connection in connections:
        connection.close()
    server.stop()
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--command", default=TOP / "build/release/src/boots-from")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="boots-from-bench.") as name:
        folder = Path(name)
        secret = folder / "secret"
        secret.write_bytes(os.urandom(32).hex().encode())
        secret.chmod(0o600)
        script = folder / "ranges.lua"
        script.write_text(RANGES.format(size=3 << 20, length=RANGE))
        figures = measure(arguments, folder, script, secret)
        hosts = {n: memory_of_hosts(arguments, folder, n) for n in HOSTS}
        connections = {n: memory_of_connections(arguments, folder, n) for n in CONNECTIONS}

    print(f"{datetime.date.today()}, {machine()}, medians of {arguments.rounds} interleaved runs\n")
    print("| what | answers/s | for a second of the server's processor time | the same with --secret | ratio |")
    print("| --- | --- | --- | --- | --- |")
    per_core = {}
    for kind in ("whole image", "32 KiB ranges"):
        rate, per_core[kind] = (statistics.median(column) for column in zip(*figures["open", kind]))
        secret = statistics.median(per_second for _, per_second in figures["--secret", kind])
        print(f"| {kind} | {rate:.0f} | {per_core[kind]:.0f} | {secret:.0f} | {secret / per_core[kind]:.2f} |")
    mounts = per_core["32 KiB ranges"] / MOUNT
    print(f"\nOne core: {mounts:.1f} mounts of {MOUNT} ranges a second, or {mounts * 60:.0f} at once that take a "
          "minute each.\n")
    print("| memory | MB |\n| --- | --- |")
    print(f"| one host in the list | {hosts[0] / 1e6:.1f} |")
    for n in HOSTS[1:]:
        print(f"| more, {n} hosts in the list | {(hosts[n] - hosts[0]) / 1e6:.1f} |")
    for n in CONNECTIONS[1:]:
        print(f"| more, {n} open connections | {(connections[n] - connections[0]) / 1e6:.1f} |")


if __name__ == "__main__":
    main()
