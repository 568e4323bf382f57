"""The unit of work: same key, same answer; a refusal leaves only its own record (A5, A19)."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from shopfloor import audit
from shopfloor.db import Command, take_numbers, unit_of_work
from shopfloor.db.unit_of_work import CommandEntry
from shopfloor.errors import Answer, InvalidInput, KeyReused, Refusal
from shopfloor.items.models import NumberSeries


@dataclass(frozen=True)
class SeriesMade(Answer):
    code = "TEST_SERIES_MADE"
    message = "Series {series} made."
    series: str


@dataclass(eq=False)
class SeriesRefused(Refusal):
    code = "TEST_SERIES_REFUSED"
    message = "No series {series}."
    series: str


def make_series(session: Session, code: str = "S", *, refuse: bool = False) -> SeriesMade:
    session.add(NumberSeries(plant_no=1, code=code, prefix="X", digits=0, last_no=0))
    session.flush()
    audit.record(session, "made", code)
    if refuse:
        raise SeriesRefused(series=code)
    return SeriesMade(series=code)


def command(key: str, **request: object) -> Command:
    return Command(key=key, name="make series", operator_no="E1", request=request)


def count(session: Session, table: type) -> int:
    found = session.scalar(select(func.count()).select_from(table))
    session.rollback()
    return found or 0


def test_a19_same_key_gives_the_stored_answer_and_works_once(session: Session) -> None:
    first = unit_of_work(session, make_series, command=command("k1"))
    again = unit_of_work(session, make_series, command=command("k1"))
    assert first == again == SeriesMade(series="S")
    assert count(session, NumberSeries) == 1


def test_a19_a_refusal_is_kept_as_the_answer_and_leaves_nothing_else(session: Session) -> None:
    for _ in range(2):
        with pytest.raises(SeriesRefused, match="TEST_SERIES_REFUSED: No series S"):
            unit_of_work(session, lambda s: make_series(s, refuse=True), command=command("k1"))
    assert count(session, NumberSeries) == 0
    assert count(session, CommandEntry) == 1


def test_a19_another_request_under_a_known_key_is_refused(session: Session) -> None:
    unit_of_work(session, make_series, command=command("k1", text="a"))
    with pytest.raises(KeyReused):
        unit_of_work(session, make_series, command=command("k1", text="b"))


def test_t2_one_key_from_many_threads_works_once(engine: Engine) -> None:
    """T2: the same key at one moment from 16 threads: one effect, one answer for all."""
    start, answers = threading.Barrier(16), []

    def send() -> None:
        with Session(engine) as own:
            start.wait()
            answers.append(unit_of_work(own, make_series, command=command("k1")))

    threads = [threading.Thread(target=send) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [SeriesMade(series="S")] * 16
    with Session(engine) as own:
        assert count(own, NumberSeries) == 1


def test_a26_an_integrity_error_runs_the_work_once_more_and_then_is_a_bug(session: Session) -> None:
    """A26: the second run finds the winner; a second failure is ours."""
    unit_of_work(session, make_series, command=command("k1"))
    runs = []

    def racing(own: Session) -> SeriesMade:
        runs.append(1)
        return SeriesMade(series="S") if len(runs) > 1 else make_series(own)

    assert unit_of_work(session, racing, command=command("k2")) == SeriesMade(series="S")
    with pytest.raises(Exception, match=r"(?i)unique"):
        unit_of_work(session, make_series, command=command("k3"))


def test_audit_notes_are_kept_with_the_command(session: Session) -> None:
    """OPS-7: who, when, what; A30."""
    unit_of_work(session, make_series, command=command("k1"))
    entry = session.scalars(select(CommandEntry)).one()
    assert entry.operator_no == "E1"
    assert entry.audit == [{"action": "made", "subject": "S", "before": {}, "after": {}, "reason": ""}]


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 65, "ä", "a\n"])
def test_a_command_key_is_1_to_64_visible_characters(session: Session, key: str) -> None:
    with pytest.raises(InvalidInput):
        unit_of_work(session, make_series, command=command(key))


def test_a16_entry_numbers_come_in_increasing_blocks(session: Session) -> None:
    first = take_numbers(session, {"item_ledger_entry": 3, "association": 0, "item_register": 1})
    second = take_numbers(session, {"item_ledger_entry": 2})
    assert len(first["item_ledger_entry"]) == 3
    assert first["association"] == []
    assert min(second["item_ledger_entry"]) > max(first["item_ledger_entry"])
