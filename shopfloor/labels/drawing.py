"""Labels drawn and read back, remembered by this process: what was checked before a command is not checked again inside it (R-25)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from shopfloor.errors import in_row
from shopfloor.scanning.printing.formats import LabelFormat
from shopfloor.scanning.printing.layout import Label, Layout, lay_out
from shopfloor.scanning.printing.pictures import checked_image


def checked_layouts(labels: Sequence[Label], form: LabelFormat, *, as_of: date, domain: str) -> list[Layout]:
    """Every label laid out, drawn and read back. A refusal names the row of the first label that cannot be printed."""
    found = []
    for place, label in enumerate(labels, start=1):
        with in_row(place, "number"):
            found.append(_checked(label, form, as_of, domain))
    return found


@lru_cache(maxsize=4000)
def _checked(label: Label, form: LabelFormat, as_of: date, domain: str) -> Layout:
    layout = lay_out(label, form, as_of=as_of, domain=domain)
    checked_image(layout)
    return layout
