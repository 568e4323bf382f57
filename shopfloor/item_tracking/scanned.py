"""A scan in a number field of the item tracking lines: which numbers of the line's item it means (TL-13, R-01, D11). Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.item_tracking.errors import LabelOfOtherItem, LabelWithoutNumber
from shopfloor.item_tracking.inputs import ScanForLine
from shopfloor.item_tracking.sources import SourceLine, source_line
from shopfloor.items import identification
from shopfloor.items.label_orders import read_known
from shopfloor.items.models import NumberInformation
from shopfloor.items.tracking import Tracking
from shopfloor.people.actor import Actor
from shopfloor.scanning.gs1.profiles import DEFAULT, ScannerProfile
from shopfloor.scanning.gs1.read import plain_candidate
from shopfloor.scanning.scan import Scan, ScanKind

_information = table(NumberInformation)
FIELDS = {"Serial": "serial_no", "Lot": "lot_no", "Package": "package_no"}


@dataclass(frozen=True)
class ScannedNumber:
    """What the row gets. Blank and None: the label does not say it."""

    tracking: Tracking
    quantity: Decimal | None = None
    """Base units, where the label counts pieces."""
    expiration_date: date | None = None


def scanned_number(session: Session, actor: Actor, *, given: ScanForLine, profile: ScannerProfile = DEFAULT) -> ScannedNumber:
    """Numbers of a label for one line. Plain text is the number of the field that was scanned into; a label says itself which are which.

    A known number of the item is that number, whatever it looks like (D11). Raises NotFound, ScanRefused, LabelOfOtherItem (ER-27) and
    LabelWithoutNumber.
    """
    source = source_line(session, given)
    plain = plain_candidate(given.text, profile)
    if plain and _is_known(session, source, given.kind, plain):
        return ScannedNumber(_of_kind(given.kind, plain))
    scan = read_known(session, given.text, profile, as_of=actor.work_date())
    if scan.kind in (ScanKind.COMMAND, ScanKind.BADGE):
        raise LabelWithoutNumber(scanned=_shown(given.text), document=source.document)
    if scan.kind is ScanKind.PLAIN:
        known = not plain and _is_known(session, source, given.kind, scan.text)  # with a symbology identifier
        if not known and identification.items_of_code(session, scan.text):
            raise LabelWithoutNumber(scanned=_shown(scan.text), document=source.document)
        return ScannedNumber(_of_kind(given.kind, scan.text))
    return _of_label(session, source, scan, given.text)


def _of_label(session: Session, source: SourceLine, scan: Scan, text: str) -> ScannedNumber:
    master = source.master
    item = _item(session, scan)
    if (scan.gtin or scan.item_reference) and (item is None or item.item_no != master.item_no):
        found = item.item_no if item else scan.gtin or scan.item_reference
        raise LabelOfOtherItem(found=found, item=master.item_no, document=source.document)
    demanded = {kind for kind, _transaction in master.rules.requirements}
    tracking = Tracking(
        scan.serial_no if master.rules.serial_specific or "Serial" in demanded else "",
        scan.lot_no if master.rules.lot_specific or "Lot" in demanded else "",
    )
    if not tracking:
        raise LabelWithoutNumber(scanned=_shown(text), document=source.document)
    pieces = scan.quantity * item.quantity_per_unit if scan.quantity and item and not tracking.serial_no else None
    return ScannedNumber(tracking, pieces, scan.expiration_date if master.rules.use_expiration_dates else None)


def _item(session: Session, scan: Scan) -> identification.IdentifiedItem | None:
    if scan.gtin:
        return identification.item_of_gtin(session, scan.gtin)
    return identification.item_of_reference(session, scan.item_reference) if scan.item_reference else None


def _is_known(session: Session, source: SourceLine, kind: str, number: str) -> bool:
    c = _information.c
    statement = select(c.number).where(
        plant(session, _information), c.item_no == source.master.item_no, c.variant_code == source.variant_code, c.kind == kind,
        c.number == number,
    )
    return session.connection().execute(statement.limit(1)).first() is not None


def _of_kind(kind: str, number: str) -> Tracking:
    return Tracking(**{FIELDS[kind]: number})


def _shown(text: str) -> str:
    return "".join(character if character.isprintable() else "␣" for character in text)[:50]
