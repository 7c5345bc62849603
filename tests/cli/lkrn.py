# SPDX-License-Identifier: GPL-3.0-only
"""ipxe.lkrn as it is packed, read and written without the code under test."""

import lzma
import struct
import zlib

FILTERS = [{"id": lzma.FILTER_LZMA1, "lc": 2, "lp": 0, "pb": 0, "dict_size": 1 << 24}]


def _filter(data, convert):
    out = bytearray(data)
    limit = len(out) - 5
    at = 0
    while at <= limit:
        if out[at] in (0xE8, 0xE9):
            (target,) = struct.unpack_from("<i", out, at + 1)
            struct.pack_into("<i", out, at + 1, convert(at, target, limit))
            at += 5
        else:
            at += 1
    return bytes(out)


def _encode(at, target, limit):
    if -at <= target < limit - at:
        return target + at
    if limit - at <= target < limit:
        return target - limit
    return target


def _decode(at, target, limit):
    if 0 <= target < limit:
        return target - at
    if -at <= target < 0:
        return target + limit
    return target


def _payload(file):
    return (file[0x1F1] + 1) * 512


def _last_block(file):
    at = _payload(file)
    while True:
        (length,) = struct.unpack_from("<I", file, at)
        end = at + 4 + length
        following = at + (4 + length + 15) // 16 * 16
        if following >= len(file):
            return at, file[at + 4 : end - 4], struct.unpack_from("<I", file, end - 4)[0]
        at = following


def unpack(file):
    """The last block's contents: iPXE itself."""
    _, packed, crc = _last_block(file)
    assert crc == zlib.crc32(packed) ^ 0xFFFFFFFF
    return _filter(lzma.decompress(packed, lzma.FORMAT_RAW, filters=FILTERS), _decode)


def repack(file, contents):
    """The same file with other contents in its last block."""
    at, _, _ = _last_block(file)
    # liblzma writes the end marker when the size is not known, as with a compressor.
    compressor = lzma.LZMACompressor(lzma.FORMAT_RAW, filters=FILTERS)
    packed = compressor.compress(_filter(contents, _encode)) + compressor.flush()
    crc = zlib.crc32(packed) ^ 0xFFFFFFFF
    out = bytearray(file[:at] + struct.pack("<I", len(packed) + 4) + packed + struct.pack("<I", crc))
    struct.pack_into("<I", out, 0x1F4, (len(out) - _payload(file) + 15) // 16)
    return bytes(out)
