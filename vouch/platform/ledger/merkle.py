"""Merkle tree as RFC 6962, section 2.1, defines it: SHA-256, leaves and nodes told apart by a prefix.

Paths (inclusion, consistency) are worked out over a function that gives the hash of a range of leaves, so that the
caller decides what it keeps and what it computes again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()
HASH_BYTES = 32
BLOCK_LEAVES = 256

RangeHash = Callable[[int, int], bytes]
"""Hash of the subtree over leaves ``start`` up to, not including, ``end``."""


def leaf_hash(data: bytes) -> bytes:
    """32 bytes that stand for one leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """32 bytes that stand for two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: all that is needed to append a leaf and to tell the root.

    A completed subtree waits until its right sibling of the same size arrives; what is left is folded from the
    right, which is RFC 6962's split at the largest power of two. Holds at most log2(size) + 1 hashes, and in
    ``blocks`` those of the subtrees of BLOCK_LEAVES completed here, until the caller takes them.
    """

    def __init__(self) -> None:
        self._stack: list[tuple[int, bytes]] = []
        self.size = 0
        self.blocks: list[bytes] = []

    def append(self, digest: bytes, *, leaves: int = 1) -> None:
        """Add a leaf's hash, or the hash of a complete subtree of ``leaves`` (a power of two) in its place."""
        self.size += leaves
        while self._stack and self._stack[-1][0] == leaves:
            leaves, digest = leaves * 2, node_hash(self._stack.pop()[1], digest)
            if leaves == BLOCK_LEAVES:
                self.blocks.append(digest)
        self._stack.append((leaves, digest))

    def root(self) -> bytes:
        """Root over everything appended so far."""
        if not self._stack:
            return EMPTY_ROOT
        *rest, (_, digest) = self._stack
        for _, left in reversed(rest):
            digest = node_hash(left, digest)
        return digest

    def to_bytes(self) -> bytes:
        """The waiting hashes; their sizes are the binary digits of ``size``."""
        return b"".join(digest for _, digest in self._stack)

    @classmethod
    def from_bytes(cls, size: int, kept: bytes) -> Frontier:
        """What ``to_bytes`` kept. Raises ValueError where the number of hashes does not fit the size."""
        frontier = cls()
        frontier.size = size
        digits = [1 << place for place in reversed(range(size.bit_length())) if size >> place & 1]
        if len(kept) != HASH_BYTES * len(digits):
            message = f"{len(kept)} bytes cannot be the edge of a tree of {size} leaves"
            raise ValueError(message)
        pieces = (kept[start : start + HASH_BYTES] for start in range(0, len(kept), HASH_BYTES))
        frontier._stack = list(zip(digits, pieces, strict=True))
        return frontier


def root_hash(leaves: Iterable[bytes]) -> bytes:
    """Root over the leaves' data, in order, in one pass and O(log n) memory."""
    frontier = Frontier()
    for data in leaves:
        frontier.append(leaf_hash(data))
    return frontier.root()


def _split(size: int) -> int:
    """The largest power of two smaller than ``size``."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_path(number: int, size: int, hash_of: RangeHash) -> list[bytes]:
    """Hashes that lead from leaf ``number`` (from 0) to the root of the first ``size`` leaves (section 2.1.1)."""
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if number < middle:
            path.append(hash_of(middle, end))
            end = middle
        else:
            path.append(hash_of(start, middle))
            start = middle
    return path[::-1]


def root_from_path(leaf: bytes, *, number: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that the path claims for a leaf's hash; None where the path has not the length that it must have."""
    if not 0 <= number < size:
        return None
    digest, place, last, used = leaf, number, size - 1, 0
    while last:
        # A node without a right sibling moves up as it is.
        if place % 2 or place < last:
            if used == len(path):
                return None
            digest = node_hash(path[used], digest) if place % 2 else node_hash(digest, path[used])
            used += 1
        place, last = place // 2, last // 2
    return digest if used == len(path) else None


def consistency_path(old: int, new: int, hash_of: RangeHash) -> list[bytes]:
    """Hashes that show the first ``old`` of ``new`` leaves unchanged (section 2.1.2); 0 < old <= new."""
    path: list[bytes] = []
    start, end, is_whole = 0, new, True
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(hash_of(middle, end))
            end = middle
        else:
            path.append(hash_of(start, middle))
            start, is_whole = middle, False
    if not is_whole:
        path.append(hash_of(start, end))
    return path[::-1]


def is_consistent(old_root: bytes, new_root: bytes, *, old: int, new: int, path: Sequence[bytes]) -> bool:
    """Whether the path shows that the tree of ``old`` leaves is the beginning of the tree of ``new``."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    waiting = list(path)
    place, last = old - 1, new - 1
    while place % 2:
        place, last = place // 2, last // 2
    if place:
        if not waiting:
            return False
        before = after = waiting.pop(0)
    else:
        before = after = old_root
    while last:
        if place % 2 or place < last:
            if not waiting:
                return False
            sibling = waiting.pop(0)
            if place % 2:
                before, after = node_hash(sibling, before), node_hash(sibling, after)
            else:
                after = node_hash(after, sibling)
        place, last = place // 2, last // 2
    return not waiting and before == old_root and after == new_root
