# SPDX-License-Identifier: GPL-3.0-only
"""DHCP, DNS and TFTP through dnsmasq, on a tap or, DNS only, on loopback."""

import socket
import threading

from lab.process import Process, require


class Dnsmasq:
    """Answers on one interface for the given names, which map to addresses.

    With a dhcp_range, which is `first,last`, it also hands out addresses and itself as DNS server.
    `extra` is more options for its command line.
    """

    def __init__(self, interface, names=(), dhcp_range=None, tftp=False, extra=()):
        self._interface = interface
        self._names = dict(names)
        self._dhcp_range = dhcp_range
        self._tftp = tftp
        self._extra = extra
        self._folder = None
        self._process = None

    def start(self, lab):
        program = require("dnsmasq", "dnsmasq-base")
        self._folder = lab.make_folder("dnsmasq")
        self._root.mkdir()
        self._process = Process([program, *self._options()], self._folder / "dnsmasq.log")
        self._process.wait_udp(53)
        if self._dhcp_range:
            self._process.wait_udp(67)
        if self._tftp:
            self._process.wait_udp(69)

    def stop(self):
        if self._process:
            self._process.stop()

    def publish(self, path, content):
        """Puts text or bytes at /path of the TFTP server."""
        file = self._root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)

    @property
    def log(self):
        return (self._folder / "dnsmasq.log").read_text()

    @property
    def _root(self):
        return self._folder / "root"

    def _options(self):
        options = [
            "--keep-in-foreground", "--conf-file=/dev/null", "--user=root", "--log-facility=-",
            "--pid-file", "--bind-interfaces", f"--interface={self._interface}", "--no-resolv",
            "--no-hosts", "--log-queries",
        ]
        options += [f"--address=/{name}/{address}" for name, address in self._names.items()]
        if self._dhcp_range:
            # Without a ping, which takes 3 s, to see whether somebody has the address already.
            options += [f"--dhcp-range={self._dhcp_range},255.255.255.0,1h", "--no-ping",
                        f"--dhcp-leasefile={self._folder}/leases"]
        if self._tftp:
            options += ["--enable-tftp", f"--tftp-root={self._root}"]
        return [*options, *self._extra]


class LateDnsmasq(Dnsmasq):
    """Starts only so many seconds after a machine has first asked for an address."""

    def __init__(self, seconds, interface, **options):
        super().__init__(interface, **options)
        self._seconds = seconds
        self._interface = interface
        self._stopping = threading.Event()
        self._thread = None

    def start(self, lab):
        self._thread = threading.Thread(target=self._start_late, args=(lab,))
        self._thread.start()

    def stop(self):
        self._stopping.set()
        self._thread.join()
        super().stop()

    def _start_late(self, lab):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
            ear.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, self._interface.encode())
            ear.bind(("", 67))
            ear.settimeout(0.2)
            while not self._stopping.is_set():
                try:
                    ear.recv(2048)
                    break
                except TimeoutError:
                    pass
        if not self._stopping.wait(self._seconds):
            super().start(lab)
