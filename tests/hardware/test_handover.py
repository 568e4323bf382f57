"""Which page gets which capture, and what is kept until the page has it."""

from __future__ import annotations

import sqlite3
import threading
import time

import pytest

from hardware import handover as module
from hardware.capture import Clock, Code
from hardware.handover import Handover, Question
from hardware.spool import Spool

QUEUE, OTHER, PAGE = "queue E-1 /a", "queue E-1 /b", "page E-1 /"


@pytest.fixture
def spool(tmp_path):
    made = Spool(tmp_path / "folder" / "spool.sqlite3")
    yield made
    made.close()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def handover(spool, clock, monkeypatch):
    monkeypatch.setattr(module, "SLICE_SECONDS", 0.02)
    return Handover(spool, clock)


def scan(handover, *texts: str, ago_ms: int = 0) -> None:
    for text in texts:
        handover.captured(Code(text, handover.clock.now_ms() - ago_ms), source="serial", device="bench")


def ask(handover, place=QUEUE, *, tab="1", queue=None, claim=True, after=0, seconds=0.0, problems=(), gone=lambda: False):
    wanted = place.startswith("queue") if queue is None else queue
    return handover.ask(Question(tab, place, wanted, claim, after, problems), seconds, gone)


def texts(answer) -> list[str]:
    return [one["text"] for one in answer["captures"]]


def test_captures_come_in_order_until_they_are_confirmed(handover) -> None:
    ask(handover)
    scan(handover, "A", "B", "C")
    first = ask(handover)
    assert texts(first) == ["A", "B", "C"]
    assert [one["place"] for one in first["captures"]] == [QUEUE] * 3
    assert texts(ask(handover)) == ["A", "B", "C"]
    assert texts(ask(handover, after=first["captures"][1]["seq"])) == ["C"]
    handover.confirm([first["captures"][0]["key"], "unknown"])
    assert texts(ask(handover)) == ["B", "C"]
    assert [one["key"] for one in ask(handover)["captures"]] == [one["key"] for one in first["captures"]][1:]


def test_numbers_are_never_used_again(handover, spool) -> None:
    """The page forgets a capture by its number: after a restart of an empty spool a new one must not look known."""
    scan(handover, "A")
    first = spool.pending()[0]
    spool.taken([first.capture.key])
    scan(handover, "B")
    assert spool.pending()[0].seq > first.seq


def test_a_question_waits_for_a_capture(handover) -> None:
    timer = threading.Timer(0.1, scan, (handover, "A"))
    timer.start()
    begun = time.monotonic()
    assert texts(ask(handover, seconds=5)) == ["A"]
    assert time.monotonic() - begun < 2
    timer.join()


def test_the_page_in_front_takes_over(handover) -> None:
    answers = {}
    waiting = threading.Thread(target=lambda: answers.update(first=ask(handover, tab="1", seconds=5)))
    waiting.start()
    while handover.attached is None:
        time.sleep(0.01)
    assert ask(handover, tab="2", claim=False) == {"elsewhere": True}
    scan_after = threading.Timer(0.1, scan, (handover, "A"))
    scan_after.start()
    assert texts(ask(handover, OTHER, tab="2", claim=True, seconds=5)) == ["A"]
    waiting.join()
    scan_after.join()
    assert answers["first"] == {"elsewhere": True}


def test_a_page_that_hung_up_is_not_open_any_more(handover) -> None:
    ask(handover, seconds=5, gone=lambda: True)
    scan(handover, "A")
    assert ask(handover, tab="2", claim=False)["captures"][0]["place"] == ""


def test_d16_where_a_capture_was_made_is_told(handover, clock, monkeypatch) -> None:
    scan(handover, "NOBODY")
    ask(handover)
    scan(handover, "HERE")
    assert [one["place"] for one in ask(handover, OTHER, tab="2")["captures"]] == ["", QUEUE]
    monkeypatch.setattr(module, "GRACE_SECONDS", -1.0)
    ask(handover)
    scan(handover, "LATER")
    assert [one["place"] for one in ask(handover)["captures"]] == ["", QUEUE, ""]


def test_a_page_without_the_queue_gets_only_what_is_fresh_or_its_own(handover) -> None:
    scan(handover, "OLD", ago_ms=6000)
    scan(handover, "FRESH", ago_ms=4000)
    assert texts(ask(handover, PAGE)) == ["FRESH"]
    assert texts(ask(handover, QUEUE)) == ["OLD", "FRESH"]


def test_a_badge_is_taken_by_the_sign_in_page_however_many_old_codes_wait(handover, spool) -> None:
    """Whoever scanned all night with no page open must still be able to sign in."""
    ask(handover, PAGE)
    scan(handover, "MINE", ago_ms=60_000)
    ask(handover, PAGE, gone=lambda: True)
    scan(handover, *(f"OLD-{number}" for number in range(150)), ago_ms=60_000)
    scan(handover, "BADGE")
    assert texts(ask(handover, PAGE)) == ["MINE", "BADGE"]
    first = ask(handover, QUEUE)["captures"]
    assert [one["text"] for one in first[:2]] == ["MINE", "OLD-0"]
    assert texts(ask(handover, QUEUE, after=first[-1]["seq"]))[-1] == "OLD-98"


def test_ages_are_told(handover) -> None:
    scan(handover, "A", ago_ms=2500)
    assert 2400 <= ask(handover)["captures"][0]["age_ms"] <= 4000


def test_a_capture_of_before_a_reboot_is_old(clock) -> None:
    capture = clock.capture(Code("A", clock.now_ms() - 60_000), source="serial", device="bench")
    rebooted = Clock()
    rebooted.id = "another boot"
    assert 59_000 <= rebooted.age_ms(capture) <= 61_000


def test_problems_wake_the_page_once(handover) -> None:
    handover.state("bench", "the scanner is not connected")
    told = ask(handover, seconds=5)["problems"]
    assert told == ("bench: the scanner is not connected.",)
    begun = time.monotonic()
    ask(handover, seconds=0.2, problems=told)
    assert time.monotonic() - begun >= 0.2
    handover.state("bench", "")
    begun = time.monotonic()
    assert ask(handover, seconds=5, problems=None)["problems"] == ()
    assert time.monotonic() - begun < 1


def test_the_spool_keeps_everything_through_a_restart(tmp_path, clock) -> None:
    path = tmp_path / "spool.sqlite3"
    first = Spool(path)
    scan(Handover(first, clock), "A", "B")
    name, before = first.id, first.pending()
    second = Spool(path)
    assert (second.id, second.pending()) == (name, before)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_taken_capture_leaves_no_text_on_the_disk(tmp_path, clock) -> None:
    """Badges are scanned too."""
    path = tmp_path / "spool.sqlite3"
    spool = Spool(path)
    scan(Handover(spool, clock), "BADGE:SECRET-4711")
    assert b"SECRET-4711" in path.read_bytes()
    spool.taken([spool.pending()[0].capture.key])
    spool.close()
    assert b"SECRET-4711" not in path.read_bytes()


def test_a_capture_is_on_the_disk_when_it_is_kept(tmp_path, spool) -> None:
    assert spool.database.execute("PRAGMA synchronous").fetchone()[0] == 3
    assert spool.database.execute("PRAGMA journal_mode").fetchone()[0] == "delete"


def test_a_spool_that_is_none_is_refused(tmp_path) -> None:
    (tmp_path / "spool.sqlite3").write_text("no database at all" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        Spool(tmp_path / "spool.sqlite3")
