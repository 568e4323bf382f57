"""One writing request, one unit of work (A5): the use case, who asks, and the key of the command."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel

from shopfloor.db import Command, unit_of_work
from shopfloor.errors import Answer
from shopfloor.web.extensions import request_session
from shopfloor.web.guards import current_actor

A = TypeVar("A", bound=Answer)


def new_key() -> str:
    """A key for one command; 128 random bits (R-SC-2)."""
    return secrets.token_urlsafe(16)


def run_command(use_case: Callable[..., A], *, key: str, **keywords: Any) -> A:
    """Run `use_case(session, actor, **keywords)` once for this key. Raises what `unit_of_work` raises.

    The request that is kept with the key is the keywords: pydantic models as JSON, everything else as it is.
    """
    actor = current_actor()
    command = Command(
        key=key,
        name=use_case.__name__,
        operator_no=actor.operator_no,
        station_code=actor.station_code,
        request={name: value.model_dump(mode="json") if isinstance(value, BaseModel) else value for name, value in keywords.items()},
    )
    return unit_of_work(request_session(), lambda session: use_case(session, actor, **keywords), command=command)
