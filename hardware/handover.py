"""Gives captures to the page that is open at this station, and keeps each until the page says that it has stored it.

The page puts them into its one queue (A3), where order, refusals and holds (D16) are decided as for every other scan. So this
program decides nothing about stock. It knows two things that the page cannot know: when a code was captured, and which page was
open then. A code that was captured while another page, or none, was open is told apart, because nobody saw what it would meet.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hardware.capture import Clock, Code, Source
from hardware.spool import Kept, Spool, SpoolFull

log = logging.getLogger("shopfloor.station")

GRACE_SECONDS = 3.0
"""Between two questions of a page it still counts as open."""
FRESH_MS = 5000
"""A page that came after the capture takes it as its own within this time: a badge and an order are scanned in one movement."""
SLICE_SECONDS = 0.25
MOST_AT_ONCE = 50
NOTICE_SECONDS = 15.0
"""What went wrong once is told so long."""


@dataclass(frozen=True)
class Question:
    """A page asks for captures."""

    tab: str
    place: str
    """Page and person, in the page's own words."""
    queue: bool
    """Whether the page has the queue. Only that one takes captures that are not fresh."""
    claim: bool
    """The page came to the front: captures are for it now."""
    after: int
    """Number of the last capture that this tab was given."""
    problems: tuple[str, ...] | None
    """What the page shows already; None: nothing yet, and it wants to know at once."""


@dataclass
class _Attached:
    question: Question
    until: float = field(default=float("inf"))
    """Monotonic seconds; infinite while the question is open."""

    @property
    def open(self) -> bool:
        return time.monotonic() < self.until


class Handover:
    """Between the scanners' threads and the page."""

    def __init__(self, spool: Spool, clock: Clock) -> None:
        self.spool, self.clock = spool, clock
        self.changed = threading.Condition()
        self.attached: _Attached | None = None
        self.states: dict[str, str] = {}
        self.notices: dict[str, tuple[str, float]] = {}

    # --- from the scanners ---

    def captured(self, code: Code, *, source: Source, device: str) -> None:
        """Keep a code. If that cannot be done, the page shows it."""
        capture = self.clock.capture(code, source=source, device=device)
        with self.changed:
            place = self.attached.question.place if self.attached and self.attached.open else ""
            try:
                self.spool.keep(capture, place)
            except SpoolFull:
                self._not_kept(device, "too many codes wait already; open Shopfloor in the browser of this station")
                return
            except sqlite3.Error as error:
                self._not_kept(device, f"the disk does not take it ({error})")
                return
            self.changed.notify_all()
        where = "" if place else "; no page is open, it waits"
        log.info("%s: a code of %d characters was captured%s.", device, len(code.text), where)

    def state(self, device: str, problem: str) -> None:
        """Say what is wrong with a device as long as it lasts; blank: nothing."""
        with self.changed:
            self.states[device] = problem
            self.changed.notify_all()

    def notice(self, device: str, problem: str) -> None:
        """Say what went wrong once."""
        log.warning("%s: %s.", device, problem)
        with self.changed:
            self.notices[device] = (problem, time.monotonic() + NOTICE_SECONDS)
            self.changed.notify_all()

    def problems(self) -> tuple[str, ...]:
        """What a person at the station should know."""
        now = time.monotonic()
        told = [f"{device}: {problem}." for device, problem in sorted(self.states.items()) if problem]
        return (*told, *(f"{device}: {problem}." for device, (problem, until) in sorted(self.notices.items()) if now < until))

    def _not_kept(self, device: str, reason: str) -> None:
        log.error("%s: A CODE WAS NOT KEPT: %s.", device, reason)
        self.notices[device] = (f"the code was not kept, {reason}; scan it again later", time.monotonic() + NOTICE_SECONDS)
        self.changed.notify_all()

    # --- from the page ---

    def ask(self, question: Question, seconds: float, gone: Callable[[], bool]) -> dict[str, Any]:
        """Wait for captures for this page, so many seconds at most."""
        deadline = time.monotonic() + seconds
        with self.changed:
            before = self.attached
            if before and before.open and before.question.tab != question.tab and not question.claim:
                return {"elsewhere": True}
            if not (before and before.open and before.question.tab == question.tab):
                log.info("a page of Shopfloor takes the codes.")
            mine = self.attached = _Attached(question)
            self.changed.notify_all()
            try:
                return self._wait(mine, deadline, gone)
            finally:
                mine.until = time.monotonic() + (0 if gone() else GRACE_SECONDS)

    def confirm(self, keys: list[str]) -> None:
        """The page has stored these."""
        self.spool.taken(keys)

    def _wait(self, mine: _Attached, deadline: float, gone: Callable[[], bool]) -> dict[str, Any]:
        question = mine.question
        while self.attached is mine:
            found = [kept for kept in self._pending(question) if self._is_for(kept, question)][:MOST_AT_ONCE]
            problems = self.problems()
            if found or problems != question.problems or time.monotonic() >= deadline or gone():
                return {"spool": self.spool.id, "captures": [self._told(kept) for kept in found], "problems": problems}
            self.changed.wait(SLICE_SECONDS)
        return {"elsewhere": self.attached is not None and self.attached.question.tab != question.tab}

    def _pending(self, question: Question) -> list[Kept]:
        return self.spool.pending(question.after) if question.queue else self.spool.pending_of(question.place, question.after)

    def _is_for(self, kept: Kept, question: Question) -> bool:
        return question.queue or kept.place == question.place or self.clock.age_ms(kept.capture) <= FRESH_MS

    def _told(self, kept: Kept) -> dict[str, Any]:
        capture = kept.capture
        return {
            "seq": kept.seq, "key": capture.key, "text": capture.text, "source": capture.source, "place": kept.place,
            "captured_at": capture.captured_at, "clock_ms": capture.clock_ms, "clock_id": capture.clock_id,
            "age_ms": max(0, self.clock.age_ms(capture)),
        }
