# SPDX-License-Identifier: GPL-3.0-only
"""RSA keys that were made when the tests were built: making one takes longer than most tests."""

import os
import shutil
from pathlib import Path

from authenticode import run

FOLDER = Path(os.environ["BOOTS_FROM_KEYS"])

_taken = {}


def take_key(path, bits=2048):
    """Write another key than the last one there, for its owner alone; after some, the first again."""
    keys = sorted(FOLDER.glob(f"rsa{bits}-*.pem"))
    number = _taken[bits] = _taken.get(bits, -1) + 1
    shutil.copyfile(keys[number % len(keys)], path)
    Path(path).chmod(0o600)


def make_signer(folder, name, subject, issuer=None, bits=2048, days=2, extensions=()):
    """NAME.key and NAME.pem, by itself, as people make one, or by another one of the folder; with
    extensions as openssl writes them. Signatures of two such keys have one size: a random serial
    number's length would vary."""
    key, certificate, request = (folder / f"{name}.{end}" for end in ("key", "pem", "csr"))
    take_key(key, bits)
    words = ("openssl", "req", "-new", "-utf8", "-sha256", "-key", key, "-subj", subject)
    if not issuer:
        added = [word for extension in extensions for word in ("-addext", extension)]
        run(*words, "-x509", "-set_serial", "1", "-days", str(days), *added, "-out", certificate)
        return
    (folder / f"{name}.cnf").write_text("\n".join(extensions))
    run(*words, "-out", request)
    run("openssl", "x509", "-req", "-in", request, "-CA", folder / f"{issuer}.pem", "-CAkey",
        folder / f"{issuer}.key", "-set_serial", "1", "-days", str(days), "-sha256", "-extfile",
        folder / f"{name}.cnf", "-out", certificate)


def make_chain(folder, bits=2048):
    """A root, an intermediate it issued, and the signer's own: leaf.key, chain.pem, root.pem."""
    make_signer(folder, "root", "/CN=Root", bits=bits, days=90)
    make_signer(folder, "middle", "/CN=Middle", "root", bits, 90, ("basicConstraints=critical,CA:TRUE",))
    make_signer(folder, "leaf", "/CN=Leaf", "middle", bits, 90)
    (folder / "chain.pem").write_text("".join(
        (folder / f"{name}.pem").read_text() for name in ("leaf", "middle", "root")))
