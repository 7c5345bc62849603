# SPDX-License-Identifier: GPL-3.0-only
"""What boots-from-secure-boot(7) says to type works as it stands there."""

import os
import pty
import shutil
import unittest
from pathlib import Path

from command import COMMAND, CommandTest, judge
from manual import all_examples

PASSPHRASE = "correct horse"
MODULES = "1.3.6.1.4.1.2312.16.1.2"

OTHERS = Path(os.environ["BOOTS_FROM_OTHERS"])

EXAMPLES = all_examples()
ELSEWHERE = EXAMPLES.pop("SIGNING ELSEWHERE")  # typed by test_signed_elsewhere
BLOCKS = {(heading, number) for heading, blocks in EXAMPLES.items() for number in range(len(blocks))}

# mokutil asks the machine's firmware, which a test must not: this looks at what it is given.
MOKUTIL = """#!/bin/sh -e
[ "$1" = --import ]
openssl x509 -inform DER -in "$2" -noout -subject
"""


class KeysTest(CommandTest):
    done = set()

    def setUp(self):
        super().setUp()
        (self.folder / "bin").mkdir()
        (self.folder / "bin/boots-from").symlink_to(COMMAND)
        (self.folder / "bin/mokutil").write_text(MOKUTIL)
        (self.folder / "bin/mokutil").chmod(0o755)
        self.environment = {**os.environ, "PATH": f"{self.folder}/bin:{os.environ['PATH']}"}

    @classmethod
    def tearDownClass(cls):
        if unread := BLOCKS - cls.done:
            raise AssertionError(f"no test types {unread}")

    def example(self, heading, number=0):
        """A block; what a system has in /var/lib and /usr/lib is in folders of the test."""
        self.done.add((heading, number))
        text = EXAMPLES[heading][number].replace("/var/lib/", f"{self.folder}/var/lib/")
        if "/usr/lib/shim/" in text and not (OTHERS / "usr/lib/shim").exists():
            self.skipTest("Debian's shim could not be had")
        return text.replace("/usr/lib/", f"{OTHERS}/usr/lib/")

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

    def make_key(self, folder, key, certificate, form, bits=2048, passphrase=None, usage=None):
        """A key where a program would have made it, with openssl."""
        folder = self.folder / folder
        folder.mkdir(parents=True)
        self.run_judge("openssl", "req", "-new", "-x509", "-newkey", f"rsa:{bits}", "-subj", "/CN=Own",
                       "-keyout", folder / key, "-outform", form, "-out", folder / certificate,
                       *(("-addext", f"extendedKeyUsage={usage}") if usage else ()),
                       *(("-passout", f"pass:{passphrase}") if passphrase else ("-nodes",)))
        (folder / key).chmod(0o600)
        return folder / certificate

    def check_image(self, certificate, program="BOOTX64.EFI"):
        """The default image is signed by that certificate, says sbverify, which wants PEM."""
        self.run_judge("xorriso", "-osirrox", "on", "-indev", "boots-from.iso", "-extract", f"/EFI/BOOT/{program}",
                       "program.efi")
        self.run_judge("openssl", "x509", "-in", certificate, "-out", "judge.pem")
        self.run_judge("sbverify", "--cert", "judge.pem", "program.efi")

    def make_own_key(self):
        self.type(self.example("A KEY OF ONE'S OWN"))

    def check_enrolled(self, image="boots-from.iso"):
        """The certificate that the medium has for the machine is the one of the manual's key."""
        self.run_judge("xorriso", "-osirrox", "on", "-indev", image, "-extract", "/enroll.cer", "enroll.cer")
        self.assertEqual((self.folder / "enroll.cer").read_bytes(), (self.folder / "boot.cer").read_bytes())

    def test_from_nothing(self):
        self.make_own_key()
        self.assertEqual((self.folder / "boot.key").stat().st_mode & 0o777, 0o600)
        shown = self.type(self.example("SIGNING"))
        self.assertIn("if CN=Our boot images is enrolled", shown)
        self.assertNotIn("warning", shown)
        self.check_image("boot.pem")
        self.type(self.example("SIGNING", 1))
        self.check_enrolled()

    def test_behind_a_shim(self):
        self.make_own_key()
        shown = self.type(self.example("ENROLMENT BEHIND A SHIM"))
        self.assertNotIn("warning", shown)
        self.check_image("boot.pem", "grubx64.efi")
        shown = self.type(self.example("ENROLMENT BEHIND A SHIM", 1))
        self.assertIn("CN=Our boot images", shown.replace(" = ", "="))  # OpenSSL 3.0 has spaces there
        self.check_enrolled()

    def test_passphrase(self):
        self.make_own_key()
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
        self.type(self.example("DKMS"))
        self.check_image(certificate, "grubx64.efi")

    def test_shim_signed(self):
        folder = "var/lib/shim-signed/mok"
        for passphrase in (None, PASSPHRASE):
            certificate = self.make_key(folder, "MOK.priv", "MOK.der", "DER", passphrase=passphrase)
            self.type(self.example("shim-signed"), [passphrase] if passphrase else [])
            self.check_image(certificate, "grubx64.efi")
            shutil.rmtree(self.folder / folder)

    def test_for_modules_only(self):
        """What Ubuntu makes is told from others; boots-from warns of it where there is a shim."""
        self.make_key("var/lib/shim-signed/mok", "MOK.priv", "MOK.der", "DER", usage=f"codeSigning,{MODULES}")
        self.assertIn(MODULES, self.type(self.example("shim-signed", 1)))
        self.assertIn("warning: the certificate of CN=Own is for kernel modules",
                      self.type(self.example("shim-signed")))


if __name__ == "__main__":
    unittest.main()
