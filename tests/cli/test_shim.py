# SPDX-License-Identifier: GPL-3.0-only
"""A vendor's shim that starts iPXE, and the certificate that machines enrol."""

import json
import os
import re
import struct
import subprocess
import unittest
import urllib.request
from pathlib import Path

import authenticode
from command import COMMAND, SECONDS, URL, CommandTest, judge
from keys import make_signer

FAILED, USAGE = 1, 2
SHIMS = Path(os.environ["BOOTS_FROM_OTHERS"]) / "usr/lib/shim"
SHIM = SHIMS / "shimx64.efi.signed"
UNSIGNED_SHIM = SHIMS / "shimx64.efi"
MOK_MANAGER = SHIMS / "mmx64.efi.signed"
UNSIGNED_MOK_MANAGER = SHIMS / "mmx64.efi"
FALLBACK = SHIMS / "fbx64.efi.signed"
BOTH = ("--shim", SHIM, "--mokmanager", MOK_MANAGER)
KEY = ("--sign-key", "own.key", "--sign-cert", "own.pem")
NEW_KEY = ("--sign-key", "new.key", "--sign-cert", "new.pem")
OTHER_URL = "http://other.example/"
NAME = "grubx64.efi"  # what Debian's shim starts
CERTIFICATE = "/enroll.cer"
SAID = ("boots-from: each is signed by CN=Own: with Secure Boot it boots where that certificate is enrolled, which is on "
        f"the medium as {CERTIFICATE}\n")
MACHINES = {"x86_64": 0x8664, "arm64": 0xAA64, "loong64": 0x6264}


class MediaTest(CommandTest):
    """Images, and what judges find in them."""

    def setUp(self):
        super().setUp()
        make_signer(self.folder, "own", "/CN=Own")

    def run_judge(self, *arguments):
        status, text = judge(*arguments, cwd=self.folder)
        self.assertEqual(status, 0, text)
        return text

    def make(self, *arguments, name="out"):
        done = self.run_command("-q", "-o", name, *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return self.folder / name

    def esp_files(self, esp):
        """The files of a FAT, by path."""
        listed = self.run_judge("mdir", "-/", "-b", "-i", esp, "::")
        files = {}
        for path in re.findall(r"^::(/.*[^/\s])$", listed, re.MULTILINE):
            out = self.folder / "esp.file"
            self.run_judge("mcopy", "-n", "-o", "-i", esp, f"::{path}", out)
            files[path] = out.read_bytes()
        return files

    def iso_files(self, iso):
        """The same of an ISO's tree."""
        listed = self.run_judge("xorriso", "-indev", iso, "-find", "/", "-type", "f", "-exec", "report_lba", "--")
        files = {}
        for path in re.findall(r" , '(/[^']*)'$", listed, re.MULTILINE):
            out = self.folder / "iso.file"
            out.unlink(missing_ok=True)
            self.run_judge("xorriso", "-osirrox", "on", "-indev", iso, "-extract", path, out)
            out.chmod(0o644)
            files[path] = out.read_bytes()
        return files

    def files(self, iso):
        """What firmware reads of an ISO, which its tree has under the same names."""
        tree = self.iso_files(iso)
        (self.folder / "esp.img").write_bytes(tree["/boot/esp.img"])
        self.run_judge("fsck.fat", "-n", "esp.img")
        files = self.esp_files("esp.img")
        for path, data in files.items():
            self.assertEqual(tree[path], data, path)
        return files

    def check_signed(self, program):
        (self.folder / "program").write_bytes(program)
        authenticode.judge(self.folder / "program", self.folder / "own.pem")

    def der(self, name="own"):
        self.run_judge("openssl", "x509", "-in", f"{name}.pem", "-outform", "DER", "-out", f"{name}.der")
        return (self.folder / f"{name}.der").read_bytes()

    def write_script(self, text):
        (self.folder / "large.ipxe").write_text("#!ipxe\necho " + text * 3000 + "\nshell\n")
        return "large.ipxe"

    def repoint(self, *arguments):
        done = self.run_command("repoint", "-q", *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, b""))


