"""The book at a glance (工作台)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from vouch.desk.queries.book import Glance, changes, glance, work
from vouch.desk.queries.waiting import decisions
from vouch.desk.terms import CLASSES, INSUFFICIENT
from vouch.platform.identity.request import StaffRequest
from vouch.platform.web.charts import BLUE, CLASS_COLOURS, GREEN, RED, Chart, Slice, bars, donut
from vouch.platform.web.faces import SIGNED_IN, face

# The same tints as the grades' badges.
GRADE_COLOURS = {"AAA": GREEN, "AA": GREEN, "A": BLUE, "B": BLUE, "C": RED, "D": RED}
GRADED_CLASSES = tuple(name for name in CLASSES if name != INSUFFICIENT)


@face(may=SIGNED_IN, shows=("party",))
@require_GET
def home(request: StaffRequest) -> HttpResponse:
    """Totals, spread, what changed and what waits, for the customers that the actor sees."""
    seen = glance(request.actor)
    context = {
        "glance": seen,
        "charts": {
            "by_class": _by_class(seen),
            "by_grade": _by_grade(seen),
            "limit_by_grade": _limit_by_grade(seen),
            "limit_by_area": _limit_by_area(seen),
        },
        "changes": changes(request.actor),
        "work": work(request.actor, today=timezone.localdate()),
        "decisions": decisions(request.actor),
    }
    return render(request, "desk/home.html", context)


def _customers(**wanted: str) -> str:
    ((name, value),) = wanted.items()
    return f"{reverse('desk:customers')}?{name}={value}"


def _by_class(seen: Glance) -> Chart:
    # A register of tens of thousands without papers would leave nothing to see of those who are graded.
    slices = [
        Slice(name, seen.of_class(name).count, CLASS_COLOURS[name], _customers(risk_class=name))
        for name in GRADED_CLASSES
    ]
    return donut(slices, unit="户", label="客户分类")


def _colour(grade: str) -> str:
    return GRADE_COLOURS.get(grade) or GRADE_COLOURS.get(grade[:1], BLUE)


def _by_grade(seen: Glance) -> Chart:
    slices = [
        Slice(line.title, line.count, _colour(line.title), _customers(grade=line.title))
        for line in seen.book.by_grade
    ]
    return bars(slices, unit="户", label="等级")


def _limit_by_grade(seen: Glance) -> Chart:
    slices = [
        Slice(
            line.title,
            float(line.limit),
            _colour(line.title),
            _customers(grade=line.title),
        )
        for line in seen.book.by_grade
        if line.limit
    ]
    return bars(slices, unit="万元", label="等级", form="wan")


def _limit_by_area(seen: Glance) -> Chart:
    slices = [Slice(area.name, float(area.limit), "", _customers(province=area.name)) for area in seen.areas]
    return bars(slices, unit="万元", label="省份", form="wan", lying=True)
