"""Charts as SVG text, drawn without a library and shown without a script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

import numpy as np

INK: Final = "#1d2b3a"
SOFT: Final = "#7a8794"
GRID: Final = "#e8ecf0"
GOOD: Final = "#2f6fb0"
BAD: Final = "#cf4f3a"
THIRD: Final = "#6b8f3f"
BAND: Final = "#dbe7f3"

Point = tuple[float, float]


@dataclass
class Plot:
    """A plotting area with linear axes; ``x`` and ``y`` are (low, high) of the data shown."""

    title: str
    x: Point
    y: Point
    width: int = 440
    height: int = 300
    left: int = 44
    right: int = 16
    top: int = 34
    bottom: int = 44
    parts: list[str] = field(default_factory=list)

    def at_x(self, value: float) -> float:
        """Horizontal place of a value."""
        low, high = self.x
        return self.left + (value - low) / ((high - low) or 1.0) * (self.width - self.left - self.right)

    def at_y(self, value: float) -> float:
        """Vertical place of a value."""
        low, high = self.y
        return (
            self.height
            - self.bottom
            - (value - low) / ((high - low) or 1.0) * (self.height - self.top - self.bottom)
        )

    def line(self, points: Sequence[Point], *, color: str, width: float = 2.2, dash: str = "") -> None:
        """A line through points."""
        path = " ".join(f"{self.at_x(a):.1f},{self.at_y(b):.1f}" for a, b in points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(
            f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="{width}" stroke-linejoin="round"{dashed}/>'
        )

    def area(self, points: Sequence[Point], *, color: str, opacity: float = 0.18) -> None:
        """The area between points and the foot of the plot."""
        if not points:
            return
        foot = self.at_y(self.y[0])
        path = " ".join(f"{self.at_x(a):.1f},{self.at_y(b):.1f}" for a, b in points)
        first, last = self.at_x(points[0][0]), self.at_x(points[-1][0])
        self.parts.append(
            f'<polygon points="{first:.1f},{foot:.1f} {path} {last:.1f},{foot:.1f}" fill="{color}" fill-opacity="{opacity}"/>'
        )

    def bar(self, middle: float, value: float, *, width: float, color: str, tip: str = "") -> None:
        """A bar from zero (or the foot) to a value; ``width`` in data units."""
        base = max(self.y[0], min(0.0, self.y[1]))
        a, b = sorted((self.at_y(base), self.at_y(value)))
        x0, x1 = self.at_x(middle - width / 2), self.at_x(middle + width / 2)
        self.parts.append(
            f'<rect x="{x0:.1f}" y="{a:.1f}" width="{x1 - x0:.1f}" height="{max(b - a, 0.5):.1f}" rx="2" fill="{color}">'
            f"<title>{escape(tip)}</title></rect>"
        )

    def whisker(self, x: float, low: float, high: float, *, color: str) -> None:
        """An interval as a vertical line with ends."""
        px, a, b = self.at_x(x), self.at_y(low), self.at_y(high)
        self.parts.append(
            f'<path d="M{px:.1f} {a:.1f}V{b:.1f}M{px - 4:.1f} {a:.1f}h8M{px - 4:.1f} {b:.1f}h8" stroke="{color}" stroke-width="1.4"/>'
        )

    def dot(self, x: float, y: float, *, color: str, tip: str = "", radius: float = 3.6) -> None:
        """A point."""
        self.parts.append(
            f'<circle cx="{self.at_x(x):.1f}" cy="{self.at_y(y):.1f}" r="{radius}" fill="{color}" stroke="#fff" '
            f'stroke-width="1.2"><title>{escape(tip)}</title></circle>'
        )

    def mark(self, x: float, y: float, text: str, *, color: str = INK, anchor: str = "start") -> None:
        """Text at a place in data units."""
        self.parts.append(label(self.at_x(x), self.at_y(y), text, color=color, anchor=anchor))

    def legend(self, entries: Sequence[tuple[str, str]]) -> None:
        """Colours and their words, right-aligned beside the title."""
        x = float(self.width - self.right)
        for color, words in reversed(entries):
            x -= text_width(words)
            self.parts.append(label(x, 18, words, color=SOFT))
            x -= 14
            self.parts.append(f'<rect x="{x:.1f}" y="9.5" width="10" height="10" rx="2.5" fill="{color}"/>')
            x -= 12

    def axes(
        self, *, x_ticks: Sequence[tuple[float, str]], y_ticks: Sequence[tuple[float, str]], x_title: str
    ) -> None:
        """Grid lines, tick labels and the title of the horizontal axis; call first, so that data lie on top."""
        foot = self.height - self.bottom
        for value, words in y_ticks:
            y = self.at_y(value)
            self.parts.append(f'<path d="M{self.left} {y:.1f}H{self.width - self.right}" stroke="{GRID}"/>')
            self.parts.append(label(self.left - 7, y + 4, words, color=SOFT, anchor="end"))
        for value, words in x_ticks:
            self.parts.append(label(self.at_x(value), foot + 17, words, color=SOFT, anchor="middle"))
        self.parts.append(f'<path d="M{self.left} {foot}H{self.width - self.right}" stroke="{SOFT}"/>')
        if x_title:
            self.parts.append(
                label(
                    (self.left + self.width - self.right) / 2,
                    self.height - 7,
                    x_title,
                    color=SOFT,
                    anchor="middle",
                )
            )

    def svg(self) -> str:
        """The finished drawing."""
        name = escape(self.title)
        return (
            f'<svg viewBox="0 0 {self.width} {self.height}" role="img" aria-label="{name}" xmlns="http://www.w3.org/2000/svg">'
            f'<text x="{4}" y="18" font-size="13.5" font-weight="600" fill="{INK}">{name}</text>{"".join(self.parts)}</svg>'
        )


def label(x: float, y: float, text: str, *, color: str = INK, anchor: str = "start", size: float = 11) -> str:
    """Text at a place in pixels."""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{color}" text-anchor="{anchor}">{escape(text)}</text>'


def text_width(text: str, size: float = 11) -> float:
    """Roughly how wide a text is: Chinese characters are square, others about half."""
    return sum(size if ord(c) > 0x2E7F else size * 0.56 for c in text)


def shortened(text: str, room: float, size: float = 11) -> str:
    """The text, cut to fit a width in pixels."""
    if text_width(text, size) <= room:
        return text
    while text and text_width(text + "…", size) > room:
        text = text[:-1]
    return text + "…"


def ticks(low: float, high: float, *, count: int = 5) -> list[float]:
    """Round values between low and high."""
    if not np.isfinite(high - low) or high <= low:
        return [low]
    rough = (high - low) / count
    power = 10.0 ** np.floor(np.log10(rough))
    step = float(power * min((1, 2, 2.5, 5, 10), key=lambda m: abs(m * power - rough)))
    first = np.ceil(low / step) * step
    return [round(float(v), 10) for v in np.arange(first, high + step / 1e6, step)]


def percent(value: float) -> str:
    """0.125 as 12.5%; whole percents without a point."""
    text = f"{value * 100:.1f}".rstrip("0").rstrip(".")
    return f"{text}%"
