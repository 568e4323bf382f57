"""`./dev bench`: about five minutes; `--quick`: about one. `scale`, `order`, `camera`, `pictures` after it: those files."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from bench import camera, databases, large_order, load, machine, pictures, plant, report, scale, service, web
from bench.server import BARE, SHOPFLOOR, server
from shopfloor.app import import_models
from shopfloor.db import make_engine

MOST_PER_SECOND = 300
"""Parts are made ready for this rate; a faster server runs out of them, and the report says so."""
PACED = 2.0
"""G4: scans a second of each of 50 stations."""


@dataclass(frozen=True)
class Length:
    """How long a run is."""

    units: int
    """Built and reported in the service layer."""
    seconds: float
    """Of each phase through HTTP."""
    warm: float
    stations: tuple[int, ...]


QUICK = Length(units=25, seconds=2.5, warm=0.7, stations=(1, 8, 50))
WHOLE = Length(units=80, seconds=10, warm=2, stations=(1, 8, 50))


def main() -> int:
    """Exit code 1 where a target is missed and `--strict` was asked for."""
    if sys.argv[1:2] == ["scale"]:
        return scale.main(sys.argv[2:])
    if sys.argv[1:2] == ["pictures"]:
        return pictures.main(sys.argv[2:])
    if sys.argv[1:2] == ["order"]:
        return large_order.main(sys.argv[2:])
    if sys.argv[1:2] == ["camera"]:
        return camera.main(sys.argv[2:])
    arguments = _arguments()
    length = QUICK if arguments.quick else WHOLE
    import_models()
    results = []
    with databases.folder() as folder:
        print("\n".join(machine.facts(folder)))
        if machine.crowded():
            print("This machine is busy with other work: trust CPU and ratios, not the clock.")
        for kind in arguments.database or databases.ENGINES:
            with databases.database(kind, folder) as made:
                results.append(_measure(made, folder, length, http=not arguments.no_http))
            report.show(results[-1])
    met = report.show_verdicts(results)
    return 0 if met or not arguments.strict else 1


def _measure(database: databases.Database, folder: Path, length: Length, *, http: bool) -> report.Results:
    stock = load.Stock(_units(length) if http else {1: length.units + 10, 2: 1})
    _say(f"{database.kind}: parts for {sum(stock.units.values())} units")
    engine = make_engine(database.url)
    plant.furnish(engine, stock.units)
    _say(f"{database.kind}: use cases")
    figures = service.measure(database, engine, length.units)
    stock.next[1] = service.WARM + length.units
    engine.dispose()
    statements = web.statements_of_a_scan(database, folder, 2, 0)
    stock.next[2] = 1
    phases: dict[tuple[str, ...], tuple[load.LoadFigures, ...]] = {BARE: (), SHOPFLOOR: ()}
    for program in phases if http else ():
        _say(f"{database.kind}: {'the bare handler' if program is BARE else 'Shopfloor'} behind gunicorn")
        with server(program, database, folder) as running:
            parts = stock if program is SHOPFLOOR else None
            phases[program] = tuple(
                load.drive(running, database, parts, stations=stations, seconds=length.seconds, warm=length.warm, rate=rate)
                for stations, rate in [*((stations, 0.0) for stations in length.stations), (plant.STATIONS, PACED)]
            )
    return report.Results(database.kind, database.version, figures, statements, phases[BARE], phases[SHOPFLOOR])


def _units(length: Length) -> dict[int, int]:
    """Each phase spreads its scans over its stations; the open loop has 100 a second."""
    of_a_phase = MOST_PER_SECOND * (length.seconds + length.warm) / (plant.PARTS_OF_A_UNIT + 1)
    units = {}
    for station in range(1, plant.STATIONS + 1):
        shares = sum(1 / stations for stations in length.stations if station <= stations)
        paced = PACED * (length.seconds + length.warm) / (plant.PARTS_OF_A_UNIT + 1)
        units[station] = int(of_a_phase * shares + paced) + 5
    units[1] += service.WARM + length.units
    return units


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench", description="Measure the server and the use cases beneath it.")
    parser.add_argument("--quick", action="store_true", help="short phases, about a minute")
    parser.add_argument("--no-http", action="store_true", help="only the use cases")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a target is missed")
    parser.add_argument("--database", choices=databases.ENGINES, action="append", help="only this one")
    return parser.parse_args()


def _say(words: str) -> None:
    print(f"… {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
