"""Owns the unpacking of gzip within a limit: who can write to a log bucket can write a bomb."""

from __future__ import annotations

import zlib

MAGIC = b"\x1f\x8b"
"""What gzip begins with."""


def unpack(body: bytes, limit: int) -> bytes:
    """Return what a gzip file holds, or its first ``limit + 1`` bytes if that is more than ``limit``.

    Files put one after another are one file (RFC 1952, section 2.2).

    Raises:
        ValueError: It is not gzip, or was cut short; the message says which, as "not gzip".
    """
    text = b""
    while body and len(text) <= limit:
        unpacker = zlib.decompressobj(wbits=31)
        try:
            text += unpacker.decompress(body, limit + 1 - len(text))
        except zlib.error as error:
            raise ValueError("not gzip") from error
        if not unpacker.eof and len(text) <= limit:
            raise ValueError("gzip that was cut short")
        body = unpacker.unused_data
    return text
