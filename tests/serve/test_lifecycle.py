# SPDX-License-Identifier: GPL-3.0-only
"""From start to end: sockets handed over, hosts read again, limits, a drain on SIGTERM."""

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import threading
import time
import unittest
from pathlib import Path

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

    def test_what_the_list_was_taken_for(self):
        self.service.wait_message(b"the hosts: 2 machines, a table with commas between 5 columns; "
                                  b"settings: ip, gateway, vlan\n")
        self.hosts.write_text("Name\tMAC\tRack\nweb1\t525400123456\ta3\n")
        self.reload(b"read the hosts again: 1 machine, a table with tabs between 3 columns; 'Name' "
                    b"is taken for host\n")
        self.service.wait_message(b"the column mac picks no network card: one called nic does")

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
        self.assertEqual(self.reload(b"read the hosts again"),
                         b"boots-from: read the hosts again: 2 machines, a table with commas "
                         b"between 5 columns; settings: ip, gateway, vlan\n")
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

    def test_larger_script_than_there_is_room_for(self):
        """The template is laid out at the start: for its scripts, or for what it is told."""
        script = self.folder / "own.ipxe"
        script.write_text("echo own\n" * 2000)
        self.hosts.write_text(f"host,script,rack\nweb1,{script},\n")
        self.assertIn(b"line 2, column script: the script is 180", self.reload(b"the hosts from before stay"))
        service = self.serve("--hosts", self.hosts, PATTERN)
        self.assertEqual(service.get("/web1.iso").content, self.build("--script", script))
        script.write_text("echo own\n" * 3000)
        service.process.send_signal(signal.SIGHUP)
        service.wait_message(b"read the hosts again")
        self.assertEqual(service.get("/web1.iso").content, self.build("--script", script))

    def test_no_regular_file_keeps_the_old_one(self):
        """A FIFO is not waited for, neither as the list nor as a script it names."""
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        self.hosts.write_text(f"host,rack,script\nweb1,a3,{fifo}\n")
        self.assertIn(b"fifo': not a regular file", self.reload(b"the hosts from before stay"))
        self.hosts.unlink()
        os.mkfifo(self.hosts)
        self.assertIn(b"hosts.csv': not a regular file", self.reload(b"the hosts from before stay"))
        self.assertEqual(self.service.get("/web2.iso").status, 200)
        self.assertEqual(self.service.terminate(), 0)

    def test_bad_file_at_the_start(self):
        self.hosts.write_text(HOSTS + "web4,10.1.0.300/24,,,a5\n")
        done = subprocess.run([COMMAND, "serve", "--hosts", self.hosts, PATTERN],
                              capture_output=True, timeout=SECONDS, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(b"line 4", done.stderr)
        self.assertEqual(done.stderr.count(b"\n"), 1)


class LimitsTest(ServiceTest):
    def test_idle(self):
        service = self.serve("--idle-timeout", "1", URL)
        with socket.create_connection(("127.0.0.1", service.port), SECONDS) as connection:
            self.assertEqual(read_to_end(connection), b"")

    def test_slow_head(self):
        """A byte now and then does not keep a connection open."""
        service = self.serve("--idle-timeout", "2", URL)
        with socket.create_connection(("127.0.0.1", service.port), SECONDS) as connection:
            connection.sendall(b"GET /web1.iso HTTP/1.1\r\nHost: a\r\nX: ")
            with self.assertRaises(OSError):
                for _ in range(SECONDS * 10):
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
        for _ in range(SECONDS * 20):
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
        service.wait_refused()
        self.assertIsNone(service.process.poll())
        self.assertEqual(service.terminate(), 0)
        service.wait_message(b"stopping with answers unfinished")

    def test_interrupt(self):
        service = self.serve()
        service.process.send_signal(signal.SIGINT)
        self.assertEqual(service.process.wait(SECONDS), 0)


class UnreadLogTest(ServiceTest):
    """Standard output, or standard error too, is a pipe whose reader stopped reading."""

    REQUESTS = 5000

    def setUp(self):
        super().setUp()
        reading, writing = os.pipe()
        self.pipe = os.fdopen(reading, "rb")
        self.addCleanup(self.pipe.close)
        self.writing = os.fdopen(writing, "wb")
        self.addCleanup(self.writing.close)

    def ask(self, port, count):
        """REQUESTS are more than a pipe and what is kept in memory have lines for."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        for _ in range(count):
            connection.request("GET", "/" + "a" * 200)
            connection.getresponse().read()
        connection.close()

    def read_log(self):
        """Lines of requests, and lines that are said to be missing."""
        self.writing.close()
        lines = self.pipe.read().decode().splitlines()
        missing = [int(line.split()[1]) for line in lines if " missing " in line]
        return sum('"GET /aaa' in line for line in lines), missing

    def test_never_read(self):
        service = self.serve(URL, stdout=self.writing)
        self.ask(service.port, self.REQUESTS)
        self.assertEqual(service.terminate(), 0)
        said = service.wait_message(b"lines of the access log are missing")
        there, told = self.read_log()
        self.assertEqual(told, [])
        self.assertEqual(there + int(said.split()[1]), self.REQUESTS)

    def test_read_again(self):
        service = self.serve(URL, stdout=self.writing)
        self.ask(service.port, self.REQUESTS)
        log = threading.Thread(target=lambda: results.append(self.read_log()))
        results = []
        log.start()
        self.ask(service.port, 10)
        self.assertEqual(service.terminate(), 0)
        log.join()
        there, told = results[0]
        self.assertGreater(sum(told), 0)
        self.assertEqual(there + sum(told), self.REQUESTS + 10)

    def test_messages_are_not_read_either(self):
        """They go into the same full pipe, as with 2>&1."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            shell = f'exec 3<&{listener.fileno()}; LISTEN_PID=$$ LISTEN_FDS=1 exec "$@" 2>&1'
            hosts = self.folder / "hosts"
            hosts.write_text("web1\n")
            process = subprocess.Popen(
                ["sh", "-c", shell, "sh", COMMAND, "serve", "--hosts", hosts, URL],
                pass_fds=[listener.fileno()], stdout=self.writing)
            self.addCleanup(process.wait)
            self.addCleanup(process.kill)
            port = listener.getsockname()[1]
            self.ask(port, self.REQUESTS)
            process.send_signal(signal.SIGHUP)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(SECONDS), 0)


