"""One scan on its way through the steps: what came in, what was read of it, and the situation it is judged by."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.errors import Answer
from shopfloor.genealogy.answers import SeparatorMissing, Undone
from shopfloor.genealogy.errors import PartsContradict, ProductNotTracked
from shopfloor.genealogy.facts import PRODUCT, Product, Row, Situation
from shopfloor.genealogy.inputs import ScanInput, ScanRules
from shopfloor.genealogy.models import ScanEntry
from shopfloor.genealogy.rules import next_line
from shopfloor.genealogy.scan_queries import read_situation
from shopfloor.items.label_orders import SEPARATOR_MISSING, read_known
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.production.locking import LockedOrder, lock_order
from shopfloor.production.parameters import above
from shopfloor.production.rules import MAIN_LINE, RELEASED, STARTED
from shopfloor.quantity import ZERO
from shopfloor.scanning.errors import ScanRefused
from shopfloor.scanning.gs1.decoder import decode_bracketed
from shopfloor.scanning.gs1.fields import with_gs1_elements
from shopfloor.scanning.gs1.read import plain_candidate
from shopfloor.scanning.scan import Scan, ScanKind, ScanSource

_scan_entry = table(ScanEntry)
DOUBLE_FIRE_MS = 2000
"""OPS-4, D14: the same text again within this time on the station's clock changes nothing."""


@dataclass
class ScanJob:
    """The arguments of the use case, and what the steps find out."""

    session: Session
    actor: Actor
    order_no: str
    scan: ScanInput
    rules: ScanRules
    candidate: str = ""
    """The text as a plain number, blank if it cannot be one (D11)."""
    code: Scan | None = None
    """What the text says; None where it could not be read and is only a candidate for a known number."""
    unreadable: ScanRefused | None = None
    """Why it could not be read."""
    opened: Situation | None = None
    begun: Decimal = ZERO
    """QTY-1: what of the product is started, an open Start dialog included, and without the accepted surplus."""
    order: LockedOrder | None = None
    """Held until the transaction ends."""
    confirmed: frozenset[str] = frozenset()
    """Codes of questions that were answered with yes (D18)."""
    known_as: str = ""
    """The number that a look-alike question was about, once it was confirmed."""
    approved_by: str = ""
    reason: str = ""
    from_loaded: bool = False
    """D24: the part comes from a batch that is loaded at the station."""
    notes: list[dict[str, Any]] = field(default_factory=list)

    @property
    def situation(self) -> Situation:
        """The order as it was locked and read."""
        assert self.opened is not None
        return self.opened

    @property
    def row(self) -> Row:
        """The current product; only where there is one."""
        assert self.situation.row is not None
        return self.situation.row

    @property
    def today(self) -> date:
        """The plant's date of the scan (D8)."""
        return self.actor.work_date()

    @property
    def readable(self) -> Scan:
        """What the code says; raises why it could not be read."""
        if self.code is None:
            assert self.unreadable is not None
            raise self.unreadable
        return self.code

    @property
    def is_plain(self) -> bool:
        """Whether the code is one number without structure."""
        return self.code is not None and self.code.kind is ScanKind.PLAIN

    @property
    def plain_text(self) -> str:
        """The one number without structure that the text may be, whether a symbology identifier stood before it or not; or blank."""
        return self.candidate or (self.code.text if self.is_plain and self.code is not None else "")

    @property
    def number(self) -> str:
        """The number as it was scanned, for messages."""
        if self.code is not None:
            return self.code.serial_no or self.code.lot_no or self.candidate or self.code.bracketed() or self.code.text
        return self.candidate

    def note(self, note: Answer) -> None:
        """Tell something beside the answer."""
        self.notes.append({"code": note.code, "fields": note.outcome_fields()})

    def next_line(self) -> int:
        """Read the situation and give the next line that is not Completed."""
        if self.opened is None:
            self.opened = read_situation(self.session, lock_order(self.session, self.order_no), self.scan.product)
        return next_line(self.situation, self.scan.line)

    def scanned_before(self) -> bool:
        """OPS-4, D14: the same text, in the same session and mode, answered and not refused, at most two seconds earlier.

        What the session took back since is forgotten: after an undo somebody scans on purpose.
        """
        scan = self.scan
        if not scan.clock_id or self.rules.one_piece or scan.kind != "scan":
            return False
        entry = _scan_entry.c
        undo = _scan_entry.alias("undo")
        undone = exists().where(
            plant(self.session, undo), undo.c.session_id == self.rules.session_id, undo.c.order_no == self.order_no,
            undo.c.entry_no > entry.entry_no, undo.c.code == Undone.code,
        )
        return bool(
            self.session.connection().execute(
                select(
                    exists().where(
                        plant(self.session, _scan_entry),
                        entry.session_id == self.rules.session_id,
                        entry.clock_id == scan.clock_id,
                        entry.clock_ms.between(scan.clock_ms - DOUBLE_FIRE_MS, scan.clock_ms),
                        entry.raw_text == scan.text,
                        entry.order_no == self.order_no,
                        entry.answer.in_(("accepted", "information")),
                        ~undone,
                    )
                )
            ).scalar_one()
        )


