# SPDX-License-Identifier: GPL-3.0-only
"""What inspect says of signatures, against what signing programs know of them."""

import json
import os
import re
import unittest
from pathlib import Path

import pefile
from authenticode import digest, digests_by_osslsigncode
from keys import make_signer

from command import URL, CommandTest, judge

OTHERS = Path(os.environ["BOOTS_FROM_OTHERS"])
SHIM = OTHERS / "usr/lib/shim/shimx64.efi.signed"
GRUB = OTHERS / "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed"


def section(path, wanted):
    """The bytes of a section, whose name may be in the string table."""
    data = path.read_bytes()
    pe = pefile.PE(data=data, fast_load=True)
    strings = pe.FILE_HEADER.PointerToSymbolTable + 18 * pe.FILE_HEADER.NumberOfSymbols
    for header in pe.sections:
        name = header.Name.rstrip(b"\0")
        if name.startswith(b"/"):
            name = data[strings + int(name[1:]) :].split(b"\0", 1)[0]
        if name == wanted:
            return header.get_data()
    raise AssertionError(f"no {wanted} in {path}")


def digest_by_osslsigncode(path):
    _, text = judge("osslsigncode", "verify", path)
    return digests_by_osslsigncode(text)[1]


class SignaturesTest(CommandTest):
    def inspect(self, path):
        done = self.run_command("inspect", "--json", path)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        (program,) = json.loads(done.stdout)["programs"]
        return program

    def text(self, path):
        done = self.run_command("inspect", path)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout.decode()

    def make(self, arch="x86_64"):
        done = self.run_command("-q", "--format", "efi", "--arch", arch, "-o", f"{arch}.efi", URL)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return self.folder / f"{arch}.efi"

    def put(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def run_judge(self, *arguments):
        status, text = judge(*arguments, cwd=self.folder)
        self.assertEqual(status, 0, text)

    def make_key(self, name, subject, issuer=None):
        make_signer(self.folder, name, subject, issuer)

    def sign(self, path, name):
        signed = self.folder / f"{path.stem}.{name}.efi"
        self.run_judge("sbsign", "--key", f"{name}.key", "--cert", f"{name}.pem", "--output", signed, path)
        return signed

    def test_every_architecture(self):
        self.make_key("own", "/CN=Rack Boot Signing")
        for arch in ("x86_64", "arm64", "riscv64"):
            with self.subTest(arch):
                plain = self.make(arch)
                program = self.inspect(plain)
                self.assertFalse(program["signed"])
                self.assertEqual(program["signatures"], [])
                self.assertEqual(program["authenticode_sha256"], digest(plain.read_bytes()))
                signed = self.sign(plain, "own")
                program = self.inspect(signed)
                self.assertEqual(program["authenticode_sha256"], digest(signed.read_bytes()))
                self.assertEqual(program["authenticode_sha256"], digest_by_osslsigncode(signed))
                self.assertEqual(program["signers"], ["Rack Boot Signing"])
                self.assertEqual(program["signatures"], [
                    {"state": "good", "signer": "CN=Rack Boot Signing", "issuers": [], "problem": None}])
                self.assertIsNone(program["signatures_problem"])

    def test_sizes(self):
        """What signing pads with zeros is part of the digest before it is there."""
        self.make_key("own", "/CN=Own")
        data = self.make().read_bytes()
        for more in (1, 4, 7):
            longer = self.put(f"longer{more}.efi", data + b"x" * more)
            expected = self.inspect(longer)["authenticode_sha256"]
            self.assertEqual(expected, digest(longer.read_bytes()))
            program = self.inspect(self.sign(longer, "own"))
            self.assertEqual((program["authenticode_sha256"], program["signatures"][0]["state"]), (expected, "good"))

    def test_two_signatures_and_an_issuer(self):
        self.make_key("root", "/CN=Lab Root/O=Lab")
        self.make_key("leaf", "/CN=Lab Signer", "root")
        self.make_key("other", "/O=Lab without a name")
        signed = self.sign(self.sign(self.make(), "leaf"), "other")
        _, listed = judge("sbverify", "--list", signed)
        self.assertEqual(listed.count("signature "), 2 + listed.count("image signature"), listed)
        first, second = self.inspect(signed)["signatures"]
        self.assertEqual((first["state"], first["signer"], first["issuers"]),
                         ("good", "CN=Lab Signer", ["CN=Lab Root"]))
        self.assertEqual((second["state"], second["signer"], second["issuers"]),
                         ("good", "O=Lab without a name", []))
        text = self.text(signed)
        self.assertIn("    signature: good, by CN=Lab Signer, issued by CN=Lab Root\n", text)
        self.assertIn("    signature: good, by O=Lab without a name\n", text)

    def test_names_that_pretend(self):
        """Nothing in a name reaches the terminal but printable text."""
        self.make_key("odd", "/CN=L\u00e4b\x1b[2Kgood\r, by CN=Microsoft")
        signed = self.sign(self.make(), "odd")
        text = self.text(signed)
        self.assertTrue(text.isascii() and text.replace("\n", "").isprintable())
        self.assertIn("by CN=L\\C3\\A4b\\1B[2Kgood\\0D", text)

    def test_changed_after_signing(self):
        self.make_key("own", "/CN=Own")
        signed = self.sign(self.make(), "own")
        data = signed.read_bytes()
        slot = data.index(URL.encode())
        broken = self.put("broken.efi", data[:slot] + b"H" + data[slot + 1 :])
        status, _ = judge("sbverify", "--cert", self.folder / "own.pem", broken)
        self.assertNotEqual(status, 0)
        (signature,) = self.inspect(broken)["signatures"]
        self.assertEqual((signature["state"], signature["signer"]), ("broken", "CN=Own"))
        self.assertIn("other bytes", signature["problem"])
        self.assertIn("signature: broken, by CN=Own: it is a signature of other bytes", self.text(broken))

    def test_a_signature_of_another_file(self):
        """The whole table of one, behind the bytes of another: it verifies, but not these."""
        self.make_key("own", "/CN=Own")
        plain = self.make()
        signed = self.sign(plain, "own").read_bytes()
        table = pefile.PE(data=signed, fast_load=True).OPTIONAL_HEADER.DATA_DIRECTORY[4]
        other = bytearray(signed)
        other[table.VirtualAddress - 1] ^= 1
        (signature,) = self.inspect(self.put("other.efi", other))["signatures"]
        self.assertEqual(signature["state"], "broken")

    def test_damage(self):
        """Any byte of the table changed: never good where sbverify finds something."""
        self.make_key("own", "/CN=Own")
        data = self.sign(self.make(), "own").read_bytes()
        table = pefile.PE(data=data, fast_load=True).OPTIONAL_HEADER.DATA_DIRECTORY[4]
        agreed = 0
        places = range(table.VirtualAddress, len(data), 101)
        for at in places:
            broken = bytearray(data)
            broken[at] ^= 0x20
            path = self.put("broken.efi", broken)
            states = [signature["state"] for signature in self.inspect(path)["signatures"]]
            status, text = judge("sbverify", "--cert", self.folder / "own.pem", path)
            if "good" in states:
                self.assertEqual(status, 0, f"{at}: {text}")
            agreed += (status == 0) == ("good" in states)
        # sbverify does not look at the content's type.
        self.assertGreaterEqual(agreed, len(places) - 1)

    def test_bytes_behind_the_table(self):
        self.make_key("own", "/CN=Own")
        data = self.sign(self.make(), "own").read_bytes()
        program = self.inspect(self.put("longer.efi", data + bytes(16)))
        self.assertEqual(program["signatures"][0]["state"], "broken")
        self.assertIn("ends at offset", program["signatures_problem"])
        program = self.inspect(self.put("shorter.efi", data[:-8]))
        self.assertEqual(program["kind"], "damaged")
        self.assertIn("certificate table", program["problem"])

    def test_what_debian_signs(self):
        if not OTHERS.is_dir():
            self.skipTest("the other boot programs could not be fetched")
        for path in (SHIM, GRUB):
            with self.subTest(path.name):
                program = self.inspect(path)
                self.assertEqual(program["authenticode_sha256"], digest(path.read_bytes()))
                self.assertEqual({s["state"] for s in program["signatures"]}, {"good"})
                _, listed = judge("sbverify", "--list", path)
                subjects = re.findall(r"subject: .*?/CN=(.*)", listed)
                for signature in program["signatures"]:
                    self.assertIn(signature["signer"].removeprefix("CN="), subjects)
                issuers = re.findall(r"image signature issuers:\n - .*?/CN=(.*)", listed)
                self.assertEqual([s["issuers"][0].removeprefix("CN=") for s in program["signatures"]], issuers)
        self.assertIn("Microsoft", self.text(SHIM))
        self.assertIn("issued by CN=Debian Secure Boot CA", self.text(GRUB))

    def test_generations(self):
        """What Debian's programs say of themselves, and what Debian's shim takes of others."""
        if not OTHERS.is_dir():
            self.skipTest("the other boot programs could not be fetched")
        for path in (SHIM, GRUB):
            text = section(path, b".sbat").split(b"\0")[0].decode()
            self.assertEqual(
                [(entry["component"], str(entry["generation"])) for entry in self.inspect(path)["sbat"]],
                [tuple(line.split(",")[:2]) for line in text.splitlines()])
            self.assertFalse(any(entry["revoked"] for entry in self.inspect(path)["sbat"]))
        self.assertIn("    SBAT: sbat 1, shim 4, shim.debian ", self.text(SHIM))
        # The level that shim sets by itself; its place is counted from behind the first field.
        level = section(SHIM, b".sbatlevel")
        start = 4 + int.from_bytes(level[4:8], "little")
        lines = level[start:].split(b"\0")[0].decode().splitlines()
        self.assertTrue(lines[0].startswith("sbat,1,20"), lines)
        # It only rises: what it takes is not called revoked here, and what it never took is.
        for line in lines[1:]:
            component, generation = line.split(",")
            for number, revoked in ((1, True), (int(generation), False)):
                entry = f"\n{component},{number},".encode()
                data = re.sub(rb"\ngrub,\d+,", entry, GRUB.read_bytes())
                entries = {entry["component"]: entry for entry in self.inspect(self.put("old.efi", data))["sbat"]}
                self.assertEqual(entries[component]["revoked"], revoked, (line, number))
                self.assertEqual(f"revoked, a current shim wants {component} " in self.text("old.efi"), revoked)

    # ---- Boot paths ----

    def stick(self, **files):
        """A FAT with files in /EFI/BOOT."""
        image = self.folder / "stick.img"
        image.unlink(missing_ok=True)
        self.run_judge("mkfs.fat", "-C", image, "16384")
        self.run_judge("mmd", "-i", image, "::/EFI", "::/EFI/BOOT")
        for name, path in files.items():
            self.run_judge("mcopy", "-i", image, path, f"::/EFI/BOOT/{name}.efi")
        return image

    def boot_path(self, image, arch="x86_64"):
        done = self.run_command("inspect", "--json", image)
        (path,) = [path for path in json.loads(done.stdout)["boot_paths"]
                   if (path["arch"], path["medium"]) == (arch, "usb")]
        return path

    def test_boot_paths(self):
        self.make_key("own", "/CN=Own")
        plain = self.make()
        signed = self.sign(plain, "own")
        broken = self.put("broken.efi", signed.read_bytes().replace(URL.encode(), URL.upper().encode()))
        for file, boots, text in (
            (plain, "unsigned", "not signed"),
            (signed, "enrolled", "if CN=Own is enrolled"),
            (broken, "broken", "signature broken: it is a signature of other bytes"),
        ):
            image = self.stick(BOOTX64=file)
            path = self.boot_path(image)
            # Without Secure Boot it is all the same.
            self.assertEqual(path["boots"], "ipxe")
            self.assertEqual(path["secure_boot"]["boots"], boots)
            self.assertIn(text, path["secure_boot"]["text"])
            self.assertIsNone(self.boot_path(image, "arm64")["secure_boot"])
            self.assertIsNone(self.boot_path(image, "bios")["secure_boot"])
            self.assertEqual(self.text(image).count(f" Secure Boot: {text}"), 1)

    def test_behind_shim(self):
        if not OTHERS.is_dir():
            self.skipTest("the other boot programs could not be fetched")
        self.make_key("own", "/CN=Own")
        plain = self.make()
        signed = self.sign(plain, "own")
        microsoft = ("if CN=Microsoft Windows UEFI Driver Publisher or its issuer CN=Microsoft Corporation UEFI "
                     "CA 2011")
        for names, boots, text, secure, secure_text in (
            ({"grubx64": signed}, "ipxe", "shim, then iPXE", "enrolled", "grubx64.efi by shim if CN=Own is enrolled"),
            ({"grubx64": plain}, "ipxe", "shim, then iPXE", "unsigned", "grubx64.efi by shim not signed"),
            ({"grubx64": GRUB}, "other", "shim, then GRUB", "enrolled", "issuer CN=Debian Secure Boot CA"),
            ({"grubx64": signed, "mmx64": OTHERS / "usr/lib/shim/mmx64.efi"}, "ipxe", "shim, then iPXE", "enrolled",
             "CN=Own"),
            ({"fbx64": OTHERS / "usr/lib/shim/fbx64.efi", "grubx64": signed}, "unknown",
             "shim, which starts /EFI/BOOT/fbx64.efi", "enrolled", "CN=Microsoft"),
            ({"ipxe": signed}, "nothing", "shim starts /EFI/BOOT/grubx64.efi: no such file", None, None),
        ):
            with self.subTest(text):
                path = self.boot_path(self.stick(BOOTX64=SHIM, **names))
                self.assertEqual(path["boots"], boots)
                self.assertIn(text, path["text"])
                if secure is None:
                    self.assertIsNone(path["secure_boot"])
                    continue
                self.assertEqual(path["secure_boot"]["boots"], secure)
                self.assertIn(secure_text, path["secure_boot"]["text"])
                self.assertTrue(path["secure_boot"]["text"].startswith(microsoft), path["secure_boot"]["text"])

    def test_what_a_shim_starts(self):
        if not OTHERS.is_dir():
            self.skipTest("the other boot programs could not be fetched")
        self.assertEqual(self.inspect(SHIM)["shim"], {
            "starts": {"name": "grubx64.efi", "present": None},
            "mok_manager": {"name": "mmx64.efi", "present": None},
            "fallback": {"name": "fbx64.efi", "present": None}})
        self.assertIn("    shim: starts grubx64.efi\n    shim: enrols keys with mmx64.efi\n", self.text(SHIM))
        stick = self.stick(BOOTX64=SHIM, grubx64=GRUB)
        done = self.run_command("inspect", "--json", stick)
        (shim,) = [program["shim"] for program in json.loads(done.stdout)["programs"] if program["shim"]]
        self.assertEqual([shim[name]["present"] for name in ("starts", "mok_manager", "fallback")],
                         [True, False, False])
        self.assertIn("    shim: starts grubx64.efi, which is there\n"
                      "    shim: enrols keys with mmx64.efi, which is not there\n", self.text(stick))
        for path in (GRUB, SHIM.with_name("mmx64.efi"), SHIM.with_name("fbx64.efi"), self.make()):
            self.assertIsNone(self.inspect(path)["shim"], path)


if __name__ == "__main__":
    unittest.main()
