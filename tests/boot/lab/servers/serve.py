# SPDX-License-Identifier: GPL-3.0-only
"""The command's own server: an image for every host over HTTP."""

from lab.outcome import Failure
from lab.process import Process


class Serve:
    def __init__(self, *arguments, port=8090):
        self.port = port
        self._arguments = arguments
        self._folder = None
        self._process = None

    def start(self, lab):
        self._folder = lab.make_folder("serve")
        self._process = Process(
            [str(lab.program), "serve", "--listen", f"127.0.0.1:{self.port}",
             *map(str, self._arguments)],
            self._folder / "access.log")
        self._process.wait_tcp("127.0.0.1", self.port)

    def stop(self):
        if self._process:
            self._process.stop()

    def url(self, path):
        """As the machine's host sees it: QEMU itself reads the medium."""
        return f"http://127.0.0.1:{self.port}/{path}"

    def expect_ranges(self, path):
        """Fails unless this path was read in parts, and every answer about it was good."""
        log = (self._folder / "access.log").read_text()
        answers = [line.split('" ')[1].split()[0] for line in log.splitlines()
                   if f' /{path}" ' in line]
        if "206" not in answers or not set(answers) <= {"200", "206"}:
            raise Failure(f"{path} was not read in parts: {sorted(set(answers))}, see {self._folder}")
