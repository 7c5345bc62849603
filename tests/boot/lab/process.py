# SPDX-License-Identifier: GPL-3.0-only
"""Child processes with a log, and waiting for what they open."""

import shutil
import socket
import subprocess
import time
from pathlib import Path

from lab.outcome import Failure, Skip

POLL_SECONDS = 0.05
PATIENCE_SECONDS = 60  # with a program that has something to do, on a machine with more of that
SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def require(program, package):
    """Returns the path of a program, or skips the row naming the package that has it."""
    path = shutil.which(program, path=SEARCH_PATH)
    if path is None:
        raise Skip(f"{program} is not installed (package {package})")
    return path


def listen(path):
    """A unix socket for QEMU to connect to, in the place of one that an earlier machine had."""
    Path(path).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(1)
    return listener


class Process:
    """A program in the foreground, its output in a log file, stopped by its pid."""

    def __init__(self, command, log, inherited=None):
        """inherited is a socket that becomes the program's, and is closed here."""
        self.name = command[0].rsplit("/", 1)[-1]
        self.log = log
        with open(log, "ab") as output:
            self._popen = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                pass_fds=[inherited.fileno()] if inherited else [])
        if inherited:
            inherited.close()

    @property
    def status(self):
        """The exit status, None while the process runs."""
        return self._popen.poll()

    def wait(self):
        try:
            return self._popen.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise Failure(f"{self.name} still runs after {PATIENCE_SECONDS} s") from error

    def stop(self, grace_seconds=5):
        self._popen.terminate()
        try:
            self._popen.wait(grace_seconds)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()

    def kill(self):
        self._popen.kill()
        self._popen.wait()

    def wait_until(self, condition, what):
        """Waits for the process to get something done, and fails at once when it dies."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            if self.status is not None:
                raise Failure(f"{self.name} ended with status {self.status}, see {self.log}")
            if time.monotonic() > deadline:
                raise Failure(f"{self.name}: no {what} after {PATIENCE_SECONDS} s, see {self.log}")
            time.sleep(POLL_SECONDS)

    def wait_tcp(self, address, port):
        def accepts():
            try:
                socket.create_connection((address, port), timeout=1).close()
            except OSError:
                return False
            return True

        self.wait_until(accepts, f"TCP port {port}")

    def wait_udp(self, port):
        """UDP has no handshake to try, so the kernel's table of bound sockets is asked."""
        def bound():
            with open("/proc/net/udp", encoding="ascii") as table:
                return any(line.split()[1].endswith(f":{port:04X}") for line in list(table)[1:])

        self.wait_until(bound, f"UDP port {port}")
