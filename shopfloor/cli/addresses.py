"""What `shopfloor run` says when it starts: where it is, who can sign in, what is missing (A30)."""

from __future__ import annotations

import click

from shopfloor.certificates import rules
from shopfloor.certificates.rules import Certificate, State
from shopfloor.cli.listening import Listening
from shopfloor.cli.tls import in_address
from shopfloor.clock import now
from shopfloor.config import Settings
from shopfloor.people.queries import OperatorRow

EVERY_ADDRESS = frozenset({"0.0.0.0", "::"})  # noqa: S104
MOST_ADDRESSES = 3


def tell_addresses(
    settings: Settings, listening: Listening, certificate: Certificate | None, badges: list[OperatorRow], *, code: str
) -> None:
    """`badges` are those of the demo plant; `code` is for an empty database, blank else."""
    certificate = certificate if listening.https else None
    hosts = _hosts(settings.host, certificate)
    addresses = [f"{'https' if listening.https else 'http'}://{in_address(host)}:{settings.port}/" for host in hosts]
    click.echo(f"Shopfloor is at {' and '.join(addresses)} (stop with Ctrl+C)")
    if settings.trust_port:
        click.echo(f"How devices trust it: http://{in_address(hosts[0])}:{settings.trust_port}/trust")
    elif listening.https:
        click.echo(f"How devices trust it: {addresses[0]}trust")
    if badges:
        click.echo("Badges of the demo plant:")
        for person in badges:
            click.echo(f"  {person.badge}  {person.name}, {person.role}")
    elif code:
        click.echo(f"The database is empty. Set the plant up at {addresses[0]}set-up (set-up code for other machines: {code})")
    for words in listening.missing:
        click.echo(f"Warning: open to the network with {words}.", err=True)
    if certificate is not None:
        _warn_of_end(certificate)


def _hosts(host: str, certificate: Certificate | None) -> tuple[str, ...]:
    """Where to open it: under the names of the certificate, because a browser refuses others."""
    if certificate is not None:
        known = certificate.names.hosts + certificate.names.addresses
        return (host,) if host in known else certificate.names.of_network[:MOST_ADDRESSES] or ("localhost",)
    return ("127.0.0.1",) if host in EVERY_ADDRESS else (host,)


def _warn_of_end(certificate: Certificate) -> None:
    state, end = rules.state_of(certificate, now()), f"{certificate.not_after:%Y-%m-%d}"
    if state is State.ENDED:
        click.echo(f"Warning: the certificate ended on {end}; browsers refuse it: {certificate.remedy} (no restart needed)", err=True)
    elif state is State.ENDS_SOON:
        days = certificate.days_left(now())
        click.echo(f"Warning: the certificate ends on {end}, in {days} days: {certificate.remedy} (no restart needed)", err=True)
