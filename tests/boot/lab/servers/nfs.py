# SPDX-License-Identifier: GPL-3.0-only
"""NFS version 3 over TCP through nfs-ganesha, which needs no kernel help, and rpcbind."""

import subprocess

from lab.process import Process, require

NFS, MOUNT = 100003, 100005  # RFC 1813
VERSION = 3

CONFIGURATION = """\
NFS_CORE_PARAM {{
    Protocols = 3;
    NFS_Port = 2049;
    MNT_Port = 20048;
    Mount_Path_Pseudo = true;
}}
EXPORT {{
    Export_Id = 1;
    Path = {root};
    Pseudo = /export;
    Access_Type = RO;
    Squash = No_Root_Squash;
    Transports = TCP;
    SecType = none, sys;
    PrivilegedPort = false;
    FSAL {{ Name = VFS; }}
}}
LOG {{
    COMPONENTS {{ NFSPROTO = FULL_DEBUG; }}
}}
"""


def answers(program):
    """Whether rpcbind knows the program and its null procedure answers."""
    asked = [require("rpcinfo", "rpcbind"), "-T", "tcp", "127.0.0.1", str(program), str(VERSION)]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


class Nfs:
    def __init__(self):
        self._folder = None
        self._processes = []

    def start(self, lab):
        rpcbind = require("rpcbind", "rpcbind")
        ganesha = require("ganesha.nfsd", "nfs-ganesha and nfs-ganesha-vfs")
        self._folder = lab.make_folder("nfs")
        self._root.mkdir()
        configuration = self._folder / "ganesha.conf"
        configuration.write_text(CONFIGURATION.format(root=self._root))
        # Not with -h, rpcbind crashes then.
        self._run([rpcbind, "-f", "-i"]).wait_tcp("127.0.0.1", 111)
        process = self._run([ganesha, "-F", "-f", str(configuration), "-L", str(self._log),
                             "-p", "/run/ganesha.pid"])
        # It listens before rpcbind knows of it.
        for program in (MOUNT, NFS):
            process.wait_until(lambda: answers(program), f"answer of RPC program {program}")

    def stop(self):
        for process in reversed(self._processes):
            process.stop()

    def publish(self, path, content):
        (self._root / path).write_text(content)

    def url(self, path):
        return f"nfs://10.0.2.2/export/{path}"

    @property
    def log(self):
        return self._log.read_text(errors="replace")

    @property
    def _root(self):
        return self._folder / "root"

    @property
    def _log(self):
        return self._folder / "ganesha.log"

    def _run(self, command):
        process = Process(command, self._folder / "output.log")
        self._processes.append(process)
        return process
