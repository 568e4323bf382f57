"""The group of all verbs."""

from __future__ import annotations

import click

import shopfloor as package
from shopfloor.cli.check import check
from shopfloor.cli.database import db
from shopfloor.cli.demo import demo
from shopfloor.cli.doctor import doctor
from shopfloor.cli.files import export_command, import_command
from shopfloor.cli.ground import Sentences
from shopfloor.cli.run import run
from shopfloor.cli.tls import tls
from shopfloor.cli.token import token
from shopfloor.cli.user import user


@click.group(cls=Sentences, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package.__version__, package_name="shopfloor")
def shopfloor() -> None:
    """Production execution: scan parts into products, reserve them, trace them in both directions."""


for verb in (run, db, demo, check, doctor, tls, token, user, import_command, export_command):
    shopfloor.add_command(verb)
