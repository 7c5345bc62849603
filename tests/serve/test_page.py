# SPDX-License-Identifier: GPL-3.0-only
"""The page at /: it is the command's, with what was fetched of each host; and who is not shown it."""

import http.client
import json
import os
import re
import signal
import subprocess
import time
import unittest

from service import COMMAND, SECONDS, URL, ServiceTest

HOSTS = "host,ip\nweb2,\nweb1,192.0.2.1/24\nweb3,\n"
LIST = re.compile(rb'(<script id="served" type="application/json">)(.*?)(?=</script>)', re.DOTALL)
POLICY = re.compile(rb'http-equiv="Content-Security-Policy" content="([^"]*)"')
with_page = unittest.skipUnless(os.environ["BF_WEB"] == "ON", "this build is without pages")
without_page = unittest.skipIf(os.environ["BF_WEB"] == "ON", "this build has pages")


def shell(page):
    """A page without what a server has put into it."""
    return LIST.sub(rb"\1null", page)


def served(page):
    """What a server has put into a page."""
    (found,) = LIST.finditer(page)
    return json.loads(found.group(2))


class PageTest(ServiceTest):
    def page(self, *arguments):
        return subprocess.run([COMMAND, "page", "-q", "-o", "-", *map(str, arguments)], check=True,
                              capture_output=True, timeout=SECONDS).stdout

    def hosts(self, text=HOSTS):
        path = self.folder / "hosts.csv"
        path.write_text(text)
        return path

    def refused(self, *arguments):
        done = subprocess.run([COMMAND, "serve", "--check", *map(str, arguments)], check=False, text=True,
                              capture_output=True, timeout=SECONDS)
        return done.returncode, done.stderr

    def wait_list(self, get, is_right):
        """What a page says when it is right: it may be a second old, and an answer ends after it is read."""
        deadline = time.monotonic() + SECONDS
        while not is_right(found := served(get().content)):
            self.assertLess(time.monotonic(), deadline, found)
            time.sleep(0.05)
        return found


@with_page
class OptionsTest(PageTest):
    def test_the_same_page_as_written(self):
        certificate = self.folder / "ca.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.folder / "ca.key",
             "-out", certificate, "-days", "3650", "-subj", "/CN=ca"],
            check=True, capture_output=True, timeout=SECONDS)
        for words in ([URL], ["--arch", "bios,riscv64", "--label", "FLEET", "http://10.0.0.1/</script>"],
                      ["--trust", certificate, "--layout", "gpt", "--script-room", "64K", "https://10.0.0.1/"]):
            with self.subTest(words):
                service = self.serve("--page", *words)
                self.assertEqual(service.get("/").content, self.page(*words))

    def test_what_no_page_can_do(self):
        secret = self.folder / "secret"
        secret.write_bytes(b"s" * 32)
        secret.chmod(0o600)
        for arguments, words in (
                (["--shim", "none", URL], "--page: --shim: is not for a page"),
                (["--sign-key", "none", URL], "--page: --sign-key: is not for a page"),
                (["--secret", secret, URL], "--page: with --secret there is nothing without a link: give --admin")):
            status, said = self.refused("--page", *arguments)
            self.assertEqual(status, 2, said)
            self.assertIn(words, said)

    def test_check(self):
        self.assertEqual(self.refused("--page", URL), (0, "boots-from: this can be served\n"))

    def test_nothing_without_the_option(self):
        service = self.serve("--hosts", self.hosts(), URL)
        for method in ("GET", "HEAD", "POST"):
            none, other = service.get("/", method), service.get("/nothing", method)
            self.assertEqual((none.status, none.content), (404, other.content))
            self.assertEqual([name for name, _ in none.headers.items()], [name for name, _ in other.headers.items()])
        self.assertFalse(any(b"the page" in line for line in service.messages))


