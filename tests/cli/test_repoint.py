# SPDX-License-Identifier: GPL-3.0-only
"""Repointing: the same bytes as a fresh image, all of them or none, whatever happens."""

import contextlib
import fcntl
import os
import resource
import shutil
import signal
import subprocess
import time
import unittest
from pathlib import Path

from command import COMMAND, SECONDS, URL, CommandTest

STOCK = Path(os.environ["BOOTS_FROM_BUNDLE"] + ".stock/usr/lib/ipxe")
OTHER = "https://other.example:8443/a/much/longer/path?mac=${net0/mac:hexhyp}&s=${serial}"

# Every set of options that makes different bytes.
OPTION_SETS = [
    [],
    ["--arch", "bios"],
    ["--arch", "x86_64"],
    ["--arch", "bios,arm64"],
    ["--arch", "all"],
    ["--label", "OTHER_LABEL"],
    ["--layout", "gpt"],
    ["--layout", "mbr"],
    ["--layout", "cd"],
    ["--layout", "mbr", "--arch", "arm64,riscv64"],
    ["--format", "efi"],
    ["--format", "efi", "--arch", "arm64"],
    ["--format", "lkrn"],
    ["--format", "esp"],
    ["--format", "esp", "--arch", "riscv64"],
]

# LeakSanitizer and strace want to trace the same process.
UNLEAKED = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}

URLS = [OTHER, "http://a/", "iscsi:192.0.2.1::::iqn.2026-01.example:disk"]