def open_job(job: ScanJob) -> None:
    """Read the text, lock the order, and read the situation (A23). Raises what makes any scan on this order impossible."""
    _read_text(job)
    code = job.code
    # Bar codes of our own and GTINs are looked up with the order in one statement; a plain text may be either (SCN-11).
    gtin = code.gtin if code is not None and code.gtin else _as_gtin(job.plain_text)
    reference = (code.item_reference if code is not None else "") or ("" if gtin else job.plain_text)
    job.order = order = lock_order(job.session, job.order_no)
    # In Product mode nothing is current: the order's product is what a number names, until the code says otherwise (SCN-6).
    line_no = MAIN_LINE if job.scan.mode == PRODUCT else 0
    job.opened = read_situation(job.session, order, job.scan.product, gtin=gtin, reference=reference, line_no=line_no)
    if not job.situation.product.takes_part:
        raise ProductNotTracked(item=job.situation.product.description)
    if code is None or code.kind is not ScanKind.COMMAND:
        order.require(*((RELEASED, STARTED) if job.scan.starting else (STARTED,)))
    job.opened = replace(job.situation, product=_with_base(job, job.situation.product))


def _with_base(job: ScanJob, product: Product) -> Product:
    """QTY-1, ENT-8, EDG-16: the base is what was started with its accepted surplus, and what an open Start dialog says on top of it.

    Never more than the order may start at all. Raises NotAllowed for a dialog of somebody who may not start orders.
    """
    if job.scan.starting:
        job.actor.require(rights.ORDERS)
        product = replace(product, started=min(product.started + job.scan.starting, max(product.quantity, product.started)))
    job.begun = product.started
    return replace(product, started=above(product.started, job.rules.surplus_percent, product.precision))


def _read_text(job: ScanJob) -> None:
    """D11: what might be a known number stays possible even where the text fails as GS1."""
    source = ScanSource(job.scan.source)
    job.candidate = plain_candidate(job.scan.text, job.rules.profile, source=source)
    try:
        found = read_known(job.session, job.scan.text, job.rules.profile, as_of=job.today, source=source)
    except ScanRefused as refusal:
        if not job.candidate:
            raise
        job.unreadable = refusal
        return
    if found.has_warning(SEPARATOR_MISSING):
        job.note(SeparatorMissing(station=job.actor.station_code, decoded=found.bracketed()))
    job.code = _with_held(job, found) if job.scan.held and job.scan.mode == "Component" else found


def _with_held(job: ScanJob, found: Scan) -> Scan:
    """SCN-20: parts that were scanned before belong to this number; a contradiction drops both."""
    elements = decode_bracketed(job.scan.held, job.rules.profile, job.today).elements
    for element in elements:
        value = found.value(element.ai)
        if value is not None and value != element.value:
            raise PartsContradict(ai=element.ai, first_value=element.value, second_value=value)
    added = tuple(element for element in elements if found.value(element.ai) is None)
    held = with_gs1_elements(Scan(ScanKind.GS1, job.scan.held), added, job.today, job.rules.profile.own_identifiers)
    return replace(
        found,
        quantity=found.quantity if found.quantity is not None else held.quantity,
        measures=found.measures or held.measures,
        expiration_date=found.expiration_date or held.expiration_date,
        best_before=found.best_before or held.best_before,
        production_date=found.production_date or held.production_date,
    )


def _as_gtin(candidate: str) -> str:
    """A plain text that may be a GTIN-8, 12, 13 or 14, padded (SCN-14)."""
    digits = candidate.isascii() and candidate.isdigit() and len(candidate) in {8, 12, 13, 14}
    return candidate.zfill(14) if digits else ""


