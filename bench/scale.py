"""`./dev bench scale`: what a serial costs in a posting of 1, 100 and 10,000, and what questions cost as the ledger grows. Minutes.

All figures of a database come from one run, so that their ratios hold on a busy machine.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import databases, history, machine, memory, plant, posting_cost, reading_cost
from bench.posting_cost import Cost
from bench.reading_cost import Reading
from bench.report import Verdict, show_table
from shopfloor.app import import_models
from shopfloor.db import make_engine

ENTRIES = (100_000, 1_000_000)
"""Ledger entries at which the same is measured."""
MOST = 1.5
"""Ratio that 10,000 serials, and a longer history, may cost."""
LONGER = 1.3
"""G2: the same for a report."""
AVAILABILITY = 1.0
"""G10, milliseconds."""
FLAT = 1.2
"""Of memory: what may stay from large pages and large postings."""


@dataclass(frozen=True)
class Results:
    """Everything of one database."""

    kind: str
    version: str
    costs: list[Cost]
    readings: list[Reading]
    memory: memory.Memory | None


def main(words: Sequence[str] | None = None) -> int:
    """Exit code 1 where a target is missed and `--strict` was asked for."""
    arguments = _arguments(words)
    import_models()
    results = []
    with databases.folder() as folder:
        print("\n".join(machine.facts(folder)))
        if machine.crowded():
            print("This machine is busy with other work: trust CPU and ratios, not the clock.")
        for kind in arguments.database or databases.ENGINES:
            with databases.database(kind, folder) as made:
                results.append(_measure(made, folder, sorted(arguments.entries or ENTRIES), postings=not arguments.no_postings))
            show(results[-1])
    print("\n== Targets\n")
    found = [(one.kind, verdict) for one in results for verdict in verdicts(one)]
    show_table(("", "target", "measured", ""), [(k, v.target, v.figure, "met" if v.met else "MISSED") for k, v in found], left=3)
    return 0 if all(verdict.met for _, verdict in found) or not arguments.strict else 1


def _measure(database: databases.Database, folder: Path, entries: Sequence[int], *, postings: bool) -> Results:
    engine = make_engine(database.url)
    plant.furnish(engine, {1: reading_cost.units_needed(len(entries) + 1), 2: 1})
    past = history.begin(engine)
    plant.settle(engine)
    reading_cost.warm_up(database, engine)
    readings = []
    for turn, wanted in enumerate((0, *entries), start=1):
        _say(f"{database.kind}: a ledger of {wanted} entries")
        past.grow(wanted)
        readings.append(reading_cost.measure(database, engine, past, turn))
        _say(readings[-1].told())
    _say(f"{database.kind}: postings of {', '.join(map(str, posting_cost.SIZES))} serial numbers")
    costs = posting_cost.measure(database, engine) if postings else []
    engine.dispose()
    _say(f"{database.kind}: memory of the server")
    return Results(database.kind, database.version, costs, readings, memory.measure(database, folder))


def show(results: Results) -> None:
    """All figures of one database."""
    print(f"\n== {results.version}")
    if results.costs:
        print("\nOne posting with many serial numbers: milliseconds for each serial; CPU includes the database server's")
        rows = [(c.use_case, f"{c.serials}", f"{c.wall:.3f}", f"{c.cpu:.3f}", f"{c.statements}") for c in results.costs]
        show_table(("", "serials", "wall", "CPU", "statements"), rows)
    lengths = [f"{reading.entries:,}" for reading in results.readings]
    print("\nLedger entries beside the stock, and milliseconds: median of the clock")
    rows = [(name, *(_cell(reading.wall.get(name)) for reading in results.readings)) for name in results.readings[-1].wall]
    rows += [
        (f"{name} of a unit with 10 serials", *(_cell(median(figures.wall)) for figures in many))
        for name, many in (("scan of a part", [r.scan for r in results.readings]), ("report", [r.report for r in results.readings]))
    ]
    rows.append(("report, CPU with the database server's", *(_cell(reading.report.cpu) for reading in results.readings)))
    show_table(("", *lengths), rows)
    if results.memory:
        m = results.memory
        print(
            f"\nMemory of the server: {m.warm:.0f} MB warm, {m.after_reading:.0f} after {memory.ROUNDS * len(memory.READS)} requests, "
            f"{m.after_posting:.0f} after {memory.FIRST} receipts of {memory.RECEIVED:,} serials, "
            f"{m.after_all:.0f} after {memory.MORE} more and the same requests again"
        )


def verdicts(results: Results) -> list[Verdict]:
    """Which targets are met."""
    first, *_, last = results.readings
    shortest = results.readings[1]
    found = []
    costs = {(cost.use_case, cost.serials): cost for cost in results.costs}
    few, many = posting_cost.SIZES[-2:]
    for use_case in posting_cost.USE_CASES if costs else ():
        ratio = costs[use_case, many].wall / costs[use_case, few].wall
        found.append(_ratio(f"{use_case} of {many:,} serials: cost of one against {few}", ratio, MOST))
        counts = {cost.statements for cost in results.costs if cost.use_case == use_case}
        found.append(Verdict(f"{use_case}: the same statements for every number of serials", str(sorted(counts)), len(counts) == 1))
    ratio = last.report.cpu / first.report.cpu
    found.append(_ratio(f"G2 report at {last.entries:,} entries against an empty ledger, CPU", ratio, LONGER))
    growth = f"at {last.entries:,} entries against {shortest.entries:,}"
    for name, wall in last.wall.items():
        found.append(_ratio(f"{'G9 ' if name.startswith('trace') else ''}{name} {growth}", wall / shortest.wall[name], MOST))
    found.append(_ratio(f"G9 scan of a part {growth}", median(last.scan.wall) / median(shortest.scan.wall), MOST))
    found.append(_ratio(f"G9 report {growth}", median(last.report.wall) / median(shortest.report.wall), MOST))
    slowest = max(wall for name, wall in last.wall.items() if name.startswith("availability"))
    found.append(Verdict(f"G10 availability of a number: {AVAILABILITY:.0f} ms", f"{slowest:.2f} ms", slowest <= AVAILABILITY))
    if results.memory:
        grown = results.memory.after_all / results.memory.after_posting
        found.append(_ratio("memory of the server: after more large postings against the first ones", grown, FLAT))
    return found


def _ratio(target: str, ratio: float, limit: float) -> Verdict:
    return Verdict(f"{target}: at most {limit} x", f"{ratio:.2f} x", ratio <= limit)


def _cell(milliseconds: float | None) -> str:
    return "" if milliseconds is None else f"{milliseconds:.2f}"


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench scale", description="Measure large postings and a long history.")
    parser.add_argument(
        "--entries", type=int, action="append", help="ledger entries to measure at, such as 10000000; may be repeated",
    )
    parser.add_argument("--no-postings", action="store_true", help="without the postings of many serial numbers")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a target is missed")
    parser.add_argument("--database", choices=databases.ENGINES, action="append", help="only this one")
    return parser.parse_args(words)


def _say(words: str) -> None:
    print(f"… {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
