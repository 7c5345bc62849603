# SPDX-License-Identifier: GPL-3.0-only
"""QEMU's monitor: what is done to a machine from outside, in QMP."""

import json

from lab.outcome import Failure
from lab.process import PATIENCE_SECONDS, listen

SOCKET = "/run/monitor.sock"  # the sandbox's own /run


class Monitor:
    """A unix socket that QEMU connects its monitor to; the machine waits for `cont`."""

    options = ("-qmp", f"unix:{SOCKET}", "-S")

    def __init__(self):
        self._listener = listen(SOCKET)
        self._connection = None
        self._lines = None

    def accept(self):
        self._listener.settimeout(PATIENCE_SECONDS)
        try:
            self._connection, _ = self._listener.accept()
        except TimeoutError as error:
            raise Failure("QEMU did not open its monitor") from error
        self._connection.settimeout(PATIENCE_SECONDS)
        self._lines = self._connection.makefile("rb")
        self._lines.readline()  # the greeting
        self.run("qmp_capabilities")

    def close(self):
        for resource in (self._lines, self._connection, self._listener):
            if resource is not None:
                resource.close()

    def run(self, command, **arguments):
        """Runs a command, which must work; events that come first are passed over."""
        words = {"execute": command, "arguments": arguments}
        self._connection.sendall(json.dumps(words).encode())
        for line in self._lines:
            answer = json.loads(line)
            if "return" in answer:
                return
            if "error" in answer:
                raise Failure(f"QEMU: {command}: {answer['error']['desc']}")
        raise Failure(f"QEMU ended before it answered {command}")
