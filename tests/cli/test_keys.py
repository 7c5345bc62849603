# SPDX-License-Identifier: GPL-3.0-only
"""What boots-from-secure-boot(7) says to type works as it stands there."""

import os
import pty
import re
import shutil
import unittest

from command import COMMAND, CommandTest, judge
from manual import all_examples

PASSPHRASE = "correct horse"
PROGRAM = "/EFI/BOOT/BOOTX64.EFI"

EXAMPLES = all_examples()
ELSEWHERE = {"SIGNING ELSEWHERE"}  # typed by test_signed_elsewhere


class KeysTest(CommandTest):
    done = set()

    def setUp(self):
        super().setUp()
        (self.folder / "bin").mkdir()
        (self.folder / "bin/boots-from").symlink_to(COMMAND)
        self.environment = {**os.environ, "PATH": f"{self.folder}/bin:{os.environ['PATH']}"}

    @classmethod
    def tearDownClass(cls):
        if unread := set(EXAMPLES) - cls.done - ELSEWHERE:
            raise AssertionError(f"no test types what is under {unread}")

    def example(self, heading, number=0):
        """A block; what it calls /var/lib is a folder of the test."""
        self.done.add(heading)
        return EXAMPLES[heading][number].replace("/var/lib/", f"{self.folder}/var/lib/")

    def type(self, block, answers=()):
        """Run a block in a shell at a terminal, where somebody answers each line ending in a colon."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execve("/bin/sh", ["sh", "-ec", block], self.environment)
        shown, asked, answers = b"", 0, list(answers)
        try:
            while part := os.read(terminal, 4096):
                shown += part
                if shown[asked:].endswith((b":", b": ")) and answers:
                    asked = len(shown)
                    os.write(terminal, answers.pop(0).encode() + b"\n")
        except OSError:  # it has been closed at the other end
            pass
        os.close(terminal)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        self.assertEqual((status, answers), (0, []), shown.decode())
        return shown.decode()

    def run_judge(self, *arguments):
        status, text = judge(*arguments, cwd=self.folder)
        self.assertEqual(status, 0, text)
        return text

    def make_key(self, folder, key, certificate, form, bits=2048, passphrase=None):
        """A key where a program would have made it, with openssl."""
        folder = self.folder / folder
        folder.mkdir(parents=True)
        self.run_judge("openssl", "req", "-new", "-x509", "-newkey", f"rsa:{bits}", "-subj", "/CN=Own",
                       "-keyout", folder / key, "-outform", form, "-out", folder / certificate,
                       *(("-passout", f"pass:{passphrase}") if passphrase else ("-nodes",)))
        (folder / key).chmod(0o600)
        return folder / certificate

    def check_image(self, certificate):
        """The default image is signed by that certificate, says sbverify, which wants PEM."""
        self.run_judge("xorriso", "-osirrox", "on", "-indev", "boots-from.iso", "-extract", PROGRAM, "program.efi")
        self.run_judge("openssl", "x509", "-in", certificate, "-out", "judge.pem")
        self.run_judge("sbverify", "--cert", "judge.pem", "program.efi")

    def test_from_nothing(self):
        self.type(self.example("A KEY OF ONE'S OWN"))
        self.assertEqual((self.folder / "boot.key").stat().st_mode & 0o777, 0o600)
        self.run_judge("openssl", "x509", "-inform", "DER", "-in", "boot.cer", "-noout")
        shown = self.type(self.example("SIGNING"))
        self.assertIn("if CN=Our boot images is enrolled", shown)
        self.assertNotIn("warning", shown)
        self.check_image("boot.pem")

    def test_passphrase(self):
        self.type(self.example("A KEY OF ONE'S OWN"))
        self.type(self.example("A KEY OF ONE'S OWN", 1), [PASSPHRASE, PASSPHRASE])
        self.assertIn("ENCRYPTED PRIVATE KEY", (self.folder / "encrypted.key").read_text())
        self.type(self.example("SIGNING").replace("boot.key", "encrypted.key"), [PASSPHRASE])
        self.check_image("boot.pem")

    def test_sbctl(self):
        certificate = self.make_key("var/lib/sbctl/keys/db", "db.key", "db.pem", "PEM", bits=4096)
        self.type(self.example("sbctl"))
        self.check_image(certificate)

    def test_dkms(self):
        certificate = self.make_key("var/lib/dkms", "mok.key", "mok.pub", "DER")
        self.type(self.example("Debian's DKMS"))
        self.check_image(certificate)

    def test_machine_owner_s_key(self):
        (heading,) = (heading for heading in EXAMPLES if re.match("A machine owner's key", heading))
        for passphrase in (None, PASSPHRASE):
            folder = "var/lib/shim-signed/mok"
            certificate = self.make_key(folder, "MOK.priv", "MOK.der", "DER", passphrase=passphrase)
            self.type(self.example(heading), [passphrase] if passphrase else [])
            self.check_image(certificate)
            shutil.rmtree(self.folder / folder)


if __name__ == "__main__":
    unittest.main()
