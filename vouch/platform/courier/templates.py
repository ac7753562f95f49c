"""The texts of messages: registered by rooms in code, worded anew by the institution on a page.

    templates.register(Template(
        name="exchange.import_finished", title="导入完成：{kind}", body="批次 {number}：已导入 {accepted} 行。",
        group=Group.WORK, samples={"kind": "企业名单", "number": "12", "accepted": "300"},
    ))
    templates.register_link("import", "exchange:import")

``samples`` names every value that the text may use, with an example for the preview. A text is plain: ``{name}`` is replaced, nothing
else is; values that look like identity numbers, phones or accounts are refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from vouch.platform.courier._values import protected_look
from vouch.platform.courier.terms import MANDATORY, Group, NoticeError, ProtectedValue, Urgency

TITLE_MAX, BODY_MAX, VALUE_MAX = 120, 2000, 500
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """``name`` is ``room.what``; title and body with ``{value}``; ``samples`` value → example."""

    name: str
    title: str
    body: str
    group: Group
    urgency: Urgency = Urgency.NORMAL
    samples: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_text(self.title, self.samples, longest=TITLE_MAX)
        check_text(self.body, self.samples, longest=BODY_MAX)

    @property
    def is_mandatory(self) -> bool:
        """Whether nobody may opt out."""
        return self.group in MANDATORY


@dataclass(frozen=True, slots=True)
class Text:
    """A title and a body, with their values or with places for them."""

    title: str
    body: str

    def filled(self, values: Mapping[str, str]) -> Text:
        """With the values in their places. Raises NoticeError where one is missing."""
        return Text(_filled(self.title, values), _filled(self.body, values))


_templates: dict[str, Template] = {}
_links: dict[str, str] = {}


def register(template: Template) -> None:
    """Make a template known; registering the same name again replaces it."""
    _templates[template.name] = template


def register_link(kind: str, url_name: str) -> None:
    """Where the messages about a kind of subject lead; the page gets the subject's id."""
    _links[kind] = url_name


def template_named(name: str) -> Template:
    """Raises NoticeError for a name that no room registered."""
    found = _templates.get(name)
    if found is None:
        raise NoticeError(_("没有名为“%s”的消息模板。") % name)
    return found


def templates() -> list[Template]:
    """Every template, by group and name."""
    order = list(Group)
    return sorted(_templates.values(), key=lambda one: (order.index(one.group), one.name))


def link_to(kind: str, pk: str) -> str:
    """The subject's page; empty where it has none."""
    url_name = _links.get(kind)
    if not url_name:
        return ""
    try:
        return reverse(url_name, args=[pk])
    except NoReverseMatch:
        return ""


def places_in(text: str) -> set[str]:
    """The names in braces. Raises NoticeError for a text that is not plain."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise NoticeError(_("大括号不成对；要写出大括号本身，请写两次。")) from error
    names = set()
    for _literal, name, spec, conversion in parts:
        if name is None:
            continue
        if spec or conversion or not _NAME.fullmatch(name):
            raise NoticeError(_("“{%s}”不是可用的值，只能写 {名称}。") % name)
        names.add(name)
    return names


def check_text(text: str, samples: Mapping[str, str], *, longest: int) -> None:
    """Raises NoticeError for an empty or overlong text, and for values that the template does not have."""
    if not text.strip():
        raise NoticeError(_("文字不能为空。"))
    if len(text) > longest:
        raise NoticeError(
            _("文字超过 %(longest)d 个字（现为 %(now)d）。") % {"longest": longest, "now": len(text)}
        )
    unknown = places_in(text) - set(samples)
    if unknown:
        known = "、".join(f"{{{name}}}" for name in samples) or _("无")
        raise NoticeError(
            _("没有这样的值：%(unknown)s。可用：%(known)s")
            % {"unknown": "、".join(f"{{{name}}}" for name in sorted(unknown)), "known": known}
        )


def checked_values(template: Template, values: Mapping[str, str]) -> dict[str, str]:
    """The values as they may travel: all that the template has, no others, cut to 500 characters.

    Raises ProtectedValue, which names the value and never repeats it, and NoticeError.
    """
    if set(values) != set(template.samples):
        differing = "、".join(sorted(set(values) ^ set(template.samples)))
        raise NoticeError(
            _("模板“%(name)s”的值不符：%(values)s") % {"name": template.name, "values": differing}
        )
    for name, value in values.items():
        look = protected_look(str(value))
        if look:
            raise ProtectedValue(
                _("“%(name)s”的值像是%(look)s，受保护的内容不能写进消息。") % {"name": name, "look": look}
            )
    return {name: str(value)[:VALUE_MAX] for name, value in values.items()}


def _filled(text: str, values: Mapping[str, str]) -> str:
    filled = []
    for literal, name, _spec, _conversion in Formatter().parse(text):
        filled.append(literal)
        if name is not None:
            if name not in values:
                raise NoticeError(_("缺少值“%s”。") % name)
            filled.append(values[name])
    return "".join(filled)
