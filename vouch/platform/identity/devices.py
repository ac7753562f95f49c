"""What a browser calls itself, in words that people know."""

from __future__ import annotations

import re

# The first that matches counts: nearly all of them also call themselves Chrome and Safari.
BROWSERS = (
    ("企业微信", re.compile(r"wxwork/(\d+)")),
    ("微信", re.compile(r"MicroMessenger/(\d+)")),
    ("钉钉", re.compile(r"DingTalk/(\d+)")),
    ("QQ 浏览器", re.compile(r"M?QQBrowser/(\d+)")),
    ("Edge", re.compile(r"Edg(?:A|iOS)?/(\d+)")),
    ("Opera", re.compile(r"OPR/(\d+)")),
    ("Firefox", re.compile(r"(?:Firefox|FxiOS)/(\d+)")),
    ("Chrome", re.compile(r"(?:HeadlessChrome|Chrome|CriOS)/(\d+)")),
    ("Safari", re.compile(r"Version/(\d+)[\d.]* (?:Mobile/\S+ )?Safari")),
)
SYSTEMS = (
    ("鸿蒙", re.compile(r"OpenHarmony|HarmonyOS")),
    ("iPhone", re.compile(r"iPhone")),
    ("iPad", re.compile(r"iPad")),
    ("安卓", re.compile(r"Android")),
    ("Windows", re.compile(r"Windows")),
    ("macOS", re.compile(r"Mac OS X|Macintosh")),
    ("Linux", re.compile(r"Linux|X11")),
)


def device_in_words(agent: str) -> str:
    """``Edge 142 · Windows``; what is unknown is said to be so."""
    browser = next((f"{name} {m[1]}" for name, says in BROWSERS if (m := says.search(agent))), "未知浏览器")
    system = next((name for name, says in SYSTEMS if says.search(agent)), "未知系统")
    return f"{browser} · {system}"
