"""`shopfloor tls`: the plant's own authority and the certificate of this server (A8, IMG-9)."""

from __future__ import annotations

import click

from shopfloor.certificates import files, making, rules
from shopfloor.certificates.commands import Done, renew
from shopfloor.certificates.files import Places
from shopfloor.certificates.machine import names_of_this_machine
from shopfloor.certificates.rules import Names, State
from shopfloor.cli.ground import open_settings
from shopfloor.clock import now
from shopfloor.config import Settings

DAY = "%Y-%m-%d"


@click.group()
def tls() -> None:
    """Keep the certificate that makes this server's pages https."""


@tls.command("init")
@click.option("--name", "hosts", multiple=True, help="A further host name under which tablets open this server; may be repeated.")
@click.option("--address", "addresses", multiple=True, help="A further IP address; may be repeated.")
@click.option("--new-authority", is_flag=True, help="Make a new authority as well. Every device must then trust it anew.")
def init(*, hosts: tuple[str, ...], addresses: tuple[str, ...], new_authority: bool) -> None:
    """Make an authority and a certificate for this machine, or renew the certificate; the authority stays.

    Safe to repeat: a certificate that still serves is kept. A running server takes a renewed one by itself.
    """
    settings = open_settings()
    places = Places.of(settings.data_folder)
    done = renew(
        places, found=names_of_this_machine(), hosts=hosts, addresses=addresses, new_authority=new_authority, now=now()
    )
    _tell(done, places, settings)


@tls.command("show")
def show() -> None:
    """Say which certificate there is, until when, and the fingerprint that devices must show."""
    places = Places.of(open_settings().data_folder)
    certificate, authority = files.read_server(places), files.read_authority(places)
    if certificate is None:
        raise click.ClickException("There is no certificate yet; make one with: shopfloor tls init")
    state = rules.state_of(certificate, now())
    ended = "ended on" if state is State.ENDED else "until"
    click.echo(f"Certificate: {ended} {certificate.not_after:{DAY}} ({certificate.days_left(now())} days), issued by {certificate.issuer}")
    click.echo(f"Names:       {certificate.names}")
    if authority is not None:
        click.echo(f"Authority:   {making.common_name(authority.subject)}, until {authority.not_valid_after_utc:{DAY}}")
        click.echo(f"Fingerprint: {making.fingerprint(authority)} (SHA-256)")
    if state is not State.GOOD:
        click.echo(f"It wants renewing: {certificate.remedy}", err=True)


def _tell(done: Done, places: Places, settings: Settings) -> None:
    """What was done, until when, and what comes next."""
    if done.made_authority:
        click.echo(f"Made the authority “{done.authority_name}”, until {done.authority_end:{DAY}}.")
        click.echo(f"  Its key is {places.authority_key}. Keep it secret: whoever has it can pose as any site to devices that trust it.")
    else:
        click.echo(f"Kept the authority “{done.authority_name}”, until {done.authority_end:{DAY}}. Devices that trust it need nothing new.")
    until = f"until {done.certificate.not_after:{DAY}}"
    if done.reason:
        click.echo(f"Made a certificate for this server, {until}, because {done.reason}. A running server takes it by itself.")
    else:
        days = done.certificate.days_left(now())
        click.echo(f"Kept the certificate of this server, {until} ({days} days). It is renewed in its last {rules.EARLY_DAYS} days.")
    click.echo(f"  It names: {done.certificate.names}")
    click.echo(f"Fingerprint of the authority (SHA-256):\n  {done.fingerprint}")
    if done.made_authority:
        _tell_next(done.certificate.names, settings)


def _tell_next(names: Names, settings: Settings) -> None:
    host = next(iter(names.of_network), "THIS-MACHINE")
    click.echo("Next:")
    click.echo("  1. Serve the network:   shopfloor run --host 0.0.0.0 --trust-port 8080")
    click.echo(f"  2. On each tablet open: http://{in_address(host)}:8080/trust and follow the steps; compare the fingerprint.")
    click.echo(f"  3. Work there with:     https://{in_address(host)}:{settings.port}/")


def in_address(host: str) -> str:
    """A host as an address spells it: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host
