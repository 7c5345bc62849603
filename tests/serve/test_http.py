# SPDX-License-Identifier: GPL-3.0-only
"""What is answered to which request, as RFC 9110 has it; curl reads the ranges too."""

import email
import re
import socket
import subprocess
import unittest

from service import SECONDS, URL, ServiceTest


class OptionsTest(ServiceTest):
    def test_same_image_as_built(self):
        certificate = self.folder / "ca.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
             self.folder / "ca.key", "-out", certificate, "-days", "3650", "-subj", "/CN=ca"],
            check=True, capture_output=True, timeout=SECONDS)
        for options in (["--arch", "bios", "--label", "FLEET", "--layout", "mbr"],
                        ["--arch", "x86_64", "--trust", certificate]):
            service = self.serve(*options, "https://10.0.0.1/{host}?mac=${net0/mac}")
            built = self.build(*options, "https://10.0.0.1/web1?mac=${net0/mac}")
            self.assertEqual(service.get("/web1.iso").content, built, options)


class HttpTest(ServiceTest):
    def setUp(self):
        super().setUp()
        self.image = self.build("http://10.0.0.1/boot/web1")
        self.service = self.serve()

    def test_whole(self):
        answer = self.service.get("/web1.iso")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.content, self.image)
        self.assertEqual(answer.headers["Content-Length"], str(len(self.image)))
        self.assertEqual(answer.headers["Accept-Ranges"], "bytes")
        self.assertRegex(answer.headers["ETag"], r'^"[0-9a-f]{32}"$')
        for path in ("/a1b2/web1.iso", "/a/b/c/web1.iso", "/web1.iso?attempt=2", "//web1.iso",
                     "/a1b2//web1.iso", "/%77eb1%2Eiso", "/web1.ISO", "//%61/w%65b1.IsO?a%20b"):
            again = self.service.get(path)
            self.assertEqual(again.content, self.image, path)
            self.assertEqual(again.headers["ETag"], answer.headers["ETag"], path)

    def test_head(self):
        answer = self.service.get("/web1.iso", "HEAD")
        self.assertEqual((answer.status, answer.content), (200, b""))
        self.assertEqual(answer.headers["Content-Length"], str(len(self.image)))
        self.assertEqual(answer.headers["Accept-Ranges"], "bytes")
        # Range is for GET only.
        self.assertEqual(self.service.get("/web1.iso", "HEAD", Range="bytes=0-1").status, 200)

    def test_hosts_differ(self):
        tags = {self.service.get(f"/h{n}.iso", "HEAD").headers["ETag"] for n in range(300)}
        self.assertEqual(len(tags), 300)
        self.assertEqual(self.service.get("/h7.iso").content,
                         self.build("http://10.0.0.1/boot/h7"))

    def test_single_ranges(self):
        size = len(self.image)
        for text, first, last in (
                ("0-0", 0, 0), ("0-", 0, size - 1), ("-1", size - 1, size - 1),
                (f"{size - 1}-", size - 1, size - 1), ("32768-34815", 32768, 34815),
                (f"-{size + 5}", 0, size - 1), (f"100-{size + 5}", 100, size - 1)):
            answer = self.service.get("/web1.iso", Range=f"bytes={text}")
            self.assertEqual(answer.status, 206, text)
            self.assertEqual(answer.headers["Content-Range"], f"bytes {first}-{last}/{size}")
            self.assertEqual(answer.content, self.image[first:last + 1], text)

    def test_several_ranges(self):
        ranges = [(0, 0), (500000, 600000), (32768, 32769), (len(self.image) - 5, len(self.image) - 1)]
        field = "bytes=" + ",".join(f"{first}-{last}" for first, last in ranges)
        answer = self.service.get("/web1.iso", Range=field)
        self.assertEqual(answer.status, 206)
        self.assertIsNone(answer.headers["Content-Range"])
        head = f"Content-Type: {answer.headers['Content-Type']}\r\n\r\n".encode()
        parts = email.message_from_bytes(head + answer.content).get_payload()
        self.assertEqual(len(parts), len(ranges))
        boundary = answer.headers.get_param("boundary").encode()
        bodies = answer.content.split(b"--" + boundary)[1:-1]
        for body, part, (first, last) in zip(bodies, parts, ranges):
            self.assertEqual(part["Content-Range"], f"bytes {first}-{last}/{len(self.image)}")
            content = body.split(b"\r\n\r\n", 1)[1].removesuffix(b"\r\n")
            self.assertEqual(content, self.image[first:last + 1])

    def test_one_range_left_is_not_multipart(self):
        answer = self.service.get("/web1.iso", Range=f"bytes=0-9,{len(self.image)}-")
        self.assertEqual(answer.headers["Content-Range"], f"bytes 0-9/{len(self.image)}")
        self.assertEqual(answer.content, self.image[:10])

    def test_unsatisfiable(self):
        answer = self.service.get("/web1.iso", Range=f"bytes={len(self.image)}-")
        self.assertEqual(answer.status, 416)
        self.assertEqual(answer.headers["Content-Range"], f"bytes */{len(self.image)}")

    def test_ignored_ranges(self):
        many = "bytes=" + ",".join(f"{n}-{n}" for n in range(0, 100, 2))
        for field in ("bytes=9-0", "items=0-1", many, "bytes=0-,0-", ["bytes=0-1", "bytes=2-3"]):
            answer = self.service.get("/web1.iso", Range=field)
            self.assertEqual((answer.status, len(answer.content)), (200, len(self.image)), field)

    def test_conditions(self):
        answer = self.service.get("/web1.iso", "HEAD")
        tag, date = answer.headers["ETag"], answer.headers["Last-Modified"]
        old = "Sun, 06 Nov 1994 08:49:37 GMT"
        for status, headers in (
                (304, {"If_None_Match": tag}), (304, {"If_None_Match": f'"x", W/{tag}'}),
                (304, {"If_None_Match": ['"x"', tag]}), (200, {"If_None_Match": '"x"'}),
                (304, {"If_Modified_Since": date}), (200, {"If_Modified_Since": old}),
                (412, {"If_Match": '"x"'}), (200, {"If_Match": tag}),
                (412, {"If_Unmodified_Since": old}),
                (206, {"Range": "bytes=0-1", "If_Range": tag}),
                (200, {"Range": "bytes=0-1", "If_Range": '"x"'}),
                (200, {"Range": "bytes=0-1", "If_Range": old}),
                (304, {"Range": "bytes=0-1", "If_None_Match": tag})):
            answer = self.service.get("/web1.iso", **headers)
            self.assertEqual(answer.status, status, headers)
            if status == 304:
                self.assertEqual(answer.content, b"")
                self.assertEqual(answer.headers["ETag"], tag)

    def test_not_found(self):
        for path in ("/", "/web1", "/.iso", "/../web1.iso", "/a/../web1.iso", "/web1.iso/",
                     "/..%2f..%2fetc%2fpasswd.iso", "/%2e%2e/web1.iso", "/a%2fweb1.iso",
                     "/web1%20.iso", "/web1%", "/web1.iso%", "/%2577eb1.iso", "/etc/passwd", "/healthz/x", "/web1.iso%00", "/" + "a" * 300 + ".iso"):
            self.assertEqual(self.service.get(path).status, 404, path)

    def test_methods(self):
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"):
            answer = self.service.get("/web1.iso", method)
            self.assertEqual(answer.status, 405, method)
            self.assertEqual(answer.headers["Allow"], "GET, HEAD")
        self.assertEqual(self.service.get("/nothing", "POST").status, 404)

    def test_content_is_not_awaited(self):
        """A large upload is refused when its head is here."""
        answer = self.service.raw(b"POST /web1.iso HTTP/1.1\r\nHost: a\r\n"
                                  b"Content-Length: 1000000000\r\n\r\nabc")
        self.assertTrue(answer.startswith(b"HTTP/1.1 405 "), answer)

    def test_health(self):
        answer = self.service.get("/healthz")
        self.assertEqual((answer.status, answer.content), (200, b"ok\n"))

    def test_keeps_the_connection(self):
        connection = self.service.connect()
        for n in range(20):
            connection.request("GET", "/web1.iso", headers={"Range": f"bytes={n}-{n + 99}"})
            self.assertEqual(connection.getresponse().read(), self.image[n:n + 100])
            if n == 0:
                first = connection.sock
            self.assertIs(connection.sock, first)
        connection.close()

    def test_pipelined(self):
        request = b"GET /web1.iso HTTP/1.1\r\nHost: a\r\nRange: bytes=%d-%d\r\n%s\r\n"
        answer = self.service.raw(request % (0, 9, b"") + request % (10, 19, b"Connection: close\r\n"))
        self.assertEqual(answer.count(b"HTTP/1.1 206 "), 2)
        self.assertTrue(answer.endswith(self.image[10:20]))
        self.assertIn(self.image[0:10] + b"HTTP/1.1 206", answer)

    def test_http_1_0(self):
        answer = self.service.raw(b"GET /web1.iso HTTP/1.0\r\n\r\n")
        head, content = answer.split(b"\r\n\r\n", 1)
        self.assertIn(b" 200 ", head.split(b"\r\n")[0])
        self.assertEqual(content, self.image)

    def test_curl(self):
        for arguments, wanted in (
                ([], self.image),
                (["-r", "40000-99999"], self.image[40000:100000]),
                (["-r", "-100"], self.image[-100:]),
                (["-C", "3000000"], self.image[3000000:])):
            done = subprocess.run(
                ["curl", "-sS", "--fail", *arguments, "-o", "-",
                 f"http://127.0.0.1:{self.service.port}/x/web1.iso"],
                capture_output=True, timeout=SECONDS, check=True)
            self.assertEqual(done.stdout, wanted, arguments)

    def test_log(self):
        self.service.get("/a/web1.iso", Range="bytes=0-9")
        self.service.raw(b'GET /"%0a\x01.iso HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
        self.assertEqual(self.service.terminate(), 0)
        # Two threads answered: which line comes first is open.
        lines = sorted(self.service.log.read_text().splitlines(), key=lambda line: line.split('"')[1],
                       reverse=True)
        self.assertEqual(len(lines), 2)
        self.assertRegex(lines[0], r'^[-\d]+T[:\d]+Z 127\.0\.0\.1:\d+ '
                                   r'"GET /a/web1\.iso" 206 10 \d+\.\d+ms$')
        self.assertRegex(lines[1], r'"GET /\'%0a\\x01\.iso" 404 ')


HEAD = b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
OLD = b"GET /healthz HTTP/1.0\r\n"
CLOSE = b"Connection: close\r\n\r\n"


class FramingTest(ServiceTest):
    """What RFC 9112 says of requests whose end, or whose host, can be read in two ways."""

    def setUp(self):
        super().setUp()
        # No connection is closed because somebody got tired of it.
        self.service = self.serve("--idle-timeout", "3600", URL)

    def ask(self, request):
        """The status of the one answer, after which the connection is closed."""
        answer = self.service.raw(request)
        self.assertRegex(answer, rb"^HTTP/1\.[01] \d\d\d ", request)
        return int(answer.split()[1])

    def test_taken(self):
        for request in (
                OLD + b"\r\n", OLD + b"Host: a\r\n\r\n", HEAD + CLOSE,
                OLD + b"Content-Length: 3\r\n\r\nabc",
                HEAD + b"Content-Length: 3\r\n" + CLOSE + b"abc",
                HEAD + b"Transfer-Encoding: Chunked\r\n" + CLOSE + b"3\r\nabc\r\n0\r\n\r\n"):
            self.assertEqual(self.ask(request), 200, request)

    def test_refused(self):
        for request in (
                b"GET /healthz HTTP/1.1\r\n\r\n",
                HEAD + b"Host: a\r\n\r\n",
                OLD + b"Host: a\r\nHost: b\r\n\r\n",
                b"GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n",
                HEAD + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
                HEAD + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
                HEAD + b"Content-Length: 3, 3\r\n\r\nabc",
                HEAD + b"Content-Length: -3\r\n\r\nabc",
                HEAD + b"Content-Length : 3\r\n\r\nabc",
                HEAD + b"Content-Length: 3\r\n 4\r\n\r\nabcd",
                HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
                HEAD + b"Transfer-Encoding: gzip\r\n\r\nabc",
                HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n",
                HEAD + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
                OLD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                b"POST /web1.iso HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\nabc",
                HEAD + b"no field\r\n\r\n"):
            self.assertEqual(self.ask(request), 400, request)

    def test_nothing_behind_it_is_a_request(self):
        """What one reader takes for content is no request to another one."""
        for field in (b"Content-Length: 0\r\nContent-Length: 5\r\n",
                      b"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"):
            answer = self.service.raw(HEAD + field + b"\r\n" + HEAD + CLOSE)
            self.assertEqual(answer.count(b"HTTP/1.1 "), 1, answer)

    def test_refusals_are_logged(self):
        """Those of libmicrohttpd too, which it makes without asking."""
        for request in (HEAD + b"Host: a\r\n\r\n",            # ours
                        HEAD + b"no field\r\n\r\n",            # not, after the path
                        HEAD + b"X: " + b"a" * 40000,          # nor this
                        b"GET\r\n\r\n",                        # before it
                        b"GET /" + b"a" * 40000,
                        b"GET /healthz HTTP/3.0\r\n\r\n"):
            self.service.raw(request)
        address = ("127.0.0.1", self.service.port)
        with socket.create_connection(address, SECONDS) as connection:
            connection.sendall(HEAD + b"\r\n")
            received = b""
            while not received.endswith(b"ok\n"):
                piece = connection.recv(1000)
                self.assertNotEqual(piece, b"", received)
                received += piece
            connection.sendall(b"GET\r\n\r\n")
            self.assertEqual(connection.recv(1), b"")
        # One that goes away without a byte is nothing to speak of.
        socket.create_connection(address, SECONDS).close()
        self.assertEqual(self.service.terminate(), 0)
        lines = [line.split(" ", 2)[2] for line in self.service.log.read_text().splitlines()]
        self.assertEqual(
            sorted(re.sub(r"[\d.]+ms", "T", line) for line in lines),
            sorted(['"GET /healthz" 400 20 T', '"- /healthz" 400 0 T', '"- /healthz" 431 0 T']
                   + ['"- -" - 0 T no-request'] * 4 + ['"GET /healthz" 200 3 T']))


if __name__ == "__main__":
    unittest.main()
