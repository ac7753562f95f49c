"""The tree hash against the vectors of RFC 6962's reference implementation (Certificate Transparency)."""

from __future__ import annotations

from vouch.platform.ledger.merkle import EMPTY_ROOT, leaf_hash, node_hash, root_hash

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


def test_the_root_of_eight_known_leaves_is_the_known_root() -> None:
    assert root_hash(LEAVES).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert root_hash([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_one_pass_equals_the_definition_for_every_size() -> None:
    for size in range(70):
        leaves = [str(number).encode() for number in range(size)]
        assert root_hash(leaves) == plain_root(leaves)
