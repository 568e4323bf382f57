"""`shopfloor check`: proves that everything derived equals what the entries say."""

from __future__ import annotations

import click
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from shopfloor.cli.ground import opened
from shopfloor.items.models import Item, ItemTrackingCode


@click.command()
def check() -> None:
    """Check every invariant of ledger, reservations, production and genealogy; exit 1 when one is broken."""
    with opened() as session:
        problems = all_problems(session)
        notes = items_without_pattern(session)
    for problem in problems:
        click.echo(f"Problem: {problem}")
    for note in notes:
        click.echo(f"Note: {note}")
    if problems:
        raise click.ClickException(f"{len(problems)} problem(s) found.")
    click.echo("Everything agrees with the entries.")


def all_problems(session: Session) -> list[str]:
    """What is wrong, one sentence each; an empty list is the proof."""
    from shopfloor.genealogy import check as genealogy_check
    from shopfloor.posting import check as posting_check
    from shopfloor.production.check import check_counters

    checks = (posting_check.run_all, check_counters, genealogy_check.run_all)
    return [problem.text for run_all in checks for problem in run_all(session)]


def items_without_pattern(session: Session) -> list[str]:
    """D17: items that take part in tracked components and let any text pass as a number."""
    code = ItemTrackingCode
    any_serial = and_(code.serial_specific, Item.serial_pattern == "")
    any_lot = and_(code.lot_specific, Item.lot_pattern == "")
    rows = session.execute(
        select(Item.no, any_serial)
        .join(code, code.code == Item.item_tracking_code)
        .where(Item.tracked_components_policy.is_not(None), or_(any_serial, any_lot))
        .order_by(Item.no)
    )
    return [f"item {no} has no pattern for its {'serial' if serial else 'lot'} numbers: any text is taken for one." for no, serial in rows]
