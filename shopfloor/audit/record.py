"""The one function through which every command tells what it changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session


def record(session: Session, action: str, subject: str, *, before: dict[str, Any] | None = None, after: dict[str, Any] | None = None,
           reason: str = "") -> None:
    """Note a change. The unit of work writes all notes of a command with its answer, who asked, where and when.

    `before` and `after` hold values that JSON can keep. Outside a unit of work the note has nowhere to go, which is a mistake of ours.
    """
    notes = session.info.get("audit")
    assert notes is not None, "audit.record outside a unit of work"
    notes.append({"action": action, "subject": subject, "before": before or {}, "after": after or {}, "reason": reason})
