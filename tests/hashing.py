"""The product's hash of passwords with one round: slow hashing is the product's purpose, and no test's."""

from __future__ import annotations

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """Of the same name, so that other processes that a test starts, which know only the product's own, can check it."""

    iterations = 1
