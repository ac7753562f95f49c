"""Asking a face: which addresses with which objects, and what an answer says once everything in it is unpacked."""

from __future__ import annotations

import html
import io
import itertools
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import unquote

from django.db import transaction
from django.db.models import Model
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse

from tests.addresses import Address, own_models
from tests.visibility.markers import customers_tables
from tests.visibility.scene import Owned, Scene
from vouch.platform.ledger.models import Entry

ROWS_PER_CUSTOMER = 1
ENTRIES_PER_CUSTOMER = 2
MOST_COMBINATIONS = 400
READABLE = (
    "text/",
    "application/json",
    "application/problem+json",
    "application/x-pem-file",
    "application/xml",
)
ZIPPED = ("application/zip", "application/vnd.openxmlformats")


@dataclass(frozen=True)
class Asked:
    """One way to fill an address's arguments; ``owners`` are the customers whom the objects in it belong to."""

    arguments: tuple[tuple[str, Any], ...]
    owners: frozenset[int]


def ways(address: Address, scene: Scene) -> list[Asked]:
    """Every way to fill the arguments with objects of the scene; none where the scene has no object."""
    choices = [_choices(address, argument, scene) for argument in address.arguments]
    found = []
    for combination in itertools.islice(itertools.product(*choices), MOST_COMBINATIONS):
        owners = frozenset(owner for _value, owner in combination if owner)
        if len(owners) > 1:
            continue  # rows of two customers in one address are never one thing
        pairs = zip(address.arguments, (value for value, _owner in combination), strict=True)
        found.append(Asked(tuple(pairs), owners))
    return found


def fewest(found: list[Asked]) -> list[Asked]:
    """As few of these as use every value of every argument, for every customer, once."""
    seen: set[Any] = set()
    kept = []
    for one in found:
        new = {*one.arguments, *one.owners} - seen
        if new:
            kept.append(one)
            seen |= new
    return kept


def kind_of(address: Address, argument: str) -> str:
    """What an argument counts: ``row_pk`` rows, ``pk`` what the face shows first."""
    face = address.face
    if argument in {"pk", "id"}:
        return face.shows[0] if face and face.shows else ""
    for ending in ("_pk", "_id"):
        if argument.endswith(ending):
            kind = argument.removesuffix(ending)
            known = [one for one in (face.shows if face else ()) if one == kind or one.endswith(f"_{kind}")]
            return known[0] if known else kind
    return ""


def _choices(address: Address, argument: str, scene: Scene) -> list[tuple[Any, int]]:
    for name in (f"{address.name}.{argument}", argument):
        if name in scene.words:
            return [
                (one.value, one.owner) if isinstance(one, Owned) else (one, 0) for one in scene.words[name]
            ]
    model = model_of(kind_of(address, argument))
    if model is None:
        return []
    if model not in scene.objects:
        scene.objects[model] = objects(model)
    return scene.objects[model]


def model_of(kind: str) -> type[Model] | None:
    """The table of a kind of subject: ``import_row`` is ``ImportRow``."""
    wanted = kind.replace("_", "")
    return (
        next((model for model in own_models() if model._meta.model_name == wanted), None) if wanted else None
    )


def objects(model: type[Model]) -> list[tuple[Any, int]]:
    """A few keys of the table for each customer, each with its owner (0 where rows belong to none)."""
    path = customers_tables().get(model)
    rows = model._default_manager.order_by("pk")
    found: list[tuple[Any, int]] = []
    if path is not None:
        owned = list(rows.values_list("pk", f"{path}__pk" if path else "pk"))
    elif model is Entry:
        said = rows.values_list("pk", "subject_kind", "subject_id")
        owned = [(key, int(of) if kind == "party" else 0) for key, kind, of in said]
    else:
        return [(key, 0) for key in rows.values_list("pk", flat=True)[:8]]
    most = ENTRIES_PER_CUSTOMER if path is None else ROWS_PER_CUSTOMER
    for key, owner in owned:
        if sum(1 for _key, of in found if of == owner) < most:
            found.append((key, owner or 0))
    return found


@dataclass(frozen=True)
class Answer:
    """What came back, unpacked: ``body`` what a person reads, ``text`` everything, headers too."""

    status: int
    text: str
    body: str
    kind: str
    is_attachment: bool


def ask(
    client: Client, address: Address, asked: Asked, *, method: str = "", query: str = "", **how: Any
) -> Answer:
    """Ask once, and undo whatever the question did."""
    url = reverse(address.name, kwargs=dict(asked.arguments)) + query
    kept = client.cookies.output(header="", sep=";")
    with transaction.atomic():
        response = client.generic(method or address.method, url, **how)
        answer = read(response)
        transaction.set_rollback(True)
    # Signing out takes the browser's cookie; undone like the rest.
    client.cookies = SimpleCookie(kept)
    return answer


def read(response: HttpResponseBase) -> Answer:
    """Status, and every text that the answer carries: head, body, what is packed in files."""
    stream = getattr(response, "streaming_content", None)
    body: bytes = b"".join(stream) if stream is not None else response.content  # type: ignore[attr-defined]
    kind = response.headers.get("Content-Type", "")
    head = "\n".join(unquote(f"{value}") for value in response.headers.values())
    said = "\n".join(unpacked(body, kind))
    disposition = response.headers.get("Content-Disposition", "")
    return Answer(response.status_code, f"{head}\n{said}", said, kind, disposition.startswith("attachment"))


def unpacked(body: bytes, kind: str) -> Iterator[str]:
    """The texts in a body. Raises AssertionError for a kind of file that nobody said how to search."""
    if not body or kind.startswith(READABLE):
        yield spelled(body.decode("utf-8-sig"))
    elif kind.startswith(ZIPPED):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for name in archive.namelist():
                inner = archive.read(name)
                yield name
                is_zip = inner.startswith(b"PK\x03\x04")
                yield from unpacked(inner, "application/zip" if is_zip else "text/plain")
    elif kind.startswith("application/pdf"):
        for match in re.finditer(rb"stream\r?\n(.*?)endstream", body, re.DOTALL):
            try:
                yield zlib.decompress(match[1]).decode("utf-16-be", "ignore")
                yield zlib.decompress(match[1]).decode("latin-1")
            except zlib.error:
                yield match[1].decode("latin-1")
    else:
        message = f"nobody has said how to search an answer of the kind {kind}"
        raise AssertionError(message)


def spelled(text: str) -> str:
    """Characters as themselves: no entities, no escapes of JSON."""
    plain = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)
    return html.unescape(plain)
