"""Every address of the product and every table, with what is wrong about how they say who sees them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver

from vouch.platform.web.faces import Face, declared, operations_of


@dataclass(frozen=True)
class Address:
    """One way in: a route with one method. ``arguments`` are what its URL takes."""

    name: str
    route: str
    method: str
    arguments: tuple[str, ...]
    view: Callable[..., Any]
    is_api: bool

    @property
    def face(self) -> Face | None:
        return declared(self.view, name=self.name, method=self.method)

    def __str__(self) -> str:
        return f"{self.method} {self.name}"


def addresses(resolver: URLResolver | None = None) -> Iterator[Address]:
    """Every address of the URL conf; an API's operation is one for each of its methods."""
    for name, route, arguments, view in _walk(resolver or get_resolver(), "", ()):
        operations = operations_of(view)
        methods = sorted({method for one in operations for method in one.methods}) if operations else ["GET"]
        for method in methods:
            yield Address(name, route, method, arguments, view, is_api=bool(operations))


def _walk(
    resolver: URLResolver, route: str, spaces: tuple[str, ...], arguments: tuple[str, ...] = ()
) -> Iterator[tuple[str, str, tuple[str, ...], Callable[..., Any]]]:
    for entry in resolver.url_patterns:
        here = route + str(entry.pattern)
        taken = (*arguments, *entry.pattern.converters)
        if isinstance(entry, URLPattern):
            yield ":".join((*spaces, entry.name or "")), here, taken, entry.callback
        else:
            inner = (*spaces, entry.namespace) if entry.namespace else spaces
            yield from _walk(entry, here, inner, taken)


def addresses_without_face(resolver: URLResolver | None = None) -> list[str]:
    """Addresses that do not say who may open them."""
    return [f"{one} ({one.route})" for one in addresses(resolver) if one.face is None]


def own_models() -> list[type[Model]]:
    """Every table of ours."""
    return [model for model in apps.get_models() if model.__module__.startswith("vouch.")]


def visible(model: type[Model]) -> Any:
    """What the model's room says of how its rows are seen; None where it says nothing."""
    room = apps.get_containing_app_config(model.__module__)
    assert room is not None, model
    queries = importlib.import_module(f"{room.name}.queries")
    return getattr(queries, "VISIBLE", {}).get(model)


def path_to(target: type[Model], model: type[Model]) -> str | None:
    """The chain of foreign keys from a model to another, as a field path; None where there is none."""
    waiting: list[tuple[type[Model], str]] = [(model, "")]
    seen = {model}
    while waiting:
        here, path = waiting.pop(0)
        for field in here._meta.concrete_fields:
            to = field.related_model
            if not isinstance(to, type) or to in seen:
                continue
            step = f"{path}__{field.name}" if path else field.name
            if to is target:
                return step
            seen.add(to)
            waiting.append((to, step))
    return None


def models_without_policy(models: list[type[Model]], about: type[Model]) -> list[str]:
    """Tables that do not say how they are seen, or only in words though they belong to ``about``."""
    found = []
    for model in models:
        policy = visible(model)
        if policy is None:
            found.append(f"{model.__module__}.{model.__name__} stands in no VISIBLE of its room's queries.py")
        elif not callable(policy) and (model is about or path_to(about, model)):
            found.append(
                f"{model.__module__}.{model.__name__} belongs to a customer; words do not say whose sees it"
            )
    return found
