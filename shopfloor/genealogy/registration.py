"""A scan at a station: one use case for product and component scans, and for the commands between them.

Order of work (section 4 of the manual): clean, recognise, decode, resolve by mode, validate, register. Each step ends the scan if it
fails; nothing is half-registered. Nothing is posted here (TCP-17), with the one exception of units that report themselves (D25).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopfloor.db import plant, table
from shopfloor.errors import NeedsConfirmation, NotAllowed, NotFound, Outcome, Refusal
from shopfloor.genealogy.answers import (
    CoProductSelected,
    HeldDiscarded,
    LineSelected,
    ModeChanged,
    ProductRegistered,
    ProductReported,
    ProductRevived,
    ProductSelected,
    ScanAnswer,
)
from shopfloor.genealogy.component_scans import scan_component
from shopfloor.genealogy.entries import append_scan
from shopfloor.genealogy.errors import (
    CommandOfThePage,
    FeatureOff,
    NotAProductNumber,
    NumberUnknown,
    OtherOperator,
    SelectComponent,
)
from shopfloor.genealogy.facts import COMPONENT, MODES, PRODUCT
from shopfloor.genealogy.garbled import refuse_garbled, refuse_unseparated
from shopfloor.genealogy.inputs import ScanInput, ScanRules
from shopfloor.genealogy.known_codes import refuse_unknown_picture
from shopfloor.genealogy.loading import take_from_loaded
from shopfloor.genealogy.models import ProductState, TrackedProduct
from shopfloor.genealogy.overrides import confirmed_scan
from shopfloor.genealogy.product_scans import scan_product
from shopfloor.genealogy.scan_job import ScanJob, open_job
from shopfloor.genealogy.station_scanner import note_missing_separators
from shopfloor.genealogy.undo import undo_last
from shopfloor.items.errors import NumberPattern
from shopfloor.items.label_orders import SEPARATOR_MISSING, lost_separators, read_known
from shopfloor.items.models import Item
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.models import Operator
from shopfloor.production.components import order_components
from shopfloor.production.rules import MAIN_LINE
from shopfloor.scanning.characters import refuse_surrogates
from shopfloor.scanning.errors import ScanRefused
from shopfloor.scanning.gs1.decoder import decode_bracketed
from shopfloor.scanning.gs1.pairs import warnings_together
from shopfloor.scanning.scan import Command, Scan, ScanKind, ScanSource, ScanWarning

_row = table(TrackedProduct)
_operator = table(Operator)
_item = table(Item)
LONGEST_LOGGED = 8192


def register_scan(session: Session, actor: Actor, *, order_no: str, scan: ScanInput, rules: ScanRules) -> ScanAnswer:
    """Do what one entry of a station's queue says, and answer it (TCP-10).

    Raises a Refusal or a question of `genealogy.errors`, `scanning.errors` or `reservations.errors`; then nothing but the scan log
    is written. The answer says where the station stands afterwards: mode, current product, selected line.
    """
    actor.require(rights.REGISTER)
    if not rules.feature_on:
        raise FeatureOff
    _refuse_others(session, actor, scan)
    job = ScanJob(session, actor, order_no, scan, rules)
    return KINDS[scan.kind](job)


def _refuse_others(session: Session, actor: Actor, scan: ScanInput) -> None:
    """OPS-7: what was kept through a sign-out belongs to whoever scanned it; a supervisor may discard it. Raises OtherOperator."""
    if scan.operator in {"", actor.operator_no} or (scan.kind == "discard" and actor.may(rights.MAINTAIN)):
        return
    name = None
    if scan.operator.isprintable():
        name = session.connection().execute(select(_operator.c.name).where(_operator.c.no == scan.operator)).scalar_one_or_none()
    raise OtherOperator(operator=name or "somebody else")


NOT_HEARD = (NotAllowed, FeatureOff, OtherOperator, NotFound)
"""Refusals of a scan that nobody looked at: what it says of the station's scanner proves nothing."""


