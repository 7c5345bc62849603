# SPDX-License-Identifier: GPL-3.0-only
"""judge_signing.py SAMPLE BUNDLE: what programs that share no code with us think of our signatures.

SAMPLE (sign_sample) signs the iPXE of each architecture in the BUNDLE, which authenticode.py judges.
"""

import re
import sys
import tempfile
from pathlib import Path

from authenticode import Layout, digest, judge, judge_table, run
from keys import make_chain


def judge_pkcs7(folder, der):
    """SHA-256, no time, and the certificates up to the root, which is left out."""
    (folder / "signature.der").write_bytes(der)
    words = ("openssl", "pkcs7", "-inform", "DER", "-in", "signature.der")
    text = run(*words, "-print", "-noout", cwd=folder)
    assert "signingTime" not in text and re.search(r"unauth_attr:\s+<ABSENT>", text), text
    subjects = re.findall(r"^subject=CN ?= ?(\w+)$", run(*words, "-print_certs", "-noout", cwd=folder), re.M)
    assert sorted(subjects) == ["Leaf", "Middle"], subjects


def judge_unchanged(before, after):
    """Nothing but what signing has to change is another byte."""
    at = Layout(before)
    same = bytearray(after[: len(before)])
    for offset, count in ((at.checksum, 4), (at.entry, 8)):
        same[offset : offset + count] = before[offset : offset + count]
    assert bytes(same) == before, "something else changed"
    assert len(before) <= Layout(after).table < len(before) + 8


def judge_sample(sample, folder, stock):
    signed = folder / "signed.efi"
    run(sample, "leaf.key", "chain.pem", stock, signed, cwd=folder)
    before, after = stock.read_bytes(), signed.read_bytes()
    judge_unchanged(before, after)
    judge_pkcs7(folder, judge_table(after))
    assert judge(signed, folder / "root.pem") == (digest(before), "Leaf")


def main():
    sample, bundle = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    for bits, arches in ((2048, ("x86_64", "arm64", "riscv64")), (3072, ("x86_64",)), (4096, ("arm64",))):
        with tempfile.TemporaryDirectory(prefix="boots-from-sign.") as name:
            folder = Path(name)
            make_chain(folder, bits)
            for arch in arches:
                print(f"RSA {bits}, {arch}")
                judge_sample(sample, folder, bundle / f"ipxe-{arch}.efi")


if __name__ == "__main__":
    main()
