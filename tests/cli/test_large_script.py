# SPDX-License-Identifier: GPL-3.0-only
"""Scripts that do not fit the slot: a file of the image, found and changed like a slot."""

import json
import re
import subprocess
import unittest

from command import URL, CommandTest, judge

USAGE, FAILED = 2, 1
SLOT = 8131  # bytes of script that fit the slot in each iPXE
STEP, SPARE, HEADER = 64 << 10, 8 << 10, 61
LARGEST = 1 << 20
OTHER = "http://other.example/boot"

# What the file has in front of the script.
PREAMBLE = (b"# Or else a kernel gets the slot in front of its initrd.\n"
            b"iseq ${platform} efi && imgfree <CMDLINE> ||\n")


def script_of(size):
    """Lines of a script, size bytes with their ends."""
    lines = b"".join(b"echo line %6d of a script\n" % i for i in range(size // 29 + 1))
    return lines[: size - 2] + b"#\n"


def slot_of(file):
    """(bytes it takes, its script), read by the rules of the format."""
    header = re.match(rb"#!ipxe\n#boots-from-slot v1 size=0x([0-9a-f]{8}) offset=0x00000000\n", file)
    assert header and header.end() == HEADER
    return int(header.group(1), 16) - HEADER, file[HEADER:].rstrip(b"\n") + b"\n"


class LargeScriptTest(CommandTest):
    def make(self, script, *options, name="boots-from.iso"):
        (self.folder / "boot.ipxe").write_bytes(script)
        done = self.run_command("-q", "-o", name, "--script", "boot.ipxe", *options)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return self.folder / name

    def from_iso(self, image, path, name="extracted"):
        out = self.folder / name
        out.unlink(missing_ok=True)
        status, text = judge("xorriso", "-osirrox", "on", "-indev", image, "-extract", path, out)
        self.assertEqual(status, 0, text)
        out.chmod(0o644)
        return out.read_bytes()

    def from_esp(self, esp, path="::/autoexec.ipxe"):
        done = subprocess.run(["mtype", "-i", esp, path], capture_output=True, check=True)
        return done.stdout

    def report(self, image):
        done = self.run_command("inspect", "--json", image)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return json.loads(done.stdout)

    def printed(self, *options):
        done = self.run_command("--print-script", *options)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout

    # ---- Building ----

    def test_a_slot_as_long_as_it_fits(self):
        script = script_of(SLOT)
        image = self.make(script)
        self.assertIsNone(self.report(image)["autoexec"])
        self.assertEqual(image.read_bytes().count(script), 3)
        self.assertNotIn(b"INITRD", self.from_iso(image, "/isolinux/isolinux.cfg"))

    def test_one_file_for_all(self):
        script = script_of(40000)
        image = self.make(script, "--arch", "all")
        file = self.from_iso(image, "/autoexec.ipxe")
        self.assertEqual(len(file), STEP)
        self.assertEqual(slot_of(file), (STEP - HEADER, PREAMBLE + script))
        self.from_iso(image, "/boot/esp.img", "esp")
        self.assertEqual(judge("fsck.fat", "-n", self.folder / "esp")[0], 0)
        self.assertEqual(self.from_esp(self.folder / "esp"), file)
        self.assertEqual(image.read_bytes().count(script), 1)
        self.assertIn(b"\n  INITRD /autoexec.ipxe\n",
                      self.from_iso(image, "/isolinux/isolinux.cfg"))
        self.assertEqual(self.printed("--script", "boot.ipxe"), b"#!ipxe\n" + PREAMBLE + script)

    def test_sizes(self):
        """One byte more than the slot, than a step of 64 KiB with room to spare; the largest."""
        spare = STEP - HEADER - SPARE - len(PREAMBLE)
        for size, file_size in ((SLOT + 1, STEP), (spare, STEP), (spare + 1, 2 * STEP),
                                (LARGEST, 17 * STEP)):
            with self.subTest(size=size):
                image = self.make(script_of(size), "--arch", "x86_64")
                file = self.from_iso(image, "/autoexec.ipxe")
                self.assertEqual(len(file), file_size)
                self.assertEqual(slot_of(file)[1], PREAMBLE + script_of(size))

    def test_refused(self):
        large = script_of(40000)
        for script, words in (
            (script_of(LARGEST + 1), ["larger than the limit of 1048576 bytes"]),
            (large + b"\0\n", ["a NUL byte"]),
            (large + b"caf\xe9\n", ["\\xe9 is not ASCII"]),
            (large + b"#!ipxe\n", ["#!ipxe"]),
        ):
            with self.subTest(words=words):
                (self.folder / "boot.ipxe").write_bytes(script)
                done = self.run_command("--script", "boot.ipxe")
                self.assert_refused(done, FAILED, "'boot.ipxe': ", *words)
                self.assert_folder_holds("boot.ipxe")

    def test_same_bytes(self):
        script = script_of(40000)
        image = self.make(script).read_bytes()
        for same in (script, b"#!ipxe\n" + script, script.replace(b"\n", b"\r\n"), script[:-1]):
            self.assertEqual(self.make(same).read_bytes(), image)
        self.assertEqual(self.build("--script", "-", input=script), image)

    def test_bios_alone(self):
        script = script_of(40000)
        image = self.make(script, "--arch", "bios")
        self.assertEqual(slot_of(self.from_iso(image, "/autoexec.ipxe"))[1], PREAMBLE + script)
        self.assertEqual(self.report(image)["fat"], [])

    def test_parts(self):
        script = script_of(40000)
        esp = self.make(script, "--format", "esp", name="esp")
        self.assertEqual(judge("fsck.fat", "-n", esp)[0], 0)
        self.assertEqual(slot_of(self.from_esp(esp))[1], PREAMBLE + script)
        for kind in ("efi", "lkrn"):
            done = self.run_command("--script", "boot.ipxe", "--format", kind)
            self.assert_refused(done, FAILED, "the script is 40000 bytes, the slot takes 8131",
                                "in the formats iso and esp; or chain to it")

    def test_long_url(self):
        url = URL + "?" + "x" * 9000
        file = self.from_iso(self.make_url(url), "/autoexec.ipxe")
        self.assertIn(b"\nchain --autofree " + url.encode() + b" ||", file)

    def make_url(self, *arguments):
        self.build(*arguments)
        return self.folder / "boots-from.iso"

    # ---- Room ----

    def test_script_room(self):
        plain = self.build(URL)
        for room in ("1", "7K", str(SLOT)):
            self.assertEqual(self.build("--script-room", room, URL), plain, room)
        for room, size in ((str(SLOT + 1), STEP), ("100K", 2 * STEP), ("1M", 17 * STEP)):
            with self.subTest(room):
                file = self.from_iso(self.make_url("--script-room", room, URL), "/autoexec.ipxe")
                self.assertEqual(len(file), size)
                script = slot_of(file)[1]
                self.assertEqual(script, PREAMBLE + self.printed(URL).removeprefix(b"#!ipxe\n"))
                self.assertEqual(self.printed("--script-room", room, URL), b"#!ipxe\n" + script)
        for room in ("0", "", "K", "64Q", "1048577", "2M", "-1", "64 K", "99999999999999999999"):
            done = self.run_command("--script-room", room, URL)
            self.assert_refused(done, USAGE, "--script-room: ", f"'{room}' is not a size from 1 to")
        for kind in ("efi", "lkrn"):
            done = self.run_command("--format", kind, "--script-room", "64K", URL)
            self.assert_refused(done, USAGE, f"format {kind} has a slot of fixed size")

    # ---- Looking in ----

    def test_inspect(self):
        script = script_of(40000)
        image = self.make(script)
        report = self.report(image)
        self.assertEqual(report["problems"], [])
        self.assertIs(report["scripts_differ"], False)
        self.assertEqual({path["text"].split(", ")[-1] for path in report["boot_paths"]
                          if path["boots"] == "ipxe"}, {"runs autoexec.ipxe"})
        self.assertEqual([path["boots"] for path in report["boot_paths"]].count("ipxe"), 6)
        autoexec = report["autoexec"]
        self.assertEqual((autoexec["slot"], autoexec["capacity"], autoexec["used"]),
                         (True, STEP - HEADER, len(PREAMBLE + script)))
        self.assertEqual(autoexec["script"].encode(), b"#!ipxe\n" + PREAMBLE + script)
        self.assertEqual({program["slot"]["state"] for program in report["programs"]}, {"handover"})
        text = self.run_command("inspect", image).stdout.decode()
        self.assertEqual(text.count("script slot: leads to autoexec.ipxe"), 3)
        self.assertEqual(text.count(f"{len(PREAMBLE + script)} of {STEP - HEADER} bytes used"), 1)
        self.assertEqual(text.count("line      7 of a script"), 1)

    def test_inspect_what_does_not_fit_together(self):
        esp = self.make(script_of(40000), "--format", "esp", "--arch", "x86_64", name="esp")
        slot = self.make(b"shell\n", "--format", "efi", name="efi")
        judge("mcopy", "-o", "-i", esp, slot, "::/EFI/BOOT/BOOTX64.EFI")
        self.assertIs(self.report(esp)["scripts_differ"], True)

    def test_a_file_that_was_not_copied(self):
        esp = self.make(script_of(40000), "--format", "esp", "--arch", "x86_64", name="esp")
        judge("mdel", "-i", esp, "::/autoexec.ipxe")
        texts = [path["text"] for path in self.report(esp)["boot_paths"] if path["boots"] == "ipxe"]
        self.assertIn("whose script, autoexec.ipxe, is missing: it stops at its shell", texts[0])
        done = self.run_command("repoint", esp, OTHER)
        self.assert_refused(done, FAILED, "/EFI/BOOT/BOOTX64.EFI runs the script that is in a file",
                            "that is not there")

    def test_an_initrd_that_is_not_loaded(self):
        image = self.make(script_of(40000))
        data = image.read_bytes()
        image.write_bytes(data.replace(b"  INITRD /autoexec", b"  #NITRD /autoexec"))
        texts = {path["firmware"]: path["text"] for path in self.report(image)["boot_paths"]
                 if path["boots"] == "ipxe"}
        self.assertIn("autoexec.ipxe, is missing", texts["bios"])
        self.assertIn("runs autoexec.ipxe", texts["uefi"])
        image.write_bytes(data.replace(b"  INITRD /autoexec", b"  INITRD /autoexex"))
        texts = [path["text"] for path in self.report(image)["boot_paths"]]
        self.assertEqual(texts[0], "isolinux.cfg loads /autoexex.ipxe, which is not there")

    # ---- Changing ----

    def repoint(self, image, *arguments):
        done = self.run_command("repoint", image, *arguments)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stderr.decode()

    def test_repoint(self):
        first = self.make(script_of(40000), name="first.iso")
        second = self.make(script_of(30000), name="second.iso")
        self.assertIn("1 slot changed", self.repoint(first, "--script", "boot.ipxe"))
        self.assertEqual(first.read_bytes(), second.read_bytes())
        self.repoint(first, OTHER)
        self.assertEqual(first.read_bytes(), self.build("--script-room", "40000", OTHER))

    def test_repoint_to_the_brim(self):
        image = self.make(script_of(40000))
        room = STEP - HEADER - len(PREAMBLE)
        script = self.folder / "brim.ipxe"
        script.write_bytes(script_of(room))
        self.repoint(image, "--script", script)
        brim = image.read_bytes()
        self.assertEqual(slot_of(self.from_iso(image, "/autoexec.ipxe"))[1], PREAMBLE + script_of(room))
        script.write_bytes(script_of(room + 1))
        done = self.run_command("repoint", image, "--script", script)
        self.assert_refused(done, FAILED, f"the script is {STEP - HEADER + 1} bytes, the file for it takes "
                            f"{STEP - HEADER}: make the image anew with this script")
        self.assertEqual(image.read_bytes(), brim)

    def test_repoint_without_a_file(self):
        for options in ([], ["--format", "esp"], ["--format", "efi"], ["--format", "lkrn"]):
            with self.subTest(options):
                image = self.make(b"shell\n", *options, name="image")
                before = image.read_bytes()
                large = self.folder / "large.ipxe"
                large.write_bytes(script_of(SLOT + 1))
                done = self.run_command("repoint", image, "--script", large)
                self.assert_refused(done, FAILED, "the script is 8132 bytes, the slot takes 8131: ",
                                    "goes into a file, for which the image must be made anew")
                self.assertEqual(image.read_bytes(), before)

    # ---- Together with others ----

    def test_trust(self):
        key = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650",
               "-subj", "/CN=Boot CA", "-keyout", "ca.key", "-out", "ca.pem"]
        subprocess.run(key, check=True, capture_output=True, cwd=self.folder)
        image = self.make(script_of(LARGEST), "--trust", "ca.pem")
        file = slot_of(self.from_iso(image, "/autoexec.ipxe"))[1]
        self.assertTrue(file.startswith(PREAMBLE + b"# trusts only sha256 "))
        self.assertTrue(file.endswith(b"\n" + script_of(LARGEST)))
        self.assert_refused(self.run_command("repoint", image, "https://a.example/"), FAILED,
                            "it trusts a certificate of its own")
        self.repoint(image, "--trust", "ca.pem", "https://a.example/")

    def test_batch(self):
        (self.folder / "large.ipxe").write_bytes(script_of(40000))
        hosts = f"host,script,url\nlarge,large.ipxe,\nsmall,,{URL}\n"
        done = self.run_command("batch", "-q", "-d", "out", input=hosts.encode())
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertEqual((self.folder / "out/large.iso").read_bytes(),
                         self.build("--script", "large.ipxe"))
        self.assertEqual((self.folder / "out/small.iso").read_bytes(),
                         self.build("--script-room", "40000", URL))


if __name__ == "__main__":
    unittest.main()
