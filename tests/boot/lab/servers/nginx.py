# SPDX-License-Identifier: GPL-3.0-only
"""HTTP and HTTPS through nginx."""

from dataclasses import dataclass
from pathlib import Path

from lab.process import Process, require

CONFIGURATION = """\
daemon off;
master_process off;
worker_processes 1;
pid {folder}/nginx.pid;
events {{}}
http {{
    log_format lab '$status $remote_user $request $sent_http_transfer_encoding';
    access_log {folder}/access.log lab;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    default_type text/plain;
    server {{
        listen {address}:{port}{tls_flag};
        root {root};
        {tls}
        {extra}
    }}
}}
"""

# iPXE speaks TLS 1.2 with AES suites and no curve newer than P-384.
TLS_CONFIGURATION = """\
ssl_certificate {certificate};
        ssl_certificate_key {key};
        ssl_protocols {protocols};"""


@dataclass(frozen=True)
class Tls:
    """PEM files: the chain the server shows, leaf first, and the leaf's key."""

    certificate: Path
    key: Path
    protocols: str = "TLSv1.2"


class Nginx:
    """Serves a document root; `extra` is more configuration for its server block.

    An IPv6 address is given in brackets, here and as the host in a URL.
    """

    def __init__(self, name="nginx", address="127.0.0.1", port=8080, tls=None, extra=""):
        self.name = name
        self.port = port
        self._address = address
        self._tls = tls
        self._extra = extra
        self._process = None
        self._folder = None

    def start(self, lab):
        program = require("nginx", "nginx-light")
        self._folder = lab.make_folder(self.name)
        self._root.mkdir()
        configuration = self._folder / "nginx.conf"
        configuration.write_text(self._configuration())
        self._process = Process(
            [program, "-e", f"{self._folder}/error.log", "-c", str(configuration)],
            self._folder / "output.log")
        self._process.wait_tcp(self._address.strip("[]"), self.port)

    def stop(self):
        if self._process:
            self._process.stop()

    def publish(self, path, content):
        """Puts text or bytes at /path."""
        file = self._root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)

    def url(self, path, host="10.0.2.2", user=None):
        scheme = "https" if self._tls else "http"
        prefix = f"{user}@" if user else ""
        return f"{scheme}://{prefix}{host}:{self.port}/{path}"

    def requests(self):
        """The access log: lines of `status user method target version transfer-encoding`."""
        log = self._folder / "access.log"
        return log.read_text().splitlines() if log.exists() else []

    def expect_request(self, target, status=200):
        """Fails unless this request target was answered with this status."""
        wanted = str(status), "GET", target

        def logged():
            answered = (line.split() for line in self.requests())
            return any((words[0], *words[2:4]) == wanted for words in answered)

        # The answer can be here before nginx has written the line.
        self._process.wait_until(logged, f"{' '.join(wanted)} in {self._folder}/access.log")

    @property
    def _root(self):
        return self._folder / "root"

    def _configuration(self):
        tls = self._tls and TLS_CONFIGURATION.format(
            certificate=self._tls.certificate, key=self._tls.key,
            protocols=self._tls.protocols)
        return CONFIGURATION.format(
            folder=self._folder, address=self._address, port=self.port, root=self._root,
            tls_flag=" ssl" if tls else "", tls=tls or "", extra=self._extra)
