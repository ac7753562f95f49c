"""Pages of the desk."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from vouch.platform.identity.request import StaffRequest


def home(request: StaffRequest) -> HttpResponse:
    """The book at a glance (工作台)."""
    return render(request, "desk/home.html")
