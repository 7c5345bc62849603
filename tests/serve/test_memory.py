# SPDX-License-Identifier: GPL-3.0-only
"""Memory does not follow what is asked for. Measured without sanitizers, which have their own.

The limits are no aims: they are several times what is needed, and a small part of what the
fault they are for would take.
"""

import os
import random
import re
import unittest
from pathlib import Path

from load import CONNECTIONS, LoadedTest, raise_descriptor_limit

# A connection that held an image would hold 3072.
KILOBYTES_PER_CONNECTION = 64


class MemoryTest(LoadedTest):
    def start(self, *options):
        self.service = self.start_large(*options)
        self.process = Path(f"/proc/{self.service.process.pid}")

    def read_memory(self, name):
        text = (self.process / "status").read_text()
        return int(re.search(rf"{name}:\s+(\d+) kB", text).group(1))

    @property
    def resident(self):
        return self.read_memory("VmRSS")

    @property
    def peak(self):
        return self.read_memory("VmHWM")

    def test_thousand_connections(self):
        self.start()
        limit = CONNECTIONS * KILOBYTES_PER_CONNECTION
        before = self.resident
        self.wrk(self.service, 4)
        first = self.peak
        self.assertLess(first - before, limit)
        self.wrk(self.service, 4)
        self.assertLess(self.peak - first, limit // 2)

    def test_clients_that_do_not_read(self):
        self.start()
        before = self.resident
        self.stall(self.service, CONNECTIONS, "GET /h{n}.iso HTTP/1.1\r\nHost: a\r\n\r\n")
        self.assertEqual(self.service.get("/healthz").status, 200)
        self.assertLess(self.peak - before, CONNECTIONS * KILOBYTES_PER_CONNECTION)

    @unittest.skipUnless(os.environ["BF_WEB"] == "ON", "this build is without pages")
    def test_pages_that_are_not_read(self):
        """A page has 3 MB, and its list half a MB: there is one of them, not one for each."""
        hosts = self.folder / "hosts"
        hosts.write_text("".join(f"h{number}\n" for number in range(10000)))
        self.start("--page", "--hosts", hosts)
        before = self.resident
        for step in range(0, CONNECTIONS, 100):
            self.service.get(f"/h{step}.iso")
            self.stall(self.service, 100, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            self.assertEqual(self.service.get("/", "HEAD").status, 200)
        self.assertLess(self.peak - before, CONNECTIONS * KILOBYTES_PER_CONNECTION)

    def test_many_hosts(self):
        self.start()
        connection = self.service.connect()

        def visit(begin, end):
            for number in range(begin, end):
                connection.request("HEAD", f"/host-{number}.iso")
                connection.getresponse().read()
            return self.resident

        after_some = visit(0, 2000)
        self.assertLess(visit(2000, 12000) - after_some, 4096)
        connection.close()

    def test_bad_requests(self):
        self.start("--idle-timeout", "1")
        chance = random.Random(3)
        before = self.resident
        for _ in range(10):
            self.send_damaged(self.service, chance, 1000)
        self.assertLess(self.resident - before, 1000 * KILOBYTES_PER_CONNECTION)


if __name__ == "__main__":
    raise_descriptor_limit()
    unittest.main()
