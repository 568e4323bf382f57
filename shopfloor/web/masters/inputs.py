"""Small forms that every card has."""

from __future__ import annotations

from pydantic import Field

from shopfloor.people.fields import Code20, InputModel, Text200


class CopyForm(InputModel):
    """Number of the copy."""

    new_no: Code20


class BlockForm(InputModel):
    """Block or unblock, and why."""

    version: int = Field(ge=1, le=2**31 - 1)
    blocked: bool
    reason: Text200 = ""


class DeleteForm(InputModel):
    """The version that was looked at."""

    version: int = Field(ge=1, le=2**31 - 1)
