"""Errors of the programming interface as Problem Details (RFC 9457), in Chinese, with the path of each field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.forms import Form
from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from vouch.platform.web.request import request_id

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong with one field: ``pointer`` is a JSON pointer (RFC 6901) into ``place`` (body, query, path)."""

    place: str
    pointer: str
    message: str


@dataclass(eq=False)
class Problem(Exception):
    """An error that a client is told of: HTTP status, a name that programs may rely on, and words for people."""

    status: int
    name: str
    detail: str
    faults: Sequence[FieldFault] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def title_of(status: int) -> str:
    """The status in a few words."""
    titles = {
        400: _("请求无法识别"),
        401: _("未通过身份验证"),
        403: _("没有权限"),
        404: _("没有找到"),
        405: _("不支持的方法"),
        409: _("与现有数据冲突"),
        422: _("内容有误"),
        429: _("请求过于频繁"),
    }
    return titles.get(status, _("服务器内部错误") if status >= 500 else _("请求失败"))


def problem_response(problem: Problem) -> HttpResponse:
    """The answer; ``instance`` is the request's id, which the ledger and the log have too."""
    document: dict[str, Any] = {
        "type": f"urn:vouch:problem:{problem.name}",
        "title": title_of(problem.status),
        "status": problem.status,
        "detail": problem.detail,
        "instance": f"urn:vouch:request:{request_id.get()}",
    }
    if problem.faults:
        document["errors"] = [
            {"in": fault.place, "pointer": fault.pointer, "detail": fault.message} for fault in problem.faults
        ]
    response = JsonResponse(
        document, status=problem.status, content_type=MEDIA_TYPE, json_dumps_params={"ensure_ascii": False}
    )
    for name, value in problem.headers.items():
        response[name] = value
    return response


def faults_of_form(form: Form, names: Mapping[str, str] | None = None) -> list[FieldFault]:
    """The errors of a form as faults of a JSON body; ``names`` where the body names a field differently."""
    found = []
    for name, errors in form.errors.items():
        pointer = "" if name == "__all__" else f"/{(names or {}).get(name, name)}"
        found += [FieldFault("body", pointer, str(error)) for error in errors]
    return found


def faults_of_schema(errors: Iterable[Mapping[str, Any]]) -> list[FieldFault]:
    """Pydantic's errors, in Chinese."""
    found = []
    for error in errors:
        place, *path = map(str, error.get("loc", ("body",)))
        if place == "body":
            # The name of our function's argument says nothing to a client.
            path = path[1:]
        pointer = "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)
        found.append(FieldFault(place, pointer, _message(error)))
    return found


def _message(error: Mapping[str, Any]) -> str:
    kind, context = str(error.get("type", "")), error.get("ctx") or {}
    if kind.startswith("date"):
        return _("应为日期或时间，例如 2026-01-31。")
    texts = {
        "missing": _("必填。"),
        "extra_forbidden": _("不认识的字段。"),
        "string_type": _("应为文本。"),
        "int_type": _("应为整数。"),
        "int_parsing": _("应为整数。"),
        "int_from_float": _("应为整数。"),
        "bool_parsing": _("应为 true 或 false。"),
        "uuid_parsing": _("应为 UUID。"),
        "model_attributes_type": _("应为 JSON 对象。"),
        "string_too_long": _("最多 %(max_length)s 个字符。"),
        "string_too_short": _("至少 %(min_length)s 个字符。"),
        "greater_than_equal": _("不能小于 %(ge)s。"),
        "less_than_equal": _("不能大于 %(le)s。"),
        "literal_error": _("可选值：%(expected)s。"),
        "enum": _("可选值：%(expected)s。"),
    }
    text = texts.get(kind)
    if text is None:
        return _("取值无效。")
    return text % context if "%(" in text else text
