#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-only
"""What large lists of hosts cost `boots-from serve`, and whether anybody notices a reload.

    tests/bench/reload.py [--rounds N] [--command build/release/src/boots-from]

The server says by its messages to a service manager when it is ready and has read the list again.
One client asks for 32 KiB of a host picked at random, one request after the other, while the list is read
again and then for as long while it is not, round after round. On a machine with other work a request waits
for a processor, too, which is told apart: the kernel counts it for each thread. Prints Markdown tables. Nothing
passes or fails here.
"""

import argparse
import datetime
import os
import random
import re
import select
import signal
import socket
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from bench import TOP, machine
from fleet import PATTERN
from serve import free_port

HOSTS = (1000, 10000, 100000)
RANGE = 32 << 10
SECONDS = 60


def write_list(path, count):
    rows = (f"host{i},10.{i >> 8 & 255}.{i & 255}.{1 + (i >> 16)}/8,10.255.255.254\n" for i in range(count))
    path.write_text("host,ip,gateway\n" + "".join(rows))


class Server:
    def __init__(self, command, folder, count):
        self.count = count
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.manager.bind(str(folder / f"notify.{count}"))
        self.manager.settimeout(SECONDS)
        port, hosts = free_port(), folder / f"hosts.{count}"
        write_list(hosts, count)
        environment = {**os.environ, "NOTIFY_SOCKET": self.manager.getsockname()}
        words = [command, "serve", "-q", "--listen", f"127.0.0.1:{port}",
                 "--hosts", hosts, PATTERN]
        start = time.perf_counter()
        self.process = subprocess.Popen(words, env=environment)
        self.wait_for(b"READY=1")
        self.start_seconds = time.perf_counter() - start
        tasks = [task for task in Path(f"/proc/{self.process.pid}/task").iterdir()
                 if task.name != str(self.process.pid)]  # all but the one that reads the list
        self.counters = [os.open(task / "schedstat", os.O_RDONLY)
                         for task in (*tasks, Path("/proc/self"))]
        self.connection = socket.create_connection(("127.0.0.1", port), SECONDS)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def wait_for(self, words):
        told = self.manager.recv(4096)
        if not told.startswith(words):
            raise SystemExit(f"reload: {told} in the place of {words}")

    def has_news(self):
        return bool(select.select([self.manager], [], [], 0)[0])

    def memory(self, field):
        """MB, of /proc/PID/status."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{field}:\s+(\d+) kB", text).group(1)) * 1024 / 1e6

    def waited(self):
        """Nanoseconds for which the two sides could have run, and others did."""
        return sum(int(os.pread(counter, 100, 0).split()[1]) for counter in self.counters)

    def request(self):
        """The milliseconds of one, and those of them in which nobody waited for a processor."""
        host = f"host{random.randrange(self.count)}"
        waited, start = self.waited(), time.perf_counter()
        self.connection.sendall(f"GET /{host}.iso HTTP/1.1\r\nHost: a\r\n"
                                f"Range: bytes=0-{RANGE - 1}\r\n\r\n".encode())
        received = b""
        while (head := received.find(b"\r\n\r\n")) < 0 or len(received) < head + 4 + RANGE:
            received += self.connection.recv(RANGE * 2)
        if not received.startswith(b"HTTP/1.1 206 "):
            raise SystemExit(f"reload: {received[:80]}")
        spent = (time.perf_counter() - start) * 1000
        return spent, spent - (self.waited() - waited) / 1e6

    def reload(self):
        """The seconds it took, and the milliseconds of every request meanwhile."""
        self.process.send_signal(signal.SIGHUP)
        self.wait_for(b"RELOADING=1")
        start, times = time.perf_counter(), []
        while not self.has_news():
            times.append(self.request())
        self.wait_for(b"READY=1")
        return time.perf_counter() - start, times

    def stop(self):
        self.connection.close()
        for counter in self.counters:
            os.close(counter)
        self.process.terminate()
        self.process.wait()
        self.manager.close()


def measure(command, folder, count, rounds):
    server = Server(command, folder, count)
    seconds, reloading, quiet = [], [], []
    memory = server.memory("VmRSS")
    try:
        for _ in range(rounds):
            spent, times = server.reload()
            seconds.append(spent)
            reloading += times
            end = time.perf_counter() + spent
            while time.perf_counter() < end:
                quiet.append(server.request())
        peak = server.memory("VmHWM")
    finally:
        server.stop()
    return {"count": count, "start": server.start_seconds, "reload": statistics.median(seconds),
            "memory": memory, "peak": peak, "reloading": reloading, "quiet": quiet}


def describe(times):
    """Median, 99th of a hundred, longest; and the longest but for the waiting."""
    spent = sorted(spent for spent, _ in times)
    net = max(net for _, net in times)
    return f"{statistics.median(spent):.2f} | {spent[len(spent) * 99 // 100]:.2f} | {spent[-1]:.2f} | {net:.2f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--command", type=Path, default=TOP / "build/release/src/boots-from")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="boots-from-bench.") as name:
        found = [measure(arguments.command, Path(name), count, arguments.rounds) for count in HOSTS]

    print(f"{datetime.date.today()}, {machine()}, {arguments.rounds} reloads\n")
    print("| hosts in the list | start, s | reload, s | memory, MB | peak with reloads, MB |")
    print("| --- | --- | --- | --- | --- |")
    for row in found:
        print(f"| {row['count']} | {row['start']:.2f} | {row['reload']:.2f} | {row['memory']:.0f} | {row['peak']:.0f} |")
    print("\n| ms of a request | requests | median | 99 % | longest "
          "| longest, without waiting for a processor |\n| --- | --- | --- | --- | --- | --- |")
    for row in found:
        for name, kind in (("no reload", "quiet"), ("while it is read again", "reloading")):
            print(f"| {row['count']} hosts, {name} | {len(row[kind])} | {describe(row[kind])} |")


if __name__ == "__main__":
    main()