@with_page
class HttpTest(PageTest):
    def setUp(self):
        super().setUp()
        self.service = self.serve("--page", "--hosts", self.hosts(), URL)

    def get(self):
        return self.service.get("/")

    def test_head_of_the_answer(self):
        answer = self.get()
        self.assertEqual(answer.status, 200)
        self.assertEqual(shell(answer.content), self.page(URL))
        self.assertEqual(answer.headers["Content-Type"], "text/html; charset=utf-8")
        self.assertEqual(answer.headers["Content-Length"], str(len(answer.content)))
        self.assertEqual(answer.headers["Cache-Control"], "no-cache")
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
        self.assertRegex(answer.headers["ETag"], r'^"[0-9a-f]{32}"$')
        (policy,) = POLICY.findall(answer.content)
        self.assertIn(b"connect-src 'none'", policy)
        self.assertEqual(answer.headers["Content-Security-Policy"], f"{policy.decode()}; frame-ancestors 'none'")
        self.assertIn(f"the page: http://127.0.0.1:{self.service.port}/\n".encode(),
                      self.service.wait_message(b"the page"))

    def test_head(self):
        answer, head = self.get(), self.service.get("/", "HEAD")
        self.assertEqual((head.status, head.content), (200, b""))
        differing = {"Date"}
        self.assertEqual([field for field in head.headers.items() if field[0] not in differing],
                         [field for field in answer.headers.items() if field[0] not in differing])

    def test_paths_and_methods(self):
        page = self.get().content
        for path in ("/", "//", "/?reload=1"):
            self.assertEqual(self.service.get(path).content, page, path)
        for path in ("/x/", "/index.html", "/%2f", "/.", "/web1", "/healthz/"):
            self.assertEqual(self.service.get(path).status, 404, path)
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            answer = self.service.get("/", method)
            self.assertEqual((answer.status, answer.headers["Allow"]), (405, "GET, HEAD"), method)
        self.assertEqual(self.service.get("/healthz").content, b"ok\n")
        self.assertEqual(self.service.get("/web1.iso").status, 200)

    def test_conditions(self):
        tag = self.get().headers["ETag"]
        now = "Fri, 01 Jan 2100 00:00:00 GMT"
        for status, fields in (
                (304, {"If_None_Match": tag}), (304, {"If_None_Match": f'"x", W/{tag}'}), (304, {"If_None_Match": "*"}),
                (200, {"If_None_Match": '"x"'}), (200, {"If_Modified_Since": now}),
                (200, {"If_Unmodified_Since": "Sat, 01 Jan 2000 00:00:00 GMT"}),
                (412, {"If_Match": '"x"'}), (200, {"If_Match": tag}),
                (200, {"Range": "bytes=0-9"}), (200, {"Accept_Encoding": "gzip"})):
            for method in ("GET", "HEAD"):
                answer = self.service.get("/", method, **fields)
                self.assertEqual(answer.status, status, fields)
                if status == 304:
                    self.assertEqual((answer.content, answer.headers["ETag"]), (b"", tag))
                    self.assertIn("frame-ancestors", answer.headers["Content-Security-Policy"])
                    self.assertEqual(answer.headers["Cache-Control"], "no-cache")

    def test_what_the_client_says_of_itself_is_not_in_it(self):
        """Its Host neither: a browser knows by itself where it has the page from."""
        page = self.get()
        for host in ("evil.example", "\"><script>alert(1)</script>", "</script>", "10.0.0.1:80", "[::1]"):
            answer = self.service.raw(f"GET / HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Host: {host}\r\n"
                                      f"Connection: close\r\n\r\n".encode())
            head, content = answer.split(b"\r\n\r\n", 1)
            if head.startswith(b"HTTP/1.1 200 "):
                self.assertEqual(content, page.content, host)
                self.assertIn(page.headers["ETag"].encode(), head)
            else:
                self.assertTrue(head.startswith(b"HTTP/1.1 400 "), head)
            self.assertNotIn(b"evil", answer)

    def test_what_was_fetched(self):
        size = len(self.service.get("/web2.iso").content)
        self.assertEqual(served(self.get().content)["size"], size)
        for part in ("0-999", "500-1999", f"{size - 7}-"):
            self.service.get("/web1.iso", Range=f"bytes={part}")
        self.service.get("/a/web1.iso", Range="bytes=0-0,9000-9009")
        for method, fields in (("HEAD", {}), ("GET", {"If_None_Match": "*"}), ("GET", {"Range": f"bytes={size}-"})):
            self.service.get("/web3.iso", method, **fields)  # which take nothing
        self.service.get("/web4.iso")
        wanted = {"web1": 2017, "web2": size, "web3": None}
        found = self.wait_list(self.get, lambda found: wanted == {
            host["host"]: host.get("last", {}).get("bytes") for host in found["hosts"]})
        self.assertEqual(found["links"], False)
        self.assertEqual([host["host"] for host in found["hosts"]], ["web1", "web2", "web3"])
        for host in found["hosts"][:2]:
            self.assertEqual(set(host["last"]), {"time", "client", "bytes", "complete"})
            self.assertEqual(host["last"]["complete"], True)
            self.assertRegex(host["last"]["client"], r"^127\.0\.0\.1:\d+$")
            self.assertRegex(host["last"]["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

    def test_a_fetch_makes_another_page(self):
        first = self.get()
        self.service.get("/web1.iso")
        self.wait_list(self.get, lambda found: "last" in found["hosts"][0])
        second = self.get()
        self.assertNotEqual(first.headers["ETag"], second.headers["ETag"])
        self.assertEqual(self.service.get("/", If_None_Match=first.headers["ETag"]).status, 200)
        self.assertEqual(shell(first.content), shell(second.content))

    def test_reload(self):
        before = self.get()
        self.hosts("web1\nweb9\n")
        self.service.process.send_signal(signal.SIGHUP)
        found = self.wait_list(self.get, lambda found: len(found["hosts"]) == 2)
        self.assertEqual(found["hosts"], [{"host": "web1"}, {"host": "web9"}])
        self.assertNotEqual(self.get().headers["ETag"], before.headers["ETag"])
        # A list with a mistake changes nothing.
        self.hosts("web1\nweb1\n")
        self.service.process.send_signal(signal.SIGHUP)
        self.service.wait_message(b"the hosts from before stay")
        self.assertEqual(served(self.get().content), found)

    def test_it_is_logged_and_counted_as_others(self):
        length = len(self.get().content)
        self.assertEqual(self.service.terminate(), 0)
        self.assertIn(f'"GET /" 200 {length} ', self.service.log.read_text())


@with_page
class AdminTest(PageTest):
    """With a secret the page is the house's, and nobody's link is in it."""

    def setUp(self):
        super().setUp()
        self.secret = self.folder / "secret"
        self.secret.write_bytes(b"a secret that is long enough, really")
        self.secret.chmod(0o600)

    def start(self, *arguments):
        self.service = self.serve("--page", "--admin", "127.0.0.1:0", *arguments)
        line = self.service.wait_message(b"about this server")
        self.admin = int(re.search(rb":(\d+)/metrics", line).group(1))

    def ask(self, path="/", method="GET", **fields):
        connection = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=SECONDS)
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in fields.items()})
        answer = connection.getresponse()
        answer.content = answer.read()
        connection.close()
        return answer

    def test_where_permits_are_needed(self):
        self.start("--secret", self.secret, "--hosts", self.hosts(), URL)
        none, other = self.service.get("/"), self.service.get("/x/web1.iso")
        self.assertEqual((none.status, none.content), (404, other.content))
        self.assertEqual([name for name, _ in none.headers.items()], [name for name, _ in other.headers.items()])
        self.assertEqual(self.service.get("/", "POST").status, 404)
        self.assertIn(f":{self.admin}/\n".encode(), self.service.wait_message(b"the page"))
        link = subprocess.run([COMMAND, "link", "--secret", self.secret, "--base", "http://a", "web1"], check=True,
                              capture_output=True, text=True, timeout=SECONDS).stdout.strip().removeprefix("http://a")
        size = len(self.service.get(link).content)
        found = self.wait_list(self.ask, lambda found: "last" in found["hosts"][0])
        self.assertEqual((found["links"], found["size"], found["hosts"][0]["last"]["bytes"]), (True, size, size))
        answer = self.ask()
        self.assertEqual(shell(answer.content), self.page(URL))
        self.assertEqual(answer.headers["Content-Type"], "text/html; charset=utf-8")
        self.assertEqual(self.ask(method="HEAD").content, b"")
        self.assertEqual(self.ask(If_None_Match=answer.headers["ETag"]).status, 304)
        self.assertEqual(self.ask(method="POST").status, 405)
        for hidden in (self.secret.read_bytes(), link.split("/")[1].encode(), str(self.secret).encode()):
            self.assertNotIn(hidden, answer.content)

    def test_without_a_secret_the_admin_has_none(self):
        self.start("--hosts", self.hosts(), URL)
        self.assertEqual(self.service.get("/").status, 200)
        self.assertEqual(self.ask().status, 404)

    def test_hosts_that_only_links_know(self):
        self.start("--secret", self.secret)
        self.assertEqual(self.ask().content, self.page())

    def test_counted(self):
        self.start(URL)
        length = len(self.service.get("/").content)
        deadline = time.monotonic() + SECONDS
        while f"boots_from_response_bytes_total {length}\n".encode() not in self.ask("/metrics").content:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        self.assertIn(b'boots_from_requests_total{status="200"} 1\n', self.ask("/metrics").content)


@with_page
class ManyHostsTest(PageTest):
    def test_thousands(self):
        names = [f"host-{number:05}.rack.example" for number in range(20000)]
        service = self.serve("--page", "-q", "--hosts", self.hosts("\n".join(names)), URL)
        service.get(f"/{names[-1]}.iso", Range="bytes=0-9")
        found = self.wait_list(lambda: service.get("/"), lambda found: "last" in found["hosts"][-1])
        self.assertEqual([host["host"] for host in found["hosts"]], names)
        self.assertEqual(found["hosts"][-1]["last"]["bytes"], 10)
        self.assertEqual(sum("last" in host for host in found["hosts"]), 1)


@without_page
class NoPageTest(PageTest):
    def test_refused(self):
        status, said = self.refused("--page", URL)
        self.assertEqual((status, said), (1, "boots-from: --page: this boots-from was built without its page: "
                                             "build it with BF_WEB\n"))


if __name__ == "__main__":
    unittest.main()
