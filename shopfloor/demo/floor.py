"""Sends commands as stations do: one unit of work each, under a key that is the same at every run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from shopfloor.db import Command, unit_of_work
from shopfloor.errors import Answer, Outcome
from shopfloor.people.actor import Actor
from shopfloor.people.queries import actor_of
from shopfloor.people.set_up import CONSOLE

KEY_PREFIX = "demo-"
A = TypeVar("A", bound=Answer)
Log = Callable[[Session, Outcome], None]


@dataclass(frozen=True)
class Task:
    """One command that needs no answer of an earlier one."""

    key: str
    use_case: Callable[..., Answer]
    keywords: dict[str, Any]
    who: str = ""
    """Number of the operator; empty: the console."""


@dataclass
class Floor:
    """The people of the demo plant at their stations."""

    session: Session
    tick: Callable[[], None]
    """Called after every step, for the progress bar."""
    _people: dict[tuple[str, str], Actor] = field(default_factory=dict)

    def actor(self, who: str, station: str = "") -> Actor:
        """The person, read once."""
        if not who:
            return CONSOLE
        if (who, station) not in self._people:
            self._people[who, station] = actor_of(self.session, who, station)
        return self._people[who, station]

    def do(self, key: str, use_case: Callable[..., A], *, who: str = "", station: str = "", log: Log | None = None, **keywords: Any) -> A:
        """Run one command. A key that was used before gives the stored answer, so a load that was cut off can be run again."""
        actor = self.actor(who, station)
        command = Command(KEY_PREFIX + key, use_case.__name__, actor.operator_no, actor.station_code)
        return unit_of_work(self.session, partial(use_case, actor=actor, **keywords), command=command, log=log)

    def run(self, tasks: list[Task]) -> None:
        """One after the other."""
        for task in tasks:
            self.do(task.key, task.use_case, who=task.who, **task.keywords)
            self.tick()
