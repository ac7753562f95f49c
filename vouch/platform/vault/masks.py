"""What may be shown of a protected value without unmasking it."""

from __future__ import annotations

from collections.abc import Callable

STAR = "*"
HIDDEN = STAR * 6


def _keep(text: str, *, first: int, last: int) -> str:
    """Both ends; nothing of a value that is too short to hide at least half of it."""
    hidden = len(text) - first - last
    if hidden * 2 < len(text):
        return STAR * len(text)
    return text[:first] + STAR * hidden + text[len(text) - last :]


def mask_identity_number(text: str) -> str:
    """110***********0011: neither birthday nor full district."""
    return _keep(text.strip(), first=3, last=4)


def mask_phone(text: str) -> str:
    """138****5678, and the last four of anything else."""
    text = text.strip()
    if len(text) == 11 and text.isdigit():
        return f"{text[:3]}{STAR * 4}{text[-4:]}"
    return _keep(text, first=0, last=4)


def mask_account(text: str) -> str:
    """Only the last four of an account number."""
    return _keep("".join(text.split()), first=0, last=4)


def mask_name(text: str) -> str:
    """王*, 欧阳** → 欧***: the first character."""
    text = text.strip()
    return text[:1] + STAR * (len(text) - 1) if len(text) > 1 else STAR * len(text)


def mask_address(text: str) -> str:
    """浙江省杭州市******: where about, of an address that is long enough to hide more than it shows."""
    text = text.strip()
    return text[:6] + HIDDEN if len(text) > 12 else HIDDEN


MASKS: dict[str, Callable[[str], str]] = {
    "identity_number": mask_identity_number,
    "phone": mask_phone,
    "account": mask_account,
    "name": mask_name,
    "address": mask_address,
}


def masked(text: str, *, kind: str) -> str:
    """The value as its kind is shown; a kind without a rule shows nothing at all."""
    mask = MASKS.get(kind)
    return mask(text) if mask else HIDDEN