class RepointTest(CommandTest):
    def make(self, name, url, *options):
        path = self.folder / name
        done = self.run_command("-q", *options, "-o", path, url)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return path

    def repoint(self, *arguments, **options):
        done = self.run_command("repoint", *arguments, **options)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done

    def new_esp(self, efi, name):
        """A file system with room, made by others, with one program in it."""
        esp = self.folder / "esp"
        subprocess.run(["mkfs.fat", "-C", esp, "8192"], check=True, capture_output=True)
        subprocess.run(["mcopy", "-i", esp, efi, f"::/{name}"], check=True)
        return esp

    def refused(self, image, status, *words, url=OTHER, **options):
        """The command refuses and has not written a byte."""
        before = image.read_bytes()
        time = image.stat().st_mtime_ns
        done = self.run_command("repoint", image, url, **options)
        self.assert_refused(done, status, *words)
        self.assertEqual(image.read_bytes(), before)
        self.assertEqual(image.stat().st_mtime_ns, time)

    def test_equals_a_fresh_build(self):
        for options in OPTION_SETS:
            with self.subTest(options):
                image = self.make("image", URL, *options)
                for url in URLS:
                    self.repoint("-q", image, url)
                    fresh = self.make("fresh", url, *options)
                    self.assertEqual(image.read_bytes(), fresh.read_bytes())

    def test_gets_the_retries_of_today(self):
        """An image whose script tries DHCP once, as those of older versions do, or more often."""
        for retries in ("0", "9"):
            with self.subTest(retries):
                image = self.make("image", URL, "--retries", retries)
                self.repoint("-q", image, OTHER)
                self.assertEqual(image.read_bytes(), self.make("fresh", OTHER).read_bytes())
                self.repoint("-q", "--retries", retries, image, URL)
                fresh = self.make("fresh", URL, "--retries", retries)
                self.assertEqual(image.read_bytes(), fresh.read_bytes())

    def test_trust_stays_as_it_is(self):
        """The script carries the certificate, so it is given again; another one is refused."""
        for name in ("ca", "other"):
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650",
                 "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem"],
                cwd=self.folder, check=True, capture_output=True)
        image = self.make("image", "https://a/", "--trust", "ca.pem", "--arch", "all")
        self.refused(image, 1, "trusts a certificate of its own", "give that one again")
        self.repoint("-q", "--trust", "ca.pem", image, "https://b/")
        fresh = self.make("fresh", "https://b/", "--trust", "ca.pem", "--arch", "all")
        self.assertEqual(image.read_bytes(), fresh.read_bytes())
        for image in (image, self.make("stock", URL)):
            before = image.read_bytes()
            done = self.run_command("repoint", "--trust", "other.pem", image, "https://c/")
            self.assert_refused(done, 1, "does not trust the certificate")
            self.assertEqual(image.read_bytes(), before)

    def test_options_of_the_script(self):
        """Networks and own scripts, as building takes them."""
        script = self.folder / "own.ipxe"
        script.write_text("#!ipxe\necho own\nshell\n")
        for arguments in (
            ["--ip", "192.0.2.10/24", "--gateway", "192.0.2.1", "--dns", "192.0.2.2", OTHER],
            ["--vlan", "42", OTHER],
            ["--nic", "52:54:00:12:34:56", OTHER],
            ["--script", script],
        ):
            with self.subTest(arguments):
                image = self.make("image", URL)
                self.repoint(image, *arguments)
                fresh = self.folder / "fresh"
                done = self.run_command("-q", "-o", fresh, *arguments)
                self.assertEqual(done.returncode, 0, done.stderr.decode())
                self.assertEqual(image.read_bytes(), fresh.read_bytes())

    def test_a_stick_keeps_the_rest(self):
        """An image written to a larger stick, with something of somebody else's behind it."""
        old, new = self.make("old", URL), self.make("new", OTHER)
        stick = self.folder / "stick"
        tail = os.urandom(1 << 20)
        stick.write_bytes(old.read_bytes() + tail)
        self.repoint(stick, OTHER)
        self.assertEqual(stick.read_bytes(), new.read_bytes() + tail)

    def test_a_slot_file(self):
        """Beside a signed iPXE the slot is a file of the ESP."""
        efi = self.make("efi", URL, "--format", "efi")
        esp = self.new_esp(efi, "BOOTX64.EFI")
        slot = self.folder / "autoexec.ipxe"
        placeholder = self.run_command("--print-slot").stdout
        slot.write_bytes(placeholder.replace(b"0xffffffff", b"0x00000000"))
        subprocess.run(["mcopy", "-i", esp, slot, "::/autoexec.ipxe"], check=True)
        self.repoint(esp, OTHER)
        done = subprocess.run(
            ["mtype", "-i", esp, "::/autoexec.ipxe"], capture_output=True, check=True
        )
        self.assertIn(b"chain --autofree " + OTHER.encode(), done.stdout)
        self.assertEqual(len(done.stdout), len(placeholder))

    def test_reports(self):
        image = self.make("image", URL)
        done = self.repoint(image, OTHER)
        self.assertRegex(done.stderr.decode(), r"image now boots https://.*, 3 slots changed")
        done = self.repoint("--quiet", image, OTHER)
        self.assertEqual(done.stderr + done.stdout, b"")

    def test_print_script_changes_nothing(self):
        image = self.make("image", URL)
        before = image.read_bytes()
        image.chmod(0o444)
        done = self.repoint("--print-script", image, OTHER)
        self.assertIn(OTHER.encode(), done.stdout)
        self.assertEqual(image.read_bytes(), before)

    # ---- Interruptions ----

    def strace(self, inject):
        return ["strace", "-f", "-qq", "-e", "trace=pwrite64,fdatasync", "-e",
                f"inject={inject}", COMMAND]

    def traced(self, inject, image, url):
        return subprocess.run(
            [*self.strace(inject), "repoint", image, url],
            capture_output=True,
            timeout=SECONDS,
            env=UNLEAKED,
        )

    def count_writes(self, image):
        """How many writes a repoint makes; the tests stop if this machine cannot trace."""
        if not shutil.which("strace"):
            self.skipTest("there is no strace")
        done = self.traced("pwrite64:delay_enter=1", image, OTHER)
        if done.returncode:
            self.skipTest("strace cannot trace here")
        return done.stderr.count(b"pwrite64(")

    def test_killed_at_every_write(self):
        old = self.make("old", URL, "--arch", "all").read_bytes()
        new = self.make("new", OTHER, "--arch", "all").read_bytes()
        image = self.folder / "image"
        image.write_bytes(old)
        writes = self.count_writes(image)
        self.assertEqual(writes, 7)
        for number in range(1, writes + 1):
            with self.subTest(write=number):
                image.write_bytes(old)
                self.traced(f"pwrite64:signal=KILL:when={number}", image, OTHER)
                self.assertNotEqual(image.read_bytes(), new)
                self.repoint(image, OTHER)
                self.assertEqual(image.read_bytes(), new)

    def test_ended_at_every_write(self):
        """A signal waits until no script is half written."""
        old = self.make("old", URL).read_bytes()
        new = self.make("new", OTHER).read_bytes()
        image = self.folder / "image"
        image.write_bytes(old)
        for number in range(1, self.count_writes(image) + 1):
            for signal in ("TERM", "INT"):
                with self.subTest(write=number, signal=signal):
                    image.write_bytes(old)
                    done = self.traced(f"pwrite64:signal={signal}:when={number}", image, OTHER)
                    self.assertNotEqual(done.returncode, 0)
                    self.assertEqual(image.read_bytes(), new)

    def failing(self, fault, image, *words):
        """The command fails by this fault and says these words, in one sentence."""
        done = self.traced(fault, image, OTHER)
        text = "".join(line for line in done.stderr.decode().splitlines(True)
                       if line.startswith("boots-from: "))
        self.assertEqual(done.returncode, 1, text)
        self.assertEqual(text.count("\n"), 1, text)
        for word in (f"{image}': ", *words):
            self.assertIn(word, text)

    def test_a_failing_write_leaves_the_old_bytes(self):
        old = self.make("old", URL).read_bytes()
        image = self.folder / "image"
        image.write_bytes(old)
        for number in range(1, self.count_writes(image) + 1):
            for error, text in (("EIO", "Input/output error"), ("ENOSPC", "No space left")):
                with self.subTest(write=number, error=error):
                    image.write_bytes(old)
                    state = "put back" if number > 1 else "nothing has changed"
                    self.failing(f"pwrite64:error={error}:when={number}", image,
                                 "cannot write", text, state)
                    self.assertEqual(image.read_bytes(), old)

    def test_a_disk_that_goes_on_failing(self):
        """The old bytes cannot be put back either: it says so, and what mends it."""
        old = self.make("old", URL).read_bytes()
        new = self.make("new", OTHER).read_bytes()
        image = self.folder / "image"
        image.write_bytes(old)
        for number in range(2, self.count_writes(image) + 1):
            with self.subTest(write=number):
                image.write_bytes(old)
                self.failing(f"pwrite64:error=EIO:when={number}+", image, "cannot write",
                             "half changed", "run the same command again")
                self.assertNotIn(image.read_bytes(), (old, new))
                self.repoint(image, OTHER)
                self.assertEqual(image.read_bytes(), new)

    def test_a_disk_that_does_not_confirm(self):
        old = self.make("old", URL).read_bytes()
        new = self.make("new", OTHER).read_bytes()
        image = self.folder / "image"
        image.write_bytes(old)
        self.count_writes(image)
        image.write_bytes(old)
        self.failing("fdatasync:error=EIO", image, "it is changed", "does not confirm",
                     "Input/output error", "run the same command again")
        self.assertEqual(image.read_bytes(), new)

    def test_interrupted_calls_are_repeated(self):
        new = self.make("new", OTHER).read_bytes()
        image = self.make("image", URL)
        self.count_writes(image)
        for fault in ("pwrite64:error=EINTR:when=2", "fdatasync:error=EINTR:when=1"):
            with self.subTest(fault):
                self.make("image", URL)
                done = self.traced(fault, image, OTHER)
                self.assertEqual(done.returncode, 0, done.stderr.decode())
                self.assertEqual(image.read_bytes(), new)

    def test_limited_file_size(self):
        """Every slot of this image ends behind the limit that a shell's ulimit -f sets."""
        image = self.make("image", URL)
        limit = 1 << 16
        self.refused(image, 1, "cannot write", "File too large", "nothing has changed",
                     preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))

    def test_torn_anywhere(self):
        """Whatever part of the changed bytes reached the disk, a second run repairs it."""
        old = bytearray(self.make("old", URL, "--arch", "bios,x86_64").read_bytes())
        new = self.make("new", OTHER, "--arch", "bios,x86_64").read_bytes()
        changed = [i for i in range(len(old)) if old[i] != new[i]]
        image = self.folder / "image"
        for part in (changed[::2], changed[1::2], changed[:7], changed[5:], changed[::97]):
            torn = bytearray(old)
            for at in part:
                torn[at] = new[at]
            image.write_bytes(torn)
            self.repoint(image, OTHER)
            self.assertEqual(image.read_bytes(), new)

    # ---- Two at once ----

    def test_locked(self):
        """Whoever has the lock, under whatever name the image is opened."""
        image = self.make("image", URL)
        os.link(image, self.folder / "link")
        with open(self.folder / "link", "rb") as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            self.refused(image, 1, "image': ", "locked", "run this again")
            done = self.run_command("repoint", "--print-script", image, OTHER)
            self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.repoint(image, OTHER)

    def continue_to_the_end(self, strace):
        """Of a stopped process that strace traces; it may be about to stop still."""
        children = Path(f"/proc/{strace.pid}/task/{strace.pid}/children")
        for _ in range(SECONDS * 10):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                for child in children.read_text().split():
                    os.kill(int(child), signal.SIGCONT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                return strace.wait(0.1)
        return self.fail("it does not end")

    def test_two_at_once(self):
        """The second one comes when the first one, in the middle of its writes, is stopped."""
        new = self.make("new", OTHER).read_bytes()
        image = self.make("image", URL)
        self.assertGreater(self.count_writes(image), 2)
        self.make("image", URL)
        command = [*self.strace("pwrite64:signal=STOP:when=2"), "repoint", image, OTHER]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=UNLEAKED) as first:
            deadline = time.monotonic() + SECONDS
            while OTHER.encode() not in image.read_bytes():
                self.assertLess(time.monotonic(), deadline)
            done = self.run_command("repoint", image, "http://third.example/")
            self.assert_refused(done, 1, "locked")
            self.assertEqual(self.continue_to_the_end(first), 0)
        self.assertEqual(image.read_bytes(), new)

    # ---- Refusals ----

    def test_the_url_is_checked_against_the_image(self):
        image = self.make("image", URL)
        self.refused(image, 1, "cannot open gopher", url="gopher://x/")
        self.refused(image, 1, "space", url="http://x/a b")

    def test_not_ours(self):
        image = self.make("image", URL)
        marker = b"#boots-from-slot v1"
        foreign = self.folder / "foreign"
        foreign.write_bytes(image.read_bytes().replace(marker, b"#another-slots v1xx"))
        self.refused(foreign, 1, "no script slot", "not made by boots-from")
        text = self.folder / "text"
        text.write_text("hello\n" * 10000)
        self.refused(text, 1, "no boot program")
        empty = self.folder / "empty"
        empty.write_bytes(b"")
        self.refused(empty, 1, "no boot program")

    def test_one_foreign_program_is_enough(self):
        stock = self.folder / "stock.efi"
        efi = self.make("efi", URL, "--format", "efi")
        stock.write_bytes(efi.read_bytes().replace(b"#boots-from-slot v1", b"#another-slots v1xx"))
        esp = self.new_esp(efi, "b.efi")
        subprocess.run(["mcopy", "-i", esp, stock, "::/a.efi"], check=True)
        self.refused(esp, 1, "/a.efi", "no script slot")

    def test_every_program_must_open_the_url(self):
        """Two iPXE for one architecture, whatever their order; one of them cannot do nfs."""
        ours = self.make("ours.efi", URL, "--format", "efi")
        brought = self.folder / "brought"
        brought.write_bytes((STOCK / "ipxe-amd64.efi").read_bytes().replace(b"\0nfs\0", b"\0ftp\0"))
        other = self.make("other.efi", URL, "--format", "efi", "--ipxe", brought)
        for names in (("a.efi", "b.efi"), ("b.efi", "a.efi")):
            esp = self.new_esp(ours, names[0])
            subprocess.run(["mcopy", "-i", esp, other, f"::/{names[1]}"], check=True)
            self.refused(esp, 1, "cannot open nfs", url="nfs://a/b/c")
            self.refused(esp, 1, "cannot open ftp", url="ftp://a/b")
            self.repoint(esp, OTHER)
            self.assertEqual(esp.read_bytes().count(b"chain --autofree " + OTHER.encode() + b" ||"), 2)
            esp.unlink()

    def test_damaged_markers(self):
        data = self.make("image", URL, "--arch", "x86_64").read_bytes()
        slot = data.index(b"#!ipxe\n#boots-from-slot")
        image = self.folder / "damaged"
        for at, byte, words in [
            (34, b"g", "damaged marker"),
            (27, b"\0", "damaged marker"),
            (59, b"1", "says"),
            (38, b"f", "bytes"),
        ]:
            with self.subTest(at):
                image.write_bytes(data[: slot + at] + byte + data[slot + at + 1 :])
                self.refused(image, 1, "BOOTX64.EFI", words)

    def test_cut_short(self):
        data = self.make("image", URL).read_bytes()
        image = self.folder / "cut"
        for size in (2048, 40000, 70000, len(data) // 2, len(data) - (1 << 20)):
            with self.subTest(size):
                image.write_bytes(data[:size])
                self.refused(image, 1)

    def test_signed(self):
        import pefile

        path = self.make("boots-from.efi", URL, "--format", "efi")
        pe = pefile.PE(str(path))
        pe.OPTIONAL_HEADER.DATA_DIRECTORY[4].VirtualAddress = len(pe.__data__) - 64
        pe.OPTIONAL_HEADER.DATA_DIRECTORY[4].Size = 64
        signed = self.folder / "signed.efi"
        pe.write(str(signed))
        self.refused(signed, 1, "signed")

    def test_too_long_a_script(self):
        image = self.make("image", URL)
        url = "http://a.example/" + "x" * 3000
        self.refused(image, 1, "8131", url=url)

    def test_command_line(self):
        image = self.make("image", URL)
        for arguments, words in [
            ([], "no image"),
            ([image], "no URL"),
            ([image, URL, URL], "more than one URL"),
            (["--arch", "bios", image, URL], "--arch"),
            (["--label", "X", image, URL], "--label"),
            (["-o", "x", image, URL], "--output"),
            (["--layout", "cd", image, URL], "--layout"),
            (["--format", "efi", image, URL], "--format"),
            (["--ipxe", image, image, URL], "--ipxe"),
            (["--frobnicate", image, URL], "--frobnicate"),
        ]:
            with self.subTest(words):
                self.assert_refused(self.run_command("repoint", *arguments), 2, words)
        done = self.run_command("repoint", "--help")
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"Usage: boots-from repoint", done.stdout)

    def test_what_cannot_be_opened(self):
        missing = self.folder / "missing"
        self.assert_refused(self.run_command("repoint", missing, URL), 1, "No such file")
        self.assert_refused(self.run_command("repoint", self.folder, URL), 1, "directory")
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        self.assert_refused(self.run_command("repoint", fifo, URL), 1, "neither")

    # ---- In use ----

    def attach(self, image):
        done = subprocess.run(["losetup", "-f", "--show", image], capture_output=True)
        if done.returncode:
            self.skipTest("no loop devices here: " + done.stderr.decode())
        device = done.stdout.decode().strip()
        self.addCleanup(subprocess.run, ["losetup", "-d", device], check=True)
        return device

    def test_attached_and_mounted(self):
        image = self.make("image", URL)
        new = self.make("new", OTHER).read_bytes()
        device = self.attach(image)
        self.refused(image, 1, "attached to", device)
        self.repoint(device, OTHER)
        self.assertEqual(image.read_bytes(), new)
        point = self.folder / "mounted"
        point.mkdir()
        if subprocess.run(["mount", "-o", "ro", device, point], capture_output=True).returncode:
            self.skipTest("mounting is not allowed here")
        try:
            done = self.run_command("repoint", device, URL)
        finally:
            subprocess.run(["umount", point], check=True)
        self.assert_refused(done, 1, "mounted on", str(point))


if __name__ == "__main__":
    unittest.main()
