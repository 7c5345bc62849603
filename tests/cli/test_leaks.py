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
    (["--version"], 0),
    (["--help"], 0),
    ([], 2),
    (["--frobnicate"], 2),
    (["--arch", "sparc", URL], 2),
    (["ftp://a.example/"], 1),
    (["http://a.example/" + "x" * 9000], 1),
    (["--prebuilt", "/nonexistent", URL], 1),
    (["-o", "/nonexistent/x.iso", URL], 1),
]


class LeaksTest(CommandTest):
    def test_no_error_and_no_leak(self):
        judge("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", 3650, "-subj",
              "/CN=Lab CA", "-keyout", "ca.key", "-out", "ca.pem", cwd=self.folder)
        for arguments, wanted in RUNS:
            with self.subTest(arguments=[str(a)[:40] for a in arguments]):
                status, text = judge(*VALGRIND, COMMAND, *arguments, cwd=self.folder)
                self.assertEqual(status, wanted, text)
                self.assertNotIn("==", text)


if __name__ == "__main__":
    unittest.main()
