"""Reason codes of overrides (D18): what is read from a reason, and the master on both databases."""

from __future__ import annotations

import pytest

from shopfloor.people.errors import ReasonUnknown
from shopfloor.people.inputs import NewReasonCode
from shopfloor.people.master_commands import block_record, create_record
from shopfloor.people.reasons import (
    DEFAULT_REASONS,
    REASON_CODE,
    create_default_reasons,
    open_reasons,
    reason_parts,
    reason_text,
    require_reason,
)


def _refused(session, text):
    with pytest.raises(ReasonUnknown) as found:
        require_reason(session, text)
    return found.value.reason


@pytest.mark.parametrize(
    ("text", "code", "remark"),
    [
        ("RUSH", "RUSH", ""),
        ("RUSH: customer waits", "RUSH", "customer waits"),
        ("RUSH:customer waits", "RUSH", "customer waits"),
        (" RUSH : customer waits ", "RUSH", "customer waits"),
        ("RUSH:", "RUSH", ""),
        ("RUSH: two: three", "RUSH", "two: three"),
        ("customer waits", "customer waits", ""),
        (": customer waits", "", "customer waits"),
        ("", "", ""),
    ],
)
def test_d18_a_reason_is_a_code_and_a_remark(text, code, remark):
    assert reason_parts(text) == (code, remark)
    assert reason_parts(reason_text(code, remark)) == ((code, remark) if code else reason_parts(remark))


@pytest.mark.parametrize("code", ["", "rush", "RUSH ORDER", "RUSH:", "-RUSH", "R" * 21, "RÜSH"])
def test_d18_a_code_is_short_and_without_a_colon(code):
    with pytest.raises(ValueError, match="code"):
        NewReasonCode(code=code, description="x")


def test_d18_a_new_plant_has_codes_and_a_second_call_adds_none(session, run):
    for _again in range(2):
        run(create_default_reasons)
        assert open_reasons(session) == tuple((given.code, given.description) for given in DEFAULT_REASONS)


@pytest.mark.parametrize("text", ["", "UNKNOWN", "rush", "RUSH, customer waits", ": RUSH", "OLD", "OLD: once more"])
def test_d18_an_unknown_or_blocked_code_is_refused(session, run, text):
    run(create_default_reasons)
    run(create_record, master=REASON_CODE, given=NewReasonCode(code="OLD", description="No longer used"))
    run(block_record, master=REASON_CODE, record_key=["OLD"], version=1, blocked=True)
    assert "OLD" not in dict(open_reasons(session))
    assert _refused(session, text) == (text.partition(":")[0].strip() or text)


def test_d18_a_code_in_use_is_taken_with_or_without_a_remark(session, run):
    run(create_default_reasons)
    require_reason(session, "RUSH")
    require_reason(session, "RUSH: customer waits")
