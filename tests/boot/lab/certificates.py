# SPDX-License-Identifier: GPL-3.0-only
"""Certificates for test servers, made with openssl."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from lab.process import require
from lab.servers.nginx import Tls

RSA = ("rsa:2048",)
P256 = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")


@dataclass(frozen=True)
class Issued:
    """A certificate and its key, PEM files."""

    certificate: Path
    key: Path

    def server(self, *chain, **options):
        """What a server shows: this certificate and those of the chain, in this order."""
        shown = self.certificate.with_suffix(".chain")
        shown.write_bytes(b"".join(link.certificate.read_bytes() for link in (self, *chain)))
        return Tls(certificate=shown, key=self.key, **options)


def openssl(*words, before=()):
    subprocess.run([*before, require("openssl", "openssl"), *map(str, words)],
                   check=True, capture_output=True)


def days_ago(days):
    """What a command starts with that is to believe in such a clock."""
    return [require("faketime", "faketime"), "-f", f"-{days}d"]


def issue(folder, name, alternative_name=None, issuer=None, key=RSA, expired=False):
    """Issues a certificate: a server's with an alternative name, a CA's without one.

    Without an issuer it is signed with its own key. An expired one has been so for longer
    than iPXE's margin for clocks, which is half a day.
    """
    issued = Issued(folder / f"{name}.crt", folder / f"{name}.key")
    request, extensions = folder / f"{name}.csr", folder / f"{name}.ext"
    extensions.write_text(
        f"basicConstraints=critical,CA:FALSE\nsubjectAltName={alternative_name}\n"
        if alternative_name else
        "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n")
    openssl("req", "-new", "-newkey", *key, "-nodes", "-sha256", "-subj", f"/CN={name}",
            "-keyout", issued.key, "-out", request)
    signer = (["-CA", issuer.certificate, "-CAkey", issuer.key, "-CAcreateserial"]
              if issuer else ["-signkey", issued.key])
    openssl("x509", "-req", "-in", request, *signer, "-sha256", "-days", 1 if expired else 30,
            "-extfile", extensions, "-out", issued.certificate, before=days_ago(3) if expired else ())
    return issued
