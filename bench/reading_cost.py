"""What questions cost while the ledger grows: availability of a number, the item tracking summary, traces; and building a unit."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import median

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bench import history, plant, service
from bench.databases import Database
from shopfloor.items.tracking import Tracking
from shopfloor.reservations.availability_queries import MOST_ASKED, Place, availability_of, numbers_in_stock
from shopfloor.tracing.criteria import TraceMethod
from shopfloor.tracing.queries import trace

UNITS = 16
"""Built and reported at each length of the history."""
LOOK_UPS, PAGES, WHOLE = 200, 25, 3
"""How often availability of a number, a page or a trace, and the whole summary are asked for."""
PLACE = Place(history.LOT_ITEM, "MAIN")
PARTS = plant.PARTS[0].item_no


@dataclass(frozen=True)
class Reading:
    """Median milliseconds of each question at one length of the history."""

    entries: int
    wall: dict[str, float]
    scan: service.Figures
    report: service.Figures

    def told(self) -> str:
        """One line, said at once: what comes after may take long, and may fail."""
        figures = {**self.wall, "scan": median(self.scan.wall), "report": median(self.report.wall), "report, CPU": self.report.cpu}
        return ", ".join(f"{name} {figure:.2f} ms" for name, figure in figures.items())


def measure(database: Database, engine: Engine, past: history.History, turn: int) -> Reading:
    """Each question about other numbers every time. `turn` counts the measurements from 1 on, because each uses up units."""
    chance = random.Random(turn)
    with Session(engine) as session:
        wall = {}
        for name, (ask, times) in _questions(session, past, chance).items():
            ask()
            wall[name] = median(service.timed(database, engine, [_alone(session, ask)] * (times + 1)).wall)
    built = service.measure(database, engine, UNITS, first_unit=turn * (service.WARM + UNITS))
    return Reading(past.entries, wall, built.scan, built.report)


def warm_up(database: Database, engine: Engine) -> None:
    """Build units that are not counted: PostgreSQL keeps a plan from the sixth run of a statement on. Uses up turn 0."""
    service.measure(database, engine, UNITS)


def units_needed(turns: int) -> int:
    """Units whose parts have to lie ready at the first station, with those of the warm-up."""
    return (turns + 1) * (service.WARM + UNITS)


def _questions(session: Session, past: history.History, chance: random.Random) -> dict[str, tuple[Callable[[], object], int]]:
    """What is asked, and how often."""
    def lot() -> str:
        return history.lot_of(chance.randrange(history.LOTS))

    def made() -> int:
        return chance.randrange(past.productions) if past.productions else 0

    def serial() -> Tracking:
        return Tracking(serial_no=plant.serial_of(2, 0, chance.randrange(2)))

    asked: dict[str, tuple[Callable[[], object], int]] = {
        "availability of a lot": (lambda: availability_of(session, PLACE, [Tracking(lot_no=lot())]), LOOK_UPS),
        "availability of a serial": (lambda: availability_of(session, Place(PARTS, "MAIN"), [serial()]), LOOK_UPS),
        "summary of 10,000 lots, first page": (lambda: numbers_in_stock(session, PLACE), PAGES),
        "summary of 10,000 lots, a later page": (lambda: numbers_in_stock(session, PLACE, after=Tracking(lot_no=lot())), PAGES),
        "summary of 10,000 lots, all of it": (lambda: numbers_in_stock(session, PLACE, limit=MOST_ASKED), WHOLE),
    }
    if past.productions:
        back = partial(_trace, session, lambda: history.serial_of(made()), TraceMethod.BACKWARD)
        forth = partial(_trace, session, lambda: history.serial_of(made(), 1), TraceMethod.FORWARD)
        asked["trace of a unit to its parts"], asked["trace of a part to its customer"] = (back, PAGES), (forth, PAGES)
    return asked


def _trace(session: Session, serial: Callable[[], str], method: TraceMethod) -> None:
    found = trace(session, serial_no=serial(), method=method)
    assert len(found.lines) > 1, "nothing was traced"


def _alone(session: Session, ask: Callable[[], object]) -> Callable[[], None]:
    """Each question is a request of its own."""

    def one() -> None:
        ask()
        session.rollback()

    return one
