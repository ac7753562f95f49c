"""Whether the code that runs now stands inside an action, and so may write."""

from __future__ import annotations

from contextvars import ContextVar

writing: ContextVar[bool] = ContextVar("writing", default=False)
