"""DHCP, DNS and TFTP through dnsmasq, on a tap or, DNS only, on loopback."""

from lab.process import Process, require


class Dnsmasq:
    """Answers on one interface for the given names, which map to addresses.

    With a dhcp_range, which is `first,last`, it also hands out addresses and itself as DNS server.
    """

    def __init__(self, interface, names=(), dhcp_range=None, tftp=False):
        self._interface = interface
        self._names = dict(names)
        self._dhcp_range = dhcp_range
        self._tftp = tftp
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
        """Puts a text at /path of the TFTP server."""
        (self._root / path).write_text(content)

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
            options += [f"--dhcp-range={self._dhcp_range},255.255.255.0,1h",
                        f"--dhcp-leasefile={self._folder}/leases"]
        if self._tftp:
            options += ["--enable-tftp", f"--tftp-root={self._root}"]
        return options
