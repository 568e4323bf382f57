"""`shopfloor demo`: loads the demo plant."""

from __future__ import annotations

import time

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.orm import Session

from shopfloor.cli.ground import opened

LARGEST = 20_000
"""More steps of size would need longer numbers."""


@click.command()
@click.option("--if-empty", is_flag=True, help="Do nothing when the database holds a plant already.")
@click.option("--size", type=click.IntRange(1, LARGEST), default=1, show_default=True, help="Each step adds 10 packs and 40 modules.")
def demo(*, if_empty: bool, size: int) -> None:
    """Load the demo plant, a factory of battery packs, by the product's own commands.

    Loading again changes nothing; a load that was cut off goes on where it stopped; a larger size adds to what is there.
    """
    from shopfloor.demo.load import State, state

    with opened() as session:
        found = state(session)
        if if_empty and found in {State.LOADED, State.OTHER}:
            return
        if found is State.OTHER:
            raise click.ClickException("This database holds a plant of its own; the demo plant is only loaded into an empty database.")
        _load(session, size)


def _load(session: Session, size: int) -> None:
    from shopfloor.demo.load import load, step_count

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    started = time.monotonic()
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("Loading the demo plant", total=step_count(size))
        load(session, size=size, tick=lambda: progress.advance(bar))
    click.echo(f"The demo plant is loaded ({time.monotonic() - started:.1f} s).")
