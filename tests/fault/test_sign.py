# SPDX-License-Identifier: GPL-3.0-only
"""Signing, and taking signatures away: what is written is whole, and signed as it should be."""

import unittest

from faults import COMMAND, INTERRUPTIONS, MEMORY, NEW_URL, OLD, OLD_URL, REFUSALS, FaultTest

HOSTS = ["db1", "web1"]


def sample(total):
    """
    libcrypto sets itself up in thousands of allocations, which are much the same: some of them,
    and all of those at the end, where images are signed and written.
    """
    return sorted({*range(1, total + 1, max(1, total // 100)), *range(max(1, total - 100), total + 1)})


class SignTest(FaultTest):
    def setUp(self):
        super().setUp()
        self.key = self.make_key()

    def every_call(self, prepare, judge, arguments):
        self.every(MEMORY, prepare, judge, arguments, sample)
        self.assertGreater(self.totals["alloc"], 20)
        self.every(REFUSALS, prepare, judge, arguments)
        self.every(INTERRUPTIONS, prepare, lambda fault, run: self.judge_undisturbed(judge, fault, run), arguments)

    def judge_undisturbed(self, judge, fault, run):
        self.assertEqual(run.status, 0, run.text)
        judge(fault, run)

    def build(self, *options):
        path, new = self.folder / "a.iso", self.image(NEW_URL, *options)
        self.every_call(*self.replacing(path, new), [COMMAND, "-q", *options, "-o", "a.iso", NEW_URL])

    def test_build(self):
        self.build(*self.key)

    def test_build_of_what_is_signed(self):
        program = self.top / "signed.efi"
        program.write_bytes(self.image(NEW_URL, "--format", "efi", *self.key))
        self.build("--ipxe", program)

    def test_batch(self):
        new = {host: self.image(f"{NEW_URL}&h={host}", *self.key) for host in HOSTS}
        paths = {host: self.folder / f"{host}.iso" for host in HOSTS}
        (self.top / "hosts").write_text("\n".join(HOSTS))

        def prepare():
            for path in paths.values():
                path.unlink(missing_ok=True)
                path.write_bytes(OLD)

        def judge(_, run):
            self.assert_folder_holds(*(path.name for path in paths.values()))
            after = {host: path.read_bytes() for host, path in paths.items()}
            for host in HOSTS:
                self.assertTrue(after[host] in (OLD, new[host]), f"{host} is neither old nor new")
            if not run.crashed_in_a_library():
                self.assertIn(run.status, (0, 1), run.text)
            if run.status == 0:
                self.assertTrue(after == new, run.text)

        self.every_call(prepare, judge, [COMMAND, "batch", "-q", "-j", "1", *self.key, "--hosts", self.top / "hosts",
                                         NEW_URL + "&h={host}"])

    def in_place(self, arguments, old, new):
        path = self.folder / "image"
        path.write_bytes(old)

        def prepare():
            if path.read_bytes() != old:
                path.write_bytes(old)

        def judge(_, run):
            self.assert_told(run)
            self.assert_folder_holds("image")
            after = path.read_bytes()
            if run.status == 0 or "it is changed" in run.text:
                self.assertTrue(after == new, run.text)
            elif "half changed" not in run.text:
                self.assertTrue(after == old, run.text)
            elif after not in (old, new):
                self.assertEqual(self.run_program(arguments).status, 0)
                self.assertTrue(path.read_bytes() == new, "the same command does not mend it")

        self.every_call(prepare, judge, arguments)

    def test_repoint(self):
        old, new = (self.image(url, *self.key) for url in (OLD_URL, NEW_URL))
        self.in_place([COMMAND, "repoint", "-q", *self.key, "image", NEW_URL], old, new)

    def unsigned(self, url):
        path = self.top / "unsigned"
        path.write_bytes(self.image(OLD_URL, *self.key))
        self.assertEqual(self.run_program([COMMAND, "repoint", "-q", "--unsigned", path, url]).status, 0)
        return path.read_bytes()

    def test_unsigned(self):
        self.in_place([COMMAND, "repoint", "-q", "--unsigned", "image", NEW_URL], self.image(OLD_URL, *self.key),
                      self.unsigned(NEW_URL))

    def test_signed_again(self):
        self.in_place([COMMAND, "repoint", "-q", *self.key, "image", NEW_URL], self.unsigned(OLD_URL),
                      self.image(NEW_URL, *self.key))


if __name__ == "__main__":
    unittest.main()
