# SPDX-License-Identifier: GPL-3.0-only
"""The command under valgrind: no bad access, no leak, on success and on failure."""

import unittest

from command import BUNDLE, COMMAND, URL, CommandTest, judge

VALGRIND = [
    "valgrind",
    "--quiet",
    "--error-exitcode=99",
    "--leak-check=full",
    "--errors-for-leak-kinds=definite,indirect,possible",
]

# Arguments and the exit status they lead to.
RUNS = [
    ([URL], 0),
    (["--arch", "all", "-o", "all.iso", URL], 0),
    (["--prebuilt", BUNDLE, URL], 0),
    (["--print-script", URL], 0),
    (["--trust", "ca.pem", "https://a.example/"], 0),
    (["--trust", "ca.key", "https://a.example/"], 1),
    (["--trust", "ca.p7b#1", "https://a.example/"], 0),
    (["--trust", "two.pem", "https://a.example/"], 1),
    (["--trust", "ca.p12", "https://a.example/"], 1),
    (["--version"], 0),
    (["--help"], 0),
    ([], 2),
    (["--frobnicate"], 2),
    (["--arch", "sparc", URL], 2),
    (["ftp://a.example/"], 1),
    (["http://a.example/" + "x" * 9000], 0),
    (["--format", "efi", "--arch", "x86_64", "http://a.example/" + "x" * 9000], 1),
    (["--sign-key", "ca.key", "--sign-cert", "ca.pem", URL], 0),
    (["--sign-key", "ca.key", "--sign-cert", "ca.p12", URL], 1),
    (["--prebuilt", "/nonexistent", URL], 1),
    (["-o", "/nonexistent/x.iso", URL], 1),
    (["batch", "--hosts", "hosts", "-j3", "-d", "out", "http://a.example/{host}"], 0),
    (["batch", "--hosts", "hosts", "-j3", "-d", "out", "http://a.example/{host}"], 0),
    (["batch", "--hosts", "bad", "-k", "-d", "out", "http://a.example/{host}"], 1),
    (["batch", "--hosts", "bad", "-d", "out", "http://a.example/{hots}"], 2),
    (["batch", "--hosts", "quotes", "-d", "out", "http://a.example/"], 1),
]

LISTS = {
    "hosts": "web1\nweb2\nweb3\n",
    "bad": "host,ip,script\na,1,\nb,,missing\n../c,,\nx,,\nX,,\ne\nf,,\n",
    "quotes": 'host,ip\na,"1\n',
}


class LeaksTest(CommandTest):
    def test_no_error_and_no_leak(self):
        judge("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", 3650, "-subj",
              "/CN=Lab CA", "-keyout", "ca.key", "-out", "ca.pem", cwd=self.folder)
        (self.folder / "two.pem").write_bytes((self.folder / "ca.pem").read_bytes() * 2)
        for command in ("crl2pkcs7 -nocrl -certfile ca.pem -out ca.p7b -outform DER",
                        "pkcs12 -export -inkey ca.key -in ca.pem -passout pass: -out ca.p12"):
            self.assertEqual(judge("openssl", *command.split(), cwd=self.folder)[0], 0)
        for name, text in LISTS.items():
            (self.folder / name).write_text(text)
        for arguments, wanted in RUNS:
            with self.subTest(arguments=[str(a)[:40] for a in arguments]):
                status, text = judge(*VALGRIND, COMMAND, *arguments, cwd=self.folder)
                self.assertEqual(status, wanted, text)
                self.assertNotIn("==", text)


if __name__ == "__main__":
    unittest.main()
