"""Proofs of entries for programs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Router, Schema

from vouch.platform.ledger import permissions, queries
from vouch.platform.ledger.terms import LedgerBroken
from vouch.platform.web.faces import face
from vouch.platform.web.problems import Problem

router = Router(tags=["操作日志"])


class ProofOut(Schema):
    """The three files that ``vouch ledger check-proof`` reads."""

    proof: dict[str, Any]
    head: dict[str, Any]
    key: str


@router.get("/ledger/entries/{uuid:pk}/proof", response=ProofOut, summary="日志分录的证明", url_name="proof")
@face(may=permissions.may_take_proof, shows=("entry",))
def proof(request: HttpRequest, pk: UUID) -> Any:
    """密钥的数据范围为全部时可取任一分录；否则只能取本密钥自己留下的分录。尚未封存的答复 404。"""
    actor = request.actor  # type: ignore[attr-defined]
    entry = queries.provable_by(actor).filter(pk=pk).first()
    if entry is None:
        raise Http404
    try:
        found, head = queries.proof_of(pk)
    except queries.NotSealed as error:
        raise Problem(404, "not-sealed", str(error)) from error
    except LedgerBroken as error:
        raise Problem(409, "ledger-broken", str(error)) from error
    return {"proof": found, "head": head.document, "key": queries.public_key().decode()}
