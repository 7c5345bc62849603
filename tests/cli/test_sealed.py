# SPDX-License-Identifier: GPL-3.0-only
"""iPXE that somebody else signed: not a byte of it is touched."""

import contextlib
import json
import os
import re
import subprocess
import unittest
import urllib.request
from pathlib import Path

from keys import make_signer

from command import BUNDLE, COMMAND, SECONDS, URL, CommandTest, judge

FAILED, USAGE = 1, 2
STOCK = Path(f"{BUNDLE}.stock/usr/lib/ipxe")
FILES = {"x86_64": "BOOTX64.EFI", "arm64": "BOOTAA64.EFI", "riscv64": "BOOTRISCV64.EFI"}
SHIM = Path(os.environ["BOOTS_FROM_OTHERS"]) / "usr/lib/shim/shimx64.efi.signed"
STOCK_FILES = {"x86_64": "ipxe-amd64.efi", "arm64": "ipxe-arm64.efi", "riscv64": "ipxe-riscv64.efi"}
OTHER = "http://other.example/boot"
IP_URL = "http://192.0.2.1/boot"
KEY = ("--sign-key", "own.key", "--sign-cert", "own.pem")
LARGE_SCRIPT = "#!ipxe\n" + "echo a line\n" * 800 + "shell\n"  # more than a slot takes
# What judges say is looked into.
ENVIRONMENT = {**os.environ, "LC_ALL": "C"}


class SealedTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.make_key("vendor", "/CN=Vendor")

    def run_judge(self, *arguments):
        status, text = judge(*arguments, cwd=self.folder, env=ENVIRONMENT)
        self.assertEqual(status, 0, text)
        return text

    def make_key(self, name, subject):
        make_signer(self.folder, name, subject, days=90)

    def sign(self, program, name="vendor", signed="signed.efi"):
        self.run_judge("sbsign", "--key", f"{name}.key", "--cert", f"{name}.pem", "--output", signed, program)
        return self.folder / signed

    def make(self, *arguments, name="out"):
        done = self.run_command("-q", "-o", name, *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return self.folder / name

    def signed_stock(self, arch="x86_64"):
        return self.sign(STOCK / STOCK_FILES[arch], signed=f"stock-{arch}.efi")

    def signed_filled(self, url=URL, arch="x86_64", options=()):
        program = self.make("--format", "efi", "--arch", arch, *options, url, name="plain.efi")
        return self.sign(program, signed=f"{arch}.efi")

    def signed_handover(self):
        self.make("--arch", "x86_64", "--script-room", "10K", URL, name="large.iso")
        return self.sign(self.from_tree(self.folder / "large.iso", "/EFI/BOOT/BOOTX64.EFI"))

    # ---- What is in an image ----

    def from_tree(self, iso, path):
        out = self.folder / "extracted"
        out.unlink(missing_ok=True)
        self.run_judge("xorriso", "-osirrox", "on", "-indev", iso, "-extract", path, out)
        out.chmod(0o644)
        return out

    def from_esp(self, esp, path):
        out = self.folder / "copied"
        self.run_judge("mcopy", "-n", "-o", "-i", esp, f"::{path}", out)
        return out

    def check_untouched(self, iso, program, arch="x86_64"):
        """In the file system that firmware reads, and in the ISO's tree."""
        path = f"/EFI/BOOT/{FILES[arch]}"
        self.assertEqual(self.from_tree(iso, path).read_bytes(), program.read_bytes())
        esp = self.from_tree(iso, "/boot/esp.img").rename(self.folder / "esp.img")
        self.run_judge("fsck.fat", "-n", esp)
        copied = self.from_esp(esp, path)
        self.assertEqual(copied.read_bytes(), program.read_bytes())
        self.run_judge("sbverify", "--cert", "vendor.pem", copied)

    def report(self, image):
        done = self.run_command("inspect", "--json", image)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return json.loads(done.stdout)

    def check_paths(self, image, secure):
        """What each UEFI boot path does with Secure Boot, by its architecture."""
        report = self.report(image)
        self.assertEqual(report["problems"], [])
        paths = {path["arch"]: path for path in report["boot_paths"] if path["boots"] == "ipxe"}
        found = {arch: path["secure_boot"]["text"] for arch, path in paths.items() if arch != "bios"}
        self.assertEqual(found, secure)
        return report

    def script(self, image):
        return self.from_tree(image, "/autoexec.ipxe").read_text()

    def has_file(self, image, path):
        return f"'{path}'" in self.run_judge("xorriso", "-indev", image, "-find", "/", "-exec", "echo", "--")

    # ---- Without a slot ----

    def test_stock(self):
        program = self.signed_stock()
        iso = self.make("--ipxe", program, URL)
        self.check_untouched(iso, program)
        self.check_paths(iso, {"x86_64": "if CN=Vendor is enrolled", "arm64": "not signed"})
        script = self.script(iso)
        self.assertTrue(script.startswith("#!ipxe\n#boots-from-slot v1 size=0x00010000 offset=0x00000000\n"))
        self.assertIn(f"chain --autofree {URL} ", script)

    def test_every_architecture(self):
        """Signed and unsigned in one image, and every one of them signed."""
        for archs in (["x86_64"], ["arm64"], ["riscv64"], list(FILES)):
            with self.subTest(archs):
                programs = {arch: self.signed_stock(arch) for arch in archs}
                brought = [word for program in programs.values() for word in ("--ipxe", program)]
                iso = self.make("--arch", "all", *brought, URL)
                for arch, program in programs.items():
                    self.check_untouched(iso, program, arch)
                self.check_paths(iso, {arch: "if CN=Vendor is enrolled" if arch in archs else "not signed"
                                       for arch in FILES})

    def test_layouts_and_formats(self):
        program = self.signed_stock()
        for layout in ("gpt", "mbr", "cd"):
            self.check_untouched(self.make("--layout", layout, "--ipxe", program, URL), program)
        self.check_untouched(self.make("--arch", "x86_64", "--ipxe", program, URL), program)
        esp = self.make("--format", "esp", "--ipxe", program, URL, name="esp")
        self.run_judge("fsck.fat", "-n", esp)
        self.assertEqual(self.from_esp(esp, "/EFI/BOOT/BOOTX64.EFI").read_bytes(), program.read_bytes())
        self.assertIn(URL, self.from_esp(esp, "/autoexec.ipxe").read_text())
        self.assertEqual(self.make("--ipxe", program, URL, name="again").read_bytes(),
                         self.make("--ipxe", program, URL).read_bytes())

    def test_options_of_the_script(self):
        """They go into the file, as they would into a slot."""
        program = self.signed_stock()
        options = ("--ip", "192.0.2.5/24", "--nic", "net1", "--hostname", "web1", IP_URL)
        wanted = self.run_command("--print-script", "--script-room", "64K", *options).stdout.decode()
        done = self.run_command("--print-script", "--ipxe", program, *options)
        self.assertEqual((done.returncode, done.stdout.decode()), (0, wanted))
        script = self.script(self.make("--ipxe", program, *options))
        self.assertEqual(script.split("\n", 2)[2].rstrip("\n"), wanted.split("\n", 1)[1].rstrip("\n"))
        (self.folder / "large.ipxe").write_text(LARGE_SCRIPT)
        self.assertIn("echo a line\nshell\n", self.script(self.make("--ipxe", program, "--script", "large.ipxe")))
        # What this iPXE cannot open is refused at once.
        self.assert_refused(self.run_command("--ipxe", program, "ftp://192.0.2.1/boot"), FAILED, "cannot open ftp")

    def test_script_room(self):
        program = self.signed_stock()
        self.check_untouched(self.make("--script-room", "300K", "--ipxe", program, URL), program)
        (self.folder / "huge.ipxe").write_text("#!ipxe\n" + "echo a line\n" * 100000)
        self.assert_refused(self.run_command("--ipxe", program, "--script", "huge.ipxe"), FAILED, "huge.ipxe")

    def test_handover(self):
        """Ours, signed when it led to a file already."""
        program = self.signed_handover()
        iso = self.make("--ipxe", program, URL)
        self.check_untouched(iso, program)
        self.check_paths(iso, {"x86_64": "if CN=Vendor is enrolled", "arm64": "not signed"})
        self.assertIn(URL, self.script(iso))

    def test_said_on_success(self):
        done = self.run_command("--ipxe", self.signed_stock(), URL)
        self.assertEqual(done.returncode, 0)
        self.assertIn("boots-from: iPXE for x86_64 is signed by CN=Vendor and stays as it is, its script is the file "
                      "autoexec.ipxe: with Secure Boot it boots where that certificate is enrolled\n",
                      done.stderr.decode())

    # ---- Changed in place ----

    def test_repoint(self):
        """No key is wanted, and only the file changes."""
        for program in (self.signed_stock(), self.signed_handover()):
            for options in ((), ("--arch", "x86_64"), ("--format", "esp"), ("--layout", "cd")):
                image = self.make("--ipxe", program, *options, URL)
                before = image.read_bytes()
                done = self.run_command("repoint", image, OTHER)
                self.assertEqual(done.returncode, 0, done.stderr.decode())
                self.assertIn(b"1 slot changed", done.stderr)
                wanted = self.make("--ipxe", program, *options, OTHER, name="wanted")
                self.assertEqual(image.read_bytes(), wanted.read_bytes())
                at = before.index(program.read_bytes())
                self.assertEqual(image.read_bytes()[at : at + program.stat().st_size], program.read_bytes())

    def test_repoint_without_the_file(self):
        image = self.make("--format", "esp", "--ipxe", self.signed_stock(), URL)
        self.run_judge("mdel", "-i", image, "::/autoexec.ipxe")
        before = image.read_bytes()
        done = self.run_command("repoint", image, OTHER)
        self.assert_refused(done, FAILED, "BOOTX64.EFI has no script slot, and there is no autoexec.ipxe")
        (self.folder / "own").write_text("#!ipxe\nshell\n")
        self.run_judge("mcopy", "-i", image, "own", "::/autoexec.ipxe")
        before = image.read_bytes()
        done = self.run_command("repoint", image, OTHER)
        self.assert_refused(done, FAILED, "autoexec.ipxe", "it has no script slot")
        self.assertEqual(image.read_bytes(), before)

    # ---- Signed with its script ----

    def test_filled(self):
        """As it is, with no URL or with that which it has."""
        program = self.signed_filled()
        images = [self.make("--ipxe", program, *url, name=name).read_bytes()
                  for name, url in (("without", ()), ("with", (URL,)))]
        self.assertEqual(images[0], images[1])
        iso = self.folder / "without"
        self.check_untouched(iso, program)
        self.assertFalse(self.has_file(iso, "/autoexec.ipxe"))
        self.assertTrue(self.has_file(self.make("--ipxe", self.signed_stock(), URL), "/autoexec.ipxe"))
        report = self.check_paths(iso, {"x86_64": "if CN=Vendor is enrolled", "arm64": "not signed"})
        scripts = {program["slot"]["script"] for program in report["programs"]}
        self.assertEqual(scripts, {self.run_command("--print-script", URL).stdout.decode()})
        done = self.run_command("--print-script", "--ipxe", program)
        self.assertEqual((done.returncode, {done.stdout.decode()}), (0, scripts))
        done = self.run_command("--ipxe", program)
        self.assertIn("to run the script that iPXE was signed with on BIOS", done.stderr.decode())

    def test_filled_with_options(self):
        options = ("--ip", "192.0.2.5/24", "--vlan", "7")
        program = self.signed_filled(IP_URL, options=options)
        self.assertEqual(self.make("--ipxe", program, name="a").read_bytes(),
                         self.make("--ipxe", program, *options, IP_URL, name="b").read_bytes())
        (self.folder / "own.ipxe").write_text("#!ipxe\nshell\n\n\n")
        self.sign(self.make("--format", "efi", "--script", "own.ipxe", name="plain.efi"), signed="script.efi")
        self.assertEqual(self.make("--ipxe", "script.efi", name="a").read_bytes(),
                         self.make("--ipxe", "script.efi", "--script", "own.ipxe", name="b").read_bytes())

    def test_filled_for_another_url(self):
        program = self.signed_filled()
        for arguments in ((OTHER,), ("--retries", "5", URL), ("--script", "own.ipxe")):
            (self.folder / "own.ipxe").write_text("#!ipxe\nshell\n")
            done = self.run_command("--ipxe", program, *arguments)
            self.assert_refused(done, FAILED, "the signed iPXE has another script in its slot", "autoexec.ipxe")
        done = self.run_command("--ipxe", program, "--retries", "5")
        self.assert_refused(done, USAGE, "neither a URL nor a script")
        self.assertFalse((self.folder / "boots-from.iso").exists())

    def test_filled_beside_a_file(self):
        """The file would win over what the signer saw."""
        filled = self.signed_filled()
        for options in (("--ipxe", self.signed_stock("arm64")), ("--script-room", "100K")):
            done = self.run_command("--ipxe", filled, *options)
            self.assert_refused(done, FAILED, "with its script in its slot", "autoexec.ipxe", "wins")

    def test_several_filled(self):
        one, other = self.signed_filled(), self.signed_filled(OTHER, "arm64")
        self.assert_refused(self.run_command("--ipxe", one, "--ipxe", other), FAILED, "arm64", "another script")
        other = self.signed_filled(URL, "arm64")
        iso = self.make("--ipxe", one, "--ipxe", other)
        self.check_untouched(iso, one)
        self.check_untouched(iso, other, "arm64")
        self.check_paths(iso, dict.fromkeys(("x86_64", "arm64"), "if CN=Vendor is enrolled"))

    def test_filled_is_not_repointed(self):
        iso = self.make("--ipxe", self.signed_filled())
        before = iso.read_bytes()
        self.assert_refused(self.run_command("repoint", iso, OTHER), FAILED, "BOOTX64.EFI", "it is signed")
        self.assertEqual(iso.read_bytes(), before)

    def test_without_url_where_one_is_needed(self):
        done = self.run_command("--ipxe", self.signed_stock())
        self.assert_refused(done, USAGE, "no URL")
        done = self.run_command("--ipxe", STOCK / "ipxe-amd64.efi")
        self.assert_refused(done, USAGE, "no URL")

    # ---- What is refused ----

    def refused(self, program, *words, status=FAILED, options=()):
        done = self.run_command("--ipxe", program, *options, URL)
        self.assert_refused(done, status, *words)
        self.assertFalse((self.folder / "boots-from.iso").exists())

    def test_format_efi(self):
        for program in (self.signed_stock(), self.signed_filled()):
            self.refused(program, "format efi", "signed", "iso or esp", options=("--format", "efi"))

    def test_placeholder(self):
        self.sign(BUNDLE / "ipxe-x86_64.efi")
        self.refused("signed.efi", "signed with nothing in its script slot", "--format efi")

    def test_broken_signature(self):
        """One byte of the program, of the slot, of the signature."""
        program = self.signed_filled()
        data = program.read_bytes()
        for at in (0x1000, data.index(URL.encode()), len(data) - 100):
            broken = bytearray(data)
            broken[at] ^= 1
            (self.folder / "broken.efi").write_bytes(broken)
            self.refused("broken.efi", "'broken.efi'", "it is signed, and firmware would not take the signature")

    def test_one_good_signature_is_enough(self):
        self.make_key("second", "/CN=Second")
        self.sign(self.signed_stock(), "second", "twice.efi")
        iso = self.make("--ipxe", "twice.efi", URL)
        self.check_untouched(iso, self.folder / "twice.efi")
        self.check_paths(iso, {"x86_64": "if CN=Vendor, or CN=Second is enrolled", "arm64": "not signed"})

    def test_that_looks_for_no_file(self):
        old = (STOCK / "ipxe-amd64.efi").read_bytes().replace(b"autoexec.ipxe", b"autoexec.none")
        (self.folder / "old").write_bytes(old)
        self.refused(self.sign("old"), "too old to look for autoexec.ipxe")

    def test_beside_one_that_looks_for_no_file(self):
        old = (STOCK / "ipxe-arm64.efi").read_bytes().replace(b"autoexec.ipxe", b"autoexec.none")
        (self.folder / "old").write_bytes(old)
        self.refused(self.signed_stock(), "arm64 cannot run a script from a file, as the signed one does", options=("--ipxe", "old"))

    # ---- Trust and keys ----

    def test_trust(self):
        """Only what it was made to trust before it was signed."""
        self.make_key("ca", "/CN=Lab CA")
        url = "https://b.example/"
        trust = ("--trust", "ca.pem")
        done = self.run_command("--ipxe", self.signed_stock(), *trust, url)
        self.assert_refused(done, FAILED, "trust: iPXE for x86_64", "break the signature", "sign-key", "public CA")
        program = self.signed_filled(url, options=trust)
        iso = self.make("--ipxe", program, *trust)
        self.check_untouched(iso, program)
        self.assertEqual(iso.read_bytes(), self.make("--ipxe", program, *trust, url, name="again").read_bytes())
        for found in self.report(iso)["programs"]:
            self.assertFalse(found["trust"]["stock"], found)
        self.make_key("other", "/CN=Other CA")
        done = self.run_command("--ipxe", program, "--trust", "other.pem", url)
        self.assert_refused(done, FAILED, "trust: iPXE for x86_64", "break the signature")

    def test_own_key_beside(self):
        """What is not signed yet is; if there is such."""
        self.make_key("own", "/CN=Own")
        program = self.signed_stock()
        iso = self.make("--ipxe", program, *KEY, URL)
        self.check_untouched(iso, program)
        self.check_paths(iso, {"x86_64": "if CN=Vendor is enrolled", "arm64": "if CN=Own is enrolled"})
        done = self.run_command("repoint", "-q", iso, OTHER)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual(iso.read_bytes(), self.make("--ipxe", program, *KEY, OTHER, name="again").read_bytes())
        filled = self.signed_filled()
        self.check_paths(self.make("--ipxe", filled, *KEY),
                         {"x86_64": "if CN=Vendor is enrolled", "arm64": "if CN=Own is enrolled"})
        for archs in ("x86_64", "bios,x86_64"):
            self.refused(program, "sign-key", "signed already", status=USAGE, options=("--arch", archs, *KEY))

    @unittest.skipUnless(SHIM.exists(), "no shim: its package could not be had")
    def test_behind_a_shim(self):
        """Under the name that this starts; both of them are somebody else's."""
        program = self.signed_stock()
        iso = self.make("--shim", SHIM, "--ipxe", program, "--arch", "x86_64", URL)
        for path, wanted in (("/EFI/BOOT/BOOTX64.EFI", SHIM), ("/EFI/BOOT/grubx64.efi", program)):
            self.assertEqual(self.from_tree(iso, path).read_bytes(), wanted.read_bytes())
        self.assertIn(URL, self.script(iso))
        self.assertFalse(self.has_file(iso, "/enroll.cer"))
        report = self.report(iso)
        self.assertEqual(report["problems"], [])
        for path in report["boot_paths"]:
            if path["boots"] == "ipxe":
                self.assertEqual(path["secure_boot"]["boots"], "enrolled")
                self.assertIn("if CN=Vendor is enrolled", path["secure_boot"]["text"])
        done = self.run_command("repoint", "-q", iso, OTHER)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual(iso.read_bytes(),
                         self.make("--shim", SHIM, "--ipxe", program, "--arch", "x86_64", OTHER, name="x").read_bytes())
        filled = self.signed_filled()
        iso = self.make("--shim", SHIM, "--ipxe", filled)
        self.assertEqual(self.from_tree(iso, "/EFI/BOOT/grubx64.efi").read_bytes(), filled.read_bytes())

    # ---- Many images ----

    def test_batch(self):
        program = self.signed_stock()
        (self.folder / "hosts").write_text("web1\nweb2\n")
        done = self.run_command("batch", "-q", "--hosts", "hosts", "--ipxe", program, "http://b.example/{host}")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        for name in ("web1", "web2"):
            iso = self.folder / f"{name}.iso"
            self.check_untouched(iso, program)
            self.assertEqual(iso.read_bytes(), self.make("--ipxe", program, f"http://b.example/{name}").read_bytes())
        filled = self.signed_filled("http://b.example/web1")
        done = self.run_command("batch", "--check", "--hosts", "hosts", "--ipxe", filled, "http://b.example/{host}")
        self.assertEqual(done.returncode, FAILED)
        text = done.stderr.decode()
        self.assertIn("line 2 (web2): the signed iPXE has another script", text)
        self.assertNotIn("web1", text)

    @contextlib.contextmanager
    def serving(self, *arguments):
        """A server; the address it serves at."""
        process = subprocess.Popen([COMMAND, "serve", "-q", "--listen", "127.0.0.1:0", *map(str, arguments)],
                                   cwd=self.folder, stderr=subprocess.PIPE, text=True)
        try:
            yield re.search(r"http://[0-9.:]+", process.stderr.readline()).group()
        finally:
            process.terminate()
            process.communicate(timeout=SECONDS)

    def test_serve(self):
        program = self.signed_stock()
        with self.serving("--ipxe", program, "http://b.example/{host}") as address:
            for name in ("web1", "web2"):
                with urllib.request.urlopen(f"{address}/{name}.iso", timeout=SECONDS) as answer:
                    served = answer.read()
                self.assertEqual(served, self.make("--ipxe", program, f"http://b.example/{name}").read_bytes())


if __name__ == "__main__":
    unittest.main()
