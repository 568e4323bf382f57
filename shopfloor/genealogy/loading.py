"""Loaded batches (D24): a batch at a station serves each unit that is registered there, through all checks of a scan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.clock import now
from shopfloor.db import current_plant, plant, table
from shopfloor.errors import NotFound, Refusal
from shopfloor.genealogy.answers import BatchLoaded, BatchTaken, BatchUnloaded, ComponentShort, ScanAnswer
from shopfloor.genealogy.component_registration import ASK, ONE_PIECE, check_usable, register
from shopfloor.genealogy.errors import NumberUnknown
from shopfloor.genealogy.facts import COMPONENT, Line, NumberStock
from shopfloor.genealogy.inputs import LoadBatch, LoadedLine
from shopfloor.genealogy.maintenance_errors import NotLoadable
from shopfloor.genealogy.models import LoadedBatch
from shopfloor.genealogy.scan_job import ScanJob
from shopfloor.genealogy.scan_queries import lock_number, read_situation
from shopfloor.items.tracking import Tracking
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.production.locking import LockedOrder, lock_order
from shopfloor.production.rules import STARTED
from shopfloor.quantity import ZERO

_loaded = table(LoadedBatch)
FROM_LOADED = "from loaded batch"
"""Reason in the log of what was not scanned for the unit itself."""
OTHER_ORDER = "the station took up another order"


@dataclass(frozen=True)
class Loaded:
    """One batch at a station."""

    order_no: str
    component_line_no: int
    item_no: str
    lot_no: str


def load_batch(session: Session, actor: Actor, *, order_no: str, given: LoadBatch) -> BatchLoaded:
    """Load a batch at the actor's station for a component line; another one that was loaded for the line goes.

    Raises NotAllowed, NotFound, OrderStatus unless the order is Started, NotLoadable, NumberUnknown, a refusal of the hold, BatchExpired.
    """
    actor.require(rights.REGISTER)
    order = lock_order(session, order_no)
    order.require(STARTED)
    line = _line(session, order, given.component_line_no)
    _check_loadable(actor, line)
    _check_batch(session, actor, line, given.lot_no)
    _unload(session, actor, [row for row in loaded_at(session, actor.station_code) if row.component_line_no == line.line_no], order_no)
    session.connection().execute(
        insert(_loaded),
        {
            "plant_no": current_plant(session), "station_code": actor.station_code, "order_no": order_no, "component_line_no": line.line_no,
            "item_no": line.component.item_no, "lot_no": given.lot_no, "loaded_at": now(), "loaded_by": actor.operator_no,
        },
    )
    after = {"station": actor.station_code, "line": line.line_no, "batch": given.lot_no}
    audit.record(session, "batch loaded", f"order {order_no}", after=after)
    return BatchLoaded(item=line.component.description, number=given.lot_no, station=actor.station_code)


def unload_batch(session: Session, actor: Actor, *, order_no: str, given: LoadedLine) -> BatchUnloaded:
    """End it by hand; what units got from it stays. Raises NotAllowed, NotFound."""
    actor.require(rights.REGISTER)
    lock_order(session, order_no)
    found = [
        row for row in loaded_at(session, actor.station_code)
        if (row.order_no, row.component_line_no) == (order_no, given.component_line_no)
    ]
    if not found:
        raise NotFound(record="loaded batch", number=str(given.component_line_no))
    _unload(session, actor, found, order_no)
    return BatchUnloaded(item=found[0].item_no, number=found[0].lot_no, why="unloaded by hand")


def loaded_at(session: Session, station_code: str) -> list[Loaded]:
    """What is loaded at a station. One statement, none without a station."""
    if not station_code:
        return []
    columns = (_loaded.c.order_no, _loaded.c.component_line_no, _loaded.c.item_no, _loaded.c.lot_no)
    wanted = select(*columns).where(plant(session, _loaded), _loaded.c.station_code == station_code).order_by(_loaded.c.component_line_no)
    return [Loaded(*row) for row in session.connection().execute(wanted)]


def take_from_loaded(job: ScanJob, match_id: int) -> None:
    """A unit was registered at the station: it gets its parts from what is loaded there, and the answer's notes say so.

    A batch that cannot serve it (used up, expired, on hold, at another order) is unloaded, and what the unit lacks is asked for.
    """
    batches = loaded_at(job.session, job.actor.station_code)
    foreign = [batch for batch in batches if batch.order_no != job.order_no]
    _unload(job.session, job.actor, foreign, job.order_no)
    for batch in foreign:
        job.note(BatchUnloaded(item=batch.item_no, number=batch.lot_no, why=OTHER_ORDER))
    for batch in batches:
        if batch not in foreign:
            _take(job, match_id, batch)


def _take(job: ScanJob, match_id: int, batch: Loaded) -> None:
    assert job.order is not None
    situation = read_situation(job.session, job.order, match_id)
    line = situation.line(batch.component_line_no)
    if line is None or line.remaining == ZERO:
        return
    scan = job.scan.model_copy(
        update={"mode": COMPONENT, "product": match_id, "line": line.line_no, "text": batch.lot_no, "source": "typed", "clock_id": ""}
    )
    part = replace(
        job, opened=situation, scan=scan, code=None, candidate=batch.lot_no, known_as="", confirmed=frozenset(), approved_by="",
        reason=FROM_LOADED, from_loaded=True,
    )
    why = ""
    try:
        with job.session.begin_nested():
            answer = _register(part, line, batch.lot_no)
        job.note(BatchTaken(item=line.component.description, number=batch.lot_no, quantity=answer.quantity, unit=line.component.unit_code))
        why = "it is used up" if isinstance(answer, ComponentShort) else ""
    except Refusal as refusal:
        why = refusal.text()
    if why:
        _unload(job.session, job.actor, [batch], job.order_no)
        job.note(BatchUnloaded(item=line.component.description, number=batch.lot_no, why=why))


def _register(part: ScanJob, line: Line, lot_no: str) -> ScanAnswer:
    stock = _stock_of(part.session, line, lot_no)
    if not stock:
        raise NumberUnknown(number=lot_no, item=line.component.description)
    whole = line.remaining if line.component.one_scan_is in {ASK, ONE_PIECE} else None
    return register(part, line, Tracking(lot_no=lot_no), stock, plain=False, typed=whole)


# --- loading and unloading ------------------------------------------------------------------------------------------------


def _line(session: Session, order: LockedOrder, line_no: int) -> Line:
    line = read_situation(session, order, 0).line(line_no)
    if line is None:
        raise NotFound(record="component line on this order", number=str(line_no))
    return line


def _check_loadable(actor: Actor, line: Line) -> None:
    """D24: off by default for each line, never for serials."""
    component = line.component
    if component.serial or not component.may_be_loaded:
        why = "a serial number is scanned for each unit." if component.serial else "its line in the bill does not allow it."
        raise NotLoadable(item=component.description, why=why)
    if line.order_level:
        raise NotLoadable(item=component.description, why="it is needed once for the whole order.")
    if not actor.station_code:
        raise NotLoadable(item=component.description, why="nobody has said at which station this is. Sign in at one.")


def _check_batch(session: Session, actor: Actor, line: Line, lot_no: str) -> None:
    """What would stop the first unit stops the loading."""
    stock = _stock_of(session, line, lot_no)
    if not stock:
        raise NumberUnknown(number=lot_no, item=line.component.description)
    check_usable(line, lot_no, stock, today=actor.work_date())


def _stock_of(session: Session, line: Line, lot_no: str) -> list[NumberStock]:
    found = lock_number(session, [], lot_no=lot_no, item_no=line.component.item_no)
    return [stock for stock in found if stock.entry.variant_code == line.component.variant_code]


def _unload(session: Session, actor: Actor, batches: Sequence[Loaded], order_no: str) -> None:
    for batch in batches:
        session.connection().execute(
            delete(_loaded).where(
                plant(session, _loaded), _loaded.c.station_code == actor.station_code, _loaded.c.order_no == batch.order_no,
                _loaded.c.component_line_no == batch.component_line_no,
            )
        )
        before = {"station": actor.station_code, "line": batch.component_line_no, "batch": batch.lot_no}
        audit.record(session, "batch unloaded", f"order {order_no}", before=before)
