"""Figures of the use cases alone, without HTTP, in this process: CPU, statements, and a bare INSERT beside them."""

from __future__ import annotations

import gc
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from bench import plant
from bench.databases import Database
from shopfloor.db import Command, unit_of_work
from shopfloor.db.engine import writer_gate
from shopfloor.genealogy.answers import ScanAnswer
from shopfloor.genealogy.inputs import ReportInput, ReportLineInput, ScanInput, ScanRules
from shopfloor.genealogy.registration import register_scan, scan_log
from shopfloor.genealogy.reporting import report_as_finished
from shopfloor.people.actor import Actor
from shopfloor.people.models import Role
from shopfloor.people.rights import RIGHTS
from shopfloor.scanning.gs1.profiles import ScannerProfile

ACTOR = Actor("BENCH", "Bea Bench", RIGHTS[Role.ADMINISTRATOR], station_code="ST-1")
RULES = ScanRules(profile=ScannerProfile(gs_verified=True), return_to_product=True, session_id="bench")
WARM = 6
"""Units that are built and reported before anything counts: PostgreSQL plans a statement anew five times before it keeps a plan."""
GROUND = re.compile(r"BEGIN|SAVEPOINT|RELEASE|ROLLBACK|COMMIT", re.IGNORECASE)


@dataclass
class Figures:
    """Of many runs of one use case. Milliseconds for each run."""

    runs: int = 0
    cpu: float = 0.0
    """This process and the database server."""
    server_cpu: float = 0.0
    """The database server's part of it."""
    wall: list[float] = field(default_factory=list)
    statements: int = 0
    """Without BEGIN, SAVEPOINT and the like."""
    texts: list[str] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return 1000 * self.runs / sum(self.wall)


@dataclass(frozen=True)
class ServiceFigures:
    """What was measured on one database."""

    bare: Figures
    product: Figures
    scan: Figures
    report: Figures


def measure(database: Database, engine: Engine, units: int, *, first_unit: int = 0) -> ServiceFigures:
    """Build and report `units` units at station 1, after a few to warm up. Uses up the parts of `WARM + units` units."""
    with Session(engine) as session:
        prepare_bare(engine)
        bare = _bare(database, session, units * 4)
        first = [_product(session, unit) for unit in range(first_unit, first_unit + WARM)]
        for unit, match_id in enumerate(first, start=first_unit):
            for place in range(plant.PARTS_OF_A_UNIT):
                _scan(session, unit, place, match_id)
        numbers = range(first_unit + WARM, first_unit + WARM + units)
        rows: dict[int, int] = {}

        def begin(unit: int) -> None:
            rows[unit] = _product(session, unit)

        product = timed(database, engine, [partial(begin, unit) for unit in numbers])
        places = [(unit, place) for unit in numbers for place in range(plant.PARTS_OF_A_UNIT)]
        scan = timed(database, engine, [partial(_scan, session, unit, place, rows[unit]) for unit, place in places])
        plant.settle(engine)  # tables that were empty before the scans have figures, as autovacuum takes them every minute
        for match_id in first:  # figures end every kept plan
            report(session, match_id)
        reports = timed(database, engine, [partial(report, session, rows[unit]) for unit in numbers])
    return ServiceFigures(bare, product, scan, reports)


def _product(session: Session, unit: int) -> int:
    answer = send(session, f"u{unit}", ScanInput(text=plant.product_scan(1, unit), source="wedge"))
    assert answer.code == "PRODUCT_REGISTERED", answer
    return answer.match_id


def _scan(session: Session, unit: int, place: int, match_id: int) -> None:
    text = plant.part_scans(1, unit)[place]
    scan = ScanInput(text=text, source="wedge", mode="Component", product=match_id, clock_id="c", clock_ms=5000 * place)
    answer = send(session, f"p{unit}-{place}", scan)
    assert answer.code in {"COMPONENT_REGISTERED", "LINE_COMPLETED", "UNIT_COMPLETED"}, answer


def send(session: Session, key: str, scan: ScanInput, order_no: str = plant.order_of(1)) -> ScanAnswer:
    """One scan, as a station sends it."""
    command = Command(key=f"service-{key}", name="register scan", operator_no=ACTOR.operator_no, request={"text": scan.text})

    work = partial(register_scan, actor=ACTOR, order_no=order_no, scan=scan, rules=RULES)
    return unit_of_work(session, work, command=command, log=scan_log(ACTOR, order_no, scan, RULES))


def report(session: Session, match_id: int, order_no: str = plant.order_of(1)) -> None:
    """Report one row as finished."""
    given = ReportInput(lines=[ReportLineInput(match_id=match_id)])
    command = Command(key=f"report-{match_id}", name="report as finished", operator_no=ACTOR.operator_no)

    work = partial(report_as_finished, actor=ACTOR, order_no=order_no, given=given)
    answer = unit_of_work(session, work, command=command)
    assert answer.done, answer


def _bare(database: Database, session: Session, runs: int) -> Figures:
    """One row, one commit: what the database and its driver ask for at least."""
    engine = session.get_bind().engine
    insert = text("INSERT INTO bench_row (words) VALUES (:words)")

    def one() -> None:
        with writer_gate(engine), engine.connect().execution_options(writes=True) as connection:
            connection.execute(insert, {"words": "a scan of forty characters, more or less."})
            connection.commit()

    for _ in range(20):
        one()
    return timed(database, engine, [one] * runs)


def prepare_bare(engine: Engine) -> None:
    """The table of the bare handler."""
    serial = "INTEGER PRIMARY KEY" if engine.dialect.name == "sqlite" else "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
    with writer_gate(engine), engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE IF NOT EXISTS bench_row (no {serial}, words TEXT NOT NULL)")


def timed(database: Database, engine: Engine, jobs: Sequence[Callable[[], object]]) -> Figures:
    """Run the jobs; the first is not counted but for its statements."""
    figures = Figures(runs=len(jobs))
    with counted(engine) as seen:
        jobs[0]()
    figures.statements, figures.texts = len(seen), seen
    gc.collect()
    jobs = jobs[1:]
    server, own = database.cpu_seconds(), time.process_time()
    for job in jobs:
        started = time.perf_counter()
        job()
        figures.wall.append(1000 * (time.perf_counter() - started))
    own, server = time.process_time() - own, database.cpu_seconds() - server
    figures.runs = len(jobs)
    figures.server_cpu = 1000 * server / len(jobs)
    figures.cpu = 1000 * own / len(jobs) + figures.server_cpu
    return figures


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not GROUND.match(statement):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
