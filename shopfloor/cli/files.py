"""`shopfloor import` and `shopfloor export`: master data and opening stock as CSV files."""

from __future__ import annotations

import secrets
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from shopfloor.cli.ground import opened
from shopfloor.db import Command, unit_of_work
from shopfloor.people.fields import read_input
from shopfloor.people.set_up import console_actor

if TYPE_CHECKING:
    from shopfloor.exchange.errors import RowsWrong


@click.command("import")
@click.argument("kind")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check everything and write nothing.")
@click.option("--reason", default="", help="Opening stock only: why it is posted.")
@click.option("--posting-date", default="", help="Opening stock only, as 2026-12-31; today unless told otherwise.")
@click.option("--confirmed", is_flag=True, help="Opening stock only: numbers that look like known ones are really others.")
def import_command(*, kind: str, file: Path, dry_run: bool, reason: str, posting_date: str, confirmed: bool) -> None:
    """Take in a CSV file: all of its rows, or none. KIND is units, tracking-codes, items, item-units, gtins, references, locations,
    vendors, customers, resources, stations, bom-lines, routing-lines or opening-stock; “shopfloor export KIND” shows the columns.
    """
    from shopfloor.exchange.errors import RowsWrong
    from shopfloor.exchange.imports import ImportFile, decoded, import_file

    values = {"kind": kind, "text": decoded(file.read_bytes()), "dry_run": dry_run, "reason": reason, "posting_date": posting_date}
    given = read_input(ImportFile, values | {"confirmed": confirmed})
    started = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with opened() as session, Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task(f"Reading {file.name}", total=None)
        actor = console_actor(session)
        command = Command(f"console-{secrets.token_urlsafe(16)}", "import_file", actor.operator_no)

        def tick(done: int, rows: int) -> None:
            progress.update(bar, completed=done, total=rows)

        try:
            answer = unit_of_work(session, partial(import_file, actor=actor, given=given, tick=tick), command=command)
        except RowsWrong as refusal:
            progress.stop()
            _list_problems(refusal)
            raise
    click.echo(f"{answer.text()} ({time.monotonic() - started:.1f} s)")


@click.command("export")
@click.argument("kind")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
def export_command(*, kind: str, file: Path | None) -> None:
    """Write master data, or the stock by number as opening-stock, as a CSV file that can be imported again, to FILE or to the screen."""
    from shopfloor.exchange.exports import export

    with opened() as session:
        parts = export(session, kind)
        if file is None:
            for part in parts:
                sys.stdout.write(part)
            return
        with file.open("w", encoding="utf-8", newline="") as target:
            for part in parts:
                target.write(part)
    click.echo(f"{kind} written to {file}.")


def _list_problems(refusal: RowsWrong) -> None:
    for problem in refusal.problems:
        click.echo(f"line {problem['line']}, {problem['column']}: {problem['words']}")
    if refusal.problem_count > len(refusal.problems):
        click.echo(f"… and {refusal.problem_count - len(refusal.problems)} more.")
