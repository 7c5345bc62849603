# SPDX-License-Identifier: GPL-3.0-only
"""Many clients, and bad ones: no wrong byte, and nobody is kept from being answered."""

import random
import signal
import unittest

from load import CONNECTIONS, LoadedTest, raise_descriptor_limit
from service import ServiceTest


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


class LoadTest(LoadedTest):
    def test_thousand_connections(self):
        service = self.start_large()
        counts = self.wrk(service, 6)
        self.assertGreater(counts.pop("right"), 0)
        self.assertEqual(set(counts.values()), {0}, counts)
        self.assertEqual(service.terminate(), 0)

    def test_slow_heads(self):
        """Half a request on many connections keeps nobody else from being answered."""
        service = self.start_large()
        self.stall(service, 500, "GET /web1.iso HTTP/1.1\r\nHost: a\r\nX-A: b\r\n")
        for _ in range(20):
            self.assertEqual(service.get("/web1.iso").status, 200)

    def test_bad_requests(self):
        """10 000 of them, many at once: half of a request is waited for until it is too late."""
        service = self.start_large("--idle-timeout", "1")
        chance = random.Random(3)
        for _ in range(10):
            self.send_damaged(service, chance, 1000)
        self.assertEqual(self.get_from_impatient(service, "/web1.iso").content,
                         self.build("http://10.0.0.1/boot/web1"))
        self.assertEqual(service.terminate(), 0)

    def test_drain(self):
        """Whatever a thousand clients are in the middle of, SIGTERM ends it."""
        for twice in (False, True):
            service = self.start_large()
            for head in ("", "GET /h{n}.iso HTTP/1.1\r\nHost: a\r\nX-A: ",
                         "POST /h{n}.iso HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\nabc",
                         "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
                         "GET /h{n}.iso HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"):
                self.stall(service, CONNECTIONS // 5, head)
            if twice:  # which does not wait for answers that nobody reads
                self.stall(service, 100, "GET /h{n}.iso HTTP/1.1\r\nHost: a\r\n\r\n")
                service.process.send_signal(signal.SIGTERM)
                service.wait_refused()
            self.assertEqual(service.terminate(), 0)
            service.close()
            self.assertEqual(any(b"unfinished" in line for line in service.messages), twice)


if __name__ == "__main__":
    raise_descriptor_limit()
    unittest.main()
