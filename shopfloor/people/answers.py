"""Answers that every kind of master data shares."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import Answer


@dataclass(frozen=True)
class Created(Answer):
    """A record is new."""

    code = "RECORD_CREATED"
    message = "{record} {number} was created."
    record: str
    """In the words of the screens, such as `Item`."""
    number: str
    """Its number or code."""


@dataclass(frozen=True)
class Changed(Answer):
    """A record has other values now."""

    code = "RECORD_CHANGED"
    message = "{record} {number} was changed."
    record: str
    number: str


@dataclass(frozen=True)
class Deleted(Answer):
    """A record is gone."""

    code = "RECORD_DELETED"
    message = "{record} {number} was deleted."
    record: str
    number: str
