"""`shopfloor token`: access tokens of the API."""

from __future__ import annotations

import secrets

import click

from shopfloor.cli.ground import opened, run_command
from shopfloor.people.commands import create_token, revoke_token
from shopfloor.people.fields import read_input
from shopfloor.people.inputs import NewToken
from shopfloor.people.queries import list_tokens, token_fingerprint

SHORTEST = 8


@click.group()
def token() -> None:
    """Keep the access tokens of the API."""


@token.command("create")
@click.argument("operator_no")
@click.option("--description", default="API", show_default=True, help="What the token is for.")
def create(operator_no: str, description: str) -> None:
    """Make a token that acts as OPERATOR_NO. It is shown once; only its fingerprint is kept."""
    secret = secrets.token_urlsafe(32)
    fingerprint = token_fingerprint(secret)
    with opened() as session:
        values = {"operator_no": operator_no, "description": description, "token_hash": fingerprint}
        run_command(session, create_token, given=read_input(NewToken, values))
    click.echo(secret)
    click.echo(f"Fingerprint {fingerprint[:SHORTEST]}. Revoke it with: shopfloor token revoke {fingerprint[:SHORTEST]}", err=True)


@token.command("revoke")
@click.argument("fingerprint")
def revoke(fingerprint: str) -> None:
    """Make a token useless; FINGERPRINT is its fingerprint or the first 8 or more characters of it."""
    with opened() as session:
        matching = [row for row in list_tokens(session) if row.token_hash.startswith(fingerprint)]
        if len(fingerprint) < SHORTEST or len(matching) != 1:
            raise click.ClickException(f"No single token has a fingerprint that begins with “{fingerprint}”; see: shopfloor token list")
        run_command(session, revoke_token, token_hash=matching[0].token_hash)
    click.echo(f"The token {matching[0].token_hash[:SHORTEST]} of {matching[0].operator_no} is revoked.")


@token.command("list")
def show() -> None:
    """List all tokens, newest first."""
    with opened() as session:
        rows = list_tokens(session)
    for row in rows:
        state = "revoked" if row.revoked else "valid"
        click.echo(f"{row.token_hash[:SHORTEST]}  {row.operator_no}  {state}  {row.created_at}  {row.description}")
