"""Import of a CSV file: read whole, checked whole, written whole or not at all, in one unit of work.

The number of statements does not grow with the rows: keys and lookups are read in portions, rows are written by executemany, and
opening stock is posted in blocks of the posting door.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, StringConstraints
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.errors import NotFound, Refusal
from shopfloor.exchange import csv_text, opening_stock, tracking_codes, version_lines
from shopfloor.exchange.answers import FileChecked, Imported
from shopfloor.exchange.errors import FileUnreadable
from shopfloor.exchange.registry import MASTERS
from shopfloor.exchange.rows import Tick, inputs_of, refuse_wrong
from shopfloor.people import rights
from shopfloor.people.actor import Actor
from shopfloor.people.fields import Day, InputModel, Text50, Text200
from shopfloor.people.master_commands import insert_drafts
from shopfloor.people.masters import Draft, Master, Problem, draft, problems_of

LARGEST_TEXT = 8 * 1024 * 1024
YES_OR_NO = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False, "": False}


class ImportFile(InputModel):
    """A file and what to do with it."""

    kind: Text50
    text: Annotated[str, StringConstraints(max_length=LARGEST_TEXT)]
    dry_run: bool = False
    """Do everything, say what would happen, and take it back."""
    reason: Text200 = ""
    """Opening stock only; blank: Opening stock."""
    posting_date: Day = None
    """Opening stock only; blank: today in the plant."""
    confirmed: bool = Field(default=False)
    """Opening stock only: the questions CASE_TWIN and SERIAL_USED_BEFORE were answered with yes."""


@dataclass(frozen=True)
class Importer:
    """One kind of file."""

    columns: tuple[str, ...]
    required: tuple[str, ...]
    right: str
    work: Callable[[Session, Actor, ImportFile, list[csv_text.CsvRow], Tick], None]


def import_file(session: Session, actor: Actor, *, given: ImportFile, tick: Tick = lambda _done, _all: None) -> Imported | FileChecked:
    """Take a file in. Raises NotAllowed, NotFound for the kind, FileUnreadable, RowsWrong, and what the posting door refuses."""
    importer = importer_of(given.kind)
    actor.require(importer.right)
    rows = csv_text.read(given.text, importer.columns, importer.required)
    tick(0, len(rows))
    if not given.dry_run:
        importer.work(session, actor, given, rows, tick)
        return Imported(kind=given.kind, row_count=len(rows))
    with _taken_back(session):
        importer.work(session, actor, given, rows, tick)
    return FileChecked(kind=given.kind, row_count=len(rows))


def importer_of(kind: str) -> Importer:
    """Raises NotFound."""
    if kind not in IMPORTERS:
        raise NotFound(record="kind of import", number=kind[:40])
    return IMPORTERS[kind]


def decoded(data: bytes) -> str:
    """The text of an uploaded file. Raises FileUnreadable for another encoding, or for too much."""
    if len(data) > LARGEST_TEXT:
        raise FileUnreadable(problem=f"it is larger than {LARGEST_TEXT // 1024**2} MB. Split it")
    return csv_text.decoded(data)


@contextmanager
def _taken_back(session: Session) -> Iterator[None]:
    """A trial: what is done inside, and what the audit would say of it, is gone afterwards."""
    notes = len(session.info.get("audit") or ())
    trial = session.begin_nested()
    try:
        yield
    finally:
        if trial.is_active:
            trial.rollback()
        session.expire_all()
        del session.info["audit"][notes:]


def _master_importer(master: Master) -> Importer:
    fields = master.new.model_fields
    required = tuple(name for name, info in fields.items() if info.is_required())
    columns = (*fields, "blocked") if master.blockable else tuple(fields)

    def work(session: Session, _actor: Actor, given: ImportFile, rows: list[csv_text.CsvRow], tick: Tick) -> None:
        problems: list[Problem] = []
        blocked = _blocked(rows, problems)
        drafts: list[Draft] = []
        for line, record in inputs_of(master.new, rows, problems, without=("blocked",)):
            try:
                drafts.append(draft(master, record, line))
            except Refusal as refusal:
                problems.append(Problem(line, master.key[0], refusal))
        problems += problems_of(session, master, drafts)
        refuse_wrong(given.kind, len(rows), problems)
        if master.blockable:
            for one in drafts:
                one.values["blocked"] = blocked[one.place]
        insert_drafts(session, master, drafts)
        numbers = [master.number(one.values) for one in drafts]
        audit.record(session, f"import {given.kind}", f"{len(drafts)} rows", after={"numbers": numbers})
        tick(len(rows), len(rows))

    return Importer(columns, required, master.right, work)


def _blocked(rows: list[csv_text.CsvRow], problems: list[Problem]) -> dict[int, bool]:
    found: dict[int, bool] = {}
    for row in rows:
        word = row.values.get("blocked", "").lower()
        if word not in YES_OR_NO:
            problems.append(Problem(row.line, "blocked", NotFound(record="answer, write yes or no instead of", number=word[:20])))
        found[row.line] = YES_OR_NO.get(word, False)
    return found


def _stock(session: Session, actor: Actor, given: ImportFile, rows: list[csv_text.CsvRow], tick: Tick) -> None:
    terms = opening_stock.Terms(given.reason or "Opening stock", given.posting_date, confirmed=given.confirmed)
    opening_stock.work(session, actor, given.kind, terms, rows, tick)


def _lines(session: Session, _actor: Actor, given: ImportFile, rows: list[csv_text.CsvRow], tick: Tick) -> None:
    version_lines.work(session, given.kind, rows, tick)


def _codes(session: Session, _actor: Actor, given: ImportFile, rows: list[csv_text.CsvRow], tick: Tick) -> None:
    tracking_codes.work(session, given.kind, rows, tick)


IMPORTERS: dict[str, Importer] = {
    **{kind: _master_importer(master) for kind, master in MASTERS.items() if kind not in {"boms", "routings"}},
    tracking_codes.KIND: Importer(tracking_codes.COLUMNS, tracking_codes.REQUIRED, rights.MASTERS, _codes),
    **{kind: Importer(file.columns, file.required, rights.MASTERS, _lines) for kind, file in version_lines.FILES.items()},
    "opening-stock": Importer(opening_stock.COLUMNS, opening_stock.REQUIRED, rights.ADJUST_STOCK, _stock),
}
