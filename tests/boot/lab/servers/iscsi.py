# SPDX-License-Identifier: GPL-3.0-only
"""iSCSI through tgt: one target with one LUN, which is a file."""

import subprocess
from pathlib import Path

from lab.outcome import Failure
from lab.process import Process, require

LUN = 1  # tgt takes LUN 0 for the target's controller


class Tgt:
    """With an initiator, which is an IQN, nobody else may log in."""

    CONTROL_PORT = "7"

    def __init__(self, iqn, lun_file, port=3261, initiator=None):
        self.port = port
        self._iqn = iqn
        self._lun_file = lun_file
        self._initiator = initiator
        self._folder = None
        self._process = None

    def start(self, lab):
        program = require("tgtd", "tgt")
        self._folder = lab.make_folder("tgt")
        Path("/run/tgtd").mkdir()
        self._process = Process(
            [program, "-f", "-C", self.CONTROL_PORT, "--iscsi", f"portal=127.0.0.1:{self.port}"],
            self._folder / "tgtd.log")
        self._process.wait_tcp("127.0.0.1", self.port)
        self._process.wait_until(self._takes_commands, "answer to tgtadm")
        self._administer("--mode", "target", "--op", "new", "--tid", "1",
                         "--targetname", self._iqn)
        self._administer("--mode", "logicalunit", "--op", "new", "--tid", "1",
                         "--lun", str(LUN), "--backing-store", str(self._lun_file))
        who = (("--initiator-name", self._initiator) if self._initiator
               else ("--initiator-address", "ALL"))
        self._administer("--mode", "target", "--op", "bind", "--tid", "1", *who)

    def stop(self):
        """tgtd ignores SIGTERM while it has targets, so the kill in Process.stop ends it."""
        if self._process:
            self._process.stop(grace_seconds=0)

    def url(self):
        return f"iscsi:10.0.2.2::{self.port}:{LUN}:{self._iqn}"

    def _takes_commands(self):
        return self._tgtadm("--mode", "target", "--op", "show").returncode == 0

    def _tgtadm(self, *arguments):
        return subprocess.run(
            [require("tgtadm", "tgt"), "-C", self.CONTROL_PORT, "--lld", "iscsi", *arguments],
            capture_output=True, text=True, check=False)

    def _administer(self, *arguments):
        result = self._tgtadm(*arguments)
        if result.returncode != 0:
            raise Failure(f"tgtadm {' '.join(arguments)}: {result.stderr.strip()}")
