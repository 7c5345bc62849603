# SPDX-License-Identifier: GPL-3.0-only
"""A `boots-from serve` of our own, talking over the loopback, in a folder of its own."""

import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

COMMAND = os.environ["BOOTS_FROM"]
URL = "http://10.0.0.1/boot/{host}"
SECONDS = 120  # a bound for what hangs, however busy the machine
READY = re.compile(rb"serving http://[^/]*:(\d+)/")


def enter_namespace(*addresses):
    """Become this program in a network namespace of its own, with these addresses."""
    if os.environ.get("BOOTS_FROM_NAMESPACE"):
        commands = [["link", "set", "lo", "up"]]
        commands += [["address", "add", address, "dev", "lo"] for address in addresses]
        for command in commands:
            subprocess.run(["ip", *command], check=True, timeout=SECONDS)
        return
    os.environ["BOOTS_FROM_NAMESPACE"] = "1"
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    os.execvp("unshare", ["unshare", "--net", *user, sys.executable, "-B", *sys.argv])


class Service:
    """The process. Its stderr is read from the start, its stdout is the access log."""

    def __init__(self, folder, *arguments, **options):
        self.log = folder / "access.log"
        with self.log.open("ab") as log:
            options = {"stdin": subprocess.DEVNULL, "stdout": log, **options}
            self.process = subprocess.Popen([COMMAND, "serve", *map(str, arguments)],
                                            stderr=subprocess.PIPE, **options)
        self.messages = []
        self.said_more = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.port = int(READY.search(self.wait_message(b"serving ")).group(1))

    def _read(self):
        for line in self.process.stderr:
            with self.said_more:
                self.messages.append(line)
                self.said_more.notify_all()
        with self.said_more:
            self.messages.append(b"")
            self.said_more.notify_all()

    def wait_message(self, words):
        """The first line on stderr with these words."""
        def find():
            lines = [line for line in self.messages if words in line or not line]
            return lines[0] if lines else None

        with self.said_more:
            line = self.said_more.wait_for(find, SECONDS)
        if not line:
            raise AssertionError(f"{words} was not said: {self.messages}")
        return line

    def terminate(self):
        """SIGTERM; returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SECONDS)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._reader.join()
        self.process.stderr.close()

    def wait_refused(self):
        """Until nobody new gets in, that is until it drains."""
        with contextlib.suppress(ConnectionError):
            while True:
                socket.create_connection(("127.0.0.1", self.port), SECONDS).close()
                time.sleep(0.01)

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)

    def get(self, path, method="GET", **headers):
        """One request on a connection of its own; the answer has its content in .content.

        Field names are given with "_" for "-"; a value may be a list of lines.
        """
        connection = self.connect()
        connection.putrequest(method, path)
        for name, values in headers.items():
            for value in values if isinstance(values, list) else [values]:
                connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        answer.content = answer.read()
        connection.close()
        return answer

    def raw(self, request):
        """Send bytes, return all that comes back until the other side closes.

        It may do so before it has all of the request.
        """
        with socket.create_connection(("127.0.0.1", self.port), SECONDS) as connection:
            with contextlib.suppress(ConnectionError):
                connection.sendall(request)
            return read_to_end(connection)


def read_to_end(connection):
    received = b""
    try:
        while piece := connection.recv(65536):
            received += piece
    except ConnectionResetError:
        pass
    return received


class ServiceTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="boots-from-serve."))
        self.addCleanup(shutil.rmtree, self.folder)

    def serve(self, *arguments, **options):
        arguments = arguments or (URL,)
        if "--listen" not in arguments:
            arguments = ("--listen", "127.0.0.1:0", *arguments)
        service = Service(self.folder, *arguments, **options)
        self.addCleanup(service.close)
        return service

    def build(self, *arguments):
        """What the command writes for these arguments."""
        output = self.folder / "built.iso"
        subprocess.run([COMMAND, "-q", "-o", output, *arguments], check=True, timeout=SECONDS)
        return output.read_bytes()
