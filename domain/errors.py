"""Refusals of the business. Failures of machinery are not here: see each adapter."""

from typing import ClassVar


class DomainError(Exception):
    """A rule said no. Never retried; the caller turns `code` into words for a person."""

    code: ClassVar[str]
