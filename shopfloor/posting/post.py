"""The one door through which the ledger is written: read under locks, decide purely, write sets.

The number of statements does not depend on the number of lines. Everything happens in the caller's unit of work;
a refusal leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import Update, update
from sqlalchemy.orm import Session

from shopfloor.clock import now
from shopfloor.db import Given, ManyRows, current_plant, table, take_numbers
from shopfloor.db.races import lost_race
from shopfloor.errors import Refusal
from shopfloor.items.holds import HoldSource
from shopfloor.items.models import NumberInformation
from shopfloor.items.queries import item_masters
from shopfloor.ledger import entries as ledger
from shopfloor.ledger.entry_types import SourceType
from shopfloor.ledger.rules import OpenStock
from shopfloor.ledger.units import UnitKey, number_unit
from shopfloor.people.actor import Actor
from shopfloor.people.rights import HOLD
from shopfloor.people.settings import posting_window
from shopfloor.posting import reading
from shopfloor.posting.errors import PostingDateNotAllowed, TooManyLines
from shopfloor.posting.facts import Facts, NumberFact, NumberKey
from shopfloor.posting.journal import LINE_LIMIT, ItemJournalLine, PostedLine, PostedRegister
from shopfloor.posting.plan import HeldByOthers, make_plan
from shopfloor.posting.planned import Plan, PlannedEntry
from shopfloor.quantity import ZERO
from shopfloor.reservations.commands import close_on_posting, move_supply
from shopfloor.reservations.errors import ReservedElsewhere
from shopfloor.reservations.queries import pieces_on, reservations_of
from shopfloor.reservations.rules import ReservedPiece, UsedReservation

Number = Callable[[int], int]
"""Turns a reference of the plan into an entry number."""
_information = table(NumberInformation)
_DATED = ("item_no", "variant_code", "kind", "number", "expiration_date")


def _date(given: Given) -> Update:
    here = [_information.c[name] == given[name] for name in _DATED[:-1]]
    return update(_information).where(*here).values(expiration_date=given["expiration_date"])


_date_columns = {name: _information.c[name] for name in _DATED}
_NEW_DATES = ManyRows(lambda given: _date(given).where(_information.c.expiration_date.is_(None)), **_date_columns)
_OTHER_DATES = ManyRows(_date, **_date_columns)


def post(
    session: Session, actor: Actor, lines: Sequence[ItemJournalLine], *, source: str, reason: str = "", rows: Sequence[int] = ()
) -> PostedRegister:
    """Post journal lines as one register, all or nothing (CI-01). `source` is the use case, such as `Report as finished`.

    Lines take from what was in stock before this posting, never from what another line of it brings. The caller holds its document's
    lock and has checked rights and status. `rows`: for lines that somebody typed, the row of each, so that a refusal names it.
    Raises the refusals of `posting.errors`, `ledger.errors` and `reservations.errors`, NotFound.
    """
    assert lines, "nothing to post"
    if len(lines) > LINE_LIMIT:
        raise TooManyLines(count=len(lines), limit=LINE_LIMIT)
    check_dates(session, actor, {line.posting_date for line in lines})
    facts = _read(session, actor, lines, reason)
    try:
        plan = make_plan(lines, facts)
    except HeldByOthers as held:
        refusal: Refusal = _named_holder(session, lines, held)
        refusal.row = rows[held.row - 1] if rows else 0
        raise refusal from None
    except Refusal as refusal:
        refusal.row = rows[refusal.row - 1] if rows and refusal.row else 0
        raise
    return _Writer(session, actor, plan, facts).write(source, reason)


def check_dates(session: Session, actor: Actor, days: Iterable[date]) -> None:
    """Every posting comes through here, so that no use case forgets it; what only notes a day asks itself, as operations do.

    One statement. Raises PostingDateNotAllowed.
    """
    first, last = posting_window(session, actor.work_date())
    for day in sorted(days):
        if not first <= day <= last:
            raise PostingDateNotAllowed(posting_date=day.isoformat(), first_date=first.isoformat(), last_date=last.isoformat())


def _read(session: Session, actor: Actor, lines: Sequence[ItemJournalLine], reason: str) -> Facts:
    """Locks in the order of A23; what is decided on is read after its lock."""
    masters = item_masters(session, {line.item_no for line in lines})
    stock = reading.lock_stock(session, lines, masters)
    pieces, stock = _own_reservations(session, lines, stock)
    units = reading.lock_units(session, lines, stock)
    information = reading.number_information(session, lines, stock)
    history = reading.history(session, lines, units)
    return Facts(
        masters=masters,
        stock=tuple(stock),
        pieces=tuple(pieces),
        information=information,
        units=units,
        named=history.named,
        taken_back=history.taken_back,
        produced=history.produced,
        may_pass_holds=actor.may(HOLD),
        reason=reason,
    )


def _own_reservations(
    session: Session, lines: Sequence[ItemJournalLine], stock: list[OpenStock]
) -> tuple[list[ReservedPiece], list[OpenStock]]:
    """Read after the lock, because late binding may move a piece until then.

    A piece without a number may hold another entry than the one posted now (OT-01): that entry is locked too, and the pieces read again.
    """
    demands = {line.demand for line in lines if line.demand is not None}
    pieces = reservations_of(session, demands)
    locked = {entry.entry_no for entry in stock}
    elsewhere = {piece.open_entry_no for piece in pieces if not (piece.specific or piece.picked)} - locked
    if elsewhere:
        stock = sorted([*stock, *reading.lock_entries(session, elsewhere)], key=lambda entry: entry.entry_no)
        locked = {entry.entry_no for entry in stock}
        pieces = reservations_of(session, demands)
    return [piece for piece in pieces if piece.open_entry_no in locked], stock


def _named_holder(session: Session, lines: Sequence[ItemJournalLine], held: HeldByOthers) -> ReservedElsewhere:
    """Says for whom the goods are kept (D19)."""
    own = {line.demand for line in lines}
    holders = [piece.demand.label() for piece in pieces_on(session, held.entry_nos) if piece.demand not in own]
    refusal = held.refusal
    return ReservedElsewhere(item=refusal.item, number=refusal.number, holder=", ".join(dict.fromkeys(holders)) or "another demand")


class _Writer:
    """Writes a plan: numbers first, then each table once."""

    def __init__(self, session: Session, actor: Actor, plan: Plan, facts: Facts) -> None:
        """Nothing is written before `write`."""
        self.session = session
        self.actor = actor
        self.plan = plan
        self.facts = facts

    def write(self, source: str, reason: str) -> PostedRegister:
        """All tables, in the order of their dependence."""
        plan, session = self.plan, self.session
        missing = self._missing_units()
        numbers = take_numbers(
            session,
            {
                "item_register": 1,
                "item_ledger_entry": len(plan.entries),
                "item_application_entry": len(plan.applications),
                "tracking_unit": len(missing),
            },
        )
        units = {**self.facts.units, **dict(zip(missing, numbers["tracking_unit"], strict=True))}
        entry_nos = numbers["item_ledger_entry"]
        number = _resolver(entry_nos)
        register_no = numbers["item_register"][0]
        ledger.insert_units(session, [_unit_row(key, units[key]) for key in missing])
        ledger.append(
            session,
            self._register_row(register_no, source, reason),
            [_entry_row(entry, entry_no, register_no) for entry, entry_no in zip(plan.entries, entry_nos, strict=True)],
            self._application_rows(numbers["item_application_entry"], number),
        )
        ledger.change_open_entries(session, plan.changes)
        ledger.insert_open_entries(session, self._open_rows(entry_nos, units))
        self._write_information()
        ledger.add_to_edges(session, {(units[parent], units[child]): net for (parent, child), net in plan.edges.items()})
        move_supply(session, {old: number(reference) for old, reference in plan.moved_entries.items()})
        close_on_posting(session, [UsedReservation(pair_no, quantity) for pair_no, quantity in sorted(plan.used.items())])
        return PostedRegister(register_no, tuple(_posted_line(line, number) for line in plan.lines))

    def _missing_units(self) -> list[UnitKey]:
        """Sorted, so that two postings that make the same units wait for each other in one order."""
        needed = {unit for edge in self.plan.edges for unit in edge}
        needed |= {_entry_unit(entry) for entry in self.plan.entries if entry.remaining > ZERO and entry.tracking}
        return sorted(needed - self.facts.units.keys())

    def _register_row(self, register_no: int, source: str, reason: str) -> ledger.Row:
        return {
            "register_no": register_no,
            "source": source,
            "operator_no": self.actor.operator_no,
            "station_code": self.actor.station_code,
            "reason": reason,
            "created_at": now(),
        }

    def _application_rows(self, numbers: Sequence[int], number: Number) -> list[ledger.Row]:
        return [
            {
                "entry_no": entry_no,
                "item_entry_no": number(planned.item_entry),
                "inbound_item_entry_no": number(planned.inbound),
                "outbound_item_entry_no": number(planned.outbound),
                "quantity": planned.quantity,
                "posting_date": self._posting_date(planned.item_entry, planned.inbound),
                "transferred_from_entry_no": number(planned.transferred_from),
                "cost_application": planned.cost_application,
            }
            for entry_no, planned in zip(numbers, self.plan.applications, strict=True)
        ]

    def _posting_date(self, item_entry: int, inbound: int) -> object:
        """Of the entry that is posted now: the outbound one, or the inbound one that pays an older one (C10)."""
        reference = item_entry if item_entry < 0 else inbound
        return self.plan.entries[-reference - 1].line.posting_date

    def _open_rows(self, entry_nos: Sequence[int], units: dict[UnitKey, int]) -> list[ledger.Row]:
        return [
            _numbers(entry) | {
                "entry_no": entry_no,
                "posting_date": entry.line.posting_date,
                "item_no": entry.line.item_no,
                "variant_code": entry.line.variant_code,
                "location_code": entry.location_code,
                "serial_specific": bool(entry.tracking.serial_no) and self.facts.masters[entry.line.item_no].rules.serial_specific,
                "unit_no": units[_entry_unit(entry)] if entry.tracking and entry.remaining > ZERO else 0,
                **dict(zip(("order_type", "order_no", "order_line_no"), entry.order, strict=True)),
                "remaining": entry.remaining,
                "reserved": entry.reserved,
            }
            for entry, entry_no in zip(self.plan.entries, entry_nos, strict=True)
            if entry.remaining != ZERO
        ]

    def _write_information(self) -> None:
        """C13, C15: a number is known from its first posting on. When somebody else told its date meanwhile, the work runs again."""
        session, plan = self.session, self.plan
        vendors = {
            (entry.line.item_no, number): entry.line.source_no
            for entry in plan.entries
            if entry.line.source_type == SourceType.VENDOR
            for number in (entry.tracking.serial_no, entry.tracking.lot_no, entry.tracking.package_no)
        }
        created_at = now()
        rows = [
            {
                "plant_no": current_plant(session), "item_no": key[0], "variant_code": key[1], "kind": key[2], "number": key[3],
                "number_folded": key[3].casefold(), "description": "", **_stopped(plan.held.get(key)),
                "expiration_date": expires, "vendor_no": vendors.get((key[0], key[3]), ""), "vendor_lot_no": "", "comments": "",
                "created_at": created_at,
            }
            for key, expires in sorted(plan.information.items(), key=lambda pair: pair[0])
        ]
        if rows and ledger.insert_or_skip(session, NumberInformation, rows) != len(rows):
            raise lost_race("a number was registered by somebody else")
        self._write_dates(_NEW_DATES, plan.new_dates)
        self._write_dates(_OTHER_DATES, plan.redated)

    def _write_dates(self, statement: ManyRows, dates: Mapping[NumberKey, date]) -> None:
        rows = [dict(zip(_DATED, (*key, expires), strict=True)) for key, expires in sorted(dates.items())]
        if statement.execute(self.session, rows) != len(rows):
            raise lost_race("a number got its date from somebody else")


def _resolver(entry_nos: Sequence[int]) -> Number:
    """References of new entries are negative, beginning at -1; everything else is an entry number, or 0 for none."""
    return lambda reference: entry_nos[-reference - 1] if reference < 0 else reference


def _posted_line(line: tuple[list[int], list[tuple[int, Decimal]]], number: Number) -> PostedLine:
    references, taken = line
    return PostedLine(tuple(number(reference) for reference in references), tuple(taken))


def _entry_unit(entry: PlannedEntry) -> UnitKey:
    return number_unit(entry.line.item_no, entry.line.variant_code, entry.tracking)


def _unit_row(key: UnitKey, unit_no: int) -> ledger.Row:
    return {"unit_no": unit_no} | vars(key)


def _stopped(fact: NumberFact | None) -> ledger.Row:
    """What stops a new number: nothing, or what stopped the goods under their old one (D20)."""
    fact = fact or NumberFact()
    blocked = fact.hold.source == HoldSource.HELD
    return {
        "blocked": blocked, "hold_reason": fact.hold.reason if blocked else "", "disposition_code": fact.disposition_code,
        "disposition_reason": fact.disposition_reason, "stops": int(fact.hold.stops), "stopped_by": fact.hold.source,
        "stop_reason": fact.hold.reason,
    }


def _numbers(entry: PlannedEntry) -> ledger.Row:
    return vars(entry.tracking).copy()


def _entry_row(entry: PlannedEntry, entry_no: int, register_no: int) -> ledger.Row:
    line = entry.line
    return _numbers(entry) | {
        "entry_no": entry_no,
        "register_no": register_no,
        "entry_type": line.entry_type.value,
        "document_type": line.document_type.value,
        "document_no": line.document_no,
        "document_line_no": line.document_line_no,
        "external_document_no": line.external_document_no,
        "posting_date": line.posting_date,
        "item_no": line.item_no,
        "variant_code": line.variant_code,
        "location_code": entry.location_code,
        "quantity": entry.quantity,
        "scrap_quantity": entry.scrap_quantity,
        "unit_code": entry.unit_code,
        "quantity_in_unit": entry.quantity_in_unit,
        "expiration_date": entry.expiration_date,
        "warranty_date": entry.warranty_date,
        "source_type": line.source_type.value,
        "source_no": line.source_no,
        "order_type": line.order_type.value,
        "order_no": line.order_no,
        "order_line_no": line.order_line_no,
        "component_line_no": line.component_line_no,
        "match_id": line.match_id,
        "corrects_entry_no": line.corrects_entry_no,
        "reason": line.reason,
    }
