# SPDX-License-Identifier: GPL-3.0-only
"""QEMU's monitor: what is done to a machine from outside, in QMP."""

import json
import shlex
import shutil
import time

from lab.outcome import Failure
from lab.process import PATIENCE_SECONDS, POLL_SECONDS, listen

SOCKET = "/run/monitor.sock"  # the sandbox's own /run
SAVE_SOCKET = "/run/save.sock"


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
        self._wait_until_loaded()

    def close(self):
        for resource in (self._lines, self._connection, self._listener):
            if resource is not None:
                resource.close()

    def run(self, command, **arguments):
        """Runs a command, which must work, and returns its answer; events that come first are
        passed over."""
        words = {"execute": command, "arguments": arguments}
        self._connection.sendall(json.dumps(words).encode())
        for line in self._lines:
            answer = json.loads(line)
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise Failure(f"QEMU: {command}: {answer['error']['desc']}")
        raise Failure(f"QEMU ended before it answered {command}")

    def save(self, file):
        """Writes all of the machine but its disks to a file, and returns when it is there."""
        with listen(SAVE_SOCKET) as listener:
            listener.settimeout(PATIENCE_SECONDS)
            self.run("migrate", uri=f"unix:{SAVE_SOCKET}")
            connection, _ = listener.accept()
        with connection.makefile("rb") as source, open(file, "wb") as target:
            shutil.copyfileobj(source, target)
        connection.close()
        if (status := self.run("query-migrate")["status"]) != "completed":
            raise Failure(f"QEMU: the machine is not saved: {status}")

    def _wait_until_loaded(self):
        """What is typed at a machine that is being loaded would be lost."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.run("query-status")["status"] == "inmigrate":
            if time.monotonic() > deadline:
                raise Failure(f"QEMU still loads the machine after {PATIENCE_SECONDS} s")
            time.sleep(POLL_SECONDS)


def resume_options(file):
    """What makes QEMU begin with a machine as it was saved, where there are none to begin anew."""
    return ["-incoming", f"exec:cat {shlex.quote(str(file))}"] if file else []