def scan_log(actor: Actor, order_no: str, scan: ScanInput, rules: ScanRules) -> Callable[[Session, Outcome], None]:
    """SCN-22: what the unit of work writes of every scan, refused ones too."""

    def log(session: Session, outcome: Outcome) -> None:
        decoded = _decoded(session, scan, rules, actor)
        if [SEPARATOR_MISSING, ""] in decoded.get("warnings", ()) and actor.may(rights.REGISTER) and not isinstance(outcome, NOT_HEARD):
            note_missing_separators(session, actor.station_code, captured_at=scan.captured_at)
        values = {
            "command_key": session.info["command_key"],
            "order_no": order_no[:20],
            "kind": scan.kind,
            "raw_text": _storable(scan.text or scan.quantity),
            "decoded": decoded,
            "source": scan.source,
            "mode": scan.mode,
            "match_id": getattr(outcome, "match_id", 0) or getattr(outcome, "row_match_id", 0) or scan.product,
            "association_no": getattr(outcome, "association_no", 0) if isinstance(outcome, ScanAnswer) else 0,
            "component_line_no": getattr(outcome, "component_line_no", 0) or scan.choice or scan.line,
            "answer": answer_kind(outcome),
            "code": outcome.code,
            "message": _storable(outcome.text())[:500],
            "after_key": scan.after_key,
            "holds_key": scan.holds or scan.confirms,
            "session_id": rules.session_id,
            "clock_id": scan.clock_id,
            "clock_ms": scan.clock_ms,
            "operator_no": actor.operator_no,
            "station_code": actor.station_code,
            "captured_at": scan.captured_at,
        }
        append_scan(session, values, session.info.get("scan_entry_no"))

    return log


def answer_kind(outcome: Outcome) -> str:
    """One of the four answers (TCP-10): accepted, information, question, refused."""
    if isinstance(outcome, Refusal):
        return "question" if outcome.asks else "refused"
    return "information" if outcome.sound == "information" else "accepted"


def _storable(text: str) -> str:
    """Refused text, and a message that names it, may hold what PostgreSQL cannot store; it is kept escaped, byte for byte readable."""
    short = text[:LONGEST_LOGGED]
    if "\x00" not in short and short.isprintable():
        return short
    try:
        short.encode("utf-8")
        if "\x00" not in short:
            return short
    except UnicodeEncodeError:
        pass  # lone surrogates
    return short.replace("\\", "\\\\").replace("\x00", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")


def _decoded(session: Session, scan: ScanInput, rules: ScanRules, actor: Actor) -> dict[str, Any]:
    """How the code was read, if it could be (R-22), and what came with it: a yes to a question takes the quantity up again.

    And how a picture was read (IMG-5). A plain number says what it is where more than that was sent: blanks, an identifier, a frame.
    """
    if scan.kind != "scan" or not scan.text:
        return {}
    sent: dict[str, Any] = {"quantity": scan.quantity} if scan.quantity else {}
    if scan.reading is not None:
        sent["reading"] = scan.reading.model_dump(exclude_defaults=True)
    try:
        refuse_surrogates(scan.text)
        found = read_known(session, scan.text, rules.profile, as_of=actor.work_date(), source=ScanSource(scan.source))
        warnings = _warnings(found, scan, rules, actor)
    except ScanRefused as refusal:
        return sent | {"refused": refusal.code} | _lost(session, scan, rules, actor)
    if found.kind is ScanKind.PLAIN and found.text != scan.text:
        sent["text"] = found.text
    return sent | {
        "kind": found.kind.value,
        "symbology": found.symbology,
        "elements": [[element.ai, element.value] for element in found.elements],
        "warnings": [[warning.kind, warning.ai] for warning in warnings],
        "profile": rules.profile.name,
        "profile_version": rules.profile.version,
    }


def _lost(session: Session, scan: ScanInput, rules: ScanRules, actor: Actor) -> dict[str, Any]:
    """R-23: a code that cannot be read because its separators are missing says so, too."""
    lost = lost_separators(session, scan.text, rules.profile, as_of=actor.work_date(), source=ScanSource(scan.source))
    return {"warnings": [[SEPARATOR_MISSING, ""]]} if lost else {}


def _warnings(found: Scan, scan: ScanInput, rules: ScanRules, actor: Actor) -> tuple[ScanWarning, ...]:
    """R-13: parts that waited and the number that they belong to are judged as one item. Raises ScanRefused."""
    if not (scan.held and scan.mode == COMPONENT and found.is_gs1):
        return found.warnings
    held = decode_bracketed(scan.held, rules.profile, actor.work_date()).elements
    return warnings_together(found.warnings, (*held, *found.elements))


# --- kinds of entries -----------------------------------------------------------------------------------------------------


def _scan(job: ScanJob) -> ScanAnswer:
    """A code: of a product, of a component, or a command."""
    try:
        open_job(job)
        if job.code is not None and job.code.kind is ScanKind.COMMAND:
            return _command(job, job.code.command)
        refuse_unknown_picture(job)
        if job.scan.mode != PRODUCT:
            return scan_component(job)
        answer = scan_product(job)
    except (ScanRefused, NumberUnknown, SelectComponent, NotAProductNumber, NumberPattern) as refusal:
        refuse_garbled(job, refusal)
        refuse_unseparated(job, refusal)
        raise
    except NeedsConfirmation as question:  # a yes would be said to another number than the one that is read then
        refuse_unseparated(job, question)
        raise
    if isinstance(answer, ProductRegistered):
        refuse_garbled(job, None)
    if isinstance(answer, (ProductRegistered, ProductRevived)):
        take_from_loaded(job, answer.match_id)
    return answer


def _command(job: ScanJob, command: Command | None) -> ScanAnswer:
    """Command bar codes do what the buttons do; the station turns most of them into entries of their own kind already."""
    if command in {Command.PRODUCT, Command.DISCARD}:
        return ModeChanged(order_no=job.order_no, mode=PRODUCT)
    if command is Command.UNDO:
        return undo_last(job)
    if command is Command.NEXT:
        return _next_line(job)
    if command in {Command.SIGNOUT, Command.REPORT}:
        raise CommandOfThePage(command=command.value)
    return ModeChanged(order_no=job.order_no, mode=COMPONENT, match_id=job.scan.product, component_line_no=job.scan.line)


def _mode(job: ScanJob) -> ScanAnswer:
    """TCP-8, D16: entering Product mode clears the current product."""
    wanted = job.scan.text if job.scan.text in MODES else PRODUCT
    if wanted == PRODUCT:
        return ModeChanged(order_no=job.order_no, mode=PRODUCT)
    return ModeChanged(order_no=job.order_no, mode=COMPONENT, match_id=job.scan.product, component_line_no=job.scan.line)


def _product(job: ScanJob) -> ScanAnswer:
    """TCP-13: a product line was tapped."""
    wanted = job.scan.text
    match_id = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) <= 15 else 0  # noqa: PLR2004
    row = job.session.connection().execute(
        select(
            _row.c.match_id, _row.c.order_line_no, _row.c.state, _item.c.description,
            func.coalesce(func.nullif(_row.c.serial_no, ""), _row.c.lot_no).label("number"),
        )
        .join(_item, _item.c.no == _row.c.item_no)
        .where(plant(job.session, _row), _row.c.order_no == job.order_no, _row.c.match_id == match_id, _row.c.state != "Removed")
    ).one_or_none()
    if row is None:
        raise NotFound(record="product on this order", number=wanted[:50])
    own = ProductReported if row.state == ProductState.REPORTED else ProductSelected
    kind = own if row.order_line_no == MAIN_LINE else CoProductSelected
    return kind(
        order_no=job.order_no, mode=COMPONENT, match_id=row.match_id, product=row.number, number=row.number, item=row.description
    )