class StartTest(ServiceTest):
    def start_reading_stdin(self):
        process = subprocess.Popen([COMMAND, "serve", "--listen", "127.0.0.1:0", "--hosts", "-", URL],
                                   stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE)
        for stream in (process.stdin, process.stderr):
            self.addCleanup(stream.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def wait_blocked(self, process, number):
        """Until the process has blocked a signal."""
        status = Path(f"/proc/{process.pid}/status")
        for _ in range(SECONDS * 100):
            blocked = int(re.search(r"SigBlk:\s+(\w+)", status.read_text()).group(1), 16)
            if blocked & 1 << (number - 1):
                return
            time.sleep(0.01)
        self.fail("the signal is not blocked")

    def test_ends_while_it_reads_the_list(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            process = self.start_reading_stdin()
            self.wait_blocked(process, signal.SIGHUP)
            process.send_signal(number)
            self.assertEqual(process.wait(SECONDS), -number)

    def test_reload_while_it_reads_the_list(self):
        """As from a manager that takes it for started: it is a reload, afterwards."""
        process = self.start_reading_stdin()
        self.wait_blocked(process, signal.SIGHUP)
        process.send_signal(signal.SIGHUP)
        process.stdin.write(b"web1\n")
        process.stdin.close()
        for words in (b"serving ", b"the hosts: 1 machine", b"standard input is read once"):
            self.assertIn(words, process.stderr.readline())
        process.terminate()
        self.assertEqual(process.wait(SECONDS), 0)

    def test_no_regular_file(self):
        """What nobody writes to is not waited for."""
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        hosts = self.folder / "hosts.csv"
        hosts.write_text(f"host,script\nweb1,{fifo}\n")
        for arguments in (["--hosts", fifo, URL], ["--hosts", hosts, URL], ["--ipxe", fifo, URL],
                          ["--trust", fifo, URL], ["--hosts", "/dev/zero", URL],
                          ["--hosts", self.folder, URL]):
            status, text = self.refused(*arguments)
            self.assertEqual(status, 1, text)
            self.assertIn("not a regular file", text)

    def test_handed_over_sockets(self):
        """LISTEN_PID is the process itself: the shell that sets it becomes the command."""
        with contextlib.ExitStack() as stack:
            listeners = [stack.enter_context(socket.create_server(("127.0.0.1", 0)))
                         for _ in range(3)]
            ports = [listener.getsockname()[1] for listener in listeners]
            numbers = [listener.fileno() for listener in listeners]
            # Out of the way of 3, 4 and 5 first, which may be among them.
            moves = "".join(f"exec {to}<&{number};" for to, number in zip((7, 8, 9), numbers))
            moves += "exec 3<&7 4<&8 5<&9;"
            process = subprocess.Popen(
                ["sh", "-c", moves + 'LISTEN_PID=$$ LISTEN_FDS=3 exec "$@"', "sh", COMMAND, "serve", URL],
                pass_fds=numbers, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        for port in ports:
            self.assertIn(f":{port}/".encode(), process.stderr.readline())
        for port in ports:
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
                    (["--listen", "127.0.0.1:0", "--listen", f"127.0.0.1:{port}", URL], 1,
                     f"127.0.0.1:{port}"),
                    (["--listen", "127.0.0.1:0", "--listen", "8080", URL], 2, "8080"),
                    (["--listen", "127.0.0.1:0"] * 9 + [URL], 2, "--listen: given more than 8"),
                    (["--idle-timeout", "0", URL], 2, "--idle-timeout"),
                    (["--max-connections", "many", URL], 2, "--max-connections"),
                    (["--hosts", "/nowhere", URL], 1, "/nowhere"),
                    (["--frobnicate", URL], 2, "--frobnicate")):
                got, text = self.refused(*arguments)
                self.assertEqual(got, status, text)
                self.assertIn(words, text)


if __name__ == "__main__":
    unittest.main()
