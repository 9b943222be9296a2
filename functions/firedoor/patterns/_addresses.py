"""IP addresses and CIDR ranges as EventBridge reads them (Java's literal parser), without any name look-up.

Owns what counts as an address literal. Differs from ``ipaddress`` on purpose: leading zeros are decimal, host bits are
floored, and an IPv4-mapped IPv6 address is an IPv4 address.
"""

from __future__ import annotations

import re

Network = tuple[int, int, int]
"""Bits of the address family (32 or 128), length of the prefix, and the prefix as an integer."""

_MAYBE_V4 = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+")
_MAYBE_V6 = re.compile(r"[0-9a-fA-F:]*:[0-9a-fA-F:]*")
_LAST = frozenset("0123456789abcdefABCDEF:")
_MASK = re.compile(r"[+-]?\d+")
_LONGEST_V4 = 15
_GROUPS = 8
_MAPPED = 0xFFFF


def parse_address(text: str) -> tuple[int, int] | None:
    """Return ``(bits, address)`` of an IP literal, bits being 32 or 128, or None when ``text`` is not one."""
    if text[-1:] not in _LAST:  # most texts that are no address end here
        return None
    if _MAYBE_V4.fullmatch(text):
        return _parse_v4(text)
    if _MAYBE_V6.fullmatch(text):
        return _parse_v6(text)
    return None


def parse_network(text: str) -> Network:
    """Return the network that ``text`` (``10.0.0.0/8``, ``2001:db8::/32``) names, host bits floored.

    Raises ``ValueError`` with the reason when AWS would refuse it: no slash, a mask that is not a number, or one of
    /32 (IPv4) or /128 (IPv6).
    """
    parts = text.split("/")
    while len(parts) > 1 and not parts[-1]:
        parts.pop()  # Java's split drops what is empty at the end
    if len(parts) != 2:
        raise ValueError("one '/' is required")
    if not _MASK.fullmatch(parts[1]):
        raise ValueError("the mask must be a whole number")
    address = parse_address(parts[0])
    if address is None:
        raise ValueError(f"{parts[0]!r} is not an IP address")
    bits, value = address
    mask = int(parts[1])
    if not 0 <= mask < bits:
        raise ValueError(f"the mask must be 0 to {bits - 1}")
    return bits, mask, value >> (bits - mask)


def _parse_v4(text: str) -> tuple[int, int] | None:
    if len(text) > _LONGEST_V4:
        return None
    value = 0
    for part in text.split("."):
        octet = int(part)
        if octet > 0xFF:
            return None
        value = value << 8 | octet
    return 32, value


def _parse_v6(text: str) -> tuple[int, int] | None:
    head, gap, tail = text.partition("::")
    left, right = _groups(head), _groups(tail)
    if left is None or right is None:
        return None
    missing = _GROUPS - len(left) - len(right)
    if (missing < 1) if gap else (missing != 0):
        return None
    value = 0
    for group in [*left, *[0] * missing, *right]:
        value = value << 16 | group
    if value >> 32 == _MAPPED:
        return 32, value & 0xFFFFFFFF
    return 128, value


def _groups(text: str) -> list[int] | None:
    if not text:
        return []
    groups = []
    for part in text.split(":"):
        if not part or int(part, 16) > 0xFFFF:
            return None
        groups.append(int(part, 16))
    return groups
