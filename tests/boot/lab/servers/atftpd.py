# SPDX-License-Identifier: GPL-3.0-only
"""TFTP on loopback through atftpd; QEMU's user network keeps port 69 to itself."""

from lab.process import Process, require


class Atftpd:
    def __init__(self, port=6970):
        self.port = port
        self._folder = None
        self._process = None

    def start(self, lab):
        program = require("atftpd", "atftpd")
        self._folder = lab.make_folder("atftpd")
        self._root.mkdir()
        self._process = Process(
            # As nobody it could not read a folder below one that is closed to others.
            [program, "--daemon", "--no-fork", "--user", "root.root", "--bind-address", "127.0.0.1",
             "--port", str(self.port), "--logfile", "-", "--verbose=7", str(self._root)],
            self._folder / "atftpd.log")
        self._process.wait_udp(self.port)

    def stop(self):
        if self._process:
            self._process.stop()

    def publish(self, path, content):
        (self._root / path).write_text(content)

    def url(self, path):
        return f"tftp://10.0.2.2:{self.port}/{path}"

    @property
    def log(self):
        return (self._folder / "atftpd.log").read_text()

    @property
    def _root(self):
        return self._folder / "root"
