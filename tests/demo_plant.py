"""The demo plant is loaded once for each engine and copied for each test that changes it."""

from __future__ import annotations

import contextlib
import itertools
import shutil
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from shopfloor.db import make_engine
from shopfloor.demo.load import load
from tests.databases import fresh_url, postgres_url

_copies = itertools.count(1)


@pytest.fixture(scope="session")
def templates():
    """Addresses of loaded plants that nobody is connected to, made when they are asked for."""
    with contextlib.ExitStack() as stack:
        made = {}

        def template(kind):
            if kind not in made:
                url = stack.enter_context(fresh_url(kind))
                engine = make_engine(url)
                with Session(engine) as session:
                    load(session)
                engine.dispose()
                made[kind] = url
            return made[kind]

        yield template


@contextlib.contextmanager
def copied(url):
    """An engine on a copy."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        copy = f"{address.database}.copy{next(_copies)}"
        for end in ("", "-wal"):
            if Path(address.database + end).exists():
                shutil.copyfile(address.database + end, copy + end)
        target = f"sqlite:///{copy}"
    else:
        name = f"{address.database}_copy{next(_copies)}"
        with psycopg.connect(postgres_url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {address.database}".encode())
        target = address.set(database=name).render_as_string(hide_password=False)
    engine = make_engine(target)
    try:
        yield engine
    finally:
        engine.dispose()
        if address.get_backend_name() != "sqlite":
            with psycopg.connect(postgres_url(), autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
