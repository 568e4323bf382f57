"""Reading a code with what is known about the labels of its GTIN (R-17, R-23). Reads only."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.items.models import Gtin
from shopfloor.scanning.errors import Gs1Parse
from shopfloor.scanning.gs1.dropped_separators import fits_order, runs_together
from shopfloor.scanning.gs1.label_order import LabelOrder, label_order, needs_separator
from shopfloor.scanning.gs1.profiles import DEFAULT, ScannerProfile
from shopfloor.scanning.gs1.read import read, unseparated_text
from shopfloor.scanning.scan import Scan, ScanSource, ScanWarning

RUN_TOGETHER = frozenset({"ambiguous_separator", "ai_value_too_long"})
"""Why a code without separators is not read: in several ways, or in none that keeps to the lengths."""
OF_SCANNERS = frozenset({ScanSource.WEDGE, ScanSource.SERIAL})
"""What a person types says nothing about the scanner."""
SEPARATOR_MISSING = "separator_missing"


def read_known(
    session: Session, text: str, profile: ScannerProfile = DEFAULT, *, as_of: date, source: ScanSource = ScanSource.WEDGE
) -> Scan:
    """As `scanning.gs1.read.read`, and by the label order of the GTIN where separators are missing (R-17). Raises ScanRefused.

    One statement more, and only for a code without separators that can be read in several ways. Of a scanner that passed its check
    the code is taken as it came, with the warning `separator_missing` where the label order needs one (R-23).
    """
    try:
        scan = read(text, profile, as_of=as_of, source=source)
    except Gs1Parse as refusal:
        if profile.gs_verified or refusal.kind not in RUN_TOGETHER:
            raise
        order = _order_of(session, unseparated_text(text, profile, source=source))
        if not order:
            raise
        return read(text, profile, as_of=as_of, template=order, source=source)
    if scan.is_gs1 and lost_separators(session, text, profile, as_of=as_of, source=source):
        return replace(scan, warnings=(*scan.warnings, ScanWarning(SEPARATOR_MISSING)))
    return scan


def lost_separators(session: Session, text: str, profile: ScannerProfile, *, as_of: date, source: ScanSource) -> LabelOrder:
    """R-23: the label order whose separators a scanner left out although it passed its check; blank: it did not.

    At most one statement, and none for a code with separators or one that can be read in one way alone.
    """
    if not profile.gs_verified or source not in OF_SCANNERS:
        return ()
    elements = unseparated_text(text, profile, source=source)
    if not elements or not runs_together(elements, profile, as_of):
        return ()
    order = _order_of(session, elements)
    return order if order and needs_separator(order) and fits_order(elements, profile, as_of, order) else ()


def _order_of(session: Session, elements: str) -> LabelOrder:
    """The label order of the GTIN that opens the elements; blank: not known."""
    if not elements:
        return ()
    kept = session.connection().scalar(select(Gtin.label_order).where(Gtin.gtin == elements[2:16]))
    return label_order(kept) if kept else ()
