"""Certificates for test servers, made with openssl."""

import subprocess

from lab.process import require
from lab.servers.nginx import Tls


def self_signed(folder, address, name="server"):
    """A certificate for an IP address that is its own root."""
    tls = Tls(certificate=folder / f"{name}.crt", key=folder / f"{name}.key")
    subprocess.run(
        [require("openssl", "openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes",
         "-sha256", "-days", "30", "-subj", f"/CN={address}",
         "-addext", f"subjectAltName=IP:{address}", "-out", tls.certificate, "-keyout", tls.key],
        check=True, capture_output=True)
    return tls
