# SPDX-License-Identifier: GPL-3.0-only
"""--script: the user's own script, from a file and from standard input."""

import unittest

from command import URL, CommandTest

USAGE, FAILED = 2, 1

SCRIPT = b"#!ipxe\ndhcp\nchain http://a.example/\n"

# What differs from SCRIPT only in form.
SAME = [
    SCRIPT.removeprefix(b"#!ipxe\n"),
    SCRIPT.replace(b"\n", b"\r\n"),
    SCRIPT.removesuffix(b"\n"),
    SCRIPT.replace(b"#!ipxe", b"#!ipxe "),
]

REFUSED = [
    (b"", ["empty"]),
    (b"#!ipxe\n", ["empty"]),
    (b"dhcp\necho caf\xc3\xa9\n", ["line 2, column 9", "\\xc3", "ASCII"]),
    (b"\xff\xfed\0h\0", ["line 1, column 1", "\\xff", "byte order mark"]),
    (b"dhcp\n\0\n", ["line 2, column 1", "NUL"]),
    (b"dhcp\n#!ipxe\n", ["line 2, column 1", "#!ipxe"]),
    (b"#!/bin/sh\n", ["line 1", "another interpreter"]),
    (b"x" * (1 << 20) + b"\n", ["larger than the limit of 1048576 bytes"]),
]


class ScriptTest(CommandTest):
    def write(self, content):
        (self.folder / "boot.ipxe").write_bytes(content)

    def printed(self, *arguments, **options):
        done = self.run_command("--print-script", *arguments, **options)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout

    def test_printed(self):
        for content in [SCRIPT, *SAME]:
            with self.subTest(content=content):
                self.write(content)
                self.assertEqual(self.printed("--script", "boot.ipxe"), SCRIPT)
                self.assertEqual(self.printed("--script", "-", input=content), SCRIPT)

    def test_in_the_image(self):
        self.write(SCRIPT)
        image = self.build("--script", "boot.ipxe")
        self.assertEqual(image.count(SCRIPT.removeprefix(b"#!ipxe\n")), 3)
        self.assertEqual(self.build("--script", "-", input=SCRIPT), image)

    def test_what_is_printed_makes_the_same_image(self):
        script = self.printed(URL)
        self.assertEqual(self.build("--script", "-", input=script), self.build(URL))

    def test_success_line(self):
        self.write(SCRIPT)
        done = self.run_command("--script", "boot.ipxe")
        self.assertIn(b", to run boot.ipxe on BIOS", done.stderr)
        done = self.run_command("--script", "-", input=SCRIPT)
        self.assertIn(b", to run the script on BIOS", done.stderr)

    def test_the_slot_to_the_brim(self):
        self.write(b"#!ipxe\n" + b"x" * 8130)
        self.build("--script", "boot.ipxe")

    def test_refused(self):
        for content, words in REFUSED:
            for extra in ([], ["--print-script"]):
                with self.subTest(content=content[:40], extra=extra):
                    self.write(content)
                    done = self.run_command("--script", "boot.ipxe", *extra)
                    self.assert_refused(done, FAILED, *words)
                    self.assert_folder_holds("boot.ipxe")
        done = self.run_command("--script", "-", input=b"dhcp\n\0")
        self.assert_refused(done, FAILED, "'standard input': line 2, column 1")

    def test_no_file(self):
        done = self.run_command("--script", "none.ipxe")
        self.assert_refused(done, FAILED, "'none.ipxe': cannot open: No such file")
        self.assert_refused(self.run_command("--script", "."), FAILED, "'.': not a regular file")
        self.assert_refused(self.run_command("--script", ""), FAILED, "'': cannot open")

    def test_alone(self):
        self.write(SCRIPT)
        for arguments, words in (
            ([URL], ["a script and url"]),
            (["--vlan", "42"], ["a script and vlan"]),
            (["--ip", "192.0.2.7/24"], ["a script and ip"]),
            (["--scrpit", "boot.ipxe"], ["did you mean --script?"]),
        ):
            with self.subTest(arguments=arguments):
                done = self.run_command("--script", "boot.ipxe", *arguments)
                self.assert_refused(done, USAGE, *words)
                self.assert_folder_holds("boot.ipxe")


if __name__ == "__main__":
    unittest.main()