class CertificateTest(MediaTest):
    """Of who signs: /enroll.cer, whether there is a shim or not."""

    def test_without_a_key_there_is_no_certificate(self):
        self.assertNotIn(CERTIFICATE, self.iso_files(self.make(URL)))

    def test_the_certificate_without_a_shim(self):
        self.assertEqual(self.files(self.make(*KEY, URL))[CERTIFICATE], self.der())

    def test_repoint_refuses_a_certificate_of_another_size(self):
        """Of which the signature has the same size all the same."""
        image = self.make(*KEY, URL)
        before = image.read_bytes()
        esp = self.folder / "esp.img"
        self.run_judge("xorriso", "-osirrox", "on", "-indev", image, "-extract", "/boot/esp.img", esp)
        esp.chmod(0o644)
        self.run_judge("mdel", "-i", esp, f"::{CERTIFICATE}")
        (self.folder / "short").write_bytes(self.der()[:-1])
        self.run_judge("mcopy", "-i", esp, "short", f"::{CERTIFICATE}")
        changed = esp.read_bytes()
        done = self.run_command("repoint", *KEY, esp, OTHER_URL)
        self.assert_refused(done, FAILED, "esp.img", CERTIFICATE, "make the image anew")
        self.assertEqual(esp.read_bytes(), changed)
        # One that was taken away is not missed.
        self.run_judge("mdel", "-i", esp, f"::{CERTIFICATE}")
        self.repoint(*KEY, esp, OTHER_URL)
        self.assertEqual(image.read_bytes(), before)

    def test_repoint_of_a_large_script(self):
        """Nothing is signed anew, so the certificate stays, whatever key is given."""
        make_signer(self.folder, "new", "/CN=New")
        image = self.make(*KEY, "--script", self.write_script("abc"))
        other = self.write_script("xyz")
        for key in ((), NEW_KEY):
            self.repoint(*key, image, "--script", other)
            anew = self.make(*KEY, "--script", other, name="anew")
            self.assertEqual(image.read_bytes(), anew.read_bytes())

    def test_repoint_puts_the_new_key_s_there(self):
        """As if it were made anew."""
        make_signer(self.folder, "new", "/CN=New")
        for arguments in ((), ("--format", "esp"), ("--layout", "cd")):
            image = self.make(*arguments, *KEY, URL)
            self.repoint(*NEW_KEY, image, OTHER_URL)
            self.assertEqual(image.read_bytes(), self.make(*arguments, *NEW_KEY, OTHER_URL, name="anew").read_bytes())

    def test_repoint_repairs(self):
        """Whatever is left of it."""
        image = self.make(*KEY, URL)
        data = image.read_bytes()
        at = data.index(self.der())
        image.write_bytes(data[:at] + b"?" * 100 + data[at + 100:])
        self.repoint(*KEY, image, URL)
        self.assertEqual(image.read_bytes(), data)

    def test_an_unsigned_image_keeps_it(self):
        """For the key that signs it again."""
        image = self.make(*KEY, URL)
        self.repoint("--unsigned", image, OTHER_URL)
        self.assertEqual(self.files(image)[CERTIFICATE], self.der())


