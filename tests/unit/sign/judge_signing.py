# SPDX-License-Identifier: GPL-3.0-only
"""judge_signing.py SAMPLE BUNDLE: what programs that share no code with us think of our signatures.

SAMPLE (sign_sample) signs the iPXE of each architecture in the BUNDLE. sbverify and osslsigncode must
take each, pesign and pefile agree on its digest, and pefile on where everything stands.
"""

import hashlib
import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import pefile


def run(*words, cwd):
    """What a program prints, that must work."""
    done = subprocess.run([str(word) for word in words], cwd=cwd, check=False, text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, f"{words}: {done.stdout}"
    return done.stdout


def make_keys(folder, bits):
    """A root, an intermediate it issued, and the signer's own: leaf.key, chain.pem."""
    request = ("openssl", "req", "-newkey", f"rsa:{bits}", "-nodes", "-sha256")
    (folder / "ca.cnf").write_text("basicConstraints=critical,CA:TRUE\n")
    run(*request, "-x509", "-days", "2", "-subj", "/CN=Root", "-keyout", "root.key", "-out", "root.pem",
        cwd=folder)
    for name, issuer, extensions in (("middle", "root", ("-extfile", "ca.cnf")), ("leaf", "middle", ())):
        run(*request, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr", cwd=folder)
        run("openssl", "x509", "-req", "-days", "2", "-in", f"{name}.csr", "-CA", f"{issuer}.pem", "-CAkey",
            f"{issuer}.key", "-CAcreateserial", *extensions, "-out", f"{name}.pem", cwd=folder)
    parts = ("leaf.pem", "middle.pem", "root.pem")
    (folder / "chain.pem").write_text("".join((folder / part).read_text() for part in parts))


def digest(data):
    """The Authenticode SHA-256, from what pefile says is where."""
    pe = pefile.PE(data=data, fast_load=True)
    checksum = pe.OPTIONAL_HEADER.get_file_offset() + 64
    table = pe.OPTIONAL_HEADER.DATA_DIRECTORY[4]
    entry = table.get_file_offset()
    end = table.VirtualAddress or len(data)
    hashed = data[:checksum] + data[checksum + 4 : entry] + data[entry + 8 : end]
    return hashlib.sha256(hashed + bytes(-end % 8)).hexdigest()


def judge_table(before, after):
    """One PKCS #7 entry behind the file, and nothing else changed."""
    pe = pefile.PE(data=after, fast_load=True)
    table = pe.OPTIONAL_HEADER.DATA_DIRECTORY[4]
    start, size = table.VirtualAddress, table.Size
    assert start % 8 == 0 and size % 8 == 0 and start + size == len(after)
    assert len(before) <= start < len(before) + 8
    length, revision, kind = struct.unpack_from("<IHH", after, start)
    assert (revision, kind) == (0x0200, 0x0002) and -length % 8 + length == size
    assert pe.verify_checksum(), "CheckSum"
    same = bytearray(after[: len(before)])
    for offset, count in ((pe.OPTIONAL_HEADER.get_file_offset() + 64, 4), (table.get_file_offset(), 8)):
        same[offset : offset + count] = before[offset : offset + count]
    assert bytes(same) == before, "something else changed"
    return after[start + 8 : start + length]


def judge_pkcs7(folder, der):
    """SHA-256, no time, and the certificates up to the root, which is left out."""
    (folder / "signature.der").write_bytes(der)
    words = ("openssl", "pkcs7", "-inform", "DER", "-in", "signature.der")
    text = run(*words, "-print", "-noout", cwd=folder)
    assert "signingTime" not in text and re.search(r"unauth_attr:\s+<ABSENT>", text), text
    subjects = re.findall(r"^subject=CN ?= ?(\w+)$", run(*words, "-print_certs", "-noout", cwd=folder), re.M)
    assert sorted(subjects) == ["leaf", "middle"], subjects


def judge(sample, folder, stock):
    run(sample, "leaf.key", "chain.pem", stock, "signed.efi", cwd=folder)
    before, after = stock.read_bytes(), (folder / "signed.efi").read_bytes()
    judge_pkcs7(folder, judge_table(before, after))
    wanted = digest(before)
    assert digest(after) == wanted
    assert "Signature verification OK" in run("sbverify", "--cert", "root.pem", "signed.efi", cwd=folder)
    text = run("osslsigncode", "verify", "-CAfile", "root.pem", "signed.efi", cwd=folder)
    found = re.findall(r"(?:Current|Calculated) message digest +: ([0-9A-F]+)", text)
    assert [word.lower() for word in found] == [wanted, wanted], text
    assert "Signature verification: ok" in text, text
    assert wanted in run("pesign", "--hash", "--in", "signed.efi", cwd=folder)


def main():
    sample, bundle = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    for bits, arches in ((2048, ("x86_64", "arm64", "riscv64")), (3072, ("x86_64",)), (4096, ("arm64",))):
        with tempfile.TemporaryDirectory(prefix="boots-from-sign.") as name:
            folder = Path(name)
            make_keys(folder, bits)
            for arch in arches:
                print(f"RSA {bits}, {arch}")
                judge(sample, folder, bundle / f"ipxe-{arch}.efi")


if __name__ == "__main__":
    main()
