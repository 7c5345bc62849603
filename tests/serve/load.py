# SPDX-License-Identifier: GPL-3.0-only
"""Loads for a `boots-from serve`: many clients, and bad ones."""

import http.client
import re
import resource
import socket
import subprocess
import time
from pathlib import Path

from service import SECONDS, URL, ServiceTest

CONNECTIONS = 1000


def raise_descriptor_limit():
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits[1], limits[1]))


class LoadedTest(ServiceTest):
    def start_large(self, *arguments):
        return self.serve("--quiet", "--max-per-address", "0", "--max-connections",
                          2 * CONNECTIONS, *arguments, URL)

    def wrk(self, service, seconds):
        """Byte by byte: how many answers were right, and how many not; and what else went wrong."""
        arguments = []
        for number in range(10):
            name = f"host-{number}"
            file = self.folder / f"{name}.iso"
            file.write_bytes(self.build(f"http://10.0.0.1/boot/{name}"))
            arguments += [name, service.get(f"/{name}.iso", "HEAD").headers["ETag"], file]
        done = subprocess.run(
            ["wrk", "--threads", "2", "--connections", str(CONNECTIONS), "--timeout", str(SECONDS),
             "--duration", str(seconds), "--script", Path(__file__).with_name("every_byte.lua"),
             f"http://127.0.0.1:{service.port}", "--", *map(str, arguments)],
            capture_output=True, timeout=SECONDS + seconds, check=True)
        counts = dict(re.findall(r"(right|wrong|connect|read|write|timeout) (\d+)",
                                 done.stdout.decode().splitlines()[-1]))
        return {name: int(count) for name, count in counts.items()}

    def stall(self, service, count, request):
        """Connections that send this and then neither send nor read; {n} is their number."""
        for number in range(count):
            connection = socket.create_connection(("127.0.0.1", service.port), SECONDS)
            self.addCleanup(connection.close)
            connection.sendall(request.format(n=number).encode())

    def send_damaged(self, service, chance, count):
        """So many requests at once that are not quite right."""
        connections = []
        for _ in range(count):
            connection = socket.create_connection(("127.0.0.1", service.port), SECONDS)
            connections.append(connection)
            try:
                connection.sendall(damaged(chance))
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # it knows already that it will not like this
        for connection in connections:
            self.read_answer(connection)
            connection.close()

    def read_answer(self, connection):
        """Nothing, or one of the answers a bad request may get."""
        try:
            received = connection.recv(65536)
        except ConnectionResetError:
            return
        self.assertRegex(received[:13], rb"^(|HTTP/1\.1 (200|206|400|404|405|411|413|414|416|431|501|505))")

    def get_from_impatient(self, service, path):
        """From one that gives nobody much time: on a busy machine not even to us."""
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                return service.get(path)
            except (OSError, http.client.HTTPException):
                self.assertLess(time.monotonic(), deadline)


def damaged(chance):
    request = bytearray(b"GET /web1.iso HTTP/1.1\r\nHost: a\r\nRange: bytes=0-9\r\n"
                        b"If-Range: \"x\"\r\nConnection: close\r\n\r\n")
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(request))
        kind = chance.random()
        if kind < 0.7:
            request[place] = chance.choice(b"\0\r\n \t:,-=/%\"\x80\xffA0")
        elif kind < 0.85:
            del request[place:min(place + chance.randint(1, 20), len(request) - 1)]
        else:
            request[place:place] = bytes([chance.randrange(256)]) * chance.choice((1, 300))
    return request