@unittest.skipUnless(MOK_MANAGER.exists(), "no shim: its packages could not be had")
class ShimTest(MediaTest):
    def warnings(self, *arguments, words):
        """It is made, and each line that is said has these words."""
        done = self.run_command("-q", "-o", "out", *arguments, URL)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        lines = done.stderr.decode().splitlines()
        self.assertEqual(len(lines), len(words), lines)
        for line, parts in zip(lines, words):
            self.assertTrue(line.startswith("boots-from: warning: "), line)
            for part in parts:
                self.assertIn(part, line)
        return self.folder / "out"

    def report(self, image):
        done = self.run_command("inspect", "--json", image)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return json.loads(done.stdout)

    def for_machine(self, program, machine, name):
        """A copy that says it is for another one."""
        data = bytearray(program.read_bytes())
        (header,) = struct.unpack_from("<I", data, 0x3C)
        struct.pack_into("<H", data, header + 4, MACHINES[machine])
        (self.folder / name).write_bytes(data)
        return self.folder / name

    def vendor_shim(self, name, machine="x86_64", starts=NAME, mok_manager="mmx64.efi", generation="4"):
        """Debian's unsigned one as another vendor's could be."""
        data = self.for_machine(UNSIGNED_SHIM, machine, name).read_bytes()
        for old, new in ((NAME, starts), ("mmx64.efi", mok_manager)):
            old, new = (f"{text}\0".encode("utf-16-le") for text in (old, new))
            self.assertLessEqual(len(new), len(old))
            data = data.replace(old, new.ljust(len(old), b"\0"))
        line = b"\nshim,%s,UEFI"
        self.assertEqual(data.count(line % b"4"), 1)
        data = data.replace(line % b"4", line % generation.encode())
        (self.folder / name).write_bytes(data)
        return self.folder / name

    def signed(self, path):
        """The same, as a vendor whom somebody knows."""
        self.run_judge("sbsign", "--key", "own.key", "--cert", "own.pem", "--output", f"signed-{path.name}", path)
        return self.folder / f"signed-{path.name}"

    def check_debian(self, files):
        """Its files byte for byte, and iPXE under the name that it starts, signed."""
        self.assertEqual(files["/EFI/BOOT/BOOTX64.EFI"], SHIM.read_bytes())
        self.assertEqual(files["/EFI/BOOT/mmx64.efi"], MOK_MANAGER.read_bytes())
        self.check_signed(files[f"/EFI/BOOT/{NAME}"])

    # ---- What comes out ----

    def test_files_of_an_iso(self):
        iso = self.make(*BOTH, *KEY, URL)
        files = self.files(iso)
        self.assertEqual(set(files), {"/EFI/BOOT/BOOTX64.EFI", f"/EFI/BOOT/{NAME}", "/EFI/BOOT/mmx64.efi",
                                      "/EFI/BOOT/BOOTAA64.EFI", CERTIFICATE})
        self.check_debian(files)
        self.assertEqual(files[CERTIFICATE], self.der())
        self.check_signed(files["/EFI/BOOT/BOOTAA64.EFI"])

    def test_esp(self):
        files = self.esp_files(self.make("--format", "esp", *BOTH, *KEY, URL))
        self.check_debian(files)
        self.assertEqual(files[CERTIFICATE], self.der())

    def test_layouts(self):
        for layout in ("gpt", "mbr", "cd"):
            with self.subTest(layout):
                self.check_debian(self.files(self.make("--layout", layout, *BOTH, *KEY, URL)))

    def test_a_shim_for_each_architecture(self):
        arm64 = self.signed(self.vendor_shim("arm64", "arm64", "grubaa.efi", ""))
        files = self.files(self.make("--shim", arm64, "--shim", SHIM, *KEY, URL))
        self.assertEqual(files["/EFI/BOOT/BOOTAA64.EFI"], arm64.read_bytes())
        self.assertEqual(files["/EFI/BOOT/BOOTX64.EFI"], SHIM.read_bytes())
        self.assertIn("/EFI/BOOT/grubaa.efi", files)
        self.assertIn(f"/EFI/BOOT/{NAME}", files)

    def test_ipxe_s_own_shim(self):
        own = self.signed(self.vendor_shim("own", starts="ipxe.efi"))
        self.assertIn("/EFI/BOOT/ipxe.efi", self.files(self.make("--shim", own, *KEY, URL)))

    def test_inspect(self):
        iso = self.make(*BOTH, *KEY, URL)
        report = self.report(iso)
        self.assertEqual(report["problems"], [])
        (shim,) = [program["shim"] for program in report["programs"] if program.get("shim")]
        self.assertEqual(shim["starts"], {"name": NAME, "present": True})
        self.assertEqual(shim["mok_manager"], {"name": "mmx64.efi", "present": True})
        for path in report["boot_paths"]:
            if path["arch"] == "x86_64":
                self.assertEqual((path["boots"], path["secure_boot"]["boots"]), ("ipxe", "enrolled"))
                self.assertIn(f"{NAME} by shim if CN=Own is enrolled", path["secure_boot"]["text"])
        text = self.run_command("inspect", iso).stdout.decode()
        self.assertIn(f"shim: starts {NAME}, which is there", text)
        self.assertIn(f"{CERTIFICATE}, {len(self.der())} bytes", text)
        (path,) = {path["secure_boot"]["text"] for path in
                   self.report(self.warnings(*BOTH, words=[("not signed",)]))["boot_paths"]
                   if path["arch"] == "x86_64"}
        self.assertIn(f"{NAME} by shim not signed", path)

    def test_deterministic(self):
        first = self.make(*BOTH, *KEY, URL).read_bytes()
        self.assertEqual(self.make(*BOTH, *KEY, URL, name="second").read_bytes(), first)
        # Also in another order, and from another folder.
        (self.folder / "copy.efi").write_bytes(SHIM.read_bytes())
        again = self.make(*KEY, "--mokmanager", MOK_MANAGER, "--shim", "copy.efi", URL)
        self.assertEqual(again.read_bytes(), first)

    def test_said_on_success(self):
        done = self.run_command("-o", "out", *BOTH, *KEY, URL)
        self.assertEqual(done.returncode, 0)
        self.assertIn(f"it is signed by CN=Own: with Secure Boot it boots where that certificate is enrolled, which is "
                      f"on the medium as {CERTIFICATE}\n", done.stderr.decode())

    # ---- Other scripts in place ----

    def test_repoint(self):
        """As if it were made anew, with the same key or another one."""
        make_signer(self.folder, "new", "/CN=New")
        for arguments in (BOTH, ("--format", "esp", *BOTH), ("--layout", "cd", *BOTH)):
            image = self.make(*arguments, *KEY, URL)
            for key in (KEY, NEW_KEY):
                self.repoint(*key, image, OTHER_URL)
                anew = self.make(*arguments, *key, OTHER_URL, name="anew")
                self.assertEqual(image.read_bytes(), anew.read_bytes())

    def test_repoint_without_a_key(self):
        image = self.warnings(*BOTH, words=[("not signed",)])
        self.repoint(image, OTHER_URL)
        done = self.run_command("-q", "-o", "anew", *BOTH, OTHER_URL)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(image.read_bytes(), (self.folder / "anew").read_bytes())

    def test_repoint_takes_no_other_signatures_away(self):
        image = self.make(*BOTH, *KEY, URL)
        self.repoint("--unsigned", image, OTHER_URL)
        files = self.files(image)
        self.assertEqual(files["/EFI/BOOT/BOOTX64.EFI"], SHIM.read_bytes())
        self.assertEqual(files["/EFI/BOOT/mmx64.efi"], MOK_MANAGER.read_bytes())
        for path in self.report(image)["boot_paths"]:
            if path["arch"] == "x86_64":
                self.assertEqual(path["secure_boot"]["boots"], "unsigned")

    def test_repoint_of_a_shim_alone(self):
        done = self.run_command("repoint", self.signed(self.vendor_shim("alone")), URL)
        self.assert_refused(done, FAILED, "no boot program but a shim")

    # ---- Many images ----

    def test_batch(self):
        (self.folder / "hosts").write_text("web1\nweb2\n")
        done = self.run_command("batch", "-q", "-d", "images", "--hosts", "hosts", *BOTH, *KEY,
                                "http://b.example/{host}")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        done = self.run_command("batch", "-d", "images", "--hosts", "hosts", *BOTH, *KEY, "http://b.example/{host}")
        self.assertIn(SAID, done.stderr.decode())
        for name in ("web1", "web2"):
            image = self.folder / "images" / f"{name}.iso"
            alone = self.make(*BOTH, *KEY, f"http://b.example/{name}")
            self.assertEqual(image.read_bytes(), alone.read_bytes())
            self.check_debian(self.files(image))

    def test_serve(self):
        process = subprocess.Popen([COMMAND, "serve", "-q", "--listen", "127.0.0.1:0", *map(str, BOTH), *KEY,
                                    "http://b.example/{host}"], cwd=self.folder, stderr=subprocess.PIPE)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        address = re.search(r"http://[0-9.]+:\d+", process.stderr.readline().decode()).group()
        self.assertEqual(process.stderr.readline().decode(), SAID)
        with urllib.request.urlopen(f"{address}/web1.iso", timeout=SECONDS) as answer:
            (self.folder / "served.iso").write_bytes(answer.read())
        alone = self.make(*BOTH, *KEY, "http://b.example/web1")
        self.assertEqual((self.folder / "served.iso").read_bytes(), alone.read_bytes())

    # ---- What is refused ----

    def refused(self, status, *arguments, words=()):
        """And what was there before stays."""
        out = self.folder / "boots-from.iso"
        out.write_bytes(b"the old one")
        done = self.run_command("-o", out, *arguments, URL)
        self.assert_refused(done, status, *words)
        self.assertEqual(out.read_bytes(), b"the old one")

    def test_other_programs(self):
        for path in (MOK_MANAGER, FALLBACK):
            self.refused(FAILED, "--shim", path, words=("shim: '", path.name, "not a shim"))
        self.make("--format", "efi", URL, name="ipxe.efi")
        self.refused(FAILED, "--shim", "ipxe.efi", words=("shim: 'ipxe.efi'", "not a shim"))
        for path in (SHIM, FALLBACK, "ipxe.efi"):
            self.refused(FAILED, "--shim", SHIM, "--mokmanager", path, words=("mokmanager: '", "not MokManager"))

    def test_other_files(self):
        (self.folder / "text").write_text("shim\n")
        (self.folder / "cut").write_bytes(SHIM.read_bytes()[:9000])
        (self.folder / "empty").write_bytes(b"")
        os.mkfifo(self.folder / "fifo")
        for option in ("--shim", "--mokmanager"):
            for name in ("text", "cut", "empty", "fifo", "nowhere", "."):
                with self.subTest(option=option, name=name):
                    self.refused(FAILED, option, name, words=(f"{option[2:]}: '{name}': ",))
            self.refused(USAGE, option, "", words=(option, "empty"))
            self.refused(FAILED, option, "/dev/zero", words=("/dev/zero",))

    def test_damaged(self):
        """One byte of what is signed, or of the signatures."""
        for option, path, size in (("--shim", SHIM, 100000), ("--mokmanager", MOK_MANAGER, 100000),
                                   ("--mokmanager", MOK_MANAGER, -900)):
            data = bytearray(path.read_bytes())
            data[size] ^= 1
            (self.folder / "damaged").write_bytes(data)
            self.refused(FAILED, "--shim", SHIM, option, "damaged",
                         words=(f"{option[2:]}: 'damaged'", "signature is broken"))

    def test_architectures(self):
        self.refused(USAGE, "--arch", "bios,arm64", "--shim", SHIM, words=("shim", "x86_64", "not for"))
        self.refused(USAGE, "--arch", "bios", "--shim", SHIM, words=("shim", "x86_64", "not for"))
        self.refused(FAILED, "--shim", self.vendor_shim("other", "loong64"), words=("'", "other", "0x6264"))
        self.refused(FAILED, "--shim", SHIM, "--shim", UNSIGNED_SHIM, words=("shimx64.efi'", "another", "x86_64"))

    def test_mok_managers(self):
        self.refused(USAGE, "--mokmanager", MOK_MANAGER, words=("mokmanager", "x86_64", "shim"))
        self.refused(FAILED, *BOTH, "--mokmanager", MOK_MANAGER, words=("mokmanager", "another", "x86_64"))
        arm64 = self.vendor_shim("arm64", "arm64", "grubaa.efi")
        self.refused(USAGE, "--shim", arm64, "--mokmanager", MOK_MANAGER, words=("mokmanager", "x86_64"))
        nameless = self.vendor_shim("nameless", mok_manager="")
        self.refused(USAGE, "--shim", nameless, "--mokmanager", MOK_MANAGER, words=("mokmanager", "cannot be read"))

    def test_names(self):
        self.refused(FAILED, "--shim", self.vendor_shim("nameless", starts=""),
                     words=("nameless", "cannot be read", "not guessed"))
        one, two = self.vendor_shim("one", starts="ipxe.efi"), self.vendor_shim("two", "arm64", "IPXE.EFI")
        self.refused(FAILED, "--shim", self.vendor_shim("three", starts="IPXE.EFI"), words=("cannot be read",))
        two = self.vendor_shim("two", "arm64", "ipxe.efi")
        self.refused(USAGE, "--shim", one, "--shim", two, words=("ipxe.efi", "x86_64", "arm64", "each architecture"))
        first = self.vendor_shim("first", starts="bootx64.efi")
        self.refused(USAGE, "--shim", first, words=("bootx64.efi", "firmware"))
        clash = self.vendor_shim("clash", "arm64", "grubaa.efi")
        other = self.for_machine(UNSIGNED_MOK_MANAGER, "arm64", "other")
        self.refused(USAGE, *BOTH, "--shim", clash, "--mokmanager", other, words=("mmx64.efi", "MokManager"))

    def test_formats(self):
        for option, path in (("--shim", SHIM), ("--mokmanager", MOK_MANAGER)):
            for name in ("efi", "lkrn"):
                self.refused(USAGE, "--format", name, option, path, words=(option[2:], f"format {name}"))

    def test_no_option_of_repoint(self):
        image = self.make(URL)
        before = image.read_bytes()
        done = self.run_command("repoint", "--shim", SHIM, image, URL)
        self.assertEqual((done.returncode, image.read_bytes()), (USAGE, before))

    # ---- What is said ----

    def test_warnings(self):
        self.warnings("--shim", UNSIGNED_SHIM, *KEY, words=[("shimx64.efi'", "not signed", "firmware")])
        self.warnings("--shim", SHIM, "--mokmanager", UNSIGNED_MOK_MANAGER, *KEY,
                      words=[("mmx64.efi'", "not signed", "the shim")])
        self.warnings("--shim", SHIM, words=[("iPXE for x86_64", "not signed", "sign-key")])
        old = self.signed(self.vendor_shim("old", generation="3"))
        self.warnings("--shim", old, *KEY, words=[("signed-old'", "SBAT generation 3 of shim", "wants 4")])
        shim = self.vendor_shim("none")
        data = shim.read_bytes()
        self.assertEqual(data.count(b"sbat,1,SBAT"), 1)
        shim.write_bytes(data.replace(b"sbat,1,SBAT", b"\0bat,1,SBAT"))
        self.warnings("--shim", self.signed(shim), *KEY, words=[("signed-none'", "no SBAT generations")])


if __name__ == "__main__":
    unittest.main()
