# SPDX-License-Identifier: GPL-3.0-only
"""Programs that people fetch images with, and mount them: each gets the bytes of the image."""

import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

from service import SECONDS, ServiceTest

QEMU_CURL = "block-curl.so"
PARALLEL = 8
NO_PROXY = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}


class ClientsTest(ServiceTest):
    def setUp(self):
        super().setUp()
        # Larger than one for BMCs usually is: several clients share it out by the MiB.
        arguments = ("--arch", "all", "--script-room", "1M")
        self.image = self.build(*arguments, "http://10.0.0.1/boot/web1")
        self.service = self.serve(*arguments, "http://10.0.0.1/boot/{host}")
        self.copy = self.folder / "copy"

    def run_client(self, program, *arguments):
        """Runs it to its end, in the test's folder; it must work."""
        if not shutil.which(program):
            self.skipTest(f"no {program}")
        done = subprocess.run([program, *map(str, arguments)], cwd=self.folder, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False,
                              timeout=SECONDS, env=NO_PROXY)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def url(self, path):
        return f"http://127.0.0.1:{self.service.port}{path}"

    def check_copy(self):
        self.assertTrue(self.copy.read_bytes() == self.image, "the copy is something else")

    def answers(self):
        """Of the access log: the address, the status and the bytes of each GET."""
        self.assertEqual(self.service.terminate(), 0)
        return [(who, int(status), int(size)) for who, status, size in re.findall(
            r'(\S+) "GET [^"]*" (\d+) (\d+) ', self.service.log.read_text())]

    def test_aria2(self):
        """Of two files it fetches the MiBs each on its own connection, all of them at once.

        Held back a little, lest the first connections have it all before the last are open.
        """
        self.run_client("aria2c", "--no-conf", "--force-sequential", "--max-concurrent-downloads=2",
                        "--split=8", "--max-connection-per-server=8", "--min-split-size=1M",
                        "--max-overall-download-limit=4M", "--file-allocation=none",
                        self.url("//web1.iso"), self.url("/a1b2//web1.ISO"))
        for name in ("web1.iso", "web1.ISO"):
            self.assertTrue((self.folder / name).read_bytes() == self.image, name)
        answers = self.answers()
        self.assertEqual({status for _, status, _ in answers}, {200, 206}, answers)
        self.assertGreaterEqual(len({who for who, _, _ in answers}), PARALLEL, answers)

    def test_wget_continues(self):
        """What is there already is not fetched again."""
        there = len(self.image) // 3
        self.copy.write_bytes(self.image[:there])
        self.run_client("wget", "--no-config", "--continue", "--output-document=copy",
                        self.url("/a1b2//web1.ISO"))
        self.check_copy()
        (_, status, size), = self.answers()
        self.assertEqual((status, size), (206, len(self.image) - there))

    def test_wget_has_all(self):
        """A range behind the end is 416, which wget takes for: done."""
        self.copy.write_bytes(self.image)
        self.run_client("wget", "--no-config", "--continue", "--output-document=copy",
                        self.url("/web1.iso"))
        self.check_copy()
        (_, status, _), = self.answers()
        self.assertEqual(status, 416)

    def test_http_1_0(self):
        """Firmware of old asks by it, whole or in parts, and the answer ends the connection."""
        for name, fields, status, content in (
                ("/web1.iso", "", 200, self.image),
                ("/%77eb1.iso", "Range: bytes=2048-4095\r\n", 206, self.image[2048:4096])):
            answer = self.service.raw(f"GET {name} HTTP/1.0\r\n{fields}\r\n".encode())
            head, _, received = answer.partition(b"\r\n\r\n")
            self.assertRegex(head, rb"^HTTP/1\.[01] %d " % status)
            self.assertNotRegex(head, rb"(?i)transfer-encoding")
            self.assertTrue(received == content, name)
        self.run_client("curl", "-sS", "--http1.0", "--fail", "-o", "copy", self.url("/web1.iso"))
        self.check_copy()

    def test_nbdkit(self):
        """Its curl plugin makes a block device of the URL; qemu-img reads it."""
        plugin = f"url={self.url('/%77%65b1.iso')}"
        self.run_client("nbdkit", "--unix=-", "--readonly", "curl", plugin, "--run",
                        'qemu-img convert -f raw -O raw "$uri" copy')
        self.check_copy()
        self.assertGreater(len([1 for _, status, _ in self.answers() if status == 206]), 1)

    def test_nbdkit_in_any_order(self):
        """Blocks as a BMC reads them: small, here and there, some of them twice."""
        plugin = f"url={self.url('/web1.iso')}"
        places = [place % (len(self.image) - 4096) for place in range(0, 40_000_000, 1_234_567)]
        reads = [f'-c "read -v {place // 512 * 512} 2048"' for place in places]
        printed = self.run_client("nbdkit", "--unix=-", "--readonly", "curl", plugin, "--run",
                                  f'qemu-io -r -f raw {" ".join(reads)} "$uri"')
        rows = re.findall(r"(?m)^([0-9a-f]{8}):  ((?:[0-9a-f]{2} ){16})", printed)
        self.assertEqual(len(rows), len(places) * 2048 // 16)
        for place, row in rows:
            place = int(place, 16)
            self.assertEqual(bytes.fromhex(row), self.image[place:place + 16], hex(place))

    def test_qemu(self):
        """Its own driver, which a machine boots from in the boot tests.

        One request after the other: with several at once QEMU 7.2 hangs, whatever the server.
        """
        if not any(Path("/usr/lib").glob(f"*/qemu/{QEMU_CURL}")):
            self.skipTest(f"no {QEMU_CURL}")
        self.run_client("qemu-img", "convert", "-m", "1", "-f", "raw", "-O", "raw",
                        self.url("//web1.iso"), "copy")
        self.check_copy()


if __name__ == "__main__":
    unittest.main()
