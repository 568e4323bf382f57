"""A scan that is about to be refused, or to become a new product, although the scanner explains it: its keyboard layout (peers 18), or a
separator that it left out (R-23).
"""

from __future__ import annotations

from shopfloor.errors import NeedsConfirmation, Refusal
from shopfloor.genealogy.scan_job import ScanJob
from shopfloor.items.label_orders import lost_separators
from shopfloor.scanning.characters import GS
from shopfloor.scanning.errors import KeyboardLayout, SeparatorLost
from shopfloor.scanning.gs1.keyboard import layout_hint
from shopfloor.scanning.gs1.transport import KEYBOARD_SOURCES
from shopfloor.scanning.scan import ScanSource

LONGEST_SHOWN = 60


def refuse_garbled(job: ScanJob, refusal: Refusal | None) -> None:
    """Raises KeyboardLayout where another layout explains the text. `refusal`: why it is refused anyway; None: a product was made of it.

    What was made of it is undone with the refusal. Characters alone are no proof that a number is none, so a product is refused only
    where the text is a whole code through that layout.
    """
    if job.scan.kind != "scan" or ScanSource(job.scan.source) not in KEYBOARD_SOURCES:
        return
    hint = layout_hint(job.scan.text, job.rules.profile, job.today)
    if hint is not None and (hint.certain or refusal is not None):
        raise KeyboardLayout(_shown(job.scan.text), _shown(hint.meant), hint.layout, refusal.code if refusal else "") from refusal


def refuse_unseparated(job: ScanJob, refusal: Refusal | NeedsConfirmation) -> None:
    """Raises SeparatorLost where the scanner passed its check and left out a separator that the label of this GTIN needs (R-23)."""
    if job.scan.kind != "scan" or not job.actor.station_code or (job.code is not None and not job.code.is_gs1):
        return
    source = ScanSource(job.scan.source)
    order = lost_separators(job.session, job.scan.text, job.rules.profile, as_of=job.today, source=source)
    if order:
        raise SeparatorLost(station=job.actor.station_code, order=",".join(order), refused_as=refusal.code) from refusal


def _shown(text: str) -> str:
    visible = "".join("{GS}" if character == GS else character if character.isprintable() else "␣" for character in text)
    return visible if len(visible) <= LONGEST_SHOWN else visible[: LONGEST_SHOWN - 1] + "…"
