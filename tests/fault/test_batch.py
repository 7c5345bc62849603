# SPDX-License-Identifier: GPL-3.0-only
"""A batch over existing images: each is the old one or the new one, and the count is right."""

import re
import unittest

from faults import COMMAND, INTERRUPTIONS, MEMORY, NEW_URL, OLD_URL, REFUSALS, FaultTest

HOSTS = ["db1", "web1", "web2"]


class BatchTest(FaultTest):
    def setUp(self):
        super().setUp()
        self.new = {host: self.image(f"{NEW_URL}&h={host}") for host in HOSTS}
        # One is an image for another URL, which has to be read to be told from the new one.
        self.old = dict.fromkeys(HOSTS, b"the old file") | {"web1": self.image(OLD_URL)}
        (self.top / "hosts").write_text("\n".join(HOSTS))
        self.arguments = [COMMAND, "batch", "--hosts", self.top / "hosts", NEW_URL + "&h={host}"]

    def prepare(self):
        for host in HOSTS:
            path = self.folder / f"{host}.iso"
            path.unlink(missing_ok=True)
            path.write_bytes(self.old[host])

    def judge(self, _, run):
        n_new = 0
        self.assert_folder_holds(*(f"{host}.iso" for host in HOSTS))
        for host in HOSTS:
            after = (self.folder / f"{host}.iso").read_bytes()
            is_new = after == self.new[host]
            self.assertTrue(is_new or after == self.old[host], f"{host} is neither old nor new")
            n_new += is_new
        if run.crashed_in_a_library():
            self.assertEqual(n_new, 0)
            return
        self.assertIn(run.status, (0, 1), run.text)
        for line in run.text.splitlines():
            self.assertTrue(line.startswith("boots-from: "), run.text)
        if run.status == 0:
            self.assertEqual(n_new, len(HOSTS), run.text)
        written = re.search(r"boots-from: (\d+) written", run.text)
        if written:
            self.assertGreaterEqual(n_new, int(written[1]), run.text)

    def judge_undisturbed(self, fault, run):
        self.assertEqual(run.status, 0, run.text)
        self.judge(fault, run)

    def test_one_thread(self):
        self.every(MEMORY + REFUSALS, self.prepare, self.judge, [*self.arguments, "-j", "1"])
        for kind in ("open", "read", "write", "name"):
            self.assertGreaterEqual(self.totals[kind], len(HOSTS), kind)

    def test_three_threads(self):
        arguments = [*self.arguments, "-j", "3", "--keep-going"]
        self.every(REFUSALS, self.prepare, self.judge, arguments)

    def test_interrupted_calls(self):
        arguments = [*self.arguments, "-j", "1"]
        self.every(INTERRUPTIONS, self.prepare, self.judge_undisturbed, arguments)


if __name__ == "__main__":
    unittest.main()
