# SPDX-License-Identifier: GPL-3.0-only
"""The guest's serial port: what it prints is logged and searched, and we can type at it."""

import re
import select
import socket
import time

from lab.outcome import Failure

# Cursor movement and colours, of SeaBIOS, EDK2 and iPXE.
TERMINAL_CONTROL = re.compile(r"\x1b\[[0-9;?=]*[A-Za-z]|\x1b[()].|\x1b[=>78c]|[\r\0]")
UNFINISHED_CONTROL = re.compile(r"\x1b(\[[0-9;?=]*|[()])?$")

PROMPT = "iPXE>"


def readable(raw):
    """The printed text without terminal control."""
    return TERMINAL_CONTROL.sub("", raw.decode("latin-1"))


# In what QEMU may have sent and we have not read, a byte costs the kernel some hundred.
UNREAD_BYTES = 16 << 20
SO_SNDBUFFORCE = 32  # of Linux, which Python has no name for


class Console:
    """A pair of unix sockets, one of them QEMU's serial port.

    Every expectation starts looking behind the text the one before it matched.  Lines are
    wrapped at 80 columns on the way here, so line ends carry no meaning and are left out.
    """

    def __init__(self, log, deadline):
        """deadline is on the monotonic clock and common to all waiting on this console."""
        self._connection, self.port = socket.socketpair()
        # EDK2 waits for two characters' time, and leaves out what it could not send until then.
        self.port.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, UNREAD_BYTES)
        self._log = open(log, "wb", buffering=0)
        self._deadline = deadline
        self._raw = ""
        self._text = ""
        self._unread = 0  # in raw, the place up to which it is text
        self._position = 0
        self._raw_position = 0
        self._ended = False

    def close(self):
        for resource in (self._connection, self.port, self._log):
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

    def expect_drawn(self, pattern):
        """Waits for a match in what is sent, terminal control included, and returns it.

        Starts looking behind what the pattern before it matched.
        """
        while not (match := pattern.search(self._raw, self._raw_position)):
            self._receive(f"before {pattern.pattern!r} came")
        self._raw_position = match.end()
        return match

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
        self._raw += chunk.decode("latin-1")
        self._read()

    def _read(self):
        """Appends to the text what is new.

        Not all of it anew: a machine that has to wait for us gives up, and screens get holes.
        """
        new = self._raw[self._unread:]
        unfinished = UNFINISHED_CONTROL.search(new)
        new = new[:unfinished.start()] if unfinished else new
        self._unread += len(new)
        self._text += TERMINAL_CONTROL.sub("", new).replace("\n", "")
