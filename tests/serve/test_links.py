# SPDX-License-Identifier: GPL-3.0-only
"""Links that permit: who has none gets nothing, and learns nothing."""

import base64
import hmac
import random
import signal
import struct
import subprocess
import time
import unittest

from service import COMMAND, SECONDS, URL, ServiceTest

SEED = 16  # of the forgeries, so that a failure comes again
FORGERIES = 20000
TICK = 0.1  # time(2) is as old as the kernel's last tick, by far less than that


def token(secret, host, expires, settings=()):
    """As src/link/token.h describes it, by other code."""
    body = b"\4" + struct.pack(">I", expires) + b"".join(text.encode() + b"\0" for text in settings)
    mac = hmac.new(secret, b"boots-from link\0" + host.encode() + b"\0" + body, "sha256")
    return base64.urlsafe_b64encode(body + mac.digest()[:16]).rstrip(b"=").decode()


class LinksTest(ServiceTest):
    def setUp(self):
        super().setUp()
        self.secrets = {}

    def secret(self, name):
        path = self.folder / name
        self.secrets[name] = f"{name} {random.random()} is long enough for one".encode()
        path.write_bytes(self.secrets[name])
        path.chmod(0o600)
        return path

    def link(self, service, *arguments):
        """The path that the command's link has, on this service."""
        base = f"http://127.0.0.1:{service.port}"
        done = subprocess.run([COMMAND, "link", "--base", base, *map(str, arguments)],
                              capture_output=True, text=True, check=True, timeout=SECONDS)
        self.assertTrue(done.stdout.startswith(base + "/") and done.stdout.endswith(".iso\n"), done.stdout)
        return done.stdout.removeprefix(base).rstrip("\n")

    def assert_none(self, service, *paths):
        """All of them are answered alike."""
        answers = {(answer.status, answer.content, tuple(name for name, _ in answer.headers.items()))
                   for answer in (service.get(path) for path in paths)}
        self.assertEqual({status for status, _, _ in answers}, {404})
        self.assertEqual(len(answers), 1, answers)

    def test_only_with_a_link(self):
        secret = self.secret("one")
        service = self.serve("--secret", secret, URL)
        path = self.link(service, "--secret", secret, "web1")
        self.assertEqual(service.get(path).content, self.build(URL.replace("{host}", "web1")))
        self.assertEqual(service.get("/boots/from" + path).status, 200)  # below what a proxy adds
        self.assertEqual(service.get(path, Range="bytes=0-9").status, 206)
        self.assertEqual(service.get("/healthz").status, 200)
        folder = path.split("/")[1]
        self.assert_none(service, "/web1.iso", "/a/web1.iso", f"/{folder}/web2.iso", f"/{folder}x/web1.iso",
                         f"/{folder}/a/web1.iso", f"/{folder[:-1]}/web1.iso", f"/{folder[1:]}/web1.iso",
                         f"/{folder}/", f"/{folder}", "/", "/-/web1.iso")

    def test_hosts_there_are_not(self):
        """Without a link nobody is told which hosts there are."""
        secret = self.secret("one")
        hosts = self.folder / "hosts"
        hosts.write_text("web1\n")
        service = self.serve("--secret", secret, "--hosts", hosts, URL)
        good = token(self.secrets["one"], "web2", int(time.time()) + 60)
        self.assert_none(service, "/x/web1.iso", "/x/web2.iso", f"/{good}/web2.iso", f"/{good}/web1.iso")
        self.assertEqual(service.get(self.link(service, "--secret", secret, "web1")).status, 200)

    def test_expiry_and_margin(self):
        secret = self.secret("one")
        service = self.serve("--secret", secret, "--margin", "1h", URL)
        now = int(time.time())
        for seconds, status in ((60, 200), (-1, 200), (-3000, 200), (-3601, 404), (-86400, 404)):
            path = f"/{token(self.secrets['one'], 'web1', now + seconds)}/web1.iso"
            self.assertEqual(service.get(path).status, status, seconds)

    def test_clock_at_the_edge(self):
        """A second before it is good, and then it is not."""
        secret = self.secret("one")
        service = self.serve("--secret", secret, "--margin", "1s", URL)
        expires = int(time.time()) + 2
        path = f"/{token(self.secrets['one'], 'web1', expires)}/web1.iso"
        deadline = time.time() + SECONDS
        while time.time() < deadline:
            before = time.time()
            status = service.get(path, "HEAD").status
            if status == 404:
                break
            self.assertLess(before, expires + 1 + TICK)
        self.assertGreaterEqual(time.time(), expires + 1)
        self.assertEqual(service.get(path, "HEAD").status, 404)

    def test_rotation(self):
        old, new = self.secret("old"), self.secret("new")
        service = self.serve("--secret", new, "--secret", old, URL)
        for secret in (old, new):
            self.assertEqual(service.get(self.link(service, "--secret", secret, "web1")).status, 200)
        # The old one is thrown away by writing the new one over it, too.
        path = self.link(service, "--secret", old, "web1")
        old.write_bytes(new.read_bytes())
        service.process.send_signal(signal.SIGHUP)
        deadline = time.time() + SECONDS
        while service.get(path).status != 404 and time.time() < deadline:
            time.sleep(0.01)
        self.assertEqual(service.get(path).status, 404)
        self.assertEqual(service.get(self.link(service, "--secret", new, "web1")).status, 200)
        # A file that cannot be used changes nothing.
        new.write_bytes(b"short")
        service.process.send_signal(signal.SIGHUP)
        service.wait_message(b"the secrets from before stay")
        self.assertEqual(service.get(self.link(service, "--secret", old, "web1")).status, 200)

    def test_settings_in_the_link(self):
        """The server knows of no host, and needs none."""
        secret = self.secret("one")
        service = self.serve("--secret", secret)
        settings = ["--set", "url=http://10.0.0.1/a?b=c", "--set", "ip=10.0.0.5/24", "--set", "dns=10.0.0.1"]
        path = self.link(service, "--secret", secret, *settings, "web1")
        built = self.build("--ip", "10.0.0.5/24", "--dns", "10.0.0.1", "http://10.0.0.1/a?b=c")
        self.assertEqual(service.get(path).content, built)
        other = self.link(service, "--secret", secret, "--set", "url=http://10.0.0.2/", "web1")
        self.assertNotEqual(service.get(other).headers["ETag"], service.get(path).headers["ETag"])
        self.assertEqual(service.get(path).content, built)
        self.assert_none(service, self.link(service, "--secret", secret, "web1"), path.replace("web1", "web2"))

    def test_settings_that_cannot_be(self):
        """Signed by a program that checks less."""
        secret = self.secret("one")
        service = self.serve("--secret", secret)
        for settings in (["url=ftp://10.0.0.1/"], ["ip=1"], ["nonsense"], ["url=http://10.0.0.1/\n"]):
            path = f"/{token(self.secrets['one'], 'web1', int(time.time()) + 60, settings)}/web1.iso"
            self.assertEqual(service.get(path).status, 500, settings)
        self.assertEqual(service.get("/healthz").status, 200)

    def test_log_has_no_links(self):
        secret = self.secret("one")
        service = self.serve("--secret", secret, URL)
        path = self.link(service, "--secret", secret, "web1")
        self.assertEqual(service.get(path).status, 200)
        for wrong in (path + "/" + path + "/", path.replace("/web1", "%2Fweb1"),
                      path.removesuffix("/web1.iso")):
            self.assertEqual(service.get(wrong).status, 404, wrong)
        self.assertEqual(service.terminate(), 0)
        log = service.log.read_text()
        folder = path.split("/")[1]
        self.assertIn(f'"GET /{folder[:6]}*/web1.iso" 200', log)
        self.assertNotIn(folder[6:], log)

    def test_forgeries(self):
        secret = self.secret("one")
        service = self.serve("-q", "--secret", secret, URL)
        right = self.link(service, "--secret", secret, "web1").split("/")[1]
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        numbers = random.Random(SEED)
        connection = service.connect()
        for number in range(FORGERIES):
            forged = list(right)
            for _ in range(numbers.randint(1, 3)):
                forged[numbers.randrange(len(forged))] = numbers.choice(alphabet)
            forged = "".join(forged)[:numbers.choice((len(right), len(right), numbers.randrange(len(right))))]
            if forged == right:
                continue
            connection.request("HEAD", f"/{forged}/web1.iso")
            answer = connection.getresponse()
            answer.read()
            self.assertEqual(answer.status, 404, forged)
        connection.request("HEAD", f"/{right}/web1.iso")
        self.assertEqual(connection.getresponse().status, 200)
        connection.close()

    def test_said_when_open(self):
        service = self.serve("--listen", "127.0.0.1:0", "--listen", "0.0.0.0:0", URL)
        service.wait_message(b"everybody who reaches this server")
        quiet = self.serve("--secret", self.secret("one"), "--listen", "0.0.0.0:0", URL)
        local = self.serve("--listen", "127.0.0.1:0", "--listen", "[::1]:0", URL)
        for silent in (quiet, local):
            self.assertEqual(silent.terminate(), 0)
            silent.wait_message(b"")
            self.assertFalse([line for line in silent.messages if b"everybody" in line])

    def test_refused(self):
        good, other = self.secret("one"), self.folder / "other"
        other.write_bytes(b"x" * 31)
        other.chmod(0o600)
        for arguments, status, words in (
                (["serve", "--secret", other, URL], 1, "31 bytes"),
                (["serve", "--secret", self.folder / "none", URL], 1, "No such file"),
                (["serve", *3 * ["--secret", good], URL], 2, "--secret"),
                (["serve", "--secret", good, "--margin", "4", URL], 2, "30m or 2h"),
                (["link", "--secret", good], 2, "no host"),
                (["link", "web1"], 2, "--secret FILE"),
                (["link", *2 * ["--secret", good], "web1"], 2, "one --secret FILE"),
                (["link", "--secret", good, "web1", "web2"], 2, "one host"),
                (["link", "--secret", good, "--ip", "10.0.0.5/24", "web1"], 2, "--ip"),
                (["batch", "--secret", good], 2, "--secret")):
            done = subprocess.run([COMMAND, *map(str, arguments)], capture_output=True, text=True,
                                  check=False, timeout=SECONDS)
            self.assertEqual((done.returncode, done.stderr.count("\n"), done.stdout), (status, 1, ""), done.stderr)
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main()
