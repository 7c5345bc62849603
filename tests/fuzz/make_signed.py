# SPDX-License-Identifier: GPL-3.0-only
"""Inputs for fuzz_signature that other programs sign, when the tests are run: nothing of them is kept
here.

    make_signed.py SEEDS OTHERS

SEEDS has the program that make_seeds forged, which sbsign, osslsigncode and pesign sign; OTHERS has
what Debian and Microsoft signed, of which the certificate tables are taken.
"""

import sys
import tempfile
from pathlib import Path

from authenticode import Layout, run
from keys import make_chain

DATABASE = ("-n", "db")


def sbsign(folder):
    run("sbsign", "--key", "leaf.key", "--cert", "leaf.pem", "--addcert", "chain.pem", "--output", "sbsign.efi",
        "plain.efi", cwd=folder)


def osslsigncode(folder):
    run("osslsigncode", "sign", "-h", "sha256", "-key", "leaf.key", "-certs", "chain.pem", "-n", "Name", "-i",
        "http://a.example/", "-in", "plain.efi", "-out", "osslsigncode.efi", cwd=folder)


def osslsigncode_twice(folder):
    run("osslsigncode", "sign", "-nest", "-h", "sha384", "-key", "leaf.key", "-certs", "leaf.pem", "-in",
        "osslsigncode.efi", "-out", "nested.efi", cwd=folder)


def pesign(folder):
    (folder / "db").mkdir()
    run("certutil", "-d", "db", "-N", "--empty-password", cwd=folder)
    run("openssl", "pkcs12", "-export", "-inkey", "leaf.key", "-in", "leaf.pem", "-name", "leaf", "-passout", "pass:",
        "-out", "leaf.p12", cwd=folder)
    run("pk12util", "-d", "db", "-i", "leaf.p12", "-W", "", cwd=folder)
    run("pesign", *DATABASE, "-c", "leaf", "-s", "-i", "plain.efi", "-o", "pesign.efi", cwd=folder)


def main(seeds, others):
    target = seeds / "signature"
    with tempfile.TemporaryDirectory(prefix="boots-from-signed.") as name:
        folder = Path(name)
        (folder / "plain.efi").write_bytes((target / "plain").read_bytes()[1:])
        make_chain(folder)
        for sign in sbsign, osslsigncode, osslsigncode_twice, pesign:
            sign(folder)
        for signed in sorted(folder.glob("*.efi")):
            (target / f"by-{signed.stem}").write_bytes(b"f" + signed.read_bytes())
    for path in sorted(others.rglob("*.efi.signed")) + sorted(others.rglob("shim/*.efi")):
        data = path.read_bytes()
        at = Layout(data)
        if at.size:
            (target / f"of-{path.name}").write_bytes(b"t" + data[at.table : at.table + at.size])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
