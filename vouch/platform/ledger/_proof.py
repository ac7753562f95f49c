"""Proofs for a partner: made from the ledger, checked from files alone."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from vouch.engine.canonical import canonical_json
from vouch.platform.ledger import _record
from vouch.platform.ledger._heads import SignedHead
from vouch.platform.ledger.merkle import is_consistent, root_from_path

ENTRY_PROOF, GROWTH_PROOF = "vouch-proof/1", "vouch-growth/1"


def entry_proof(
    *, number: int, size: int, entry: dict[str, Any], mac: bytes, path: list[bytes]
) -> dict[str, Any]:
    """That ``entry`` is leaf ``number`` of the first ``size``."""
    return {
        "format": ENTRY_PROOF,
        "leaf": number,
        "size": size,
        "entry": entry,
        "mac": mac.hex(),
        "path": [digest.hex() for digest in path],
    }


def growth_proof(old: SignedHead, new: SignedHead, path: list[bytes]) -> dict[str, Any]:
    """That the tree of the old head is the beginning of the new one's."""
    return {
        "format": GROWTH_PROOF,
        "old": old.document,
        "size": new.size,
        "path": [digest.hex() for digest in path],
    }


def fault_of(proof: Any, *, head: Any, key: Ed25519PublicKey) -> str:
    """Why the proof does not hold under the head and the public key (Chinese); empty where it holds."""
    try:
        signed = SignedHead.read(head)
        if not signed.is_signed_by(key):
            return "树头的签名与公钥不符"
        if proof.get("size") != signed.size:
            return f"证明针对 {proof.get('size')} 条的树，树头为 {signed.size} 条"
        kinds = {ENTRY_PROOF: _entry_fault, GROWTH_PROOF: _growth_fault}
        judge = kinds.get(proof["format"])
        return judge(proof, signed, key) if judge else f"不认识的证明格式：{proof['format']}"
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        return f"文件内容不完整或无法解析：{error}"


def _entry_fault(proof: dict[str, Any], head: SignedHead, _key: Ed25519PublicKey) -> str:
    leaf = _record.leaf_of(canonical_json(proof["entry"]), bytes.fromhex(proof["mac"]))
    path = [bytes.fromhex(text) for text in proof["path"]]
    root = root_from_path(leaf, number=proof["leaf"], size=head.size, path=path)
    return "" if root == head.root else "分录内容或路径与树头的根哈希不符"


def _growth_fault(proof: dict[str, Any], head: SignedHead, key: Ed25519PublicKey) -> str:
    old = SignedHead.read(proof["old"])
    if not old.is_signed_by(key):
        return "旧树头的签名与公钥不符"
    path = [bytes.fromhex(text) for text in proof["path"]]
    holds = is_consistent(old.root, head.root, old=old.size, new=head.size, path=path)
    return "" if holds else "新树头不是旧树头的延续"
