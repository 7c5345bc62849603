# SPDX-License-Identifier: GPL-3.0-only
"""--trust: what it takes, refuses and warns about, and what it changes in an image."""

import base64
import hashlib
import lzma
import re
import struct
import subprocess
import unittest

import pefile

from command import BUNDLE, CommandTest, judge

URL = "https://bootserver.lan/boot"
STOCK_PIN = bytes.fromhex("9faf717b7f8ca2f93c256c79f8ac5591895d66d1ff3bee6397a70d29c65eed1a")
RSA = ("rsa:2048",)
P256 = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")
LEAF = "basicConstraints=CA:FALSE"


class TrustTest(CommandTest):
    def certificate(self, name="ca", key=RSA, days=3650, subject="/CN=Lab CA/O=Example", extra=()):
        """Makes NAME.pem and NAME.key, a certificate signed by itself."""
        status, output = judge(
            "openssl", "req", "-x509", "-newkey", *key, "-nodes", "-days", days, "-subj", subject,
            "-keyout", f"{name}.key", "-out", f"{name}.pem", *extra, cwd=self.folder)
        self.assertEqual(status, 0, output)
        return f"{name}.pem"

    def der(self, name):
        return subprocess.run(["openssl", "x509", "-in", name, "-outform", "DER"],
                              cwd=self.folder, check=True, capture_output=True).stdout

    def extract(self):
        """Takes the binaries out of ./boots-from.iso."""
        status, output = judge("xorriso", "-osirrox", "on", "-indev", "boots-from.iso",
                               "-extract", "/boot", "boot", cwd=self.folder)
        self.assertEqual(status, 0, output)
        status, output = judge("mcopy", "-i", "boot/esp.img", "::/EFI/BOOT/BOOTX64.EFI",
                               "::/EFI/BOOT/BOOTAA64.EFI", ".", cwd=self.folder)
        self.assertEqual(status, 0, output)

    def assert_warned(self, done, *words):
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = [line for line in done.stderr.decode().splitlines() if "warning" in line]
        self.assertEqual(len(lines), len(words), lines)
        for line, word in zip(lines, words):
            self.assertTrue(line.startswith("boots-from: warning: "), line)
            self.assertIn(word, line)

    def test_print_script(self):
        name = self.certificate()
        der = self.der(name)
        done = self.run_command("--trust", name, "--print-script", URL)
        self.assert_warned(done)
        lines = done.stdout.decode().splitlines()
        self.assertEqual(lines[0], "#!ipxe")
        self.assertEqual(lines[1], f"# trusts only sha256 {hashlib.sha256(der).hexdigest()}")
        self.assertEqual(lines[2:4], ["# subject CN=Lab CA, O=Example",
                                      "# issuer CN=Lab CA, O=Example"])
        self.assertRegex(lines[4], r"^# expires \d{4}-\d\d-\d\d$")
        self.assertEqual(lines[5], "set crosscert x")
        word, text = lines[6].rsplit(" ", 1)
        self.assertEqual((word, base64.b64decode(text)), ("set cert:base64", der))
        self.assertEqual(lines[7], "set wait 15000")
        self.assert_folder_holds("ca.key", "ca.pem")

    def test_der_is_the_same(self):
        name = self.certificate()
        image = self.build("--trust", name, URL)
        (self.folder / "ca.der").write_bytes(self.der(name))
        self.assertEqual(self.build("--trust", "ca.der", URL), image)

    def test_leaf_does_not_travel(self):
        name = self.certificate(extra=("-addext", LEAF))
        done = self.run_command("--trust", name, "--print-script", URL)
        self.assert_warned(done, "a server's own")
        self.assertNotIn(b"set cert", done.stdout)
        self.assertIn(b"set crosscert x\n", done.stdout)

    def test_report(self):
        name = self.certificate()
        done = self.run_command("--trust", name, URL)
        sha256 = hashlib.sha256(self.der(name)).hexdigest()
        self.assertRegex(
            done.stderr.decode().splitlines()[1],
            "^boots-from: it trusts only CN=Lab CA, O=Example, issued by CN=Lab CA, O=Example, "
            rf"expires \d{{4}}-\d\d-\d\d, sha256 {sha256}$")
        done = self.run_command("--quiet", "--trust", name, URL)
        self.assertEqual(done.stderr, b"")

    def test_efi_binaries(self):
        """One place and the checksum change beside the script, and the checksum is right."""
        name = self.certificate()
        self.build("--trust", name, URL)
        self.extract()
        pin = hashlib.sha256(self.der(name)).digest()
        for stock, file in (("ipxe-x86_64.efi", "BOOTX64.EFI"), ("ipxe-arm64.efi", "BOOTAA64.EFI")):
            with self.subTest(file):
                before = (BUNDLE / stock).read_bytes()
                after = (self.folder / file).read_bytes()
                self.assertEqual(after.count(STOCK_PIN), 0)
                self.assertEqual(after.count(pin), 1)
                self.assertEqual(after.find(pin), before.find(STOCK_PIN))
                image = pefile.PE(data=after)
                self.assertTrue(image.verify_checksum())
                self.assertEqual(len(before), len(after))
                slot = before.find(b"#!ipxe\n#boots-from-slot")
                checksum = image.OPTIONAL_HEADER.get_field_absolute_offset("CheckSum")
                allowed = (range(slot, slot + 8192), range(checksum, checksum + 4),
                           range(after.find(pin), after.find(pin) + 32))
                for at in (i for i, (a, b) in enumerate(zip(before, after)) if a != b):
                    self.assertTrue(any(at in place for place in allowed), at)

    def test_lkrn(self):
        """The last packed block, unpacked by xz's own library, has the pin instead."""
        name = self.certificate()
        self.build("--trust", name, URL)
        self.extract()
        after = (self.folder / "boot/ipxe.lkrn").read_bytes()
        before = (BUNDLE / "ipxe.lkrn").read_bytes()
        setup = (before[0x1F1] + 1) * 512
        self.assertEqual(struct.unpack_from("<I", after, 0x1F4)[0], (len(after) - setup + 15) // 16)
        pin = hashlib.sha256(self.der(name)).digest()
        was, now = (unpack_last(file[setup:]) for file in (before, after))
        self.assertEqual(was.count(STOCK_PIN), 1)
        self.assertEqual(unfilter(now), unfilter(was).replace(STOCK_PIN, pin))

    def test_many_pins(self):
        """Twenty certificates, whatever their fingerprints are."""
        bundle = (BUNDLE / "ipxe.lkrn").read_bytes()
        setup = (bundle[0x1F1] + 1) * 512
        was = unfilter(unpack_last(bundle[setup:]))
        self.certificate(key=P256)
        for serial in range(20):
            judge("openssl", "req", "-x509", "-key", "ca.key", "-out", "ca.pem", "-days", 3650,
                  "-subj", "/CN=Lab CA", "-set_serial", serial, cwd=self.folder)
            pin = hashlib.sha256(self.der("ca.pem")).digest()
            self.build("--arch", "bios", "--trust", "ca.pem", URL)
            judge("xorriso", "-osirrox", "on", "-indev", "boots-from.iso", "-extract",
                  "/boot/ipxe.lkrn", f"{serial}.lkrn", cwd=self.folder)
            file = (self.folder / f"{serial}.lkrn").read_bytes()
            self.assertEqual(unfilter(unpack_last(file[setup:])), was.replace(STOCK_PIN, pin))

    def test_refused_files(self):
        first = self.certificate("ca")
        ed25519 = self.certificate("ed25519", key=("ed25519",))
        (self.folder / "empty.pem").write_bytes(b"")
        (self.folder / "cut.pem").write_bytes((self.folder / first).read_bytes()[:500])
        (self.folder / "large.pem").write_bytes(b"x" * (1 << 21))
        for name, words in (
            ("missing.pem", ("cannot open", "No such file")),
            ("empty.pem", ("empty",)),
            ("cut.pem", ("cut off",)),
            ("large.pem", ("limit",)),
            ("ca.key", ("private key",)),
            (ed25519, ("ED25519",)),
        ):
            with self.subTest(name):
                done = self.run_command("--trust", name, URL)
                self.assert_refused(done, 1, "trust: ", name, *words)
        self.assertFalse((self.folder / "boots-from.iso").exists())

    def test_usage(self):
        first, second = self.certificate("ca"), self.certificate("other", key=P256)
        self.assert_refused(self.run_command("--trust", first, "--trust", second, URL),
                            2, f"--trust: '{first}' and '{second}': iPXE trusts one certificate")
        self.assert_refused(self.run_command("--trust", "", URL), 2, "--trust", "empty")

    def test_algorithm_this_ipxe_lacks(self):
        """A bundle of iPXE 1.21.1 has no ECDSA; its MANIFEST says so."""
        name = self.certificate(key=P256)
        bundle = self.folder / "bundle"
        subprocess.run(["cp", "-r", BUNDLE, bundle], check=True)
        manifest = bundle / "MANIFEST"
        manifest.write_text(re.sub(r"(?m)^(algorithms \S+) .*$", r"\1 rsa,p384",
                                   manifest.read_text()))
        done = self.run_command("--prebuilt", bundle, "--trust", name, URL)
        self.assert_refused(done, 1, "needs ecdsa", "rsa,p384")
        self.build("--prebuilt", bundle, "--trust", self.certificate("rsa"), URL)

    def test_bundle_without_checkpoint(self):
        """It takes longer and gives the same."""
        name = self.certificate()
        image = self.build("--trust", name, URL)
        bundle = self.folder / "bundle"
        subprocess.run(["cp", "-r", BUNDLE, bundle], check=True)
        manifest = bundle / "MANIFEST"
        manifest.write_text(re.sub(r"(?m)^file .* ipxe\.lkrn\.checkpoint\n", "",
                                   manifest.read_text()))
        self.assertEqual(self.build("--prebuilt", bundle, "--trust", name, URL), image)

    def test_warnings(self):
        soon = self.certificate("soon", days=20)
        self.assert_warned(self.run_command("--trust", soon, URL), "the certificate expires in")
        self.assert_warned(self.run_command("--trust", soon, "http://x/"), "expires in",
                           "trust is for https")

    def test_certificate_that_does_not_fit(self):
        names = ",".join(f"DNS:host-number-{i}.bootserver.example" for i in range(250))
        name = self.certificate(extra=("-addext", f"subjectAltName={names}"))
        for kind in ("efi", "lkrn"):
            done = self.run_command("--format", kind, "--trust", name, URL)
            self.assert_refused(done, 1, "bytes, the slot takes 8131", "formats iso and esp")
        image = self.build("--trust", name, URL)
        (script,) = re.findall(rb"\nset cert:base64 ([^\n]+)\n", image)
        self.assertGreater(len(script), 8131)


def unpack_last(payload):
    """The contents of the last block, by Python's lzma module; still filtered."""
    at, block = 0, None
    while at < len(payload):
        length = struct.unpack_from("<I", payload, at)[0]
        block = payload[at + 4 : at + length]
        at = (at + 4 + length + 15) & ~15
    header = bytes([2]) + struct.pack("<IQ", 1 << 24, (1 << 64) - 1)
    return lzma.decompress(header + block, format=lzma.FORMAT_ALONE)


def unfilter(data):
    """Undoes the packer's branch filter."""
    data, at, limit = bytearray(data), 0, len(data) - 5
    while at <= limit:
        if data[at] & 0xFE != 0xE8:
            at += 1
            continue
        target = struct.unpack_from("<i", data, at + 1)[0]
        if 0 <= target < limit:
            target -= at
        elif -at <= target < 0:
            target += limit
        struct.pack_into("<I", data, at + 1, target & 0xFFFFFFFF)
        at += 5
    return bytes(data)


if __name__ == "__main__":
    unittest.main()