def _line(job: ScanJob) -> ScanAnswer:
    """TCP-13: a component line was tapped."""
    wanted = job.scan.text
    for component in order_components(job.session, job.order_no):
        if component.takes_part and str(component.line_no) == wanted:
            return LineSelected(
                order_no=job.order_no, mode=COMPONENT, match_id=job.scan.product, component_line_no=component.line_no,
                item=component.description,
            )
    raise NotFound(record="component line on this order", number=wanted[:50])


def _next_line(job: ScanJob) -> ScanAnswer:
    """Command bar code Next line: the next one that still needs something."""
    line_no = job.next_line()
    line = job.situation.line(line_no)
    return LineSelected(
        order_no=job.order_no, mode=COMPONENT, match_id=job.scan.product, component_line_no=line_no,
        item=line.component.description if line else "No line",
    )


def _continue(job: ScanJob) -> ScanAnswer:
    """D16: the operator goes on after a refusal; the held scans follow with keys of their own."""
    return ModeChanged(
        order_no=job.order_no, mode=job.scan.mode, match_id=job.scan.product, component_line_no=job.scan.line, held=job.scan.held
    )


def _discard(job: ScanJob) -> ScanAnswer:
    """D16: nothing is dropped unrecorded."""
    return HeldDiscarded(
        order_no=job.order_no, mode=job.scan.mode, match_id=job.scan.product if job.scan.mode == COMPONENT else 0,
        component_line_no=job.scan.line, number=_storable(job.scan.text)[:50],
    )


def _confirm(job: ScanJob) -> ScanAnswer:
    """D18: yes to a question: the scan that asked is done again, with what was confirmed."""
    return _scan(confirmed_scan(job))


KINDS: dict[str, Callable[[ScanJob], ScanAnswer]] = {
    "scan": _scan,
    "mode": _mode,
    "product": _product,
    "line": _line,
    "undo": undo_last,
    "continue": _continue,
    "discard": _discard,
    "confirm": _confirm,
}
"""What each kind of queue entry does."""

