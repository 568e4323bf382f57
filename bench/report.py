"""Tables and verdicts for people. Ratios stand beside milliseconds: they survive a busy machine, milliseconds do not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.load import LoadFigures
from bench.service import Figures, ServiceFigures


@dataclass(frozen=True)
class Results:
    """Everything that was measured on one database."""

    kind: str
    version: str
    service: ServiceFigures
    statements_through_http: int
    bare: tuple[LoadFigures, ...] = ()
    shop: tuple[LoadFigures, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """One target."""

    target: str
    """Its id in the specification and what it asks for."""
    figure: str
    met: bool


def show(results: Results) -> None:
    """All figures of one database."""
    print(f"\n== {results.version}")
    bare = results.service.bare
    print("\nUse cases in one process, without HTTP; CPU includes the database server's")
    rows = [
        _service_row(name, figures, bare)
        for name, figures in (
            ("bare INSERT + commit", bare), ("scan of a product", results.service.product), ("scan of a part", results.service.scan),
            ("report of a unit, 10 serials", results.service.report),
        )
    ]
    show_table(("", "CPU ms", "of it database", "x bare", "wall p50 ms", "p99 ms", "per second", "statements"), rows)
    print(f"A part's scan through HTTP takes {results.statements_through_http} statements with its sign-in check and its page.")
    if not results.shop:
        return
    print("\nThrough HTTP: gunicorn, one process; a scan's answer is the whole new page")
    http = []
    for mine, reference in zip(results.shop, results.bare, strict=True):
        asked = f"{mine.stations} stations" + (f", {mine.rate:.0f}/s asked" if mine.rate else "")
        http += [_load_row(f"scan, {asked}", mine, reference), _load_row(f"bare, {asked}", reference, reference)]
    show_table(("", "per second", "p50 ms", "p99 ms", "max ms", "CPU ms", "CPU x bare"), http)
    for figures in results.shop:
        if figures.refused:
            print(f"  {len(figures.refused)} of {figures.stations} stations' scans were not accepted, such as {figures.refused[0]}")
        if figures.exhausted:
            print(f"  {figures.exhausted} of {figures.stations} stations ran out of parts and stopped early")


def verdicts(results: Results) -> list[Verdict]:
    """The targets: A35, G1, G3, G4."""
    sqlite = results.kind == "sqlite"
    service = results.service
    scan_limit, report_limit = (5, 5) if sqlite else (8, 10)
    goal = "G3" if sqlite else "G1"
    found = [
        _at_most(f"A35 scan of a part: CPU at most {scan_limit} ms", service.scan.cpu, scan_limit),
        Verdict("A35 scan of a part: at most 12 statements", f"{service.scan.statements}", service.scan.statements <= 12),
        _at_most(f"{goal} report of a unit with 10 serials: CPU at most {report_limit} ms", service.report.cpu, report_limit),
        _at_least("A35 reports a second, one process (no HTTP)", service.report.per_second, 80),
    ]
    if results.shop:
        full = [f for f in results.shop if not f.rate]
        paced = [f for f in results.shop if f.rate]
        best = max(full, key=lambda f: f.per_second)
        found.append(_at_least(f"A35 scans a second, one process ({best.stations} stations)", best.per_second, 150))
        for figures in paced:
            figure = f"p50 {figures.p50:.1f}, p99 {figures.p99:.1f} ms at {figures.per_second:.0f}/s"
            met = figures.p50 <= 5 and figures.p99 <= 30 and not figures.refused
            found.append(Verdict("G4 50 stations, 100 scans/s: p50 5 ms, p99 30 ms", figure, met))
    return found


def show_verdicts(all_results: Sequence[Results]) -> bool:
    """One line for each target; whether all are met."""
    print("\n== Targets\n")
    rows = []
    everything = True
    for results in all_results:
        for verdict in verdicts(results):
            everything &= verdict.met
            rows.append((results.kind, verdict.target, verdict.figure, "met" if verdict.met else "MISSED"))
    show_table(("", "target", "measured", ""), rows, left=3)
    return everything


def _at_most(target: str, value: float, limit: float) -> Verdict:
    return Verdict(target, f"{value:.2f} ms", value <= limit)


def _at_least(target: str, value: float, limit: float) -> Verdict:
    return Verdict(f"{target}: at least {limit:.0f}", f"{value:.0f}", value >= limit)


def _service_row(name: str, figures: Figures, bare: Figures) -> tuple[str, ...]:
    wall = sorted(figures.wall)
    return (
        name, f"{figures.cpu:.2f}", f"{figures.server_cpu:.2f}", f"{figures.cpu / bare.cpu:.1f}", f"{wall[len(wall) // 2]:.2f}",
        f"{wall[min(int(len(wall) * 0.99), len(wall) - 1)]:.2f}", f"{figures.per_second:.0f}", str(figures.statements),
    )


def _load_row(name: str, figures: LoadFigures, bare: LoadFigures) -> tuple[str, ...]:
    return (
        name, f"{figures.per_second:.0f}", f"{figures.p50:.1f}", f"{figures.p99:.1f}", f"{figures.largest:.0f}", f"{figures.cpu:.2f}",
        f"{figures.cpu / bare.cpu:.1f}",
    )


def show_table(head: Sequence[str], rows: Iterable[Sequence[str]], *, left: int = 1) -> None:
    """Columns of one width. `left`: how many of them begin at the left."""
    everything = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(len(row[column]) for row in everything) for column in range(len(head))]
    for row in everything:
        cells = zip(row, widths, strict=True)
        shown = [cell.ljust(width) if column < left else cell.rjust(width) for column, (cell, width) in enumerate(cells)]
        print("  " + "  ".join(shown).rstrip())
