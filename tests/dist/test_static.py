# SPDX-License-Identifier: GPL-3.0-only
"""A static executable does what this build's does, byte for byte, where there is nothing but it.

ARCH is its processor: another one than this machine's is qemu's. STATIC is the folder of all.
"""

import contextlib
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

from keys import make_signer

COMMAND = os.environ["BOOTS_FROM"]
ARCH = os.environ["ARCH"]
PROGRAM = Path(os.environ["STATIC"]) / f"boots-from-{ARCH}"
URL = "http://192.0.2.1/boot"
SIZE_MAX = 7_500_000
SECONDS = 600  # a bound for what hangs, however busy the machine
SKIP = 77

# ELF's machine, and whose emulator.
MACHINES = {"x86_64": ("X86-64", "x86_64"), "arm64": ("AArch64", "aarch64"),
            "armhf": ("ARM", "arm"), "riscv64": ("RISC-V", "riscv64")}
MACHINE, EMULATED = MACHINES[ARCH]
IS_FOREIGN = os.uname().machine != EMULATED
SERVING = re.compile(rb"serving http://[^/]*:(\d+)/")


def readelf(option):
    return subprocess.run(["readelf", "-W", option, PROGRAM], capture_output=True, check=True, text=True).stdout


class HeadersTest(unittest.TestCase):
    """What others would have to have, or could do to it, is in its headers."""

    def test_is_for_this_processor(self):
        header = readelf("-h")
        self.assertRegex(header, rf"Machine: .*{MACHINE}")
        self.assertRegex(header, r"Type: +DYN ")
        if ARCH == "armhf":
            self.assertRegex(readelf("-A"), r"Tag_CPU_arch: v7\n")

    def test_needs_nothing(self):
        self.assertNotIn("INTERP", readelf("-l"))
        self.assertNotIn("NEEDED", readelf("-d"))

    def test_can_relocate_itself(self):
        """What starts it looks for no symbol."""
        kinds = set(re.findall(r"\bR_[A-Z0-9_]+", readelf("-r")))
        self.assertLessEqual(kinds, {word for word in kinds if word.endswith("_RELATIVE")})

    def test_is_hardened(self):
        segments = readelf("-l")
        self.assertIn(" GNU_RELRO ", segments)
        self.assertRegex(segments, r" GNU_STACK .* RW +0x")
        self.assertNotRegex(segments, r" RWE +0x")
        self.assertRegex(readelf("-d"), r"\(FLAGS_1\).*\bNOW\b.*\bPIE\b")

    def test_is_small(self):
        self.assertLess(PROGRAM.stat().st_size, SIZE_MAX)
        self.assertNotIn(" .symtab ", readelf("-S"))

    def test_says_nothing_of_where_it_was_made(self):
        data = PROGRAM.read_bytes()
        for words in (b"/work/", b"/opt/", b"/tmp/tmp", os.getcwdb()):
            self.assertNotIn(words, data)


