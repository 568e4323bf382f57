"""Why a label is not printed. Nothing was printed when one of these is raised."""

from __future__ import annotations

from dataclasses import dataclass

from shopfloor.errors import Refusal


@dataclass(eq=False)
class LabelTooSmall(Refusal):
    """IMG-13: a symbol is never squeezed, and a number is never cut."""

    code = "LABEL_TOO_SMALL"
    message = "The label of {content} needs {needed} mm, and format {format} has {has} mm. Choose a larger format or another symbol."
    content: str
    needed: str
    has: str
    format: str


@dataclass(eq=False)
class LabelMisleads(Refusal):
    """R-25: the plain number would be scanned as something else."""

    code = "LABEL_MISLEADS"
    message = "{number} is not printed: a scanner would take it for a {meaning}."
    number: str
    meaning: str


@dataclass(eq=False)
class LabelTextUnprintable(Refusal):
    """The font of pictures and sheets lacks a character of the number, and a number is never printed half."""

    code = "LABEL_TEXT_UNPRINTABLE"
    message = "“{character}” in {number} is missing in the font of labels, so the number cannot be printed in letters."
    character: str
    number: str
