"""The tree against the vectors of RFC 6962's reference implementation (Certificate Transparency)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouch.platform.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    RangeHash,
    consistency_path,
    inclusion_path,
    is_consistent,
    leaf_hash,
    node_hash,
    root_from_path,
    root_hash,
)

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
D = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
# Leaves count from 0 here, from 1 in the reference.
INCLUSION = [
    (0, 1, []),
    (0, 8, [A, B, C]),
    (5, 8, [D, E, ROOTS[3]]),
    (2, 3, [ROOTS[1]]),
    (1, 5, [ROOTS[0], B, D]),
]
CONSISTENCY = [(1, 1, []), (1, 8, [A, B, C]), (6, 8, [F, E, ROOTS[3]]), (2, 5, [B, D])]


def plain_root(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962, section 2.1, word by word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(plain_root(leaves[:split]), plain_root(leaves[split:]))


def ranges(leaves: list[bytes]) -> RangeHash:
    return lambda start, end: root_hash(leaves[start:end])


def numbered(size: int) -> list[bytes]:
    return [str(number).encode() for number in range(size)]


@pytest.mark.parametrize("size", range(1, 9))
def test_the_root_of_known_leaves_is_the_known_root(size: int) -> None:
    assert root_hash(LEAVES[:size]).hex() == ROOTS[size - 1]


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert root_hash([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(("number", "size", "path"), INCLUSION)
def test_the_inclusion_path_of_a_known_leaf_is_the_known_path(
    number: int, size: int, path: list[str]
) -> None:
    found = inclusion_path(number, size, ranges(LEAVES))
    assert [digest.hex() for digest in found] == path
    leaf = leaf_hash(LEAVES[number])
    assert root_from_path(leaf, number=number, size=size, path=found) == bytes.fromhex(ROOTS[size - 1])


@pytest.mark.parametrize(("old", "new", "path"), CONSISTENCY)
def test_the_consistency_path_of_known_trees_is_the_known_path(old: int, new: int, path: list[str]) -> None:
    found = consistency_path(old, new, ranges(LEAVES))
    assert [digest.hex() for digest in found] == path
    old_root, new_root = bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[new - 1])
    assert is_consistent(old_root, new_root, old=old, new=new, path=found)


def test_one_pass_equals_the_definition_for_every_size() -> None:
    for size in range(70):
        assert root_hash(numbered(size)) == plain_root(numbered(size))


def test_a_tree_goes_on_from_its_edge() -> None:
    for size in range(70):
        frontier = Frontier()
        for data in numbered(size):
            frontier.append(leaf_hash(data))
        again = Frontier.from_bytes(size, frontier.to_bytes())
        again.append(leaf_hash(b"next"))
        assert again.root() == plain_root([*numbered(size), b"next"])


def test_an_edge_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="3 leaves"):
        Frontier.from_bytes(3, bytes(32))


@given(st.integers(1, 200), st.data())
def test_every_path_leads_to_the_root_and_no_other_leaf_or_length_does(
    size: int, data: st.DataObject
) -> None:
    number = data.draw(st.integers(0, size - 1))
    leaves = numbered(size)
    path = inclusion_path(number, size, ranges(leaves))
    root, leaf = root_hash(leaves), leaf_hash(leaves[number])
    assert root_from_path(leaf, number=number, size=size, path=path) == root
    assert root_from_path(leaf_hash(b"other"), number=number, size=size, path=path) != root
    assert root_from_path(leaf, number=number, size=size, path=[*path, bytes(32)]) is None
    assert root_from_path(leaf, number=size, size=size, path=path) is None
    if size > 1:
        assert root_from_path(leaf, number=(number + 1) % size, size=size, path=path) != root


@given(st.integers(1, 200), st.data())
def test_a_grown_tree_is_consistent_and_a_rewritten_one_is_not(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    leaves = numbered(new)
    path = consistency_path(old, new, ranges(leaves))
    before, after = root_hash(leaves[:old]), root_hash(leaves)
    assert is_consistent(before, after, old=old, new=new, path=path)
    changed = data.draw(st.integers(0, old - 1))
    rewritten = [*leaves[:changed], b"rewritten", *leaves[changed + 1 :]]
    assert not is_consistent(root_hash(rewritten[:old]), after, old=old, new=new, path=path)
    forged = consistency_path(old, new, ranges(rewritten))
    assert not is_consistent(before, root_hash(rewritten), old=old, new=new, path=forged)
    assert not is_consistent(before, after, old=old, new=new, path=[*path, bytes(32)])
