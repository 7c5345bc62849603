# SPDX-License-Identifier: GPL-3.0-only
"""What programs that share no code with us think of a signed program.

sbverify and osslsigncode must take the signature, pesign and both of them agree on the digest, and
pefile on where everything stands.
"""

import array
import hashlib
import re
import struct
import subprocess
from pathlib import Path

import pefile

CERTIFICATE_TABLE = 4  # of the data directories
_judged = {}  # the same bytes are judged once

SECONDS = 120  # a bound for what hangs, however busy the machine


def run(*words, cwd=None):
    """What a program prints, that must work."""
    done = subprocess.run([str(word) for word in words], cwd=cwd, check=False, text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS)
    assert done.returncode == 0, f"{words}: {done.stdout}"
    return done.stdout


class Layout:
    """Offsets of what signing changes, from what pefile says is where."""

    def __init__(self, data):
        pe = pefile.PE(data=data, fast_load=True)
        table = pe.OPTIONAL_HEADER.DATA_DIRECTORY[CERTIFICATE_TABLE]
        self.checksum = pe.OPTIONAL_HEADER.get_file_offset() + 64
        self.entry = table.get_file_offset()
        self.table, self.size = table.VirtualAddress, table.Size


def digest(data):
    """The Authenticode SHA-256 of a file without gaps."""
    at = Layout(data)
    end = at.table or len(data)
    hashed = data[: at.checksum] + data[at.checksum + 4 : at.entry] + data[at.entry + 8 : end]
    return hashlib.sha256(hashed + bytes(-end % 8)).hexdigest()


def checksum(data):
    """CheckSum as the header should have it: a sum of 16-bit words, end-around, and the size."""
    at = Layout(data).checksum
    words = array.array("H", data[:at] + bytes(4) + data[at + 4 :] + bytes(len(data) % 2))
    assert struct.pack("=H", 1) == struct.pack("<H", 1), "little endian only"
    total = sum(words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total + len(data)


def judge_table(data):
    """One PKCS #7 entry at the file's end, which is returned, and the right CheckSum."""
    at = Layout(data)
    assert at.table % 8 == 0 and at.size % 8 == 0 and at.table + at.size == len(data), vars(at)
    length, revision, kind = struct.unpack_from("<IHH", data, at.table)
    assert (revision, kind) == (0x0200, 0x0002) and length + -length % 8 == at.size
    (found,) = struct.unpack_from("<I", data, at.checksum)
    assert found == checksum(data), f"CheckSum {found:08x}"
    return data[at.table + 8 : at.table + length]


def digests_by_osslsigncode(text):
    """What is signed, and what should be."""
    found = re.findall(r"(?:Current|Calculated) message digest +: ([0-9A-F]+)", text)
    return [word.lower() for word in found]


def _judge(path, root):
    data = Path(path).read_bytes()
    judge_table(data)
    wanted = digest(data)
    assert "Signature verification OK" in run("sbverify", "--cert", root, path)
    text = run("osslsigncode", "verify", "-CAfile", root, path)
    assert "Signature verification: ok" in text and "Number of verified signatures: 1" in text, text
    assert digests_by_osslsigncode(text) == [wanted, wanted], text
    assert wanted in run("pesign", "--hash", "--in", path).lower()
    listed = run("pesign", "--show-signature", "--in", path)
    assert "No signing time included." in listed, listed
    (signer,) = re.findall(r"The signer's common name is (.*)", listed)
    return wanted, signer


def judge(path, root):
    """All of them on a file, by one who is root or whom root vouches for. Returns the digest and
    the signer's name."""
    key = tuple(hashlib.sha256(Path(file).read_bytes()).digest() for file in (path, root))
    if key not in _judged:
        _judged[key] = _judge(path, root)
    return _judged[key]
