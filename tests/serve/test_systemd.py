# SPDX-License-Identifier: GPL-3.0-only
"""Under a service manager: its sockets, what it is told, and the units we bring for it."""

import contextlib
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import time
import unittest
from pathlib import Path

from service import COMMAND, SECONDS, URL, ServiceTest, enter_namespace, read_to_end

EXPOSURE = 15  # of 100, as `systemd-analyze security` counts
HOSTS = "host,rack\nweb1,a3\nweb2,a4\n"
PATTERN = "http://10.0.0.1/{rack}/{host}"
NOTHING_TOLD = 0.3
MANY = 20000
ATTEMPTS = 20


class Manager(socket.socket):
    """The socket that a manager is told things on."""

    def __init__(self, name):
        super().__init__(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.bind(name)
        self.settimeout(SECONDS)

    def told(self):
        """The next thing it is told, as a dictionary."""
        return dict(line.split("=", 1) for line in self.recv(4096).decode().splitlines())

    def next(self, key):
        """The next thing with this key; only the watchdog's may come before it."""
        while "WATCHDOG" in (told := self.told()) and key != "WATCHDOG":
            pass
        if key not in told:
            raise AssertionError(f"{told} came before {key}")
        return told


class NotifyTest(ServiceTest):
    def setUp(self):
        super().setUp()
        self.hosts = self.folder / "hosts.csv"
        self.hosts.write_text(HOSTS)

    def serve_for(self, name, **variables):
        """A manager on the socket of this name, and the service."""
        manager = Manager(name.replace("@", "\0", 1) if name.startswith("@") else name)
        self.addCleanup(manager.close)
        service = self.serve("--hosts", self.hosts, PATTERN,
                             env={**os.environ, "NOTIFY_SOCKET": name, **variables})
        return manager, service

    def test_life(self):
        for name in (str(self.folder / "notify"), f"@boots-from-test-{os.getpid()}"):
            with self.subTest(socket=name):
                self.hosts.write_text(HOSTS)
                manager, service = self.serve_for(name)
                self.assertEqual(manager.next("READY"),
                                 {"READY": "1", "STATUS": "2 hosts in the list"})
                self.assertEqual(service.get("/web1.iso", "HEAD").status, 200)
                self.reload(manager, service, HOSTS + "web3,a5\n", "3 hosts in the list")
                self.reload(manager, service, HOSTS + "web3\n", "3 hosts in the list; what was read "
                            "again had a mistake, and changed nothing")
                self.reload(manager, service, HOSTS, "2 hosts in the list")
                service.process.send_signal(signal.SIGTERM)
                self.assertEqual(manager.next("STOPPING"), {"STOPPING": "1"})
                self.assertEqual(service.process.wait(SECONDS), 0)

    def reload(self, manager, service, text, status):
        """The answer to this signal, not to an earlier one, is known by its time."""
        self.hosts.write_text(text)
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        service.process.send_signal(signal.SIGHUP)
        self.assertGreaterEqual(int(manager.next("RELOADING")["MONOTONIC_USEC"]), before)
        self.assertEqual(manager.next("READY")["STATUS"], status)

    def test_large_list(self):
        """Requests are answered while it is read again, not after it.

        On a busy machine the list may be read before we have asked: then another time.
        """
        rows = "".join(f"machine{number},r{number % 40}\n" for number in range(MANY))
        self.hosts.write_text("host,rack\n" + rows)
        manager, service = self.serve_for(str(self.folder / "notify"))
        self.assertEqual(manager.next("READY")["STATUS"], f"{MANY} hosts in the list")
        self.assertEqual(service.get(f"/machine{MANY}.iso").status, 404)
        image = self.build(f"http://10.0.0.1/r39/machine{MANY - 1}")
        self.assertTrue(any(self.is_answered_meanwhile(manager, service, image)
                            for _ in range(ATTEMPTS)))
        self.assertEqual(service.terminate(), 0)

    def is_answered_meanwhile(self, manager, service, image):
        service.process.send_signal(signal.SIGHUP)
        manager.next("RELOADING")
        for _ in range(3):  # the first may come before it begins
            self.assertTrue(service.get(f"/machine{MANY - 1}.iso").content == image)
        is_meanwhile = not select.select([manager], [], [], 0)[0]
        manager.next("READY")
        return is_meanwhile

    def test_ready_means_ready(self):
        """Nothing is said before it listens, and nothing at all when it cannot start."""
        self.hosts.write_text(HOSTS + "web3\n")
        with Manager(str(self.folder / "notify")) as manager:
            done = subprocess.run(
                [COMMAND, "serve", "--hosts", self.hosts, "--listen", "127.0.0.1:0", PATTERN],
                env={**os.environ, "NOTIFY_SOCKET": str(self.folder / "notify")},
                capture_output=True, timeout=SECONDS, check=False)
            self.assertEqual(done.returncode, 1, done.stderr)
            manager.setblocking(False)
            self.assertRaises(BlockingIOError, manager.told)

    def test_watchdog(self):
        """Twice as often as it has to, until it ends."""
        manager, service = self.serve_for(str(self.folder / "notify"), WATCHDOG_USEC="200000")
        manager.next("READY")
        for _ in range(5):
            self.assertEqual(manager.next("WATCHDOG"), {"WATCHDOG": "1"})
        self.reload(manager, service, HOSTS, "2 hosts in the list")
        manager.next("WATCHDOG")
        self.assertEqual(service.terminate(), 0)

    def test_watchdog_of_another(self):
        for variables in ({"WATCHDOG_USEC": "2000", "WATCHDOG_PID": "1"}, {"WATCHDOG_USEC": "0"},
                          {"WATCHDOG_USEC": "-1"}, {"WATCHDOG_USEC": "soon"}, {"WATCHDOG_USEC": ""}):
            with self.subTest(variables=variables):
                manager, service = self.serve_for(f"@boots-from-other-{os.getpid()}", **variables)
                manager.next("READY")
                manager.settimeout(NOTHING_TOLD)
                self.assertRaises(TimeoutError, manager.told)
                self.assertEqual(service.terminate(), 0)
                manager.close()

    def test_no_manager(self):
        """What is told may reach nobody, and nobody may read it: it serves, and it ends."""
        for name in ("", "@", "/", "relative", str(self.folder / "nowhere"), "/" + "x" * 200):
            with self.subTest(name=name):
                service = self.serve("--hosts", self.hosts, PATTERN,
                                     env={**os.environ, "NOTIFY_SOCKET": name})
                self.assertEqual(service.get("/web1.iso", "HEAD").status, 200)
                self.assertEqual(service.terminate(), 0)

    def test_manager_that_does_not_read(self):
        _, service = self.serve_for(str(self.folder / "notify"), WATCHDOG_USEC="2000")
        for _ in range(3):
            service.messages.clear()
            service.process.send_signal(signal.SIGHUP)
            service.wait_message(b"read the hosts again")
            self.assertEqual(service.get("/web1.iso", "HEAD").status, 200)
        self.assertEqual(service.terminate(), 0)


class ActivationTest(ServiceTest):
    """systemd's own program hands over the sockets when the first connection comes."""

    def test_two_sockets(self):
        if not shutil.which("systemd-socket-activate"):
            self.skipTest("no systemd-socket-activate")
        addresses = [("127.0.0.1", 8080), ("::1", 8081)]
        with (self.folder / "messages").open("wb") as messages:
            process = subprocess.Popen(
                ["systemd-socket-activate", "--listen=127.0.0.1:8080", "--listen=[::1]:8081",
                 COMMAND, "serve", "--listen", "127.0.0.1:9999", URL],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=messages)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        image = self.build("http://10.0.0.1/boot/web1")
        for address in (addresses[1], *addresses):
            with self.connect(process, address) as connection:
                connection.sendall(b"GET /web1.iso HTTP/1.0\r\n\r\n")
                self.assertTrue(read_to_end(connection).endswith(image), address)
        self.assertRaises(ConnectionRefusedError, socket.create_connection, ("127.0.0.1", 9999))
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(SECONDS), 0)
        said = (self.folder / "messages").read_text()
        for name in ("127.0.0.1:8080", "[::1]:8081"):
            self.assertIn(f"boots-from: serving http://{name}/HOST.iso", said)

    def connect(self, process, address):
        """As soon as somebody listens."""
        deadline = time.monotonic() + SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(ConnectionRefusedError):
                return socket.create_connection(address, SECONDS)
            time.sleep(0.02)
        raise AssertionError(f"nobody listens on {address}: {self.folder / 'messages'}")


class UnitsTest(ServiceTest):
    def setUp(self):
        super().setUp()
        if not shutil.which("systemd-analyze"):
            self.skipTest("no systemd-analyze")
        for unit in map(Path, os.environ["BOOTS_FROM_UNITS"].split(":")):
            text = re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={COMMAND}", unit.read_text())
            (self.folder / unit.name).write_text(text)

    def analyze(self, *arguments):
        done = subprocess.run(["systemd-analyze", *arguments], cwd=self.folder, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              timeout=SECONDS)
        return done.returncode, done.stdout

    def test_units_are_understood(self):
        """Every line, by the systemd there is."""
        status, said = self.analyze("verify", "--man=no", "./boots-from.service", "./boots-from.socket")
        self.assertEqual((status, re.findall(r".*boots-from\..*", said)), (0, []), said)

    def test_exposure(self):
        status, said = self.analyze("security", "--offline=true", "--no-pager",
                                    f"--threshold={EXPOSURE}", "./boots-from.service")
        self.assertEqual(status, 0, said)
        self.assertIn("Overall exposure level", said)


if __name__ == "__main__":
    enter_namespace()
    unittest.main()
