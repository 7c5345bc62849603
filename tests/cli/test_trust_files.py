# SPDX-License-Identifier: GPL-3.0-only
"""--trust with the files that people have: chains, and what other programs export. openssl
makes all of them."""

import hashlib
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from command import CommandTest

URL = "https://bootserver.lan/boot"
SCRIPT = ("--print-script", URL)
CA = "basicConstraints=critical,CA:TRUE"
SERVER = "basicConstraints=CA:FALSE"


def openssl(folder, words, *others):
    subprocess.run(["openssl", *words.split(), *others], cwd=folder, check=True,
                   capture_output=True)


class FilesTest(CommandTest):
    @classmethod
    def setUpClass(cls):
        """A root, an intermediate CA and a server's certificate."""
        cls.made = Path(tempfile.mkdtemp(prefix="boots-from-cli."))
        cls.addClassCleanup(shutil.rmtree, cls.made)
        openssl(cls.made, "req -x509 -newkey rsa:2048 -nodes -days 3650 -keyout root.key "
                "-out root.pem", "-subj", "/CN=Lab Root/O=Example", "-addext", CA)
        cls.issue("issuing", "/CN=R11/O=Example/C=DE", "root", CA)
        cls.issue("server", "/CN=boot.example.org", "issuing", SERVER)

    @classmethod
    def issue(cls, name, subject, issuer, extension):
        (cls.made / "extension").write_text(extension)
        openssl(cls.made, f"req -new -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.csr",
                "-subj", subject)
        openssl(cls.made, f"x509 -req -in {name}.csr -CA {issuer}.pem -CAkey {issuer}.key "
                f"-CAcreateserial -days 900 -extfile extension -out {name}.pem")

    def setUp(self):
        """In fullchain.pem as ACME's clients leave them, too."""
        super().setUp()
        shutil.copytree(self.made, self.folder, dirs_exist_ok=True)
        self.join("fullchain.pem", "server.pem", "issuing.pem")
        self.join("all.pem", "server.pem", "issuing.pem", "root.pem")

    def openssl(self, words, *others):
        openssl(self.folder, words, *others)

    def join(self, name, *parts):
        self.put(name, b"".join((self.folder / part).read_bytes() for part in parts))

    def put(self, name, content):
        (self.folder / name).write_bytes(content)

    def fingerprint(self, name):
        der = subprocess.run(["openssl", "x509", "-in", name, "-outform", "DER"], check=True,
                             cwd=self.folder, capture_output=True).stdout
        return hashlib.sha256(der).hexdigest()

    def assert_takes(self, trust, certificate):
        done = self.run_command("--trust", trust, *SCRIPT)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"\n# trusts only sha256 {self.fingerprint(certificate)}\n",
                      done.stdout.decode())
        return done.stderr.decode()

    def expires(self, name):
        text = subprocess.run(["openssl", "x509", "-in", name, "-noout", "-enddate", "-dateopt",
                               "iso_8601"], check=True, cwd=self.folder, capture_output=True,
                              text=True).stdout
        return re.search(r"\d{4}-\d\d-\d\d", text)[0]

    def lines(self, *rows):
        return [f"  #{number} {subject}: {kind}, expires {self.expires(name)}"
                for number, (name, subject, kind) in enumerate(rows, 1)]

    def chain(self):
        return self.lines(("server.pem", "CN=boot.example.org", "not a CA's"),
                          ("issuing.pem", "CN=R11, O=Example, C=DE", "an intermediate CA's"))

    def test_full_chain(self):
        """Refused with what to give instead, which then works as it stands."""
        done = self.run_command("--trust", "fullchain.pem", URL)
        self.assert_refused(
            done, 1, "trust: 'fullchain.pem': it holds 2 certificates, and one can be trusted: "
            "give 'fullchain.pem#2', an intermediate CA's", below=self.chain())
        warned = self.assert_takes("fullchain.pem#2", "issuing.pem")
        self.assertIn("that of CN=Lab Root, O=Example lasts longer", warned)
        self.assertIn("a server's own", self.assert_takes("fullchain.pem#1", "server.pem"))
        self.assertEqual(self.assert_takes("all.pem#3", "root.pem"), "")
        for number in ("3", "999999"):
            done = self.run_command("--trust", f"fullchain.pem#{number}", URL)
            self.assert_refused(done, 1, "'fullchain.pem': it holds 2 certificates, and none has "
                                f"the number {number}", below=self.chain())

    def test_image_is_that_of_the_certificate_alone(self):
        alone = self.build("--trust", "issuing.pem", URL)
        self.assertEqual(self.build("--trust", "fullchain.pem#2", URL), alone)

    def test_name_with_a_number_in_it(self):
        """A file that is called so goes first, and has numbers of its own."""
        self.join("fullchain.pem#2", "root.pem")
        self.join("ca#1.pem", "root.pem")
        self.join("#2", "root.pem")
        for name in ("fullchain.pem#2", "fullchain.pem#2#1", "ca#1.pem", "ca#1.pem#1", "#2"):
            with self.subTest(name):
                self.assert_takes(name, "root.pem")
        for name, missing in (("none.pem#2", "none.pem"), ("root.pem#0", "root.pem#0"),
                              ("root.pem#", "root.pem#"), ("root.pem#1x", "root.pem#1x"),
                              ("#3", "#3")):
            with self.subTest(name):
                self.assert_refused(self.run_command("--trust", name, URL), 1,
                                    f"trust: '{missing}': cannot open: No such file")

    def test_pkcs7(self):
        """In both forms: one is taken, of several one is picked."""
        self.openssl("crl2pkcs7 -nocrl -certfile root.pem -out root.p7b")
        self.openssl("crl2pkcs7 -nocrl -certfile root.pem -out root.spc -outform DER")
        self.openssl("crl2pkcs7 -nocrl -certfile all.pem -out all.p7b")
        self.openssl("crl2pkcs7 -nocrl -certfile all.pem -out all.spc -outform DER")
        text = (self.folder / "root.p7b").read_bytes()
        self.put("windows.p7b", b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"))
        self.put("enrolment.p7b", text.replace(b"PKCS7", b"CERTIFICATE"))
        for name in ("root.p7b", "root.spc", "windows.p7b", "enrolment.p7b", "all.p7b#3",
                     "all.spc#3"):
            with self.subTest(name):
                self.assert_takes(name, "root.pem")
        for name in ("all.p7b", "all.spc"):
            with self.subTest(name):
                self.assert_refused(
                    self.run_command("--trust", name, URL), 1,
                    f"'{name}': it holds 3 certificates, and one can be trusted: give '{name}#3',"
                    " a root CA's", below=self.chain() + self.lines(
                        *3 * (("root.pem", "CN=Lab Root, O=Example", "a root CA's"),))[2:])

    def test_pkcs12(self):
        """The line that is printed does what it says, and what it makes can be given."""
        options = "-inkey server.key -in server.pem -certfile issuing.pem -passout pass:secret"
        for name, extra, used in (("server.p12", "", ""), ("old one.pfx", "-legacy", " -legacy")):
            with self.subTest(name):
                self.openssl(f"pkcs12 -export {options} {extra} -out", name)
                line = f"  openssl pkcs12{used} -nokeys -in '{name}' -out certificates.pem"
                self.assert_refused(self.run_command("--trust", name, URL), 1,
                                    f"'{name}': it is a PKCS #12 file", below=[line])
                subprocess.run([*shlex.split(line), "-passin", "pass:secret"], cwd=self.folder,
                               check=True, capture_output=True)
                self.assert_refused(self.run_command("--trust", "certificates.pem", URL), 1,
                                    "'certificates.pem#2', an intermediate CA's",
                                    below=self.chain())
                self.assert_takes("certificates.pem#2", "issuing.pem")

    def test_text_as_it_comes(self):
        pem = (self.folder / "root.pem").read_text()
        self.openssl("x509 -in root.pem -text -out text.pem")
        self.openssl("x509 -in root.pem -trustout -addtrust serverAuth -out trusted.pem")
        self.put("values.yaml", ("boot:\n  ca: |\n    " + pem.replace("\n", "\n    ")).encode())
        self.put("windows.pem", b"\xef\xbb\xbf" + pem.replace("\n", "\r\n").encode())
        self.put("powershell.pem", b"\xff\xfe" + pem.replace("\n", "\r\n").encode("utf-16-le"))
        self.join("with-key.pem", "root.key", "root.pem")
        for name in ("text.pem", "trusted.pem", "values.yaml", "windows.pem", "powershell.pem",
                     "with-key.pem"):
            with self.subTest(name):
                self.assert_takes(name, "root.pem")

    def test_what_is_no_certificate(self):
        self.openssl("rsa -in root.key -aes128 -passout pass:x -out locked.key")
        self.openssl("pkcs8 -topk8 -in root.key -outform DER -passout pass:x -out locked.der")
        self.openssl("rsa -in root.key -outform DER -out key.der")
        self.openssl("req -in server.csr -outform DER -out request.der")
        self.put("secret.b64", b"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t\n")
        self.put("values.json", b'{"ca": "-----BEGIN CERTIFICATE-----\\nMIID..."}')
        key = "it holds a private key and not the certificate"
        for name, words in (("root.key", key), ("locked.key", key), ("locked.der", key),
                            ("key.der", key), ("server.csr", "a certificate request"),
                            ("request.der", "a certificate request"),
                            ("secret.b64", "base64 -d"), ("values.json", "line ends")):
            with self.subTest(name):
                self.assert_refused(self.run_command("--trust", name, URL), 1,
                                    f"trust: '{name}': ", words)

    def test_hostile_subjects(self):
        """Names with lines and escapes of their own; the list stays a list."""
        subject = "/CN=a\n  #9 CN=x: a root CA's\x1b[2J\u202e" + "/OU=" + "u" * 60
        self.openssl("req -x509 -newkey rsa:2048 -nodes -utf8 -keyout key -out bad.pem -subj",
                     subject)
        self.join("two.pem", "bad.pem", "root.pem")
        text = self.run_command("--trust", "two.pem", URL).stderr.decode("ascii")
        self.assertEqual(len(text.splitlines()), 3, text)
        self.assertTrue(all(line.isprintable() for line in text.splitlines()), text)
        self.assertRegex(text.splitlines()[1], r"^  #1 CN=a\\0A  #9 CN=x: .*\\1B\[2J")

    def test_every_command(self):
        """It is one setting, whatever the command is."""
        image = self.folder / "image.iso"
        self.assertEqual(self.run_command("-q", "--trust", "issuing.pem", "-o", image,
                                          URL).returncode, 0)
        before = image.read_bytes()
        (self.folder / "hosts").write_text("web1\n")
        others = "https://bootserver.lan/{host}"
        for words in (["repoint", image, URL], ["batch", "--hosts", "hosts", others],
                      ["serve", "--listen", "127.0.0.1:0", others]):
            with self.subTest(words[0]):
                done = self.run_command(*words, "--trust", "fullchain.pem")
                self.assert_refused(done, 1, "trust: 'fullchain.pem': it holds 2",
                                    below=self.chain())
        self.assertEqual(image.read_bytes(), before)
        done = self.run_command("repoint", image, f"{URL}2", "--trust", "fullchain.pem#2")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(image.read_bytes(), self.build("--trust", "issuing.pem", f"{URL}2"))
        done = self.run_command("batch", "--hosts", "hosts", "--trust", "fullchain.pem#2", others)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.folder / "web1.iso").read_bytes(),
                         self.build("--trust", "issuing.pem", "https://bootserver.lan/web1"))


if __name__ == "__main__":
    unittest.main()
