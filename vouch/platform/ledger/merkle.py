"""Merkle tree hash as RFC 6962, section 2.1, defines it (SHA-256, leaves and nodes told apart by a prefix)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """32 bytes that stand for one leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """32 bytes that stand for two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_hash(leaves: Iterable[bytes]) -> bytes:
    """Root over the leaves' data, in order, in one pass and O(log n) memory.

    A completed subtree waits on a stack until its right sibling of the same size arrives; what is left at
    the end is folded from the right, which is RFC 6962's split at the largest power of two.
    """
    stack: list[tuple[int, bytes]] = []
    for data in leaves:
        size, digest = 1, leaf_hash(data)
        while stack and stack[-1][0] == size:
            size, digest = size * 2, node_hash(stack.pop()[1], digest)
        stack.append((size, digest))
    if not stack:
        return EMPTY_ROOT
    digest = stack.pop()[1]
    while stack:
        digest = node_hash(stack.pop()[1], digest)
    return digest
