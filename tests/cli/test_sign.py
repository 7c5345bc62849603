# SPDX-License-Identifier: GPL-3.0-only
"""Signing what is patched, and what other programs think of the signatures."""

import contextlib
import hashlib
import json
import os
import pty
import re
import subprocess
import termios
import time
import unittest
import urllib.request

import authenticode
import pefile
from keys import make_chain, make_signer

from command import COMMAND, SECONDS, URL, CommandTest, judge

FAILED, USAGE = 1, 2
FILES = {"x86_64": "BOOTX64.EFI", "arm64": "BOOTAA64.EFI", "riscv64": "BOOTRISCV64.EFI"}
PASSPHRASE = "correct horse"
SPC_INDIRECT_DATA = bytes.fromhex("060a2b060104018237020104")  # 1.3.6.1.4.1.311.2.1.4, in DER
SLOT = b"#!ipxe\n#boots-from-slot "
OTHER_URL = "http://other.example/"
KEY = ("--sign-key", "own.key", "--sign-cert", "own.pem")
ENCRYPTED = ("--sign-key", "encrypted.key", "--sign-cert", "own.pem")
CHAIN = ("--sign-key", "leaf.key", "--sign-cert", "chain.pem")


class SignTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.make_key("own", "/CN=Own")

    def run_judge(self, *arguments):
        status, text = judge(*arguments, cwd=self.folder)
        self.assertEqual(status, 0, text)
        return text

    def make_key(self, name, subject, bits=2048, days=2):
        make_signer(self.folder, name, subject, bits=bits, days=days)

    def encrypt_key(self):
        self.run_judge("openssl", "pkcs8", "-topk8", "-in", "own.key", "-out", "encrypted.key", "-v2", "aes-256-cbc",
                       "-passout", f"pass:{PASSPHRASE}")
        (self.folder / "encrypted.key").chmod(0o600)

    def make(self, *arguments, name="out"):
        done = self.run_command("-q", "-o", name, *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return self.folder / name

    def extract(self, iso, path):
        out = self.folder / "extracted"
        out.unlink(missing_ok=True)
        self.run_judge("xorriso", "-osirrox", "on", "-indev", iso, "-extract", path, out)
        out.chmod(0o644)
        return out

    def check_program(self, path, name="own"):
        """Signed by name or by one whom name vouches for, all judges say; returns his name."""
        return authenticode.judge(path, self.folder / f"{name}.pem")[1]

    def check_iso(self, iso, archs=("x86_64", "arm64"), name="own"):
        """Every UEFI program, in the file system that firmware reads and in the ISO's tree."""
        for arch in archs:
            self.check_program(self.extract(iso, f"/EFI/BOOT/{FILES[arch]}"), name)
        esp = self.extract(iso, "/boot/esp.img")
        self.run_judge("fsck.fat", "-n", esp)
        for arch in archs:
            out = self.folder / FILES[arch]
            self.run_judge("mcopy", "-n", "-o", "-i", esp, f"::/EFI/BOOT/{FILES[arch]}", out)
            self.check_program(out, name)

    def report(self, image):
        done = self.run_command("inspect", "--json", image)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return json.loads(done.stdout)

    # ---- What comes out ----

    def test_every_program_of_an_iso(self):
        iso = self.make("--arch", "all", *KEY, URL)
        self.check_iso(iso, FILES)
        report = self.report(iso)
        self.assertEqual(report["problems"], [])
        for path in report["boot_paths"]:
            self.assertEqual(path["boots"], "ipxe", path)
            if path["arch"] != "bios":
                self.assertEqual(path["secure_boot"]["boots"], "enrolled")
                self.assertIn("if CN=Own is enrolled", path["secure_boot"]["text"])

    def test_layouts_and_formats(self):
        for layout in ("gpt", "mbr", "cd"):
            with self.subTest(layout):
                self.check_iso(self.make("--layout", layout, *KEY, URL))
        self.make("--format", "esp", "--arch", "x86_64", *KEY, URL, name="esp")
        self.run_judge("mcopy", "-i", "esp", "::/EFI/BOOT/BOOTX64.EFI", "program.efi")
        self.check_program(self.folder / "program.efi")

    def test_efi_is_what_sbsign_makes(self):
        """All that is hashed: the program, and where its signature stands."""
        for arch in FILES:
            with self.subTest(arch):
                signed = self.make("--format", "efi", "--arch", arch, *KEY, URL)
                self.check_program(signed)
                plain = self.make("--format", "efi", "--arch", arch, URL, name="plain")
                self.run_judge("sbsign", "--key", "own.key", "--cert", "own.pem", "--output", "theirs", plain)
                ours, theirs = (self.report(path)["programs"][0] for path in (signed, self.folder / "theirs"))
                self.assertEqual(ours["authenticode_sha256"], theirs["authenticode_sha256"])
                self.assertEqual(ours["signatures"], theirs["signatures"])

    def test_key_sizes(self):
        for bits in (2048, 3072, 4096):
            make_chain(self.folder, bits)
            for arch in FILES:
                with self.subTest(arch=arch, bits=bits):
                    program = self.make("--format", "efi", "--arch", arch, *CHAIN, URL)
                    self.assertEqual(self.check_program(program, "root"), "Leaf")

    def test_der(self):
        self.run_judge("openssl", "pkey", "-in", "own.key", "-outform", "DER", "-out", "key.der")
        self.run_judge("openssl", "x509", "-in", "own.pem", "-outform", "DER", "-out", "cert.der")
        (self.folder / "key.der").chmod(0o600)
        self.check_program(self.make("--format", "efi", "--sign-key", "key.der", "--sign-cert", "cert.der", URL))

    def test_every_way_with_a_chain(self):
        """The intermediate goes into every signature: to know the root is enough."""
        make_chain(self.folder)
        image = self.make("--arch", "all", *CHAIN, URL)
        self.check_iso(image, FILES, "root")
        self.repoint(*CHAIN, image, OTHER_URL)
        self.check_iso(image, FILES, "root")
        trust = ("--trust", "root.pem", *CHAIN)
        image = self.make("--format", "esp", *trust, "https://b.example/", name="esp")
        self.repoint(*trust, image, "https://other.example/")
        self.run_judge("mcopy", "-i", "esp", "::/EFI/BOOT/BOOTX64.EFI", "program.efi")
        self.check_program(self.folder / "program.efi", "root")
        (self.folder / "hosts").write_text("web1\n")
        done = self.run_command("batch", "-q", "--hosts", "hosts", *CHAIN, "http://b.example/{host}")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        with urllib.request.urlopen(f"{self.serve(*CHAIN)}/web1.iso", timeout=SECONDS) as answer:
            self.assertEqual(answer.read(), (self.folder / "web1.iso").read_bytes())
        self.check_iso(self.folder / "web1.iso", name="root")

    def test_deterministic(self):
        first = self.make(*KEY, URL, name="first").read_bytes()
        time.sleep(1.1)  # no time is in it
        self.assertEqual(self.make(*KEY, URL, name="second").read_bytes(), first)
        done = self.run_command("-q", "-o", "-", *KEY, URL)
        self.assertEqual(hashlib.sha256(done.stdout).digest(), hashlib.sha256(first).digest())

    def test_with_a_trusted_certificate(self):
        self.make_key("ca", "/CN=Lab CA", days=90)
        self.check_iso(self.make("--trust", "ca.pem", *KEY, "https://b.example/"))

    def test_said_on_success(self):
        done = self.run_command("-o", "out", *KEY, URL)
        self.assertEqual(done.returncode, 0)
        self.assertIn("boots-from: it is signed by CN=Own: with Secure Boot it boots where that certificate is "
                      "enrolled, which is on the medium as /enroll.cer\n", done.stderr.decode())
        done = self.run_command("--format", "efi", *KEY, URL)
        self.assertTrue(done.stderr.decode().endswith("that certificate is enrolled\n"))

    # ---- Scripts in a file ----

    def write_script(self, text):
        (self.folder / "large.ipxe").write_text("#!ipxe\necho " + text * 3000 + "\nshell\n")
        return "large.ipxe"

    def test_large_script(self):
        iso = self.make(*KEY, "--script", self.write_script("abc"))
        self.check_iso(iso)
        self.assertIn(b"abcabc", self.extract(iso, "/autoexec.ipxe").read_bytes())

    def test_large_script_is_repointed(self):
        """The programs stay as they are, and no key is wanted."""
        iso = self.make(*KEY, "--script", self.write_script("abc"))
        done = self.run_command("repoint", "-q", iso, "--script", self.write_script("xyz"))
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.check_iso(iso)
        self.assertIn(b"xyzxyz", self.extract(iso, "/autoexec.ipxe").read_bytes())
        again = self.make(*KEY, "--script", "large.ipxe", name="again")
        self.assertEqual(iso.read_bytes(), again.read_bytes())

    # ---- Other scripts in place ----

    def test_repoint_signs_anew(self):
        """As if it were made anew, with the same key or another one of its size."""
        self.make_key("new", "/CN=Own")
        for arguments in (("--arch", "all"), ("--format", "efi"), ("--format", "esp")):
            for name in ("own", "new"):
                key = ("--sign-key", f"{name}.key", "--sign-cert", f"{name}.pem")
                image = self.make(*arguments, *KEY, URL)
                for url in ("http://other.example/longer/than/before", "http://a/"):
                    done = self.run_command("repoint", "-q", *key, image, url)
                    self.assertEqual((done.returncode, done.stderr), (0, b""))
                    anew = self.make(*arguments, *key, url, name="anew")
                    self.assertEqual(image.read_bytes(), anew.read_bytes())

    def test_repoint_repairs(self):
        """Whatever is left of the slot, the checksum and the signature."""
        image = self.make("--format", "efi", *KEY, URL)
        data = bytearray(image.read_bytes())
        pe = pefile.PE(data=bytes(data), fast_load=True)
        table = pe.OPTIONAL_HEADER.DATA_DIRECTORY[4].VirtualAddress
        for at in (data.index(URL.encode()), table + 100, pe.OPTIONAL_HEADER.get_file_offset() + 64):
            data[at] ^= 1
        image.write_bytes(data)
        done = self.run_command("repoint", "-q", *KEY, image, URL)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual(image.read_bytes(), self.make("--format", "efi", *KEY, URL, name="anew").read_bytes())

    def test_repoint_of_what_is_not_the_bundle_s(self):
        """Signed again as long as it is as the key signed it."""
        self.make_key("ca", "/CN=Lab CA", days=90)
        self.make_key("new", "/CN=Own")
        other = "https://other.example/"
        trust = ("--trust", "ca.pem")
        image = self.make("--format", "efi", *trust, *KEY, "https://b.example/")
        before = image.read_bytes()
        self.not_repointed(image, FAILED, *trust, "--sign-key", "new.key", "--sign-cert", "new.pem", url=other,
                           words=("nor as this key signed it",))
        # One byte of the program, or of the signature.
        for at in (len(before) // 2, len(before) - 100):
            data = bytearray(before)
            data[at] ^= 1
            image.write_bytes(data)
            self.not_repointed(image, FAILED, *trust, *KEY, url=other, words=("nor as this key signed it",))
        image.write_bytes(before)
        done = self.run_command("repoint", "-q", *trust, *KEY, image, other)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        anew = self.make("--format", "efi", *trust, *KEY, other, name="anew")
        self.assertEqual(image.read_bytes(), anew.read_bytes())

    def test_repoint_signs_no_stranger(self):
        """A byte of the bundle's program changed, which the key did not sign."""
        image = self.make("--format", "efi", *KEY, URL)
        before = image.read_bytes()
        for at in (8192, len(before) // 2, before.index(SLOT) - 16):
            data = bytearray(before)
            data[at] ^= 1
            image.write_bytes(data)
            self.not_repointed(image, FAILED, *KEY, words=("nor as this key signed it",))

    def repoint(self, *arguments):
        done = self.run_command("repoint", "-q", *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def check_unsigned(self, image, url=OTHER_URL):
        """No signature, nothing left of one, and a script in every slot."""
        report = self.report(image)
        self.assertEqual(report["problems"], [])
        paths = [path["secure_boot"] for path in report["boot_paths"] if path["boots"] == "ipxe" and path["secure_boot"]]
        for path in paths:
            self.assertEqual((path["boots"], path["text"]), ("unsigned", "not signed"))
        self.assertEqual(len(paths) > 0, len(report["boot_paths"]) > 0)
        for program in report["programs"]:
            self.assertIn(url, program["slot"]["script"])
            self.assertEqual(program.get("signatures", []), [])
        self.assertFalse(SPC_INDIRECT_DATA in image.read_bytes())

    def check_unsigned_program(self, path):
        """The headers say so to others, too, and the file is as long as it was."""
        data = path.read_bytes()
        pe = pefile.PE(data=data, fast_load=True)
        self.assertEqual(pe.OPTIONAL_HEADER.CheckSum, authenticode.checksum(data))
        table = pe.OPTIONAL_HEADER.DATA_DIRECTORY[4]
        self.assertEqual((table.VirtualAddress, table.Size), (0, 0))
        end = max(section.PointerToRawData + section.SizeOfRawData for section in pe.sections)
        rest = data[end:]
        self.assertGreater(len(rest), 1000)
        self.assertEqual(rest.strip(b"\0"), b"")
        self.assertIn("No signature table present", judge("sbverify", "--list", path)[1])

    def test_unsigned(self):
        for arguments in (("--arch", "all"), ("--format", "esp", "--arch", "x86_64"), ("--format", "efi")):
            with self.subTest(arguments):
                image = self.make(*arguments, *KEY, URL)
                size = image.stat().st_size
                self.repoint("--unsigned", image, OTHER_URL)
                self.assertEqual(image.stat().st_size, size)
                self.check_unsigned(image)
                # Once more, and as what it is now.
                once = image.read_bytes()
                self.repoint("--unsigned", image, OTHER_URL)
                self.assertEqual(image.read_bytes(), once)
                self.repoint(image, URL)
                self.check_unsigned(image, URL)
                # Its place takes a signature of the same size, and the image is as if it had never been without.
                self.repoint(*KEY, image, OTHER_URL)
                self.assertEqual(image.read_bytes(), self.make(*arguments, *KEY, OTHER_URL, name="anew").read_bytes())

    def test_unsigned_programs(self):
        iso = self.make("--arch", "all", *KEY, URL)
        self.repoint("--unsigned", iso, OTHER_URL)
        for name in FILES.values():
            self.check_unsigned_program(self.extract(iso, f"/EFI/BOOT/{name}"))

    def test_unsigned_is_said(self):
        image = self.make(*KEY, URL)
        done = self.run_command("repoint", "--unsigned", image, OTHER_URL)
        self.assertEqual(done.returncode, 0)
        lines = done.stderr.decode().splitlines()
        self.assertIn(f"now boots {OTHER_URL}, 3 slots changed", lines[0])
        self.assertEqual(lines[1:], ["boots-from: it is not signed any more: with Secure Boot it does not boot"])
        done = self.run_command("repoint", "--unsigned", image, URL)
        self.assertEqual(len(done.stderr.decode().splitlines()), 1)

    def test_signer_is_said_on_repoint(self):
        """Where something was signed: not what BIOS boots, nor what only leads to a script."""
        large = self.write_script("abc")
        for arguments, is_signed in ((("--format", "efi", *KEY, URL), True), (("--format", "lkrn", URL), False),
                                     (("--format", "esp", *KEY, "--script", large), False)):
            image = self.make(*arguments)
            done = self.run_command("repoint", *KEY, image, OTHER_URL)
            self.assertEqual(done.returncode, 0)
            self.assertEqual("it is signed by CN=Own: " in done.stderr.decode(), is_signed)

    def test_unsigned_where_nothing_is_signed(self):
        """As without it."""
        image = self.make(URL)
        self.repoint("--unsigned", image, OTHER_URL)
        self.assertEqual(image.read_bytes(), self.make(OTHER_URL, name="anew").read_bytes())

    def test_unsigned_with_a_large_script(self):
        """No signature breaks, and none is taken away."""
        iso = self.make(*KEY, "--script", self.write_script("abc"))
        done = self.run_command("repoint", "--unsigned", iso, "--script", self.write_script("xyz"))
        self.assertEqual(done.returncode, 0)
        self.assertNotIn("signed", done.stderr.decode())
        self.check_iso(iso)

    def test_unsigned_of_others(self):
        """Whoever signed it, and however often. Nobody signs it again: it might be anything."""
        self.make_key("ca", "/CN=Lab CA", days=90)
        trust = ("--trust", "ca.pem")
        image = self.make("--format", "efi", *trust, *KEY, "https://b.example/")
        self.run_judge("sbsign", "--key", "own.key", "--cert", "own.pem", "--output", "twice", image)
        twice = self.folder / "twice"
        self.assertEqual(len(self.report(twice)["programs"][0]["signatures"]), 2)
        for path in (image, twice):
            self.repoint("--unsigned", *trust, path, "https://other.example/")
            self.check_unsigned(path, "https://other.example/")
            self.check_unsigned_program(path)
            self.not_repointed(path, FAILED, *trust, *KEY, url="https://b.example/",
                               words=("it is not signed", "make the image anew"))

    def test_unsigned_repairs(self):
        """Whatever is left of the slot, the checksum, the table and what says that there is one."""
        for trust in ((), ("--trust", "ca.pem")):
            self.make_key("ca", "/CN=Lab CA", days=90)
            image = self.make("--format", "efi", *trust, *KEY, "https://b.example/")
            before = image.read_bytes()
            self.repoint("--unsigned", *trust, image, "https://other.example/")
            done = image.read_bytes()
            differing = [i for i, (old, new) in enumerate(zip(before, done)) if old != new]
            directory = pefile.PE(data=before, fast_load=True).OPTIONAL_HEADER.DATA_DIRECTORY[4].get_file_offset()
            # All is written in rising order, but for the directory, which is last.
            order = [i for i in differing if i - directory not in range(8)]
            for n in range(0, len(order) + 1, len(order) // 10):
                data = bytearray(before)
                for i in order[:n]:
                    data[i] = done[i]
                image.write_bytes(data)
                self.repoint("--unsigned", *trust, image, "https://other.example/")
                self.assertEqual(image.read_bytes(), done)

    def test_slot_in_a_signature(self):
        """What looks like a slot, in a certificate table: no script goes there."""
        image = self.make("--format", "efi", URL)
        data = bytearray(image.read_bytes())
        at, end = data.index(SLOT), len(data)
        slot = re.sub(rb"offset=0x[0-9a-f]{8}", b"offset=0x%08x" % (end + 8), data[at:at + 8192], count=1)
        data[at:at + 32] = bytes(32)
        data += (8 + len(slot)).to_bytes(4, "little") + bytes((0, 2, 2, 0)) + slot
        directory = pefile.PE(data=bytes(data), fast_load=True).OPTIONAL_HEADER.DATA_DIRECTORY[4].get_file_offset()
        data[directory:directory + 8] = end.to_bytes(4, "little") + (8 + len(slot)).to_bytes(4, "little")
        image.write_bytes(data)
        for arguments in ((), ("--unsigned",), KEY):
            self.not_repointed(image, FAILED, *arguments, words=(f"slot at offset {end + 8} is not in the program",))

    def test_unsigned_refused(self):
        image = self.make(*KEY, URL)
        for key in (KEY, KEY[:2], KEY[2:], ("--sign-passphrase", "own.pem")):
            self.not_repointed(image, USAGE, "--unsigned", *key, words=("--unsigned", "--sign-key", "one of the two"))
        self.refused(USAGE, "--unsigned", words=("--unsigned is not for boots-from", "boots-from repoint"))
        self.repoint("--unsigned", image, URL)
        self.make_key("longer", "/CN=A longer name")
        self.not_repointed(image, FAILED, "--sign-key", "longer.key", "--sign-cert", "longer.pem",
                           words=("bytes for signatures", "make the image anew"))

    def not_repointed(self, image, status, *arguments, words=(), url=OTHER_URL):
        before = image.read_bytes()
        self.assert_refused(self.run_command("repoint", *arguments, image, url), status, *words)
        self.assertEqual(image.read_bytes(), before)

    def test_repoint_refused(self):
        for arguments in (("--arch", "x86_64"), ("--format", "efi")):
            image = self.make(*arguments, *KEY, URL)
            self.not_repointed(image, FAILED, words=("it is signed", "--sign-key and --sign-cert", "--unsigned"))
            self.not_repointed(image, USAGE, "--sign-key", "own.key", words=("sign-key", "sign-cert"))
            self.make_key("longer", "/CN=A longer name")
            self.not_repointed(image, FAILED, "--sign-key", "longer.key", "--sign-cert", "longer.pem",
                               words=("bytes for signatures", "make the image anew"))
            plain = self.make(*arguments, URL, name="plain")
            self.not_repointed(plain, FAILED, *KEY, words=("it is not signed", "make the image anew"))
            self.run_judge("sbsign", "--key", "longer.key", "--cert", "longer.pem", "--output", "twice",
                           image if "efi" in arguments else self.extract(image, "/EFI/BOOT/BOOTX64.EFI"))
            self.not_repointed(self.folder / "twice", FAILED, *KEY, words=("bytes for signatures", "make the image anew"))

    # ---- Many images ----

    def test_batch(self):
        (self.folder / "hosts").write_text("".join(f"web{i}\n" for i in range(6)))
        done = self.run_command("batch", "-q", "-j", "4", "-d", "images", "--hosts", "hosts", *KEY,
                                "http://b.example/{host}")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        for i in range(6):
            iso = self.folder / "images" / f"web{i}.iso"
            alone = self.make(*KEY, f"http://b.example/web{i}")
            self.assertEqual(iso.read_bytes(), alone.read_bytes())
        self.check_iso(iso)
        done = self.run_command("batch", "-d", "images", "--hosts", "hosts", *KEY, "http://b.example/{host}")
        self.assertIn("0 written, 6 unchanged", done.stderr.decode())
        self.make_key("other", "/CN=Own")
        done = self.run_command("batch", "-d", "images", "--hosts", "hosts", "--sign-key", "other.key",
                                "--sign-cert", "other.pem", "http://b.example/{host}")
        self.assertIn("6 written, 0 unchanged", done.stderr.decode())

    def test_batch_with_a_large_script(self):
        (self.folder / "hosts").write_text("host,script\nweb1,large.ipxe\n")
        self.write_script("abc")
        done = self.run_command("batch", "-q", "--hosts", "hosts", *KEY)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.check_iso(self.folder / "web1.iso")

    def start(self, *key, command=COMMAND, **options):
        """A server, when it serves; its key's file may go then."""
        process = subprocess.Popen([command, "serve", "-q", "--listen", "127.0.0.1:0", *key, "http://b.example/{host}"],
                                   cwd=self.folder, stderr=subprocess.PIPE, **options)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        process.address = re.search(r"http://[0-9.]+:\d+", process.stderr.readline().decode()).group()
        return process

    def serve(self, *key):
        return self.start(*key).address

    def test_serve(self):
        address = self.serve(*KEY)
        os.rename(self.folder / "own.key", self.folder / "away.key")
        with urllib.request.urlopen(f"{address}/web1.iso", timeout=SECONDS) as answer:
            (self.folder / "served.iso").write_bytes(answer.read())
            tag = answer.headers["ETag"]
        self.check_iso(self.folder / "served.iso")
        with urllib.request.urlopen(f"{address}/web1.iso", timeout=SECONDS) as answer:
            self.assertEqual(answer.headers["ETag"], tag)
        # Another key of the same size and name: other bytes, and another tag.
        self.make_key("other", "/CN=Own")
        address = self.serve("--sign-key", "other.key", "--sign-cert", "other.pem")
        with urllib.request.urlopen(f"{address}/web1.iso", timeout=SECONDS) as answer:
            self.assertNotEqual(answer.headers["ETag"], tag)

    # ---- What is refused ----

    def refused(self, status, *arguments, words=(), **options):
        """And what was there before stays."""
        out = self.folder / "boots-from.iso"
        out.write_bytes(b"the old one")
        done = self.run_command(*arguments, URL, **options)
        self.assert_refused(done, status, *words)
        self.assertEqual(out.read_bytes(), b"the old one")

    def test_pairs(self):
        self.make_key("other", "/CN=Other")
        self.refused(USAGE, "--sign-key", "own.key", words=("sign-key", "sign-cert"))
        self.refused(USAGE, "--sign-cert", "own.pem", words=("sign-cert", "sign-key"))
        self.refused(USAGE, "--sign-passphrase", "own.pem", words=("sign-passphrase", "sign-key"))
        self.refused(FAILED, "--sign-key", "own.key", "--sign-cert", "other.pem",
                     words=("other.pem", "CN=Other", "does not belong to the key 'own.key'"))
        self.refused(FAILED, "--sign-key", "own.pem", "--sign-cert", "own.key", words=("own.pem", "certificate"))
        self.refused(FAILED, "--sign-key", "nowhere", "--sign-cert", "own.pem", words=("nowhere",))
        self.refused(USAGE, "--sign-key", "", "--sign-cert", "own.pem", words=("sign-key", "empty"))

    def test_other_kinds_of_keys(self):
        self.run_judge("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out",
                       "ec.key")
        self.refused(FAILED, "--sign-key", "ec.key", "--sign-cert", "own.pem", words=("ec.key", "EC", "RSA"))
        self.run_judge("openssl", "genrsa", "-out", "small.key", "1024")
        self.refused(FAILED, "--sign-key", "small.key", "--sign-cert", "own.pem", words=("small.key", "1024"))

    def test_bios_only(self):
        self.refused(USAGE, *KEY, "--arch", "bios", words=("BIOS",))
        self.refused(USAGE, *KEY, "--format", "lkrn", "-o", "boots-from.iso", words=("BIOS",))

    # ---- Passphrases ----

    def test_passphrase_file(self):
        self.encrypt_key()
        (self.folder / "passphrase").touch(0o600)
        for text in (PASSPHRASE, PASSPHRASE + "\n", PASSPHRASE + "\r\n", PASSPHRASE + "\nmore\n"):
            (self.folder / "passphrase").write_text(text)
            image = self.make("--format", "efi", *ENCRYPTED, "--sign-passphrase", "passphrase", URL)
            self.check_program(image)
        for text, words in (("wrong\n", ("encrypted.key", "passphrase")), ("\n", ("'passphrase'", "empty")),
                            ("x" * 2000, ("'passphrase'", "2000"))):
            (self.folder / "passphrase").write_text(text)
            self.refused(FAILED, *ENCRYPTED, "--sign-passphrase", "passphrase", words=words)
        self.refused(FAILED, *ENCRYPTED, "--sign-passphrase", "nowhere", words=("nowhere",))

    def test_no_terminal(self):
        """Standard input is not asked."""
        self.encrypt_key()
        self.refused(FAILED, *ENCRYPTED, words=("encrypted.key", "no terminal", "--sign-passphrase"),
                     start_new_session=True, input=PASSPHRASE.encode() + b"\n")

    def at_terminal(self, typed):
        """Build where somebody types; returns (exit status, what the terminal shows)."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execv(COMMAND, [COMMAND, "-q", "-o", "asked.iso", *ENCRYPTED, URL])
        shown = b""
        while not shown.endswith(b": "):
            shown += os.read(terminal, 1024)
        # Echo is off some time after the prompt is there.
        time.sleep(0.5)
        os.write(terminal, typed)
        try:
            while part := os.read(terminal, 1024):
                shown += part
        except OSError:  # it has been closed at the other end
            pass
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()

    def test_terminal(self):
        self.encrypt_key()
        status, shown = self.at_terminal(PASSPHRASE.encode() + b"\n")
        self.assertEqual(status, 0, shown)
        self.assertEqual(shown.strip(), "Passphrase of the key 'encrypted.key':")
        self.check_iso(self.folder / "asked.iso")
        (self.folder / "asked.iso").unlink()
        for typed in (b"wrong\n", b"\n", b"\x03", b"\x04"):
            status, shown = self.at_terminal(typed)
            self.assertEqual(status, 1, shown)
            self.assertNotIn("wrong", shown)
            self.assertIn("boots-from: 'encrypted.key': ", shown)
            self.assertFalse((self.folder / "asked.iso").exists())

    def test_ends_at_the_terminal(self):
        """Whatever ends the question, what is typed next is to be seen again."""
        self.encrypt_key()
        fresh = os.openpty()  # the program may be there before us
        before = termios.tcgetattr(fresh[0])[3]
        for end in fresh:
            os.close(end)
        for typed in (b"\x03", b"\x04", b"\x1c", b"wrong\n"):
            pid, terminal = pty.fork()
            if pid == 0:
                os.chdir(self.folder)
                os.execv(COMMAND, [COMMAND, "-q", "-o", "asked.iso", *ENCRYPTED, URL])
            while not os.read(terminal, 1024).endswith(b": "):
                pass
            end = time.monotonic() + SECONDS
            while termios.tcgetattr(terminal)[3] & termios.ECHO and time.monotonic() < end:
                time.sleep(0.01)
            os.write(terminal, typed)
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 1)
            self.assertEqual(termios.tcgetattr(terminal)[3], before)
            self.assertTrue(before & termios.ECHO)
            os.close(terminal)

    # ---- What stays in memory ----

    def memory(self, pid):
        """All of it that can be written."""
        with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
            for line in maps:
                places, rights = line.split()[:2]
                start, end = (int(place, 16) for place in places.split("-"))
                if rights.startswith("rw") and end - start < 1 << 30:
                    memory.seek(start)
                    with contextlib.suppress(OSError):
                        yield memory.read(end - start)

    def test_nothing_is_left_of_the_files(self):
        """Neither of the key's file, nor of the one with the passphrase, once a server has read them."""
        self.encrypt_key()
        (self.folder / "passphrase").write_text(PASSPHRASE)
        (self.folder / "both.pem").write_bytes((self.folder / "own.key").read_bytes() + (self.folder / "own.pem").read_bytes())
        encrypted = (self.folder / "encrypted.key").read_bytes().splitlines()[3]
        plain = (self.folder / "own.key").read_bytes().splitlines()[8]
        for arguments, secrets in (((*ENCRYPTED, "--sign-passphrase", "passphrase"), (PASSPHRASE.encode(), encrypted)),
                                   (("--sign-key", "both.pem", "--sign-cert", "both.pem"), (plain,))):
            (self.folder / "both.pem").chmod(0o600)
            (self.folder / "passphrase").chmod(0o600)
            process = self.start(*arguments)
            try:
                regions = list(self.memory(process.pid))
            except PermissionError:
                self.skipTest("nobody but root can look, as it should be")
            self.assertTrue(any(b"http://b.example/" in region for region in regions))
            for number, secret in enumerate(secrets):
                self.assertFalse(any(secret in region for region in regions), f"secret {number} of {arguments[1]}")

    def test_no_core_dump(self):
        """A process with a key in it is not dumped: its files in /proc belong to root."""
        if os.getuid() != 0:
            self.skipTest("run by root to become somebody else")
        self.folder.chmod(0o755)
        for name in ("own.key", "own.pem"):
            os.chown(self.folder / name, 65534, 65534)
        for arguments, owner in ((KEY, 0), ((), 65534)):
            process = self.start(*arguments, command=self.copy_for_all(), user=65534)
            self.assertEqual(os.stat(f"/proc/{process.pid}/mem").st_uid, owner)

    # ---- Files that are none ----

    def test_odd_files(self):
        """As a stranger would give them: nothing is waited for, and nothing large is read."""
        folder = self.folder
        os.mkfifo(folder / "fifo")
        (folder / "empty").touch()
        with open(folder / "huge", "wb") as file:
            file.truncate(1 << 30)
        (folder / "link").symlink_to("own.key")
        (folder / "loop").symlink_to("loop")
        (folder / "folder").mkdir()
        for name, word in (("fifo", "not a regular file"), ("huge", "larger than the limit"), ("/dev/zero", "not a regular"),
                           ("loop", "symbolic links"), ("folder", "not a regular file"), ("empty", None)):
            for option, arguments in (("key", ("--sign-key", name, "--sign-cert", "own.pem")),
                                      ("cert", ("--sign-key", "own.key", "--sign-cert", name))):
                words = {"key": "not a private key", "cert": "empty"}[option] if word is None else word
                self.refused(FAILED, *arguments, words=(f"'{name}'", words))
        self.encrypt_key()
        for name, word in (("fifo", "not a regular file"), ("huge", "larger than the limit"), ("empty", "empty")):
            self.refused(FAILED, *ENCRYPTED, "--sign-passphrase", name, words=(f"'{name}'", word))
        # A link is what it leads to, whose rights count.
        self.check_program(self.make("--format", "efi", "--sign-key", "link", "--sign-cert", "own.pem", URL))

    def test_kinds_of_certificates(self):
        """Firmware asks neither what a certificate is for, nor whether it is a CA's; names stay in one line."""
        for subject, extensions in (
                ("/CN=Server", ("extendedKeyUsage=serverAuth", "keyUsage=critical,keyEncipherment")),
                ("/CN=Code", ("extendedKeyUsage=critical,codeSigning", "keyUsage=digitalSignature")),
                ("/CN=Bell\x07\x1b[2Jred\x9b", ()),
                ("/O=No common name", ())):
            make_signer(self.folder, "kind", subject, "own", extensions=(*extensions, "basicConstraints=CA:FALSE"))
            done = self.run_command("-o", "kind.efi", "--format", "efi", "--sign-key", "kind.key", "--sign-cert", "kind.pem", URL)
            self.assertEqual(done.returncode, 0, done.stderr)
            text = done.stderr.decode()
            self.assertTrue(text.isascii() and all(map(str.isprintable, text.splitlines())), text)
            self.assertNotIn("warning", text)
            # sbverify and osslsigncode ask, firmware does not.
            if subject != "/CN=Server":
                self.run_judge("sbverify", "--cert", "own.pem", "kind.efi")
        make_signer(self.folder, "kind", "/CN=DKMS", "own", extensions=("extendedKeyUsage=codeSigning,1.3.6.1.4.1.2312.16.1.2",))
        done = self.run_command("-o", "kind.efi", "--format", "efi", "--sign-key", "kind.key", "--sign-cert", "kind.pem", URL)
        self.assertIn("warning: the certificate of CN=DKMS is for kernel modules", done.stderr.decode())

    # ---- Warnings ----

    def test_warnings(self):
        (self.folder / "own.key").chmod(0o644)
        done = self.run_command("-q", "-o", "out", *KEY, URL)
        self.assertEqual(done.returncode, 0)
        (line,) = done.stderr.decode().splitlines()
        self.assertTrue(line.startswith("boots-from: warning: the key 'own.key' can be read by others"), line)
        (self.folder / "own.key").chmod(0o600)
        self.encrypt_key()
        (self.folder / "passphrase").write_text(PASSPHRASE)
        for mode, n in ((0o644, 1), (0o640, 1), (0o600, 0)):
            (self.folder / "passphrase").chmod(mode)
            done = self.run_command("-q", "-o", "out", *ENCRYPTED, "--sign-passphrase", "passphrase", URL)
            self.assertEqual(done.stderr.decode().count("warning: the passphrase of the key 'encrypted.key' is in a file"), n)
        self.run_judge("faketime", "-f", "-3d", "openssl", "x509", "-in", "own.pem", "-signkey", "own.key", "-days", "1",
                       "-out", "old.pem")
        arguments = ("--sign-key", "own.key", "--sign-cert", "old.pem")
        (self.folder / "hosts").write_text("web1\n")
        for command in (("-q", "-o", "out", *arguments, URL),
                        ("batch", "-q", "--hosts", "hosts", *arguments, URL)):
            done = self.run_command(*command)
            self.assertEqual(done.returncode, 0)
            (line,) = done.stderr.decode().splitlines()
            self.assertTrue(line.startswith("boots-from: warning: the certificate of CN=Own expired on "), line)


if __name__ == "__main__":
    unittest.main()