class RootTest(unittest.TestCase):
    """In a root of its own: the executable, /tmp, and two devices."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="boots-from-static.")
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name) / "root"
        self.native = Path(folder.name) / "native"
        self.bare = self.root / "tmp"
        for path in (self.native, self.bare, self.root / "dev"):
            path.mkdir(parents=True)
        for name, minor in (("null", 3), ("urandom", 9)):
            os.mknod(self.root / "dev" / name, stat.S_IFCHR | 0o666, os.makedev(1, minor))
        shutil.copy(PROGRAM, self.root / "boots-from")
        self.words = ["/boots-from"]
        if IS_FOREIGN:
            shutil.copy(shutil.which(f"qemu-{EMULATED}-static") or f"/usr/bin/qemu-{EMULATED}", self.root / "qemu")
            self.words = ["/qemu", *self.words]

    def enter(self):
        os.chroot(self.root)
        os.chdir("/tmp")

    def run_bare(self, *arguments, **options):
        return subprocess.run([*self.words, *arguments], preexec_fn=self.enter, env={}, capture_output=True,
                              timeout=SECONDS, **options)

    def give(self, name, text):
        for folder in (self.native, self.bare):
            (folder / name).write_text(text)
            (folder / name).chmod(0o600)

    def assert_same(self, *arguments, status=0, **options):
        """Both end alike, say the same, and leave the same files."""
        bare = self.run_bare(*arguments, **options)
        native = subprocess.run([COMMAND, *arguments], cwd=self.native, env={}, capture_output=True,
                                timeout=SECONDS, check=False, **options)
        self.assertEqual((bare.returncode, bare.stdout, bare.stderr), (status, native.stdout, native.stderr))
        self.assertEqual(native.returncode, status)
        files = {path.relative_to(self.bare): path for path in self.bare.rglob("*") if path.is_file()}
        self.assertEqual(set(files), {path.relative_to(self.native) for path in self.native.rglob("*")
                                      if path.is_file()})
        for name, path in files.items():
            self.assertEqual(path.read_bytes(), (self.native / name).read_bytes(), name)
        return bare

    def give_signer(self):
        with tempfile.TemporaryDirectory(prefix="boots-from-static.") as folder:
            make_signer(Path(folder), "signer", "/CN=Static", days=400)
            for end in ("key", "pem"):
                self.give(f"signer.{end}", (Path(folder) / f"signer.{end}").read_text())

    def test_help_and_version(self):
        self.assert_same("--help")
        version = self.run_bare("--version").stdout.splitlines()
        ours = subprocess.run([COMMAND, "--version"], capture_output=True, check=True).stdout.splitlines()
        self.assertEqual(version[1:], ours[1:])  # the first one has the commit

    def test_build(self):
        for arguments in ((), ("--arch", "all", "--ip", "192.0.2.5/24", "--vlan", "12"), ("--layout", "gpt"),
                          ("--format", "efi", "-o", "x.efi"), ("--format", "lkrn", "-o", "x.lkrn")):
            with self.subTest(arguments):
                self.assert_same("-q", *arguments, URL)

    def test_trust(self):
        self.give_signer()
        self.assert_same("-q", "--trust", "signer.pem", "https://192.0.2.1/boot")

    def test_refused(self):
        self.assert_same("gopher://192.0.2.1/", status=1)
        self.assert_same("--sideways", status=2)
        self.assert_same("-o", "/nowhere/x.iso", URL, status=1)

    def test_batch(self):
        self.give("hosts.csv", "host,ip\nweb1,192.0.2.5/24\nweb2,192.0.2.6/24\n")
        self.assert_same("batch", "-q", "--hosts", "hosts.csv", "-d", "images", "http://192.0.2.1/{host}")

    @unittest.skipUnless(os.environ["BF_WEB"] == "ON", "this build is without pages")
    def test_page(self):
        self.assert_same("page", "-q", "-o", "x.html", URL)

    def test_inspect_and_repoint(self):
        self.assert_same("-q", "-o", "x.iso", URL)
        self.assert_same("inspect", "x.iso")
        self.assert_same("inspect", "--json", "x.iso")
        self.assert_same("repoint", "-q", "x.iso", "http://192.0.2.2/another")

    def test_damaged(self):
        self.assert_same("-q", "-o", "x.iso", URL)
        for folder in (self.native, self.bare):
            os.truncate(folder / "x.iso", 1 << 20)
        self.assert_same("inspect", "x.iso")

    def test_sign(self):
        self.give_signer()
        self.assert_same("-q", "--sign-key", "signer.key", "--sign-cert", "signer.pem", "-o", "x.iso", URL)
        self.assert_same("inspect", "--json", "x.iso")

    def test_encrypted_keys(self):
        """As openssl has written them over the years."""
        self.give_signer()
        self.give("secret", "correct horse")
        ways = {"traditional": ("rsa", "-traditional", "-des3"), "aes": ("pkcs8", "-topk8", "-v2", "aes-256-cbc"),
                "des3": ("pkcs8", "-topk8", "-v2", "des3"), "scrypt": ("pkcs8", "-topk8", "-scrypt")}
        for name, (command, *options) in ways.items():
            done = subprocess.run(["openssl", command, *options, "-in", self.native / "signer.key",
                                   "-passout", f"file:{self.native / 'secret'}"], capture_output=True, check=True)
            self.give(f"{name}.key", done.stdout.decode())
            with self.subTest(name):
                self.assertIn("ENCRYPTED", done.stdout.decode())
                self.assert_same("-q", "--sign-key", f"{name}.key", "--sign-cert", "signer.pem",
                                 "--sign-passphrase", "secret", "-o", "x.iso", URL)

    @contextlib.contextmanager
    def serving(self, *arguments):
        process = subprocess.Popen([*self.words, "serve", "--listen", "127.0.0.1:0", *arguments],
                                   preexec_fn=self.enter, env={}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            said = b""
            for line in process.stderr:
                said += line
                if SERVING.search(line):
                    break
            found = SERVING.search(said)
            self.assertTrue(found, said)
            yield int(found.group(1))
        finally:
            process.terminate()
            process.communicate(timeout=SECONDS)
        self.assertEqual(process.returncode, 0)

    def test_serve(self):
        with self.serving("http://192.0.2.1/{host}") as port:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/web1.iso", timeout=SECONDS) as answer:
                served = answer.read()
            with socket.create_connection(("127.0.0.1", port), SECONDS) as connection:
                connection.sendall(b"GET /web1.iso HTTP/1.1\r\nHost: x\r\nRange: bytes=32768-32773\r\n"
                                   b"Connection: close\r\n\r\n")
                ranged = connection.makefile("rb").read()
        subprocess.run([COMMAND, "-q", "-o", "web1.iso", "http://192.0.2.1/web1"], cwd=self.native, check=True)
        self.assertEqual(served, (self.native / "web1.iso").read_bytes())
        self.assertIn(b" 206 ", ranged)
        self.assertTrue(ranged.endswith(b"\r\n\r\n" + served[32768:32774]))


if __name__ == "__main__":
    if os.getuid() != 0 or not PROGRAM.exists():
        print(f"{PROGRAM} has not been made, or not root")
        sys.exit(SKIP)
    unittest.main()
