"""`shopfloor user`: people, and the plant itself with its first administrator."""

from __future__ import annotations

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopfloor.cli.ground import opened, run_command
from shopfloor.items.number_series import create_default_series
from shopfloor.people.commands import create_operator
from shopfloor.people.fields import read_input
from shopfloor.people.inputs import FirstSetUp, NewOperator
from shopfloor.people.models import Plant, Role
from shopfloor.people.queries import list_operators
from shopfloor.people.set_up import set_up

ROLES = [role.value for role in Role]


@click.group()
def user() -> None:
    """Keep the people who may sign in."""


@user.command("add")
@click.argument("no")
@click.argument("name")
@click.option("--badge", required=True, help="The code on the badge.")
@click.option("--role", type=click.Choice(ROLES, case_sensitive=False), default=Role.WORKER.value, show_default=True)
@click.option("--language", type=click.Choice(["en", "de", "da", "zh"]), default="en", show_default=True)
@click.option("--plant", default="Plant", show_default=True, help="Name of the plant, when this is the first person of an empty database.")
@click.option("--time-zone", default="UTC", show_default=True, help="Its time zone, such as Europe/Berlin; first person only.")
def add(*, no: str, name: str, badge: str, role: str, language: str, plant: str, time_zone: str) -> None:
    """Add a person with a badge. In an empty database this makes the plant; its first person is an administrator."""
    with opened() as session:
        if session.scalar(select(Plant.plant_no).limit(1)) is None:
            values = {"administrator_no": no, "administrator_name": name, "badge": badge, "plant_name": plant, "time_zone": time_zone}
            _first(session, role, values)
        else:
            values = {"no": no, "name": name, "badge": badge, "role": role, "language": language}
            run_command(session, create_operator, given=read_input(NewOperator, values))
    click.echo(f"{name} ({no}) may sign in with the badge {badge}.")


@user.command("list")
def show() -> None:
    """List everybody."""
    with opened() as session:
        rows = list_operators(session)
    for row in rows:
        click.echo(f"{row.no}  {row.name}  {row.role}{'  blocked' if row.blocked else ''}")


def _first(session: Session, role: str, values: dict[str, str]) -> None:
    """An empty plant needs somebody who can set it up, and the number series that the product asks for (SET-3)."""
    if role != Role.ADMINISTRATOR:
        raise click.ClickException("The database is empty; its first person must be an administrator: add --role Administrator.")
    run_command(session, set_up, given=read_input(FirstSetUp, values))
    run_command(session, create_default_series)
