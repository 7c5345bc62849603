#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-only
"""How fast `boots-from serve` answers, side by side with nginx sending the same ISO as a file.

    tests/bench/serve.py [--rounds N] [--seconds N] [--command build/release/src/boots-from]

Both listen on the loopback and write an access log; wrk asks one and then the other, round
after round, for the whole image and for aligned ranges of 64 KiB. Prints a Markdown table of
medians. Nothing passes or fails here.
"""

import argparse
import datetime
import re
import socket
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from bench import TOP, machine

URL = "http://10.0.0.1/boot/{host}"
RANGE = 65536
CONNECTIONS = 8

NGINX = """\
daemon off;
worker_processes auto;
pid {folder}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
    access_log {folder}/nginx.log;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{port}; root {folder}/root; }}
}}
"""

RANGES = """\
request = function()
    local first = math.random(0, {size} / {length} - 1) * {length}
    return wrk.format("GET", nil, {{ ["Range"] = "bytes=" .. first .. "-" .. (first + {length} - 1) }})
end
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_for(port):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.02)
    raise SystemExit(f"serve: nothing listens on port {port}")


def start_nginx(folder, image):
    port = free_port()
    (folder / "root").mkdir()
    (folder / "root" / "web1.iso").write_bytes(image)
    configuration = folder / "nginx.conf"
    configuration.write_text(NGINX.format(folder=folder, port=port))
    process = subprocess.Popen(["nginx", "-e", folder / "error.log", "-c", configuration])
    wait_for(port)
    return process, port


def start_serve(command, folder):
    port = free_port()
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [command, "serve", "--listen", f"127.0.0.1:{port}", URL],
            stdout=log, stderr=subprocess.DEVNULL)
    wait_for(port)
    return process, port


def wrk(port, seconds, script, path="web1.iso"):
    """Answers per second."""
    done = subprocess.run(
        ["wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration", str(seconds),
         *(["--script", script] if script else []), f"http://127.0.0.1:{port}/{path}"],
        check=True, capture_output=True, text=True)
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise SystemExit(f"serve: wrk: {done.stdout}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout).group(1))


def measure(servers, size, script, arguments):
    """For every kind of request the medians of each server, in the servers' order."""
    kinds = {"whole image": (None, size), f"{RANGE // 1024} KiB ranges": (script, RANGE)}
    figures = {(kind, name): [] for kind in kinds for name in servers}
    for _ in range(arguments.rounds):
        for kind, (kind_script, _) in kinds.items():
            for name, port in servers.items():
                figures[kind, name].append(wrk(port, arguments.seconds, kind_script))
    for kind, (_, length) in kinds.items():
        yield kind, length, [statistics.median(figures[kind, name]) for name in servers]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--command", default=TOP / "build/release/src/boots-from")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="boots-from-bench.") as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx started by root reads as another user
        subprocess.run([arguments.command, "-q", "-o", folder / "built.iso",
                        URL.replace("{host}", "web1")], check=True)
        image = (folder / "built.iso").read_bytes()
        script = folder / "ranges.lua"
        script.write_text(RANGES.format(size=len(image), length=RANGE))
        processes = []
        try:
            nginx, nginx_port = start_nginx(folder, image)
            processes.append(nginx)
            serve, serve_port = start_serve(arguments.command, folder)
            processes.append(serve)
            servers = {"nginx": nginx_port, "boots-from serve": serve_port}
            rows = list(measure(servers, len(image), script, arguments))
        finally:
            for process in processes:
                process.terminate()
                process.wait()

    print(f"{datetime.date.today()}, {machine()}, image of {len(image) / 2**20:.0f} MiB, ", end="")
    print(f"{CONNECTIONS} connections, medians of {arguments.rounds} interleaved runs\n")
    print("| what | nginx, answers/s | boots-from serve, answers/s | MiB/s | nginx / serve |")
    print("| --- | --- | --- | --- | --- |")
    for kind, length, (theirs, ours) in rows:
        print(f"| {kind} | {theirs:.0f} | {ours:.0f} | {ours * length / 2**20:.0f} "
              f"| {theirs / ours:.2f} |")


if __name__ == "__main__":
    main()
