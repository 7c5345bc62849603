# SPDX-License-Identifier: GPL-3.0-only
"""The guest's serial port: what it prints is logged and searched, and we can type at it."""

import re
import select
import time

from lab.outcome import Failure
from lab.process import PATIENCE_SECONDS, listen

# Cursor movement and colours, of SeaBIOS, EDK2 and iPXE.
TERMINAL_CONTROL = re.compile(r"\x1b\[[0-9;?=]*[A-Za-z]|\x1b[()].|\x1b[=>78c]|[\r\0]")

PROMPT = "iPXE>"


def readable(raw):
    """The printed text without terminal control."""
    return TERMINAL_CONTROL.sub("", raw.decode("latin-1"))


class Console:
    """A unix socket that QEMU connects its serial port to.

    Every expectation starts looking behind the text the one before it matched.  Lines are
    wrapped at 80 columns on the way here, so line ends carry no meaning and are left out.
    """

    def __init__(self, path, log, deadline):
        """deadline is on the monotonic clock and common to all waiting on this console."""
        self._listener = listen(path)
        self._log = open(log, "wb", buffering=0)
        self._deadline = deadline
        self._connection = None
        self._raw = b""
        self._text = ""
        self._position = 0
        self._ended = False

    def accept(self):
        self._listener.settimeout(PATIENCE_SECONDS)
        try:
            self._connection, _ = self._listener.accept()
        except TimeoutError as error:
            raise Failure("QEMU did not open its serial port") from error

    def close(self):
        for resource in (self._connection, self._listener, self._log):
            if resource is not None:
                resource.close()

    def expect(self, *wanted, unless=None):
        """Waits for one of the wanted texts and returns the one that comes first.

        Fails at the deadline, at the end, or when `unless` comes first.
        """
        names = " or ".join(map(repr, wanted))
        while True:
            places = [(self._text.find(text, self._position), text)
                      for text in (*wanted, unless) if text is not None]
            found = [(place, text) for place, text in places if place >= 0]
            if found:
                place, text = min(found)
                if text == unless:
                    raise Failure(f"serial port: {unless!r} came before {names}")
                self._position = place + len(text)
                return text
            self._receive(f"before {names} came")

    @property
    def text(self):
        """All that was printed until now, without line ends."""
        return self._text

    def type(self, line):
        """Types a line one character at a time, waiting for each one's echo.

        Firmware polls a serial port slowly and drops what it has no room for.
        """
        for character in line:
            self._connection.sendall(character.encode("ascii"))
            self.expect(character)
        self._connection.sendall(b"\r")

    def press(self, key):
        """Sends a key that is not echoed, such as a menu's."""
        self._connection.sendall(key.encode("ascii"))

    def drain(self):
        """Reads to the end, that is until the machine is off."""
        while not self._ended:
            self._receive("before the machine went off")

    def _receive(self, purpose):
        if self._ended:
            raise Failure(f"serial port: the machine ended {purpose}")
        left = self._deadline - time.monotonic()
        if left <= 0 or not select.select([self._connection], [], [], left)[0]:
            raise Failure(f"serial port: time was up {purpose}")
        try:
            chunk = self._connection.recv(65536)
        except ConnectionResetError:
            chunk = b""
        if not chunk:
            self._ended = True
            return
        self._log.write(chunk)
        self._raw += chunk
        self._text = readable(self._raw).replace("\n", "")
