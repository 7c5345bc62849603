# SPDX-License-Identifier: GPL-3.0-only
"""What an operator sees: numbers that promtool takes, what was fetched last, the log as JSON."""

import http.client
import json
import os
import re
import signal
import subprocess
import time
import unittest

from keys import make_signer
from service import COMMAND, SECONDS, URL, ServiceTest


class AdminTest(ServiceTest):
    def watched(self, *arguments, **options):
        service = self.serve("--admin", "127.0.0.1:0", *arguments, **options)
        line = service.wait_message(b"about this server")
        service.admin = int(re.search(rb":(\d+)/metrics", line).group(1))
        return service

    def ask(self, service, path, method="GET"):
        connection = http.client.HTTPConnection("127.0.0.1", service.admin, timeout=SECONDS)
        connection.request(method, path)
        answer = connection.getresponse()
        answer.content = answer.read()
        connection.close()
        return answer

    def numbers(self, service):
        """{name with its labels: value}, of what promtool has no word against."""
        answer = self.ask(service, "/metrics")
        self.assertEqual(answer.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        judged = subprocess.run(["promtool", "check", "metrics"], input=answer.content, check=False,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS)
        self.assertEqual((judged.returncode, judged.stdout), (0, b""))
        lines = [line for line in answer.content.decode().splitlines() if not line.startswith("#")]
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}

    def wait_number(self, service, name, value):
        deadline = time.monotonic() + SECONDS
        while (found := self.numbers(service)[name]) != value and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertEqual(found, value, name)

    def test_requests_are_counted(self):
        service = self.watched(URL)
        before = self.numbers(service)
        self.assertEqual(before["boots_from_template_builds_total"], 1)
        image = service.get("/web1.iso").content
        service.get("/web1.iso", Range="bytes=0-999")
        service.get("/web2.iso", Range="bytes=0-9")
        for path in ("/web1", "/a/b", "/"):
            none = service.get(path).content
        service.get("/web1.iso", "POST")
        service.get("/web1.iso", Range=f"bytes={len(image)}-")
        self.assertEqual(service.get("/web1.iso", If_None_Match="*").status, 304)
        self.wait_number(service, 'boots_from_requests_total{status="304"}', 1)
        after = self.numbers(service)
        for status, number in (("200", 1), ("206", 2), ("404", 3), ("405", 1), ("416", 1), ("other", 0)):
            self.assertEqual(after[f'boots_from_requests_total{{status="{status}"}}'], number, status)
        self.assertEqual(after["boots_from_image_seconds_count"], 2)
        self.assertGreater(after["boots_from_image_seconds_sum"], 0)
        self.assertEqual(after["boots_from_signature_seconds_count"], 0)
        self.assertGreaterEqual(after["boots_from_response_bytes_total"], len(image) + 1010 + 3 * len(none))
        self.assertGreaterEqual(after["process_start_time_seconds"], time.time() - SECONDS)

    def test_signatures_are_timed(self):
        make_signer(self.folder, "own", "/CN=Own")
        service = self.watched("--sign-key", self.folder / "own.key", "--sign-cert", self.folder / "own.pem", URL)
        service.get("/web1.iso", "HEAD")
        numbers = self.numbers(service)
        self.assertEqual(numbers["boots_from_signature_seconds_count"], 1)
        self.assertLess(0, numbers["boots_from_signature_seconds_sum"])
        self.assertLessEqual(numbers["boots_from_signature_seconds_sum"], numbers["boots_from_image_seconds_sum"])

    def test_connections(self):
        service = self.watched("--max-per-address", "2", URL)
        open_ones = [service.connect() for _ in range(2)]
        for connection in open_ones:
            connection.request("HEAD", "/web1.iso")
            connection.getresponse().read()
        self.assertEqual(service.raw(b"GET /web1.iso HTTP/1.1\r\n\r\n"), b"")
        numbers = self.numbers(service)  # by its own listener, which has a limit of its own
        self.assertEqual(numbers["boots_from_connections"], 2)
        self.assertEqual(numbers["boots_from_connections_refused_total"], 1)
        for connection in open_ones:
            connection.close()
        self.wait_number(service, "boots_from_connections", 0)

    def test_lists_are_counted(self):
        hosts = self.folder / "hosts"
        hosts.write_text("web1\nweb2\n")
        service = self.watched("--hosts", hosts, URL)
        self.assertEqual(self.numbers(service)["boots_from_hosts"], 2)
        hosts.write_text("web1\nweb2\nweb3\n")
        service.process.send_signal(signal.SIGHUP)
        self.wait_number(service, 'boots_from_reloads_total{result="ok"}', 1)
        self.wait_number(service, "boots_from_hosts", 3)
        hosts.write_text("web1\nweb1\n")
        service.process.send_signal(signal.SIGHUP)
        self.wait_number(service, 'boots_from_reloads_total{result="failed"}', 1)
        self.assertEqual(self.numbers(service)["boots_from_hosts"], 3)

    def test_lost_lines_are_counted(self):
        read, write = os.pipe()
        self.addCleanup(os.close, read)
        service = self.watched(URL, stdout=write)
        os.close(write)
        connection = service.connect()
        lost = 'boots_from_log_lines_dropped_total{log="requests"}'
        deadline = time.monotonic() + SECONDS
        while self.numbers(service)[lost] == 0 and time.monotonic() < deadline:
            for _ in range(1000):
                connection.request("HEAD", "/web1.iso")
                connection.getresponse().read()
        connection.close()
        self.assertGreater(self.numbers(service)[lost], 0)

    def test_what_was_fetched_last(self):
        service = self.watched(URL)
        self.assertEqual(json.loads(self.ask(service, "/status.json").content), {"hosts": [], "forgotten": 0})
        service.get("/web1.iso")
        service.get("/web1.iso", Range="bytes=0-99")
        service.get("/a/web2.iso", "HEAD")
        service.get("/web3")
        self.wait_number(service, 'boots_from_requests_total{status="404"}', 1)
        answer = self.ask(service, "/status.json")
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        status = json.loads(answer.content)
        hosts = {host["host"]: host for host in status["hosts"]}
        self.assertEqual(set(hosts), {"web1", "web2"})
        self.assertEqual((hosts["web1"]["requests"], hosts["web2"]["requests"]), (2, 1))
        last = hosts["web1"]["last"]
        self.assertEqual((last["status"], last["bytes"], last["complete"]), (206, 100, True))
        self.assertRegex(last["client"], r"^127\.0\.0\.1:\d+$")
        self.assertRegex(last["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

    def test_ready_until_it_drains(self):
        service = self.watched(URL)
        for path in ("/healthz", "/readyz"):
            self.assertEqual(self.ask(service, path).status, 200)
        slow = service.connect()
        slow.request("GET", "/web1.iso")
        answer = slow.getresponse()
        answer.read(1000)
        service.process.send_signal(signal.SIGTERM)
        service.wait_refused()
        self.assertEqual(self.ask(service, "/readyz").status, 503)
        self.assertEqual(self.ask(service, "/healthz").status, 200)
        answer.read()
        slow.close()
        self.assertEqual(service.process.wait(SECONDS), 0)

    def test_only_its_own_pages(self):
        service = self.watched(URL)
        for path in ("/", "/web1.iso", "/metrics/", "/status"):
            self.assertEqual(self.ask(service, path).status, 404, path)
        self.assertEqual(self.ask(service, "/metrics", "POST").status, 405)
        self.assertEqual(self.ask(service, "/metrics", "HEAD").content, b"")
        for path in ("/metrics", "/status.json", "/readyz"):
            self.assertEqual(service.get(path).status, 404, path)

    def test_log_as_json(self):
        service = self.serve("--log-format", "json", URL)
        service.get("/web1.iso", Range="bytes=0-99")
        service.raw(b'GET /a"b\\c HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
        service.raw(b"nonsense\r\n\r\n")
        self.assertEqual(service.terminate(), 0)
        lines = [json.loads(line) for line in service.log.read_text().splitlines()]
        lines.sort(key=lambda line: (line["status"] is None, line["status"]))  # threads write them
        self.assertEqual([list(line) for line in lines[:2]],
                         2 * [["time", "client", "method", "path", "status", "bytes", "ms"]])
        first, second = lines[:2]
        self.assertEqual((first["method"], first["path"], first["status"], first["bytes"]),
                         ("GET", "/web1.iso", 206, 100))
        self.assertEqual((second["path"], second["status"]), ("/a'b\\c", 404))

    def test_check_reads_everything_and_ends(self):
        hosts = self.folder / "hosts"
        secret = self.folder / "secret"
        secret.write_bytes(b"s" * 32)
        secret.chmod(0o600)
        good = ["--hosts", hosts, "--secret", secret, "--listen", "127.0.0.1:0"]
        for text, arguments, status, words in (
                ("web1\nweb2\n", [*good, URL], 0, "all 2 hosts can be served"),
                ("web1\nweb2\n", ["-q", *good, URL], 0, ""),
                ("web1\nweb1\n", [*good, URL], 1, "twice"),
                ("host,url\nweb1,ftp://a/\n", good, 1, "ftp"),
                ("web1\n", [*good, "--secret", self.folder / "none", URL], 1, "none"),
                ("web1\n", [*good, "--trust", hosts, URL], 1, "hosts"),
                ("web1\n", ["--secret", secret], 0, "this can be served")):
            hosts.write_text(text)
            done = subprocess.run([COMMAND, "serve", "--check", *map(str, arguments)], text=True,
                                  capture_output=True, check=False, timeout=SECONDS)
            self.assertEqual((done.returncode, done.stdout), (status, ""), done.stderr)
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main()
