# SPDX-License-Identifier: GPL-3.0-only
"""From start to end: sockets handed over, hosts read again, limits, a drain on SIGTERM."""

import os
import signal
import socket
import subprocess
import time
import unittest

from service import COMMAND, SECONDS, URL, ServiceTest, read_to_end

HOSTS = """\
host,ip,gateway,vlan,rack
web1,10.1.0.11/24,10.1.0.1,42,a3
web2,,,,a4
"""
PATTERN = "http://10.0.0.1/{rack}/{host}"


class HostsTest(ServiceTest):
    def setUp(self):
        super().setUp()
        self.hosts = self.folder / "hosts.csv"
        self.hosts.write_text(HOSTS)
        self.service = self.serve("--hosts", self.hosts, PATTERN)

    def reload(self, words):
        self.service.messages.clear()
        self.service.process.send_signal(signal.SIGHUP)
        return self.service.wait_message(words)

    def test_own_settings(self):
        self.assertEqual(
            self.service.get("/web1.iso").content,
            self.build("--ip", "10.1.0.11/24", "--gateway", "10.1.0.1", "--vlan", "42",
                       "http://10.0.0.1/a3/web1"))
        self.assertEqual(self.service.get("/web2.iso").content,
                         self.build("http://10.0.0.1/a4/web2"))
        for name in ("web", "web3", "host", "WEB1"):
            self.assertEqual(self.service.get(f"/{name}.iso").status, 404, name)

    def test_read_again(self):
        before = self.service.get("/web1.iso", "HEAD").headers
        time.sleep(1.1)  # Last-Modified counts in seconds
        self.hosts.write_text(HOSTS.replace("a3", "b3").replace("web2", "web3"))
        self.assertIn(b": 2", self.reload(b"read the hosts again"))
        after = self.service.get("/web1.iso")
        self.assertIn(b"http://10.0.0.1/b3/web1", after.content)
        self.assertNotEqual(after.headers["ETag"], before["ETag"])
        self.assertNotEqual(after.headers["Last-Modified"], before["Last-Modified"])
        self.assertEqual(self.service.get("/web2.iso").status, 404)
        self.assertEqual(self.service.get("/web3.iso").status, 200)

    def test_bad_file_keeps_the_old_one(self):
        tag = self.service.get("/web1.iso", "HEAD").headers["ETag"]
        for text, words in (
                (HOSTS + "web4,10.1.0.300/24,,,a5\n", b"line 4"),
                (HOSTS + "../web4,,,,a5\n", b"line 4"),
                (HOSTS + "web1,,,,a5\n", b"twice"),
                (HOSTS + "web4,,,,\n", b"line 4"),
                (HOSTS + "web4\n", b"line 4"),
                (HOSTS + 'web4,"\n', b""),
                ("host\nweb1\n", b"rack"),
                ("", b"")):
            self.hosts.write_text(text)
            self.assertIn(words, self.reload(b"the hosts from before stay"), text)
            self.assertEqual(self.service.get("/web1.iso", "HEAD").headers["ETag"], tag)
            self.assertEqual(self.service.get("/web4.iso").status, 404)
        self.hosts.unlink()
        self.reload(b"the hosts from before stay")
        self.assertEqual(self.service.get("/web2.iso").status, 200)

    def test_bad_file_at_the_start(self):
        self.hosts.write_text(HOSTS + "web4,10.1.0.300/24,,,a5\n")
        done = subprocess.run([COMMAND, "serve", "--hosts", self.hosts, PATTERN],
                              capture_output=True, timeout=SECONDS, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(b"line 4", done.stderr)
        self.assertEqual(done.stderr.count(b"\n"), 1)


class LimitsTest(ServiceTest):
    def assert_closed_within(self, connection, seconds):
        connection.settimeout(seconds)
        self.assertEqual(read_to_end(connection), b"")

    def test_idle(self):
        service = self.serve("--idle-timeout", "1", URL)
        with socket.create_connection(("127.0.0.1", service.port)) as connection:
            self.assert_closed_within(connection, 20)

    def test_slow_head(self):
        """A byte now and then does not keep a connection open."""
        service = self.serve("--idle-timeout", "2", URL)
        with socket.create_connection(("127.0.0.1", service.port)) as connection:
            connection.sendall(b"GET /web1.iso HTTP/1.1\r\nHost: a\r\nX: ")
            with self.assertRaises(OSError):
                for _ in range(200):
                    connection.sendall(b"a")
                    time.sleep(0.1)
        self.assertEqual(service.get("/healthz").status, 200)

    def test_per_address(self):
        service = self.serve("--max-per-address", "3", URL)
        connections = [service.connect() for _ in range(3)]
        for connection in connections:
            connection.request("GET", "/healthz")
            self.assertEqual(connection.getresponse().read(), b"ok\n")
        self.assertEqual(service.raw(b"GET /healthz HTTP/1.0\r\n\r\n"), b"")
        for connection in connections:
            connection.close()
        for _ in range(100):
            if service.raw(b"GET /healthz HTTP/1.0\r\n\r\n").endswith(b"ok\n"):
                return
            time.sleep(0.05)
        self.fail("still refused after the others are gone")

    def test_head_size(self):
        service = self.serve()
        answer = service.raw(b"GET /web1.iso HTTP/1.1\r\nHost: a\r\n" + b"X: %s\r\n" % (b"a" * 64000))
        self.assertRegex(answer.split(b"\r\n")[0], rb"^(HTTP/1.1 (431|413|400|414) .*)?$")
        self.assertEqual(service.get("/healthz").status, 200)


class EndTest(ServiceTest):
    def start_reading(self, service):
        """A request whose answer does not fit into the sockets' buffers."""
        connection = socket.socket()
        self.addCleanup(connection.close)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
        connection.settimeout(SECONDS)
        connection.connect(("127.0.0.1", service.port))
        ranges = "Range: bytes=0-\r\n"
        connection.sendall(f"GET /web1.iso HTTP/1.1\r\nHost: a\r\n{ranges}\r\n".encode())
        return connection, connection.recv(1000)

    def test_drain(self):
        service = self.serve()
        idle = service.connect()
        idle.request("GET", "/healthz")
        idle.getresponse().read()
        self.addCleanup(idle.close)
        connection, begun = self.start_reading(service)
        service.process.send_signal(signal.SIGTERM)
        # The idle one is closed, nobody new gets in, the answer begun arrives in full.
        idle.sock.settimeout(SECONDS)
        self.assertEqual(read_to_end(idle.sock), b"")
        time.sleep(0.2)
        self.assertIsNone(service.process.poll())
        content = (begun + read_to_end(connection)).split(b"\r\n\r\n", 1)[1]
        self.assertEqual(content, self.build("http://10.0.0.1/boot/web1"))
        self.assertEqual(service.process.wait(SECONDS), 0)

    def test_second_signal_does_not_wait(self):
        service = self.serve()
        self.start_reading(service)
        service.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        self.assertIsNone(service.process.poll())
        self.assertEqual(service.terminate(), 0)

    def test_interrupt(self):
        service = self.serve()
        service.process.send_signal(signal.SIGINT)
        self.assertEqual(service.process.wait(SECONDS), 0)


class StartTest(ServiceTest):
    def test_handed_over_socket(self):
        """LISTEN_PID is the process itself: the shell that sets it becomes the command."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            shell = 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"'
            process = subprocess.Popen(
                ["sh", "-c", f"exec 3<&{listener.fileno()}; {shell}", "sh", COMMAND, "serve", URL],
                pass_fds=[listener.fileno()], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.assertIn(f":{port}/".encode(), process.stderr.readline())
        with socket.create_connection(("127.0.0.1", port), SECONDS) as connection:
            connection.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            self.assertTrue(read_to_end(connection).endswith(b"ok\n"))

    def refused(self, *arguments, **environment):
        done = subprocess.run([COMMAND, "serve", *arguments], capture_output=True,
                              timeout=SECONDS, env={**os.environ, **environment}, check=False)
        self.assertEqual(done.stderr.count(b"\n"), 1, done.stderr)
        return done.returncode, done.stderr.decode()

    def test_refused(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            for arguments, status, words in (
                    ([], 2, "no URL"),
                    (["http://a/{host}", "http://b/"], 2, "more than one URL"),
                    (["ftp://a/{host}"], 1, "ftp"),
                    (["http://a/{hots}"], 2, "hots"),
                    (["--listen", "8080", URL], 2, "--listen"),
                    (["--listen", "localhost:8080", URL], 2, "--listen"),
                    (["--listen", "::1:8080", URL], 2, "--listen"),
                    (["--listen", f"127.0.0.1:{port}", URL], 1, f"127.0.0.1:{port}"),
                    (["--idle-timeout", "0", URL], 2, "--idle-timeout"),
                    (["--max-connections", "many", URL], 2, "--max-connections"),
                    (["--hosts", "/nowhere", URL], 1, "/nowhere"),
                    (["--frobnicate", URL], 2, "--frobnicate")):
                got, text = self.refused(*arguments)
                self.assertEqual(got, status, text)
                self.assertIn(words, text)


if __name__ == "__main__":
    unittest.main()
