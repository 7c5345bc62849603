# SPDX-License-Identifier: GPL-3.0-only
"""Many clients, and bad ones: no wrong byte, no memory that grows."""

import random
import re
import resource
import socket
import subprocess
import threading
import unittest
from pathlib import Path

from service import SECONDS, URL, ServiceTest, resident_kilobytes

CONNECTIONS = 1000
# For each connection: what libmicrohttpd keeps of it, and an image no other answer shares.
KILOBYTES_PER_CONNECTION = 64


class EveryByteTest(ServiceTest):
    """Each range is asked for over HTTP and compared with the file the command writes."""

    def setUp(self):
        super().setUp()
        self.image = self.build("http://10.0.0.1/boot/web1")
        other = self.build("http://10.0.0.1/boot/a-name-that-is-longer")
        self.differences = [n for n in range(0, len(self.image), 512)
                            if self.image[n:n + 512] != other[n:n + 512]]
        self.connection = self.serve().connect()
        self.addCleanup(self.connection.close)

    def compare(self, first, length):
        self.connection.request("GET", "/web1.iso",
                                headers={"Range": f"bytes={first}-{first + length - 1}"})
        content = self.connection.getresponse().read()
        self.assertEqual(content, self.image[first:first + length], (first, length))

    def test_sectors(self):
        for first in range(0, len(self.image), 2048):
            self.compare(first, 2048)

    def test_single_bytes(self):
        """Over every block that differs between hosts, and one before and after it."""
        self.assertGreaterEqual(len(self.differences), 3)  # a slot in each of three binaries
        for block in self.differences:
            for first in range(block - 1, block + 513):
                self.compare(first, 1)

    def test_across_differences(self):
        chance = random.Random(1)
        for block in self.differences * 100:
            first = max(0, block + chance.randint(-3000, 512))
            self.compare(first, chance.randint(1, 9000))

    def test_random(self):
        chance = random.Random(2)
        for _ in range(2000):
            first = chance.randrange(len(self.image))
            self.compare(first, min(chance.randint(1, 70000), len(self.image) - first))


class LoadTest(ServiceTest):
    def start_large(self, *arguments):
        return self.serve("--quiet", "--max-per-address", "0", "--max-connections",
                          2 * CONNECTIONS, *arguments, URL)

    def wrk(self, service, seconds):
        arguments = []
        for number in range(10):
            name = f"host-{number}"
            file = self.folder / f"{name}.iso"
            file.write_bytes(self.build(f"http://10.0.0.1/boot/{name}"))
            arguments += [name, service.get(f"/{name}.iso", "HEAD").headers["ETag"], file]
        done = subprocess.run(
            ["wrk", "--threads", "2", "--connections", str(CONNECTIONS), "--timeout", "60",
             "--duration", str(seconds), "--script", Path(__file__).with_name("every_byte.lua"),
             f"http://127.0.0.1:{service.port}", "--", *map(str, arguments)],
            capture_output=True, timeout=SECONDS + seconds, check=True)
        counts = dict(re.findall(r"(right|wrong|connect|read|write|timeout) (\d+)",
                                 done.stdout.decode().splitlines()[-1]))
        return {name: int(count) for name, count in counts.items()}

    def test_thousand_connections(self):
        service = self.start_large()
        idle = resident_kilobytes(service.process.pid)
        peaks = []
        stop = threading.Event()

        def watch():
            while not stop.wait(0.1):
                peaks.append(resident_kilobytes(service.process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        first = self.wrk(service, 4)
        middle = len(peaks)
        second = self.wrk(service, 4)
        stop.set()
        watcher.join()
        for counts in (first, second):
            right = counts.pop("right")
            self.assertGreater(right, CONNECTIONS)
            self.assertEqual(set(counts.values()), {0}, counts)
        limit = CONNECTIONS * KILOBYTES_PER_CONNECTION
        self.assertLess(max(peaks) - idle, limit)
        self.assertLess(max(peaks[middle:]), max(peaks[:middle]) + limit // 4)
        self.assertEqual(service.terminate(), 0)

    def test_many_hosts(self):
        """Memory does not follow the number of hosts asked for."""
        service = self.start_large()
        connection = service.connect()

        def visit(begin, end):
            for number in range(begin, end):
                connection.request("HEAD", f"/host-{number}.iso")
                connection.getresponse().read()
            return resident_kilobytes(service.process.pid)

        after_some = visit(0, 2000)
        self.assertLess(visit(2000, 8000), after_some + 4096)
        connection.close()

    def test_slow_readers(self):
        """Clients that ask for an image and do not read it hold little of our memory."""
        service = self.start_large()
        before = resident_kilobytes(service.process.pid)
        connections = []
        for number in range(200):
            connection = socket.create_connection(("127.0.0.1", service.port), SECONDS)
            self.addCleanup(connection.close)
            connection.sendall(f"GET /h{number}.iso HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            connections.append(connection)
        self.assertEqual(service.get("/healthz").status, 200)
        self.assertLess(resident_kilobytes(service.process.pid) - before,
                        200 * KILOBYTES_PER_CONNECTION)

    def test_slow_heads(self):
        """Half a request on many connections keeps nobody else from being answered."""
        service = self.start_large()
        for _ in range(500):
            connection = socket.create_connection(("127.0.0.1", service.port), SECONDS)
            self.addCleanup(connection.close)
            connection.sendall(b"GET /web1.iso HTTP/1.1\r\nHost: a\r\nX-A: b\r\n")
        for _ in range(20):
            self.assertEqual(service.get("/web1.iso").status, 200)

    def damaged(self, chance):
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

    def test_bad_requests(self):
        """10 000 of them, many at once: half of a request is waited for until it is too late."""
        service = self.start_large("--idle-timeout", "1")
        chance = random.Random(3)
        before = resident_kilobytes(service.process.pid)
        for _ in range(10):
            connections = []
            for _ in range(1000):
                connection = socket.create_connection(("127.0.0.1", service.port), SECONDS)
                connections.append(connection)
                connection.sendall(self.damaged(chance))
                connection.shutdown(socket.SHUT_WR)
            for connection in connections:
                self.read_answer(connection)
                connection.close()
        self.assertEqual(service.get("/web1.iso").content,
                         self.build("http://10.0.0.1/boot/web1"))
        self.assertLess(resident_kilobytes(service.process.pid) - before,
                        1000 * KILOBYTES_PER_CONNECTION)
        self.assertEqual(service.terminate(), 0)

    def read_answer(self, connection):
        """Nothing, or one of the answers a bad request may get."""
        try:
            received = connection.recv(65536)
        except ConnectionResetError:
            return
        self.assertRegex(received[:13], rb"^(|HTTP/1\.1 (200|206|400|404|405|411|413|414|416|431|501|505))")


if __name__ == "__main__":
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits[1], limits[1]))
    unittest.main()
