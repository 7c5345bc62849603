# SPDX-License-Identifier: GPL-3.0-only
"""Signing on another machine or with a key in an HSM: the manual's commands, as they stand."""

import json
import os
import shutil
import subprocess
import unittest
from pathlib import Path

from command import COMMAND, CommandTest, judge
from manual import examples

MAKE, TAKE, *SIGN = examples("SIGNING ELSEWHERE")
MAKE_KEY, *_ = examples("A KEY OF ONE'S OWN")
WORDS = ["sbsign --key", "osslsigncode sign -h sha256 -key", "pesign -n keys", "sbsign --engine",
         "osslsigncode sign -h sha256 -pkcs11module"]
PIN = "1234"


def takes_engines(program):
    _, symbols = judge("nm", "--dynamic", shutil.which(program))
    return "ENGINE_by_id" in symbols


class ElsewhereTest(CommandTest):
    def setUp(self):
        super().setUp()
        self.environment = {
            **os.environ,
            "PATH": f"{Path(COMMAND).parent}:{os.environ['PATH']}",
            "SOFTHSM2_CONF": str(self.folder / "softhsm2.conf"),
            # The engine is no business of the sanitizers of the command under test.
            "ASAN_OPTIONS": "detect_leaks=0",
        }

    def type(self, text):
        status, shown = judge("sh", "-e", "-c", text, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL)
        self.assertEqual(status, 0, f"{text}\n{shown}")
        return shown

    def make_token(self):
        """A SoftHSM that holds the key, and nothing else does."""
        (self.folder / "tokens").mkdir()
        (self.folder / "softhsm2.conf").write_text(f"directories.tokendir = {self.folder}/tokens\n")
        (self.folder / "pin").write_text(PIN)
        self.type(f"softhsm2-util --init-token --free --label boot --so-pin {PIN} --pin {PIN}")
        self.type("openssl pkey -in boot.key -out plain.key")
        self.type(f"softhsm2-util --import plain.key --token boot --label signer --id 01 --pin {PIN}")
        self.type("rm boot.key plain.key")

    def check_image(self):
        """The signed file is in it, byte for byte, and signed as the manual's key signs."""
        self.type("xorriso -osirrox on -indev boots-from.iso -extract /boot/esp.img esp.img")
        self.type("mcopy -n -o -i esp.img ::/EFI/BOOT/BOOTX64.EFI copied.efi")
        self.type("cmp copied.efi signed.efi && sbverify --cert boot.pem copied.efi")
        report = json.loads(self.type("boots-from inspect --json boots-from.iso"))
        (path,) = [path for path in report["boot_paths"] if (path["arch"], path["medium"]) == ("x86_64", "cd")]
        self.assertEqual(path["secure_boot"], {"boots": "enrolled", "text": "if CN=Our boot images is enrolled"})
        self.assertEqual(report["problems"], [])

    def test_every_example(self):
        """One for each program, and for each that can use an HSM."""
        self.assertEqual(len(SIGN), len(WORDS))
        self.type(MAKE_KEY)
        for words, example in zip(WORDS, SIGN):
            with self.subTest(words):
                self.assertIn(words, example)
                if words == "sbsign --engine" and not takes_engines("sbsign"):
                    self.skipTest("sbsign 0.9.5 takes no engines any more")
                if "pkcs11" in example and not (self.folder / "pin").exists():
                    self.make_token()
                self.type(MAKE)
                self.type(example)
                self.type(TAKE)
                self.check_image()
                self.type("rm -r *.efi *.img *.iso")

    def test_with_a_trusted_certificate(self):
        """As the manual says: the same certificate both times."""
        self.type(MAKE_KEY)
        self.type(MAKE_KEY.replace("boot.", "ca."))
        trusting = MAKE.replace("--format", "--trust ca.pem --format").replace("http:", "https:")
        self.type(trusting)
        self.type(SIGN[0])
        self.type(f"{TAKE.rstrip()} --trust ca.pem")
        self.check_image()


if __name__ == "__main__":
    unittest.main()
