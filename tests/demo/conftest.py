"""The demo plant on both engines, and an environment without settings of the machine."""

from __future__ import annotations

import os

import pytest
from sqlalchemy.orm import Session

from tests.databases import ENGINES
from tests.demo_plant import copied, templates

__all__ = ["templates"]


@pytest.fixture(scope="session", params=ENGINES)
def plant_engine(request, templates):
    """Read only."""
    with copied(templates(request.param)) as engine:
        yield engine


@pytest.fixture
def plant_session(plant_engine):
    with Session(plant_engine) as session:
        yield session


@pytest.fixture(params=ENGINES)
def own_engine(request, templates):
    """A demo plant that the test may change."""
    with copied(templates(request.param)) as engine:
        yield engine


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch):
    for name in [name for name in os.environ if name.startswith("SHOPFLOOR_") or name == "DATABASE_URL"]:
        if name not in {"SHOPFLOOR_CHROMIUM", "SHOPFLOOR_LONG"}:
            monkeypatch.delenv(name)
