"""The published JSON schema of the policy file, and its faults in Chinese."""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import jsonschema
from jsonschema.exceptions import ValidationError

from vouch.engine.canonical import Fault


@cache
def schema() -> Mapping[str, Any]:
    """Return the published JSON schema of the file."""
    found: Mapping[str, Any] = json.loads(
        resources.files("vouch.engine").joinpath("schema/policy.schema.json").read_bytes()
    )
    return found


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema())


_SAYINGS = {
    "type": "类型不对",
    "pattern": "写法不对",
    "enum": "不在允许的值之中",
    "const": "应为规定的值",
    "minItems": "项数太少",
    "minLength": "不能为空",
    "maxLength": "太长",
    "minimum": "太小",
    "oneOf": "应写明 card（内嵌）或 sha256（引用）之一",
}


def _in_chinese(found: ValidationError) -> Fault:
    error: Any = found
    place = "".join(
        f"第 {part + 1} 项" if isinstance(part, int) else f" {part} " for part in error.absolute_path
    ).strip()
    if error.validator == "required":
        fault = f"缺少 {next(key for key in error.validator_value if key not in error.instance)}"
    elif error.validator == "additionalProperties":
        extra = [key for key in error.instance if key not in error.schema.get("properties", {})]
        fault = "不认识的键 " + "、".join(map(str, extra))
    else:
        shown = json.dumps(error.instance, ensure_ascii=False)
        fault = f"{shown[:60]} {_SAYINGS.get(str(error.validator), str(error.message))}"
        if error.validator in {"pattern", "enum", "const", "type", "minimum"}:
            fault += f"（{error.validator_value}）"
    if error.validator == "additionalProperties":
        return Fault(f"{place or '文件'}：{fault}", *error.absolute_path, extra[0])
    return Fault(f"{place or '文件'}：{fault}", *error.absolute_path)


def faults(source: object) -> list[Fault]:
    """Return what in this document does not fit the schema, with its place."""
    return [_in_chinese(error) for error in _validator().iter_errors(source)]
