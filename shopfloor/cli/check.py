"""`shopfloor check`: proves that everything derived equals what the entries say."""

from __future__ import annotations

import click
from sqlalchemy.orm import Session

from shopfloor.cli.ground import opened, run_command
from shopfloor.db.engine import take_time
from shopfloor.items.queries import tracked_items_without_pattern
from shopfloor.posting.rebuild import rebuild_projections


@click.command()
@click.option("--rebuild", is_flag=True, help="First make open entries and genealogy edges anew from the ledger. Stop the server before.")
def check(*, rebuild: bool) -> None:
    """Check every invariant of ledger, reservations, orders, production, genealogy and quality; exit 1 when one is broken."""
    with opened() as session:
        if rebuild:
            click.echo(run_command(session, rebuild_projections).text())
        take_time(session)
        problems = all_problems(session)
        open_items = tracked_items_without_pattern(session)
    for problem in problems:
        click.echo(f"Problem: {problem}")
    for item_no in open_items:
        click.echo(f"Note: item {item_no} has no pattern for its numbers, so any text could become one of them (D17).")
    if problems:
        raise click.ClickException(f"{len(problems)} problem(s) found.")
    click.echo("Everything agrees with the entries.")


def all_problems(session: Session) -> list[str]:
    """What is wrong, one sentence each; an empty list is the proof."""
    from shopfloor.genealogy import check as genealogy_check
    from shopfloor.orders.check import check_counters as check_orders
    from shopfloor.posting import check as posting_check
    from shopfloor.production.check import check_counters
    from shopfloor.quality import check as quality_check
    from shopfloor.reservations.check import orders_still_need_it

    checks = (posting_check.run_all, orders_still_need_it, check_orders, check_counters, genealogy_check.run_all, quality_check.run_all)
    return [problem.text for run_all in checks for problem in run_all(session)]
